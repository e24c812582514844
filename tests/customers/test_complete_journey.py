"""The customer table of the shipped dataset against figures worked out from its files without the library."""

import numpy as np
import pandas as pd
import pytest

from personas.customers.table import _categories, customer_expression
from tests.customers.journey import ask, build_journey, read_journey, work_out_households


@pytest.fixture(scope="module")
def customers():
    return build_journey()


@pytest.fixture(scope="module")
def frame(customers) -> pd.DataFrame:
    return customers.frame.set_index("customer_id")


@pytest.fixture(scope="module")
def by_hand() -> pd.DataFrame:
    return work_out_households()


def test_there_is_a_row_for_each_of_the_2469_households(frame, by_hand):
    assert len(frame) == 2469
    assert frame.index.is_unique
    assert set(frame.index) == set(by_hand.index)


def test_sales_add_up_to_the_cent(frame):
    assert round(frame["sales"].sum(), 2) == 4_596_039.58


def test_baskets_add_up(frame):
    assert frame["orders"].sum() == 155_848


def test_demographics_are_known_for_801_and_the_others_stay_in(frame):
    assert frame["age"].notna().sum() == 801
    assert frame.loc[frame["age"].isna(), "sales"].notna().sum() == 2469 - 801


COMPARED = (
    "orders", "lines_per_order", "coupon_share", "evening_share", "weekend_share", "longest_gap", "irregularity",
    "recency", "frequency", "sales", "monetary_value", "discount_share", "stores", "private_label_share", "mix_fuel",
    "mix_fresh_produce", "mix_meat_and_seafood", "trend", "tenure",
)  # fmt: skip


@pytest.mark.parametrize("name", COMPARED)
def test_every_household_has_the_value_of_a_query_written_by_hand(frame, by_hand, name):
    pd.testing.assert_series_equal(frame[name], by_hand[name].loc[frame.index], check_names=False, rtol=1e-9)


def test_campaigns_received_and_answered_are_those_of_the_package(frame):
    sent = ask(
        """
        WITH touched AS (
          SELECT household_id, campaign_id, false AS answered FROM {campaigns}
          JOIN {campaign_descriptions} USING (campaign_id) WHERE start_date < '2018-01-01' AND end_date >= '2017-01-01'
          UNION ALL SELECT household_id, campaign_id, true FROM {coupon_redemptions}
          WHERE redemption_date < '2018-01-01' AND redemption_date >= '2017-01-01')
        SELECT CAST(household_id AS VARCHAR) AS id, count(DISTINCT campaign_id) FILTER (NOT answered) AS received,
               count(DISTINCT campaign_id) FILTER (answered) AS answered FROM touched GROUP BY ALL
        """
    ).set_index("id")
    sent = sent.reindex(frame.index).fillna(0)
    assert (frame["campaigns_answered"] == sent["answered"]).all()
    assert (frame["campaigns_received"] == sent[["received", "answered"]].max(axis=1)).all()


def test_a_share_of_spending_is_not_more_than_all_of_it(frame):
    mix = frame.filter(like="mix_")
    assert mix.shape[1] == 5
    assert mix.sum(axis=1).max() <= 1 + 1e-9


def test_building_twice_gives_the_same_bytes(frame):
    dataset = read_journey()
    again, _ = customer_expression(dataset, dataset.observation_start, dataset.observation_end, _categories(dataset))
    again = again.order_by("customer_id").to_pandas().set_index("customer_id")
    numbers = [name for name in frame if pd.api.types.is_float_dtype(frame[name])]
    for name in numbers:
        assert np.array_equal(frame[name].to_numpy(), again[name].astype(float).to_numpy(), equal_nan=True), name


def test_the_rehearsal_ends_where_the_holdout_begins(customers, frame):
    rehearsal = customers.rehearsal
    before = ask(
        """
        SELECT CAST(household_id AS VARCHAR) AS id, CAST(sum(CAST(sales_value AS DECIMAL(18, 2))) AS DOUBLE) AS sales
        FROM {transactions}
        WHERE timezone('America/New_York', timezone('UTC', transaction_timestamp)) < '2017-10-01' GROUP BY ALL
        """
    ).set_index("id")["sales"]
    found = rehearsal.frame.set_index("customer_id")["sales"]
    assert set(found.index) == set(before.index)
    assert np.allclose(found, before.loc[found.index], rtol=1e-12)
    after = rehearsal.outcomes.set_index("customer_id")["sales"]
    assert np.allclose(found + after, frame.loc[found.index, "sales"], rtol=1e-9)


def test_the_quality_sheet_counts_what_was_read(customers):
    rows = {table.table: table.rows for table in customers.quality.tables}
    assert rows["transactions"] == 1_469_307
    known = {column.name: column.known for column in customers.quality.columns}
    assert known["age"] == pytest.approx(801 / 2469)
    petrol = ask("SELECT count(*) AS n FROM {transactions} JOIN {products} USING (product_id) "
                 "WHERE department = 'FUEL' OR product_type = 'GASOLINE-REG UNLEADED'")  # fmt: skip
    assert [(aside.rows, aside.of) for aside in customers.quality.set_aside] == [(petrol["n"][0], 1_469_307)]
