"""How tables are given to the engine: read anew in every part of a query, or held until the engine is closed."""

import ibis
import pandas as pd
import pytest

from personas.dataset.engine import hold, open_engine, read_anew

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


def test_frames_in_memory_are_left_alone():
    table = ibis.memtable(ROWS)
    assert read_anew(table) is table


def test_two_held_frames_of_one_engine_do_not_replace_each_other(connection):
    first, second = hold(connection, ROWS), hold(connection, ROWS.assign(amount=0.0))
    assert first.amount.sum().to_pandas() == 7.75
    assert second.amount.sum().to_pandas() == 0
