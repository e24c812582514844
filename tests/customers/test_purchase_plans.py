"""Orders over two days, stores and kinds that are not known: counted by grouping, the same as counted one by one."""

import pandas as pd
import pytest

from tests.customers.purchases import lines_of, summarise

LINES = lines_of(
    ("a", "2024-03-08 23:50", "night", 1.0, "Produce", "apples", 0.0, 0.0, False, "s1"),  # a Friday
    ("a", "2024-03-09 00:10", "night", 2.0, "Produce", "pears", 0.0, 0.3, False, "s2"),
    ("a", "2024-03-09 09:00", "day", 4.0, "Meat", None, 0.0, 0.0, False, None),
    ("a", "2024-08-09 09:00", None, 8.0, "Meat", "ham", 0.0, 0.0, False, "s2"),
    ("b", "2024-03-09 18:00", "x", 5.0, "Meat", None, 0.0, 0.0, False, None),
)


@pytest.fixture(scope="module")
def known() -> pd.DataFrame:
    return summarise(LINES)


def test_an_order_over_midnight_is_one_order_on_two_days(known):
    assert known.loc["a", ["orders", "frequency"]].tolist() == [3, 3]
    assert known.loc["a", "lines_per_order"] == 4 / 3


def test_an_order_over_midnight_has_the_day_and_hour_it_began(known):
    assert known.loc["a", "weekend_share"] == 1 / 3  # the order by day, not the one that began on Friday
    assert known.loc["a", "evening_share"] == 1 / 3


def test_a_coupon_on_any_line_makes_an_order_one_with_a_coupon(known):
    assert known.loc["a", "coupon_share"] == 1 / 3


def test_stores_count_once_and_unknown_ones_not(known):
    assert known["stores"].to_dict() == {"a": 2, "b": 0}


def test_a_customer_of_whom_no_kind_is_known_stays_without_a_change_of_range(known):
    assert known["range_change"].isna().all()
    assert known.loc["b", "sales"] == 5


def test_without_orders_a_day_is_an_order():
    found = summarise(LINES.drop(columns="order_id"))
    assert found.loc["a", ["orders", "frequency"]].tolist() == [3, 3]
    assert "evening_share" not in found


def test_without_stores_kinds_and_categories_their_columns_are_left_out():
    found = summarise(LINES.drop(columns=["store", "subcategory", "category"]), categories=())
    assert not {"stores", "range_change", "mix_produce"} & set(found.columns)
    assert found.loc["a", "sales"] == 15
