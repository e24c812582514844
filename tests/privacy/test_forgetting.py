"""A customer who asks to be forgotten is gone from all that runs keep, and from every later run."""

import json

import pandas as pd
import pytest

from personas.batch.__main__ import main
from personas.batch.forgetting import find_forget_problems, forget, read_ids
from personas.customers import build_customers
from personas.dataset import read_dataset
from personas.dataset.exclusions import KEY, LIST, read_exclusions, write_exclusions
from personas.errors import InputError
from personas.handover import open_workspace
from tests.privacy.leaky import write_shop

GONE = ("KD-48007", "KD-48021")


@pytest.fixture
def project(tmp_path):
    """A project with what a run leaves behind: hand-overs, a lab, a failed notebook, history, member lists."""
    write_shop(tmp_path, customers=60)
    ids = [f"KD-{48_000 + 7 * i}" for i in range(60)]
    work = open_workspace("leaky", "batch", tmp_path).folder
    frame = pd.DataFrame({"customer_id": ids, "persona": "P1"})
    for path in ("customers.parquet", "lab/customers.parquet", "staged/exports/members.parquet"):
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        frame.to_parquet(work / path)
    for path in ("failed/02_segments.ipynb", "notebooks/02_segments.ipynb", "kernel.log", "themes.json"):
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_text(f"row of {GONE[0]}")
    (work / "history" / "0001").mkdir(parents=True)
    frame.to_parquet(work / "history" / "0001" / "members.parquet")
    exports = tmp_path / "reports" / "leaky" / "exports"
    exports.mkdir(parents=True)
    frame.to_parquet(exports / "members.parquet", index=False)
    frame.to_csv(exports / "members.csv", index=False)
    (exports.parent / "report.html").write_text("as published")
    (tmp_path / "ids.txt").write_text("customer_id\n" + "\n".join([*GONE, "KD-99999"]) + "\n")
    return tmp_path


def traces(folder, *texts):
    found = [path for path in folder.glob("**/*") if path.is_file()]
    return [path for path in found if any(text.encode() in path.read_bytes() for text in texts)]


def test_nothing_that_runs_keep_names_them_afterwards(project):
    assert traces(project / "reports", *GONE)
    (done,) = forget(project, ["leaky"], project / "ids.txt")
    assert (done.asked, done.exported, done.remembered) == (3, 2, 2)
    assert traces(project / "reports", *GONE) == []
    assert (project / "reports" / "leaky" / "report.html").read_text() == "as published"
    assert len(pd.read_parquet(project / "reports" / "leaky" / "exports" / "members.parquet")) == 58
    assert len(pd.read_parquet(project / "reports" / ".work" / "leaky" / "history" / "0001" / "members.parquet")) == 58


def test_the_list_names_nobody_and_is_for_its_owner_only(project):
    forget(project, ["leaky"], project / "ids.txt")
    folder = project / "data" / "leaky"
    for name in (LIST, KEY):
        assert (folder / name).stat().st_mode & 0o777 == 0o600
        assert not any(one in (folder / name).read_text() for one in GONE)
    assert all(len(one) == 64 for one in json.loads((folder / LIST).read_text())["hashes"])
    listed = read_exclusions(folder)
    assert GONE[0] in listed and "KD-48000" not in listed and len(listed) == 3


def test_the_same_id_has_another_hash_in_another_list(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        write_exclusions(folder, ["17"])
    assert read_exclusions(one).hashes.isdisjoint(read_exclusions(two).hashes)


def test_later_runs_read_no_row_of_theirs(project):
    before = build_customers(read_dataset("leaky", root=project))
    forget(project, ["leaky"], project / "ids.txt")
    dataset = read_dataset("leaky", root=project)
    for role, table in dataset.tables.items():
        assert not table.customer_id.isin(list(GONE)).any().to_pyarrow().as_py(), role
    after = build_customers(dataset)
    assert len(before) - len(after) == 2 and dataset.left_out == 2
    assert any("fewer than 10 customers asked to be forgotten" in note for note in after.quality.notes)
    assert not any(one in str(after.quality) for one in GONE)


def test_forgetting_again_changes_nothing_more(project):
    forget(project, ["leaky"], project / "ids.txt")
    before = (project / "data" / "leaky" / LIST).read_bytes()
    with pytest.raises(InputError, match="another run"):  # its lock is held as long as this process lives
        forget(project, ["leaky"], project / "ids.txt")
    write_exclusions(project / "data" / "leaky", GONE)
    assert (project / "data" / "leaky" / LIST).read_bytes() == before


def test_a_list_without_its_key_stops_a_run(project):
    write_exclusions(project / "data" / "leaky", GONE)
    (project / "data" / "leaky" / KEY).unlink()
    with pytest.raises(InputError, match=r"\.forgotten\.key"):
        read_dataset("leaky", root=project)
    (project / "data" / "leaky" / KEY).write_text("00" * 32)
    (project / "data" / "leaky" / LIST).write_text("[1, 2]")
    with pytest.raises(InputError, match="not an exclusion list"):
        read_dataset("leaky", root=project)


@pytest.mark.parametrize(
    ("content", "found"),
    [(b"", "empty"), (b"\n \n", "empty"), (b"17,Ann\n", "several columns"), (b"\xff\xfe\x00", "cannot be read")],
)
def test_a_file_that_is_no_list_of_ids_is_refused(tmp_path, content, found):
    (tmp_path / "ids.txt").write_bytes(content)
    with pytest.raises(InputError, match=found):
        read_ids(tmp_path / "ids.txt")


def test_ids_are_taken_as_they_stand(tmp_path):
    (tmp_path / "ids.txt").write_text('\ufeffcustomer_id\r\n"007"\r\n 007 \r\n=1+1\r\n')
    assert read_ids(tmp_path / "ids.txt") == ("007", "=1+1")
    with pytest.raises(InputError, match=r"no file other\.txt"):
        read_ids(tmp_path / "other.txt")


def test_the_command_wants_ids_and_a_dataset(project, monkeypatch, capsys):
    assert [problem.place for problem in find_forget_problems("", True)] == ["IDS", "DATASET"]
    monkeypatch.chdir(project)
    monkeypatch.setenv("IDS", "")
    assert main(["forget", "leaky"]) == 2
    assert "a file of customer ids" in capsys.readouterr().err


def test_without_a_dataset_the_command_asks_for_one_even_where_the_default_is_not_there(project, monkeypatch, capsys):
    monkeypatch.chdir(project)
    monkeypatch.setenv("IDS", str(project / "ids.txt"))
    monkeypatch.setenv("DATASET", "complete_journey demo")
    assert main(["forget", "--unnamed"]) == 2
    said = capsys.readouterr().err
    assert "the dataset whose customers these are" in said and "complete_journey" not in said
