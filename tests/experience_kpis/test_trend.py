"""KPIs by month: against sums by hand, least squares by numpy, and a bootstrap over customers."""

from datetime import datetime

import ibis
import numpy as np
import pandas as pd
import pytest

from personas.customers.feedback import list_questions
from personas.experience.comparison import Group
from personas.experience.kpis.trend import measure_trends, whole_months

START, END = datetime(2024, 1, 1), datetime(2025, 1, 1)


@pytest.fixture(scope="module")
def answers():
    """300 customers, half in each segment; each answers in about half of the months, and tells the same in all."""
    rng = np.random.default_rng(8)
    who, month = np.nonzero(rng.random((300, 12)) < 0.5)
    mood = rng.normal(7.5, 2, 300)
    score = np.clip(np.round(mood[who] + 0.15 * month * (who < 150) + rng.normal(0, 0.5, len(who))), 0, 10)
    return pd.DataFrame(
        {
            "customer_id": [f"c{i:03}" for i in who], "time": [datetime(2024, m + 1, 15) for m in month],
            "metric": "nps", "score": score, "scale_low": 0.0, "scale_high": 10.0, "higher_is_better": True,
            "segment": np.where(who < 150, 1, 2), "month": month,
        }
    )  # fmt: skip


def members(ids, segments, weights=1.0):
    return ibis.memtable(pd.DataFrame({"customer_id": ids, "segment": segments, "weight": weights}))


def follow(answers, min_group=10, groups=(1, 2), weights=1.0):
    people = answers.drop_duplicates("customer_id")
    feedback = ibis.memtable(answers.drop(columns=["segment", "month"]))
    found = measure_trends(
        {"feedback": feedback}, list_questions(feedback), members(people["customer_id"], people["segment"], weights),
        Group(groups, (), min_group), START, END,
    )  # fmt: skip
    return {number: next((t for t in trends if t.key == "nps"), None) for number, trends in found.items()}


def votes(answers):
    return np.where(answers["score"] >= 9, 100.0, np.where(answers["score"] <= 6, -100.0, 0.0))


def test_each_month_is_the_score_of_its_answers(answers):
    trend = follow(answers)[1]
    own = answers[(answers["segment"] == 1) & (answers["month"] == 4)]
    point = next(point for point in trend.points if point.month == "2024-05")
    assert point.estimate.value == pytest.approx(votes(own).mean()) and point.estimate.n == len(own)
    assert len(trend.points) == 12


def test_the_slope_is_least_squares_over_the_answers(answers):
    for number, trend in follow(answers).items():
        own = answers if number == 0 else answers[answers["segment"] == number]
        assert trend.slope.value == pytest.approx(np.polyfit(own["month"], votes(own), 1)[0])


def test_the_interval_is_that_of_a_bootstrap_over_customers(answers):
    """Customers who answer often make the answers alike: resampling answers would give another width."""
    own = answers[answers["segment"] == 2]
    trend = follow(answers)[2]
    assert "widened" not in trend.slope.method
    parts = [np.column_stack([g["month"], votes(g)]) for _, g in own.groupby("customer_id")]
    rng = np.random.default_rng(1)
    slopes = [
        np.polyfit(*np.concatenate([parts[i] for i in rng.integers(0, len(parts), len(parts))]).T, 1)[0]
        for _ in range(400)
    ]
    half = (trend.slope.high - trend.slope.low) / 2
    assert half == pytest.approx(1.96 * np.std(slopes), rel=0.12)  # 400 draws: standard error 3.5 %


def test_the_error_is_the_sum_over_customers_of_what_each_adds(answers):
    """Written out with pandas, on scores so high that it matters whether an answer's expectation is taken off."""
    high = answers.assign(score=np.minimum(answers["score"] + 2, 10))
    own = high[high["segment"] == 2].assign(vote=lambda f: votes(f))
    months = own.groupby("month")["vote"].agg(["size", "mean"])
    away = months.index.to_numpy() - np.average(months.index, weights=months["size"])
    pull = months["size"] * away / (months["size"] @ away**2)
    off = own["vote"] - own["month"].map(months["mean"])
    added = (own["month"].map(pull / months["size"]) * off).groupby(own["customer_id"]).sum()
    slope = follow(high)[2].slope
    error = (slope.high - slope.value) / (1.959964 if "widened" not in slope.method else np.nan)
    assert error == pytest.approx(np.sqrt((added**2).sum()), rel=0.01)  # n / (n − 1)


def test_the_planted_rise_is_found_where_it_was_planted(answers):
    trends = follow(answers)
    assert trends[1].slope.low > 0
    assert trends[2].slope.low < 0 < trends[2].slope.high


def test_the_share_of_false_rises_is_small():
    """No trend in 120 segments: intervals of 95 % miss zero in 6 on average, in more than 13 with a chance of .2 %."""
    rng = np.random.default_rng(3)
    who, month = np.nonzero(rng.random((7200, 6)) < 0.6)
    x = rng.normal(0, 1, 7200)[who] + rng.normal(0, 1, len(who))
    lines = pd.DataFrame(
        {"customer_id": who.astype(str), "time": [datetime(2024, m + 1, 9) for m in month], "amount": x.round(2) + 10}
    )
    segments = np.arange(7200) // 60 + 1
    trends = sales_trends(lines, segments)
    missed = sum(not t[0].slope.low <= 0 <= t[0].slope.high for number, t in trends.items() if number)
    assert 1 <= missed <= 13


def sales_trends(lines, segments, end=datetime(2024, 7, 1), least=10):
    table = ibis.memtable(lines).mutate(amount=ibis._.amount.cast("decimal(18, 4)"))
    ids = [str(i) for i in range(len(segments))]
    groups = Group(tuple(sorted(set(segments.tolist()))), (), least)
    return measure_trends({"transactions": table}, (), members(ids, segments), groups, START, end)


def sales_trend(lines, customers, key="sales_a_month", least=10):
    found = sales_trends(lines, np.ones(customers, int), least=least)
    return next(trend for trend in found[0] if trend.key == key)


def test_sales_count_those_who_bought_nothing():
    lines = pd.DataFrame(
        [("0", datetime(2024, m, 3), 10.0 * m) for m in range(1, 7)] + [("1", datetime(2024, 1, 3), 5.0)],
        columns=["customer_id", "time", "amount"],
    )
    trend = sales_trend(lines, 20, least=1)
    assert [p.estimate.value for p in trend.points] == pytest.approx([15 / 20, *(m * 10 / 20 for m in range(2, 7))])
    assert trend.slope.value == pytest.approx(np.polyfit(range(6), [p.estimate.value for p in trend.points], 1)[0])
    buyers = sales_trend(lines, 20, key="buyers_a_month", least=1)
    assert [p.estimate.value for p in buyers.points] == pytest.approx([2 / 20, *[1 / 20] * 5])
    with pytest.raises(StopIteration):
        sales_trend(lines, 20)  # the sum of a month would be that of two customers


def test_the_error_of_a_slope_of_sales_is_that_of_customers_slopes():
    """With everybody in every month, the slope is the mean of the customers' own slopes, and so is its error."""
    rng = np.random.default_rng(4)
    x = np.round(rng.gamma(2, 10, (50, 1)) + rng.gamma(1, 5, (50, 6)), 2) * (rng.random((50, 6)) < 0.7)
    who, month = np.nonzero(x)
    lines = pd.DataFrame(
        {"customer_id": who.astype(str), "time": [datetime(2024, m + 1, 2) for m in month], "amount": x[who, month]}
    )
    slope = sales_trend(lines, 50).slope
    each = np.array([np.polyfit(range(6), row, 1)[0] for row in x])
    assert slope.value == pytest.approx(each.mean())
    if "widened" not in slope.method:
        assert (slope.high - slope.value) / 1.959964 == pytest.approx(each.std(ddof=1) / np.sqrt(50), rel=1e-6)


def test_months_of_too_few_are_left_out_and_cannot_be_worked_out(answers):
    few = answers[(answers["segment"] == 1) | (answers["month"] != 4) | (answers["customer_id"] < "c154")]
    trends = follow(few)
    assert "2024-05" not in {point.month for point in trends[2].points}
    assert "2024-05" not in {point.month for point in trends[1].points}, "the base less segment 1 would be segment 2"
    assert "2024-05" in {point.month for point in trends[0].points}


def test_two_months_are_no_trend(answers):
    assert follow(answers[answers["month"] < 2])[0] is None
    short = answers[(answers["segment"] == 1) | (answers["month"] < 2)]
    assert not follow(short)[2].slope.measured and follow(short)[1] is not None


def test_only_whole_months_count():
    assert whole_months(datetime(2024, 12, 2), datetime(2025, 3, 31)) == (datetime(2025, 1, 1), datetime(2025, 3, 1))


def test_weights_move_the_trend(answers):
    people = answers.drop_duplicates("customer_id")
    heavy = np.where(people["segment"] == 1, 3.0, 1.0)
    found = follow(answers, weights=heavy)[0].slope.value
    w = np.where(answers["segment"] == 1, 3.0, 1.0)
    assert found == pytest.approx(np.polyfit(answers["month"], votes(answers), 1, w=np.sqrt(w))[0])
