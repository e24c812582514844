"""KPIs by hand, circular tests refused, and what was not measured listed by what is missing."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind

from personas.customers.behaviour import campaign_features, purchase_features
from personas.customers.models import Feature
from personas.estimates import Estimate
from personas.experience import Kpi, measure_experience
from personas.experience.journey.observed import measure_journey
from personas.experience.kpis.customer_kpis import (
    REGISTRY,
    formed_by,
    how_tested,
    kpi_values,
    list_not_measured,
    measure_kpis,
    value_share,
    welch_p,
)
from personas.segments import Segmentation, fit_space
from personas.segments.models import SegmentSize, Verdict
from tests.experience.households import FEATURES, customers_of, feature, household_table

INSIDE = np.arange(600) < 200


@pytest.fixture(scope="module")
def frame():
    return household_table()


@pytest.fixture(scope="module")
def kpis(frame):
    return {kpi.key: kpi for kpi in measure_kpis(frame, FEATURES, INSIDE)}


def test_every_kpi_is_the_figure_that_its_definition_describes(frame, kpis):
    own = frame[INSIDE]
    assert kpis["spend"].estimate.value == pytest.approx(own["sales"].mean())
    assert kpis["repeat_rate"].estimate.value == pytest.approx((own["frequency"] >= 2).mean())
    assert kpis["active_share"].estimate.value == pytest.approx((own["recency"] <= 56).mean())
    answered = own["campaigns_answered"].sum() / own["campaigns_received"].sum()
    assert kpis["campaign_response"].estimate.value == pytest.approx(answered)
    assert kpis["coupon_users"].estimate.value == pytest.approx((own["coupon_share"] > 0).mean())


def test_campaigns_answered_count_only_those_who_were_sent_one(frame):
    frame = frame.copy()
    silent = INSIDE & (np.arange(len(frame)) % 3 == 0)
    frame.loc[silent, ["campaigns_received", "campaigns_answered", "campaign_response"]] = [0.0, 0.0, np.nan]
    kpi = next(kpi for kpi in measure_kpis(frame, FEATURES, INSIDE) if kpi.key == "campaign_response")
    assert kpi.estimate.n == (INSIDE & ~silent).sum()


def test_a_segment_is_compared_with_the_rest_and_not_with_the_whole(frame, kpis):
    assert kpis["spend"].rest.value == pytest.approx(frame["sales"][~INSIDE].mean())
    assert kpis["spend"].rest.n == 400
    assert all(kpi.rest is None for kpi in measure_kpis(frame, FEATURES))


@pytest.mark.parametrize("forming", [("sales",), ("frequency",), ("coupon_share",), ("campaigns_received",), ()])
def test_no_kpi_is_tested_whose_columns_formed_the_segments(frame, forming):
    features = tuple(f.model_copy(update={"forms": f.name in forming}) for f in FEATURES)
    used = formed_by(features)
    columns = {definition.key: definition.columns for definition in REGISTRY}
    found = measure_kpis(frame, features, INSIDE)
    assert len(found) >= 5
    for kpi in found:
        circular = bool(set(columns[kpi.key]) & used)
        assert kpi.test.startswith("not tested: used to form") == circular, kpi.key


def test_no_kpi_made_from_purchases_is_tested_where_purchases_formed_the_segments():
    shop = _shop_features()
    tested = {d.key for d in REGISTRY if "not tested" not in how_tested(d.columns, shop)}
    assert "campaign_response" in tested
    assert not tested & {"spend", "repeat_rate", "active_share", "coupon_users"}


def _shop_features() -> tuple[Feature, ...]:
    import ibis

    from tests.customers.purchases import ADA, END, START, lines_of

    bought = purchase_features(ibis.memtable(lines_of(*ADA)), START, END, ("Produce",))[1]
    touched = pd.DataFrame([("a", START, "purchase", "1")], columns=["customer_id", "time", "stage", "campaign"])
    return (*bought, *campaign_features(ibis.memtable(touched), START, END)[1])


def test_the_p_value_is_welchs():
    rng = np.random.default_rng(2)
    a, b = rng.normal(0, 1, 30), rng.normal(0.5, 3, 50)
    assert welch_p(np.append(a, np.nan), b) == pytest.approx(ttest_ind(a, b, equal_var=False).pvalue)
    assert welch_p(a[:1], b) is None
    assert welch_p(np.ones(5), np.ones(9)) is None


def test_shares_of_sales_add_up_to_one(frame):
    shares = [value_share(frame, np.arange(600) % 3 == rest).value for rest in range(3)]
    assert sum(shares) == pytest.approx(1)
    assert value_share(frame, None).value == 1
    assert not value_share(frame.drop(columns="sales"), INSIDE).measured


NEEDED = {
    "tickets": {"Time to resolution"},
    "subscriptions": {"Churn and retention by contract"},
}
ASKED = {"nps": "Recommendation (NPS)", "csat": "Satisfaction (CSAT)", "ces": "Effort (CES)"}


def kpi(key: str, value: float | None = 1.0) -> Kpi:
    estimate = Estimate(value=value, n=50)
    return Kpi(key=key, label=key, definition=key, better="higher", estimate=estimate)


@pytest.mark.parametrize("declared", [(), ("tickets",), ("subscriptions",), ("tickets", "subscriptions")])
@pytest.mark.parametrize("asked", [(), ("nps",), ("nps", "csat", "ces")])
def test_what_is_listed_as_not_measured_depends_on_the_roles_and_on_what_was_asked(frame, declared, asked):
    kpis = tuple(kpi(key) for key in (*asked, "resolved_median"))
    gaps = list_not_measured(frame.assign(tenure=100.0), ("transactions", *declared), kpis)
    expected = set().union(*(whats for role, whats in NEEDED.items() if role not in declared))
    expected |= {label for key, label in ASKED.items() if key not in asked}
    assert {gap.what for gap in gaps} == expected
    assert all(gap.why and gap.would_need for gap in gaps)


def test_a_question_nobody_answered_is_not_measured(frame):
    assert "Recommendation (NPS)" in {gap.what for gap in list_not_measured(frame, (), (kpi("nps", None),))}


def test_lifetime_value_is_not_measured_where_most_histories_are_cut_off(frame):
    short = frame.assign(tenure=np.where(np.arange(600) < 200, 100.0, np.nan))
    assert "Lifetime value" in {gap.what for gap in list_not_measured(short, NEEDED)}
    assert "Lifetime value" in {gap.what for gap in list_not_measured(frame, NEEDED)}


def test_the_journey_counts_offers_used_among_those_who_were_sent_any(frame):
    some = frame.assign(campaigns_received=np.where(np.arange(600) < 500, 5.0, 0.0))
    cells = {cell.stage: cell for cell in measure_journey(some, None)}
    assert cells["contact"].share.value == pytest.approx(500 / 600)
    assert cells["interest"].share.n == 500
    assert cells["interest"].share.value == pytest.approx((some["campaigns_answered"][:500] >= 1).mean())
    assert cells["experience"].kind == "not measured"
    assert not any(cell.feeling.measured for cell in cells.values()), "nobody was asked"


def test_a_kpi_without_its_column_is_left_out_and_not_zero(frame):
    every = {kpi.key for kpi in measure_kpis(frame, FEATURES)}
    keys = {kpi.key for kpi in measure_kpis(frame.drop(columns="coupon_share"), FEATURES)}
    assert every - keys == {"coupon_users"}


def test_the_experience_has_the_base_first_and_then_every_segment(frame):
    segment = np.where(INSIDE, 2, 1)
    experience = measure_experience(customers_of(frame), segmentation_of(frame, segment))
    assert [group.segment for group in experience.groups] == [0, 1, 2]
    assert experience.base.kpis[0].estimate.n == 600
    assert experience.of(2).kpis[0].estimate.n == 200


def segmentation_of(frame, segment) -> Segmentation:
    members = pd.DataFrame(
        {"customer_id": frame["customer_id"], "segment": segment, "confidence": 0.9, "in_between": False,
         "typical": True}
    )  # fmt: skip
    counts = np.bincount(segment)[1:]
    sizes = tuple(
        SegmentSize(segment=i + 1, n=int(n), share=n / len(segment), stability=0.9, word="highly stable", in_between=0)
        for i, n in enumerate(counts)
    )
    verdict = Verdict(
        word="natural", borderline=False, k=len(counts), asked=None, sentence="s", meaning="m", reasons=()
    )
    space = fit_space(frame, (feature("sales", "t.a", forms=True),))
    return Segmentation(members, space, np.zeros((len(counts), 1)), sizes, verdict)


def test_kpi_values_add_up_to_the_estimate(frame):
    for key in ("spend", "repeat_rate", "active_share", "coupon_users"):
        kpi = next(k for k in measure_kpis(frame, FEATURES) if k.key == key)
        assert kpi_values(key, frame).mean() == pytest.approx(kpi.estimate.value), key
