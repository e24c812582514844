"""How tables are given to the engine: read anew in every part of a query, or held until the engine is closed."""

import gc
import os
import subprocess
import sys

import ibis
import pandas as pd
import pytest

from personas.dataset.engine import hold, open_engine, open_spill, read_anew

ROWS = pd.DataFrame({"customer": ["a", "a", "b"], "amount": [1.25, 2.5, 4.0]})


@pytest.fixture
def connection():
    return open_engine()


@pytest.fixture
def doubled(connection):
    return connection.create_table("rows", ROWS).mutate(twice=lambda rows: rows.amount * 2)


def both_ways(table):
    sums = table.group_by("customer").agg(total=table.twice.sum())
    return table.join(sums, "customer").order_by("customer", "amount")


def test_a_table_read_anew_has_the_same_rows_and_types(doubled):
    assert read_anew(doubled).schema() == doubled.schema()
    pd.testing.assert_frame_equal(both_ways(read_anew(doubled)).to_pandas(), both_ways(doubled).to_pandas())


def test_a_table_used_twice_is_no_common_table_of_the_query(doubled):
    assert "WITH" in str(ibis.to_sql(both_ways(doubled)))
    assert "WITH" not in str(ibis.to_sql(both_ways(read_anew(doubled))))


@pytest.mark.parametrize("table", [ibis.memtable(ROWS), ibis.table({"customer": "string"}, name="rows")])
def test_frames_in_memory_and_tables_of_no_engine_are_left_alone(table):
    assert read_anew(table) is table


def test_two_held_frames_of_one_engine_do_not_replace_each_other(connection):
    first, second = hold(connection, ROWS), hold(connection, ROWS.assign(amount=0.0))
    assert first.amount.sum().to_pandas() == 7.75
    assert second.amount.sum().to_pandas() == 0


def test_engines_do_not_share_the_folder_of_their_temporary_files(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    engines = [open_engine(), open_engine()]
    folders = {engine.raw_sql("SELECT current_setting('temp_directory')").fetchone()[0] for engine in engines}
    assert len(folders) == 2


def test_an_engine_takes_its_temporary_files_with_it(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    engine = open_engine()
    [folder] = next(tmp_path.iterdir()).iterdir()
    del engine
    gc.collect()
    assert not folder.exists()


def test_what_a_dead_process_left_is_cleared_and_what_a_living_one_needs_is_not(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for name in (f"{dead.pid}-left", f"{os.getpid()}-mine", "duckdb_temp_storage-0.tmp"):
        (tmp_path / name).mkdir()
    own = open_spill(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {f"{os.getpid()}-mine", own.name}
    assert own.stat().st_mode & 0o777 == 0o700


def test_threads_are_limited_where_asked(monkeypatch):
    monkeypatch.setenv("PERSONAS_THREADS", "1")
    assert open_engine().raw_sql("SELECT current_setting('threads')").fetchone() == (1,)


def test_a_table_that_is_collected_between_a_query_and_its_rows_does_not_take_them_along(connection, doubled):
    """The collector runs whenever it likes, in any thread."""
    kept = doubled.cache()
    name = kept.op().name
    pending = connection.raw_sql("SELECT 42")
    del kept
    gc.collect()
    assert pending.fetchall() == [(42,)]
    connection.to_pyarrow(doubled)
    assert name not in connection.list_tables()
