"""What the benchmarks compare is the same: customer table and experience against hand-written SQL, 4,000 customers."""

import ibis
import pytest

from personas.customers.behaviour import purchase_features
from tests.benchmarks import bench_customers, bench_experience
from tests.benchmarks.shop import open_shop

LINES = 200_000


@pytest.fixture(scope="module", autouse=True)
def kept_apart(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_FOLDER", str(tmp_path_factory.mktemp("shop")))
        yield
    bench_customers.shop.cache_clear()
    bench_experience.shop.cache_clear()


@pytest.fixture(scope="module")
def table():
    return bench_customers.ours(LINES)


@pytest.fixture(scope="module")
def figures():
    return bench_experience.ours(LINES)


def test_the_customer_table_equals_hand_written_sql(table):
    assert bench_customers.differing(table, bench_customers.hand_written(LINES)) == ""


def test_the_customer_table_equals_pandas(table):
    assert bench_customers.differing(table, bench_customers.by_pandas(LINES)) == ""


def test_customers_without_purchases_are_in_the_customer_table(table):
    assert len(table) == LINES // 50
    assert table["frequency"].isna().sum() == LINES // 50 - table["orders"].notna().sum() > 0


def test_every_figure_of_the_experience_equals_hand_written_sql(figures):
    assert bench_experience.differing(figures, bench_experience.hand_written(LINES)) == ""


@pytest.mark.parametrize("what", ["Recommendation (NPS)", "Self-service", "Store", "Store: against expectation"])
def test_the_experience_has_every_kind_of_figure_for_base_and_segments(figures, what):
    assert {(what, number) for number in (0, 1, 2, 3, 4)} <= set(figures)


def test_the_journey_has_presence_ways_and_feelings(figures):
    assert {("purchase", "Store", word, 3) for word in ("there", "each", "felt", "before", "web", "home")} <= set(
        figures
    )


def test_a_figure_that_is_a_little_off_is_told(figures):
    value, reach = figures["Store", 2]
    assert "Store" in bench_experience.differing(figures | {("Store", 2): (value + 1e-4, reach)}, figures)
    assert "Store" in bench_experience.differing(figures | {("Store", 2): (value, reach + 1e-4)}, figures)


def test_a_column_that_is_off_is_told(table):
    assert "trend" in bench_customers.differing(table.assign(trend=table["trend"] + 1e-6), table)


def test_purchase_lines_are_read_for_each_part_and_never_written_down_whole():
    dataset, _ = open_shop(LINES)
    start, end = dataset.observation_start, dataset.observation_end
    bought, _ = purchase_features(dataset.tables["transactions"], start, end, ("category 1",))
    assert str(ibis.to_sql(bought)).count('FROM "lines"') == 3
