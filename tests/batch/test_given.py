"""New answers do not find the segments again; whatever the segments are made from does."""

import json
import os
import shutil

import pandas as pd
import pytest

from personas.batch import execution
from personas.batch.given import SEGMENTS, describe_given, is_as_before, write_given
from personas.batch.stamps import describe_stages, open_stamps
from personas.handover import WRITTEN_BY, open_workspace
from personas.history import read_history
from tests.batch.projects import CONTRACT, write_project

PARAMETERS = {"seed": 7, "n_segments": None}


def feature(name, block, forms):
    return {"name": name, "block": block, "forms": forms}


@pytest.fixture
def workspace(tmp_path):
    """A workspace as stages 01 and 02 leave it."""
    write_project(tmp_path)
    work = open_workspace("tiny", "batch", tmp_path)
    frame = pd.DataFrame({"customer_id": ["a", "b", "c"], "visits": [1.0, 2.0, 3.0], "nps": [9.0, None, 3.0]})
    frame.to_parquet(work.folder / "customers.parquet")
    frame.to_parquet(work.folder / "rehearsal.parquet")
    frame[["customer_id", "visits"]].to_parquet(work.folder / "outcomes.parquet")
    features = [feature("visits", "rhythm", True), feature("nps", "feedback", False)]
    (work.folder / "features.json").write_text(json.dumps(features))
    (work.folder / "rehearsal.json").write_text("{}")
    for name, writer in WRITTEN_BY.items():
        if writer == SEGMENTS:
            (work.folder / name).write_text("as made")
    (work.folder / "space.json").write_text('{"centres": [[0], [1]]}')
    (open_stamps(tmp_path, "tiny") / SEGMENTS).write_text("{}")
    write_given(work, SEGMENTS, PARAMETERS)
    return work


def change(work, name, column, value):
    path = work.folder / name
    frame = pd.read_parquet(path)
    frame.loc[1, column] = value
    frame.to_parquet(path)


def test_the_same_again_is_as_before(workspace):
    assert is_as_before(workspace, SEGMENTS, PARAMETERS)


def test_new_answers_are_nothing_new_for_the_segments(workspace):
    change(workspace, "customers.parquet", "nps", 10.0)
    change(workspace, "rehearsal.parquet", "nps", 10.0)
    (workspace.folder / "quality.json").write_text("more rows were read")
    assert is_as_before(workspace, SEGMENTS, PARAMETERS)


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("customers.parquet", "visits", 5.0),
        ("customers.parquet", "customer_id", "z"),
        ("rehearsal.parquet", "visits", 5.0),
        ("outcomes.parquet", "visits", 5.0),
    ],
)
def test_anything_else_in_the_tables_is_new(workspace, name, column, value):
    change(workspace, name, column, value)
    assert not is_as_before(workspace, SEGMENTS, PARAMETERS)


def test_answers_that_form_segments_are_new(workspace):
    """A contract may let an answer form: then it is no mere description any more."""
    features = [feature("visits", "rhythm", True), feature("nps", "feedback", True)]
    (workspace.folder / "features.json").write_text(json.dumps(features))
    assert not is_as_before(workspace, SEGMENTS, PARAMETERS)
    write_given(workspace, SEGMENTS, PARAMETERS)
    change(workspace, "customers.parquet", "nps", 10.0)
    assert not is_as_before(workspace, SEGMENTS, PARAMETERS)


def test_a_parameter_the_notebook_or_a_lost_result_is_new(workspace):
    assert not is_as_before(workspace, SEGMENTS, PARAMETERS | {"seed": 8})
    (workspace.folder / "membership.parquet").write_text("altered")
    assert not is_as_before(workspace, SEGMENTS, PARAMETERS)
    (workspace.folder / "membership.parquet").unlink()
    assert not is_as_before(workspace, SEGMENTS, PARAMETERS)
    (workspace.folder / "space.json").unlink()
    assert describe_given(workspace, SEGMENTS, PARAMETERS) is None


def test_a_stamp_that_changed_is_new(workspace):
    (open_stamps(workspace.root, "tiny") / SEGMENTS).write_text('{"notebook": "other"}')
    assert not is_as_before(workspace, SEGMENTS, PARAMETERS)


def enter(work, number, centres):
    """An accepted run of the history, as far as this reads it."""
    folder = work.folder / "history" / f"{number:04d}"
    folder.mkdir(parents=True)
    head = {"format": 1, "dataset": "tiny", "fingerprint": str(number), "accepted": True}
    head |= {"run": {"dataset": {"observation_end": "2025-12-31"}}, "observation_end": "2025-12-31"}
    (folder / "run.json").write_text(json.dumps(head))
    (folder / "segmentation.json").write_text(json.dumps({"centres": centres}))
    (folder / "members.parquet").write_text("")
    assert read_history(work).last.number == number


def test_an_earlier_run_counts_where_it_had_another_number_of_segments(workspace):
    """Its number may settle today's; the same number as was found without it changes nothing."""
    enter(workspace, 1, [[0], [1]])
    assert is_as_before(workspace, SEGMENTS, PARAMETERS)
    enter(workspace, 2, [[0], [1], [2]])
    assert not is_as_before(workspace, SEGMENTS, PARAMETERS)


def test_other_stages_and_kept_segmentations_are_always_made(workspace):
    assert describe_given(workspace, "03_experience", PARAMETERS) is None
    assert describe_given(workspace, SEGMENTS, PARAMETERS | {"division": "kept"}) is None


def test_a_run_passes_over_the_segments_and_still_counts_as_made(workspace, monkeypatch, capsys):
    """Make compares times: what is passed over must be newer than what came before it."""
    root, executed = workspace.root, []

    def execute(source, running, *_):
        executed.append(source.stem)
        shutil.copy(source, running)

    monkeypatch.setattr(execution, "execute", execute)
    execution.run_stage(root, SEGMENTS, "tiny", {}, None)
    done = workspace.folder / "notebooks" / f"{SEGMENTS}.ipynb"
    os.utime(done, (1, 1))
    change(workspace, "customers.parquet", "nps", 10.0)
    execution.run_stage(root, SEGMENTS, "tiny", {}, None)
    assert executed == [SEGMENTS] and done.stat().st_mtime > 1
    assert "nothing new that it is made from" in capsys.readouterr().err
    change(workspace, "customers.parquet", "visits", 10.0)
    execution.run_stage(root, SEGMENTS, "tiny", {}, None)
    execution.run_stage(root, "03_experience", "tiny", {}, None)
    execution.run_stage(root, "03_experience", "tiny", {}, None)
    assert executed == [SEGMENTS, SEGMENTS, "03_experience", "03_experience"]


def test_aims_and_alerts_touch_nothing_before_stage_five(tmp_path):
    write_project(tmp_path)
    path = tmp_path / "data" / "tiny" / "dataset.yml"

    def stages(text):
        path.write_text(text)
        return describe_stages(tmp_path, "tiny", {}, None)

    plain = stages(CONTRACT)
    aimed = stages(CONTRACT + "targets:\n  nps: 40\n\n# a word\nalerts:\n  overdue: true\n")
    changed = [name for name in plain if plain[name].get("contract") != aimed[name].get("contract")]
    assert changed == ["05_changes", "06_report"]
    other = stages(CONTRACT + "targets:\n  nps: 40\ntitle2: x\n")
    assert other["01_customers"]["contract"] != plain["01_customers"]["contract"]
