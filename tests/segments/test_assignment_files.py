"""An assignment is written by the engine, whole or not at all, and for its owner alone."""

import ibis
import pandas as pd
import pytest
from duckdb import Error

from personas.dataset.engine import lock_engine, open_engine
from personas.errors import InputError
from personas.segments import write_assignment

ROWS = pd.DataFrame({"customer_id": [f"C{i}" for i in range(1_000)], "segment": [1 + i % 3 for i in range(1_000)]})


@pytest.fixture
def scored():
    engine = open_engine()
    return engine.create_table("scored", ROWS, temp=True)


@pytest.mark.parametrize("by", ["", "segment"])
def test_everybody_is_written_once(scored, tmp_path, by):
    write_assignment(scored, tmp_path / "out", by)
    found = pd.read_parquet(tmp_path / "out").sort_values("customer_id").astype({"segment": "int64"})
    expected = ROWS.sort_values("customer_id")
    pd.testing.assert_frame_equal(found.reset_index(drop=True)[expected.columns], expected.reset_index(drop=True))
    assert (tmp_path / "out" / "segment=1").is_dir() == bool(by)
    assert {path.stat().st_mode & 0o77 for path in (tmp_path / "out").rglob("*.parquet")} == {0}
    assert (tmp_path / "out").stat().st_mode & 0o77 == 0


def test_what_is_there_is_left_alone(scored, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "kept").touch()
    with pytest.raises(InputError, match="there already"):
        write_assignment(scored, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["kept"]


def test_a_query_that_dies_on_the_way_leaves_nothing_behind(scored, tmp_path):

    number = (scored.segment > 2).ifelse("no number", "1").cast("int64")
    with pytest.raises(Error, match="no number"):
        write_assignment(scored.mutate(broken=number), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_said(scored, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"(?s)file/out.*Not a directory"):
        write_assignment(scored, tmp_path / "file" / "out")


def test_a_column_that_there_is_not_is_refused(scored, tmp_path):
    with pytest.raises(InputError, match="no column persona"):
        write_assignment(scored, tmp_path / "out", by="persona")


def test_the_engine_of_a_table_in_memory_will_do(tmp_path):
    write_assignment(ibis.memtable(ROWS), tmp_path / "out")
    assert len(pd.read_parquet(tmp_path / "out")) == 1_000


def test_a_locked_engine_writes_to_its_own_folder_and_nowhere_else(scored, tmp_path):
    engine = scored.get_backend()
    lock_engine(engine, [])
    write_assignment(scored, tmp_path / "out", by="segment")
    assert len(pd.read_parquet(tmp_path / "out")) == 1_000
    assert list(engine.outbox.iterdir()) == []
    with pytest.raises(Error, match="disabled"):
        engine.copy(scored, tmp_path / "elsewhere.parquet")
