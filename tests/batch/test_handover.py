"""Results travel between stages whole, private, readable and the same every time."""

import os
from pathlib import Path

import pandas
import pytest

from personas.customers.models import Feature
from personas.errors import InputError
from personas.estimates import Estimate
from personas.handover import (
    WRITTEN_BY,
    find_root,
    open_workspace,
    read_model,
    read_table,
    write_model,
    write_table,
)
from personas.parameters import STAGES


@pytest.fixture
def lab(tmp_path):
    return open_workspace("demo", root=tmp_path)


@pytest.fixture
def batch(tmp_path):
    return open_workspace("demo", "batch", root=tmp_path)


def test_table_comes_back_as_it_was(lab):
    frame = pandas.DataFrame(
        {"customer_id": ["b", "a"], "spend": [1.5, None], "day": pandas.to_datetime(["2020-01-01"] * 2)}
    )
    write_table(lab, "customers", frame)
    pandas.testing.assert_frame_equal(read_table(lab, "customers"), frame)


def test_model_comes_back_as_it_was(lab):
    features = (Feature(name="spend", label="Spend, ü €", kind="number", block="value", forms=True),)
    path = write_model(lab, "features", features)
    assert read_model(lab, "features", tuple[Feature, ...]) == features
    text = path.read_text(encoding="utf-8")
    assert text.endswith("}\n]\n")
    assert "ü €" in text
    assert text.index('"name"') < text.index('"label"') < text.index('"kind"')
    assert write_model(lab, "features", list(features)).read_bytes() == text.encode()


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_number_that_json_does_not_have_is_refused_and_the_old_file_stays(lab, value):
    write_model(lab, "evidence", Estimate(value=1.0))
    with pytest.raises(ValueError, match="JSON"):
        write_model(lab, "evidence", Estimate(value=value))
    assert read_model(lab, "evidence", Estimate).value == 1.0


def test_lab_reads_its_own_file_first_and_the_batch_s_otherwise(lab, batch):
    write_model(batch, "map", [1])
    assert read_model(lab, "map", list[int]) == [1]
    write_model(lab, "map", [2])
    assert read_model(lab, "map", list[int]) == [2]
    assert read_model(batch, "map", list[int]) == [1], "an experiment never reaches the batch"


def test_batch_does_not_read_from_the_lab(lab, batch):
    write_model(lab, "map", [2])
    with pytest.raises(InputError):
        read_model(batch, "map", list[int])


def test_missing_file_names_the_notebook_to_run(lab):
    with pytest.raises(InputError, match=r"run notebooks/02_segments.ipynb first"):
        read_table(lab, "membership")
    with pytest.raises(InputError, match=r'did you mean "membership.parquet"'):
        read_table(lab, "memberships")


def test_file_of_another_version_says_what_to_run_again(lab):
    (lab.folder / "quality.json").write_text('{"value": "many"}')
    with pytest.raises(InputError, match=r"(?s)quality.json: value.*01_customers.ipynb again"):
        read_model(lab, "quality", Estimate)


def test_folders_are_private(lab):
    for folder in (lab.folder, lab.folder.parent, lab.folder.parent.parent):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_interrupted_write_leaves_the_old_file(lab, monkeypatch):
    write_model(lab, "map", [1])

    def fail(*_):
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", fail)
        with pytest.raises(OSError, match="disk full"):
            write_model(lab, "map", [2])
    assert read_model(lab, "map", list[int]) == [1]
    write_model(lab, "map", [3])
    assert [path.name for path in lab.folder.iterdir()] == ["map.json"]


@pytest.mark.parametrize("name", ["", "..", "a/b", "a b", "/etc", ".work", "x" * 101, None])
def test_dataset_s_name_cannot_leave_its_folder(tmp_path, name):
    with pytest.raises(InputError):
        open_workspace(name, root=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_root_is_found_upward_from_a_notebook(tmp_path, monkeypatch):
    for folder in ("notebooks", "data/x"):
        (tmp_path / folder).mkdir(parents=True)
    assert find_root(tmp_path / "data" / "x") == tmp_path.resolve()
    monkeypatch.chdir(tmp_path / "notebooks")
    assert find_root() == tmp_path.resolve()


def test_root_outside_any_project_is_where_the_package_is(tmp_path):
    assert find_root(tmp_path) == Path(__file__).parents[2]


def test_every_result_is_written_by_a_stage():
    assert set(WRITTEN_BY.values()) <= set(STAGES)
