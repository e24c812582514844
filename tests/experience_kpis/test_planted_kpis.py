"""Further figures of demo and demo_b2b against what was planted, and the customer table's KPIs by hand."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from personas.experience.kpis.customer_kpis import REGISTRY, hide_small, measure_kpis, with_referrals
from personas.experience.kpis.survival import Spells, share_left


def test_retention_curves_fall_and_end_where_the_planted_hazard_says(demo):
    """Six bands on one draw, at 6 and at 12 months where they are told: all but two at most cover the planted share."""
    covered = []
    for row in demo.truth["churn"]:
        points = {point.months: point.left for point in demo.outcomes.retention[row["segment"]]}
        values = [points[month].value for month in sorted(points)]
        assert all(a >= b for a, b in pairwise(values))
        covered += [
            points[months].low <= row[f"kept_after_{months}_months"] <= points[months].high
            for months in (6, 12)
            if months in points
        ]
    assert len(covered) >= 8 and sum(covered) >= len(covered) - 2


def test_the_retention_curve_meets_the_kpi(demo):
    told = 0
    for number in demo.numbers:
        point = next((p for p in demo.outcomes.retention[number] if p.months == 12), None)
        if point is not None:
            assert point.left == demo.kpi("kept_12_months", number).estimate
            told += 1
    assert told >= 4


def test_no_step_of_a_retention_curve_is_that_of_a_few(demo):
    for points in demo.outcomes.retention.values():
        before = 1.0
        for point in points:
            assert point.left.n * (1 - point.left.value / before) >= 10
            before = point.left.value


def test_trends_are_told_for_everybody_and_each_segment(demo):
    keys = {trend.key for trend in demo.outcomes.trends[0]}
    assert keys == {"nps", "csat", "ces", "sales_a_month", "buyers_a_month", "cases_a_month"}
    for trends in demo.outcomes.trends.values():
        assert {trend.key for trend in trends} == keys
        assert all(point.estimate.n >= 10 for trend in trends for point in trend.points)


def test_recommendation_of_the_months_adds_up_to_that_of_the_period(demo):
    trend = next(t for t in demo.outcomes.trends[0] if t.key == "nps")
    n = np.array([point.estimate.n for point in trend.points])
    value = np.array([point.estimate.value for point in trend.points])
    assert n.sum() == demo.kpi("nps").estimate.n
    assert n @ value / n.sum() == pytest.approx(demo.kpi("nps").estimate.value)


def test_answers_of_one_customer_are_not_several_customers(demo):
    nps = demo.kpi("nps").estimate
    assert nps.n_effective < 0.8 * nps.n, "people answer alike wave after wave"


def test_referrals_are_counted_on_both_sides(demo):
    found = {k.key: k.estimate for k in measure_kpis(demo.customers.frame, demo.customers.features)}
    by = demo.customers.frame["referred_by"].dropna()
    n = len(demo.customers.frame)
    assert found["referred_share"].value == pytest.approx(len(by) / n)
    assert found["referrers"].value == pytest.approx(by.nunique() / n)


def test_prospects_are_not_customers_who_fell_silent(demo):
    found = {k.key: k.estimate for k in measure_kpis(demo.customers.frame, demo.customers.features)}
    bought = demo.customers.frame["recency"].notna()
    assert found["active_share"].n == bought.sum() < len(bought)
    assert found["active_share"].value == pytest.approx((demo.customers.frame["recency"][bought] <= 56).mean())


def test_survey_weights_count_in_every_kpi_of_the_customer_table(demo):
    frame = with_referrals(demo.customers.frame)
    weights = np.where(frame["sales"] > frame["sales"].median(), 3.0, 1.0)
    for plain, weighted in zip(
        measure_kpis(frame, ())[2:], measure_kpis(frame, (), weights=weights)[2:], strict=True
    ):  # the first two are totals
        definition = next(d for d in REGISTRY if d.key == plain.key)
        each = definition.each(frame)
        known = np.isfinite(each)
        expected = np.average(each[known], weights=weights[known])
        assert weighted.estimate.value == pytest.approx(expected), plain.key
        assert weighted.estimate.n == plain.estimate.n


def test_weights_that_are_all_one_change_nothing(demo):
    frame, inside = demo.customers.frame, demo.segments == 1
    for plain, weighted in zip(
        measure_kpis(frame, (), inside), measure_kpis(frame, (), inside, np.ones(len(frame))), strict=True
    ):
        assert weighted.estimate.value == pytest.approx(plain.estimate.value)
        assert weighted.estimate.low == pytest.approx(plain.estimate.low, abs=1e-9), plain.key
        assert weighted.effect == pytest.approx(plain.effect, rel=1e-3)  # n against n − 1


def test_a_figure_of_few_is_hidden_with_the_one_that_would_give_it_away(demo):
    frame = demo.customers.frame.assign(campaigns_received=0.0, campaigns_answered=0.0)
    sent = frame.index[demo.segments == 2][:60].union(frame.index[demo.segments == 3][:40])
    frame.loc[sent.union(frame.index[demo.segments == 1][:4]), "campaigns_received"] = 2.0
    kpis = {n: measure_kpis(frame, (), None if n == 0 else demo.segments == n) for n in (0, *demo.numbers)}
    found = {n: next(k for k in own if k.key == "campaign_response") for n, own in hide_small(kpis, 10).items()}
    assert not found[1].estimate.measured and not found[3].estimate.measured
    assert not found[1].rest.measured and found[1].p is None
    assert found[2].estimate.n == 60 and found[0].estimate.n == 104


def test_contracts_of_one_account_are_alike_and_widen_the_interval():
    """Firms of demo_b2b leave with all of their contracts: taken one by one they would look far surer."""
    rng = np.random.default_rng(7)
    firm = np.repeat(np.arange(60), 6)
    days = np.repeat(rng.exponential(400, 60), 6) + rng.uniform(0, 5, 360)
    spells = Spells(np.minimum(days, 600), days < 600, None, None, firm)
    clustered, apart = share_left(spells, 300), share_left(Spells(spells.days, spells.ended), 300)
    assert clustered.high - clustered.low > 2 * (apart.high - apart.low)
    assert clustered.n_effective == pytest.approx(60, rel=0.3)


def test_accounts_are_the_clusters_of_demo_b2b(tmp_path):
    from personas.customers import build_customers
    from personas.customers.feedback import list_questions
    from personas.dataset import read_dataset
    from personas.experience.comparison import Group
    from personas.experience.kpis.answers import measure_answers
    from personas.experience.kpis.outcomes import members_table
    from personas.simulation import simulate

    simulate(tmp_path, "demo_b2b", 500, 7)
    dataset = read_dataset("demo_b2b", data=tmp_path)
    customers = build_customers(dataset)
    members = members_table(dataset, customers.frame, np.ones(len(customers.frame), int))
    feedback = dataset.tables["feedback"]
    kpis, _ = measure_answers(feedback, list_questions(feedback), members, Group((1,), (), 10))
    nps = next(kpi[0] for kpi in kpis if kpi[0].key == "nps").estimate
    answers = pd.read_parquet(tmp_path / "recommendations.parquet").query("score <= 10")
    accounts = pd.read_parquet(tmp_path / "customers.parquet").set_index("customer_id")["account_id"]
    vote = np.where(answers["score"] >= 9, 1.0, np.where(answers["score"] <= 6, -1.0, 0.0))
    by_account = (
        pd.DataFrame({"v": vote, "a": answers["customer_id"].map(accounts)}).groupby("a")["v"].agg(["sum", "size"])
    )
    mean = by_account["sum"].sum() / by_account["size"].sum()
    groups = len(by_account)
    error = np.sqrt(((by_account["sum"] - mean * by_account["size"]) ** 2).sum() * groups / (groups - 1)) / len(vote)
    assert nps.value == pytest.approx(100 * mean)
    spread = vote.std(ddof=1)
    assert nps.n_effective == pytest.approx((spread / error) ** 2, rel=0.01)
