"""Where nothing in the files tells, the draft says so and invents nothing; what is there is never overwritten."""

import pytest

from personas.dataset.drafting import draft_dataset, write_draft
from personas.dataset.drafting.__main__ import main
from personas.errors import InputError
from tests.dataset.drafting.drafts import make_draft, orders_of_a_stranger, table


def problems_of(tmp_path, files, name="acme"):
    with pytest.raises(InputError) as caught:
        make_draft(tmp_path, files, name)
    return caught.value.problems


def test_a_table_without_an_id_names_the_columns_that_come_nearest(tmp_path):
    rows = [(f"2024-01-{n % 28 + 1:02d}", n + 0.5, f"R{n % 40}") for n in range(80)]
    [problem] = problems_of(tmp_path, {"orders.csv": table("date,amount,ref", rows)})
    assert problem.place == "FROM: orders.csv"
    assert "no column that says whose row it is" in problem.found
    assert '"ref"' in problem.fix


def test_a_survey_without_an_id_gets_none_invented(tmp_path):
    rows = [(n % 11, n % 5 + 1, "ab"[n % 2]) for n in range(80)]
    [problem] = problems_of(tmp_path, {"survey.csv": table("recommend,rating_staff,region", rows)})
    assert "export it with an id" in problem.fix


@pytest.mark.parametrize("name", ["", "../evil", "a b", "-x", "a/b", "é", "x" * 101, "a\nb"])
def test_a_name_that_is_no_folder_is_refused(tmp_path, name):
    assert problems_of(tmp_path, {"orders.csv": orders_of_a_stranger()}, name)[0].place == "NAME"
    assert list((tmp_path / "data").iterdir()) == []


def test_all_files_that_cannot_be_read_are_named_at_once(tmp_path):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "orders.csv").write_text("a,b\n1,2\n")
    (inbox / "notes.docx").write_text("x")
    (inbox / "empty.csv").write_text("")
    files = [inbox / name for name in ("oders.csv", "notes.docx", "empty.csv")]
    with pytest.raises(InputError) as caught:
        draft_dataset("acme", [*files, inbox], tmp_path)
    found = {problem.place: problem for problem in caught.value.problems}
    assert set(found) == {"FROM: oders.csv", "FROM: notes.docx", "FROM: empty.csv", "FROM: inbox"}
    assert 'did you mean "orders.csv"?' in found["FROM: oders.csv"].fix


def test_nothing_given_names_both_words_that_are_missing(tmp_path):
    with pytest.raises(InputError) as caught:
        draft_dataset("", [], tmp_path)
    assert [problem.place for problem in caught.value.problems] == ["NAME", "FROM"]


@pytest.mark.parametrize("content", ["customer_id,amount\n", "\n\n\n", "customer_id"])
def test_a_file_without_rows_is_refused(tmp_path, content):
    assert problems_of(tmp_path, {"orders.csv": content})


def test_an_older_contract_is_kept_and_the_draft_put_beside_it(tmp_path):
    draft = make_draft(tmp_path, {"orders.csv": orders_of_a_stranger()})
    folder = tmp_path / "data" / "acme"
    folder.mkdir()
    (folder / "dataset.yml").write_text("title: mine\n")
    (folder / "README.md").write_text("mine\n")
    contract, readme = write_draft(draft, "draft", tmp_path)
    assert (folder / "dataset.yml").read_text() == "title: mine\n"
    assert (folder / "README.md").read_text() == "mine\n"
    assert (contract.name, readme.name) == ("dataset.draft.yml", "README.draft.md")
    contract.write_text("corrected\n")
    again, _ = write_draft(draft, "draft", tmp_path)
    assert contract.read_text() == "corrected\n"
    assert again.name == "dataset.draft-2.yml"


def test_no_customer_data_is_copied(tmp_path):
    draft = make_draft(tmp_path, {"orders.csv": orders_of_a_stranger()})
    write_draft(draft, "draft", tmp_path)
    assert {path.name for path in (tmp_path / "data").rglob("*") if path.is_file()} == {"dataset.yml", "README.md"}
    assert str(tmp_path / "inbox" / "orders.csv") in draft.text


def test_files_in_the_folder_of_the_dataset_are_named_from_there(tmp_path):
    folder = tmp_path / "data" / "acme"
    folder.mkdir(parents=True)
    (folder / "orders.csv").write_bytes(orders_of_a_stranger())
    draft = draft_dataset("acme", [folder / "orders.csv"], tmp_path)
    assert "{file: orders.csv," in draft.text
    assert str(tmp_path) not in draft.text


def in_project(tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "bestellungen.csv").write_bytes(orders_of_a_stranger())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NAME", "acme")
    monkeypatch.setenv("FROM", "bestellungen.csv")


def test_the_command_says_what_it_found_and_what_comes_next(tmp_path, monkeypatch, capsys):
    in_project(tmp_path, monkeypatch)
    assert main([]) == 0
    said = capsys.readouterr().out
    assert "bestellungen.csv" in said
    assert "amount = Umsatz" in said
    assert said.rstrip().endswith("make personas DATASET=acme")
    assert main([]) == 0
    assert "is there already and stays as it is" in capsys.readouterr().out


def test_the_command_fails_without_a_traceback_and_writes_nothing(tmp_path, monkeypatch, capsys):
    in_project(tmp_path, monkeypatch)
    monkeypatch.setenv("FROM", "bestellung.csv")
    assert main([]) == 2
    assert 'did you mean "bestellungen.csv"?' in capsys.readouterr().err
    assert list((tmp_path / "data").iterdir()) == []
