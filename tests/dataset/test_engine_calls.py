"""The calls of Ibis that newer engines broke: these guard an upgrade of DuckDB or sqlglot."""

import ibis
import pandas
import pytest


@pytest.fixture
def connection(tmp_path):
    rows = pandas.DataFrame({"customer": ["a", "a", "b"], "amount": [1.25, 2.5, 4.0]})
    rows.to_parquet(tmp_path / "rows.parquet", index=False)
    opened = ibis.connect(f"duckdb://{tmp_path / 'engine.duckdb'}")
    opened.read_parquet(tmp_path / "rows.parquet", table_name="rows")
    yield opened
    opened.disconnect()


def test_connect_by_url_to_a_file_and_to_memory(connection):
    assert connection.name == "duckdb"
    assert ibis.connect("duckdb://").raw_sql("select 6 * 7").fetchone() == (42,)


def test_list_tables(connection):
    assert "rows" in connection.list_tables()


def test_sql_becomes_an_expression_that_goes_on(connection):
    sums = connection.sql("select customer, sum(amount) as total from rows group by customer")
    found = sums.order_by(ibis.desc("total")).execute()
    assert found.to_dict("list") == {"customer": ["b", "a"], "total": [4.0, 3.75]}


def test_sql_of_another_dialect_is_translated(connection):
    assert connection.sql("select `customer` as who from `rows`", dialect="spark").who.nunique().execute() == 2


def test_expression_becomes_sql_that_the_engine_runs(connection):
    expression = connection.table("rows").group_by("customer").agg(total=lambda rows: rows.amount.sum())
    assert sorted(connection.raw_sql(str(ibis.to_sql(expression))).fetchall()) == [("a", 3.75), ("b", 4.0)]


def test_money_as_decimal_is_exact(connection):
    cents = connection.sql("select cast(0.1 as decimal(18, 4)) as amount from range(10)")
    assert str(cents.amount.sum().execute()) == "1.0000"
