"""Every broken contract and table of `broken/` gives exactly the messages written beside it."""

import shutil

import pytest

from tests.dataset.shop_project import BROKEN, make_project, messages_of

CASES = sorted(path.name for path in BROKEN.iterdir() if path.name != "_tables")


@pytest.mark.parametrize("case", CASES)
def test_broken_input_gives_the_expected_messages(case, tmp_path):
    root = make_project(tmp_path)
    shutil.copytree(BROKEN / case, root / "data" / "shop", dirs_exist_ok=True)
    assert messages_of(root) == (BROKEN / case / "expected.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_every_message_names_the_file_and_no_folder_of_the_machine(case):
    text = (BROKEN / case / "expected.txt").read_text(encoding="utf-8")
    assert "data/shop/dataset.yml" in text
    assert "/tmp" not in text
    assert "found" in text
    assert "expected" in text or "fix" in text


def test_there_are_at_least_twenty_broken_contracts_and_twenty_broken_tables():
    contracts = [case for case in CASES if not any((BROKEN / case).glob("*.csv"))]
    assert len(contracts) >= 20
    assert len(CASES) - len(contracts) >= 20


def test_the_shop_that_they_are_broken_from_has_nothing_to_complain_about(tmp_path):
    assert messages_of(make_project(tmp_path)).strip() == ""
