"""Analytic truth: what six purchases are by hand, and what must not change anything."""

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personas.customers.behaviour import campaign_features, leading_categories
from tests.customers.purchases import ADA, BO, CY, END, START, lines_of, summarise

BY_HAND = {
    "recency": 11,  # 21 December to 1 January
    "frequency": 6,
    "sales": 116.0,
    "monetary_value": 116 / 6,
    "orders": 6,
    "lines_per_order": 8 / 6,
    "longest_gap": 151,  # gaps of 30, 60, 53, 151 and 21 days
    "irregularity": np.std([30, 60, 53, 151, 21]) / np.mean([30, 60, 53, 151, 21]),
    "trend": (51 - 65) / 116,
    "recent_visit_change": 3 * 2 / 4 - 1,  # two of six purchase days since 2 October
    "tenure": 326,
    "weekend_share": 3 / 6,  # 10 February, 30 November and 21 December are Saturdays
    "evening_share": 2 / 6,
    "coupon_share": 1 / 6,
    "discount_share": 4.5 / 120.5,
    "private_label_share": 30 / 116,
    "mix_produce": 65 / 116,
    "mix_meat": 19 / 116,
    "stores": 2,
    "range_change": 2 / 5 - 1,
}


@pytest.fixture(scope="module")
def known() -> pd.DataFrame:
    return summarise(lines_of(*ADA, *BO, *CY))


@pytest.mark.parametrize("name", BY_HAND)
def test_six_purchases_have_the_value_worked_out_by_hand(known, name):
    assert known.loc["ada", name] == pytest.approx(BY_HAND[name], rel=1e-12)


def test_every_feature_is_worked_out_by_hand(known):
    assert set(known.columns) == set(BY_HAND)


def test_recency_counts_days_since_the_last_purchase_day(known):
    assert known["recency"].to_dict() == {"ada": 11, "bo": 256, "cy": 1}


def test_tenure_is_unknown_where_the_first_purchase_lies_in_the_first_month(known):
    assert np.isnan(known.loc["bo", "tenure"])
    assert known.loc["cy", "tenure"] == 1


def test_a_first_purchase_a_month_after_the_start_has_a_tenure_and_a_day_earlier_has_none():
    rows = [(who, day, who, 1.0, "Produce", "x", 0.0, 0.0, False, "s") for who, day in
            (("late", "2024-02-01 00:00"), ("early", "2024-01-31 23:59"))]  # fmt: skip
    tenure = summarise(lines_of(*rows))["tenure"]
    assert tenure["late"] == 335
    assert np.isnan(tenure["early"])


@pytest.mark.parametrize("name", ["irregularity", "recent_visit_change", "range_change"])
def test_what_two_purchases_cannot_tell_is_unknown_and_not_zero(known, name):
    assert np.isnan(known.loc["bo", name])


def test_the_window_holds_its_start_and_not_its_end():
    at_start = ("ada", START, "x0", 100.0, "Produce", "x", 0.0, 0.0, False, "s1")
    at_end = ("ada", END, "x1", 1000.0, "Produce", "x", 0.0, 0.0, False, "s1")
    found = summarise(lines_of(at_start, *ADA, at_end)).loc["ada"]
    assert found["sales"] == 216
    assert found["recency"] == 11


def test_discounts_count_alike_whether_written_as_minus_or_plus():
    lines = lines_of(*ADA)
    minus = lines.assign(discount=-lines["discount"], coupon_discount=-lines["coupon_discount"])
    pd.testing.assert_frame_equal(summarise(lines), summarise(minus))


def test_columns_that_are_not_there_leave_out_their_features_and_no_others():
    bare = summarise(lines_of(*ADA)[["customer_id", "time", "amount"]], categories=())
    gone = {"evening_share", "coupon_share", "discount_share", "private_label_share", "stores", "range_change"}
    assert set(BY_HAND) - set(bare.columns) == gone | {"mix_produce", "mix_meat"}
    assert bare.loc["ada", "orders"] == 6, "without order numbers a day is an order"


purchases = st.lists(
    st.tuples(
        st.sampled_from(["ada", "bo", "cy"]),
        st.integers(0, 365 * 24 * 60),
        st.integers(1, 4),
        st.integers(-500, 20_000),
        st.sampled_from(["Produce", "Meat", "Deli"]),
    ),
    min_size=1,
    max_size=25,
)


def drawn_lines(drawn) -> pd.DataFrame:
    rows = [
        (who, START + pd.Timedelta(minutes=minute), f"{who}{minute}-{order}", cents / 100, category,
         f"{category}{order}", order / 4, 0.25 if order == 1 else 0.0, order == 2, f"s{order}")
        for who, minute, order, cents, category in drawn
    ]  # fmt: skip
    return lines_of(*rows)


@settings(max_examples=6, deadline=None, derandomize=True)
@given(purchases, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(drawn, random):
    lines = drawn_lines(drawn)
    order = list(range(len(lines)))
    random.shuffle(order)
    pd.testing.assert_frame_equal(summarise(lines), summarise(lines.iloc[order]), check_exact=True)


@settings(max_examples=6, deadline=None, derandomize=True)
@given(purchases)
def test_the_names_of_the_customers_change_nothing(drawn):
    lines = drawn_lines(drawn)
    names = {"ada": "z9", "bo": "Ω", "cy": "'; --"}
    renamed = summarise(lines.assign(customer_id=lines["customer_id"].map(names)))
    expected = summarise(lines).rename(index=names).sort_index()
    pd.testing.assert_frame_equal(renamed.sort_index(), expected, check_exact=True)


@settings(max_examples=6, deadline=None, derandomize=True)
@given(purchases)
def test_the_currency_scales_money_and_nothing_else(drawn):
    lines = drawn_lines(drawn)
    money = ["amount", "discount", "coupon_discount"]
    dearer = summarise(lines.assign(**{name: lines[name] * 100 for name in money}))
    expected = summarise(lines)
    expected[["sales", "monetary_value"]] *= 100
    pd.testing.assert_frame_equal(dearer, expected, rtol=1e-9)


@settings(max_examples=6, deadline=None, derandomize=True)
@given(purchases)
def test_shares_of_spending_of_those_who_paid_for_everything_lie_between_nothing_and_all(drawn):
    lines = drawn_lines(drawn)
    found = summarise(lines[lines["amount"] > 0], categories=("Produce", "Meat", "Deli"))
    mix = found.filter(like="mix_")
    assert ((mix >= 0) & (mix <= 1)).all(axis=None)
    assert np.allclose(mix.sum(axis=1), 1)


def test_leading_categories_come_by_sales_and_leave_a_remainder():
    lines = lines_of(*ADA, *BO, *CY)
    assert leading_categories(ibis.memtable(lines), START, END) == ("Produce", "Meat", "Deli"), "Other remains"
    named = lines[lines["category"] != "Other"]
    assert leading_categories(ibis.memtable(named), START, END) == ("Produce", "Meat")
    assert leading_categories(ibis.memtable(lines), START, END, most=1) == ("Produce",)


def test_leading_categories_do_not_look_past_the_end():
    late = ("bo", END, "x", 1e6, "Yachts", "x", 0.0, 0.0, False, "s1")
    assert "Yachts" not in leading_categories(ibis.memtable(lines_of(*ADA, late)), START, END)


def touched(*rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "time", "stage", "campaign"])
    table = ibis.memtable(frame.assign(time=pd.to_datetime(frame["time"], format="mixed")))
    return campaign_features(table, START, END)[0].to_pandas().set_index("customer_id").sort_index()


def test_campaigns_are_counted_once_however_often_they_were_answered():
    found = touched(
        ("ada", "2024-02-01", "interest", "1"), ("ada", "2024-03-01", "interest", "2"),
        ("ada", "2024-03-05", "purchase", "2"), ("ada", "2024-03-06", "purchase", "2"),
        ("bo", "2024-02-01", "interest", "1"),
    )  # fmt: skip
    assert found.loc["ada"].tolist() == [2, 1, 0.5]
    assert found.loc["bo"].tolist() == [1, 0, 0.0]


def test_an_answer_to_an_older_campaign_shows_that_it_was_received():
    found = touched(("ada", "2023-12-01", "interest", "1"), ("ada", "2024-01-05", "purchase", "1"))
    assert found.loc["ada"].tolist() == [1, 1, 1.0]


def test_campaigns_on_the_end_day_are_not_seen():
    found = touched(
        ("ada", "2024-12-31", "interest", "1"), ("ada", "2025-01-01", "interest", "2"),
        ("bob", "2024-06-01", "purchase", "1")
    )  # fmt: skip
    assert found.loc["ada", "campaigns_received"] == 1


def test_response_is_not_measured_where_no_purchase_names_a_campaign():
    rows = ibis.memtable(
        {"customer_id": ["ada"], "time": [pd.Timestamp("2024-06-01")], "stage": ["interest"], "campaign": ["1"]}
    )
    assert campaign_features(rows, START, END) is None
