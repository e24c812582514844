"""What attitudes go with: planted differences, segments that would mislead, and what nobody may see."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from personas.customers import Customers
from personas.customers.models import Quality
from personas.customers.table import Rehearsal
from personas.estimates import Estimate, not_measured
from personas.experience.pains.playbook import read_playbook
from personas.experience.value.business_case import apart_from_before, apart_within, at_stake, measure_business_case
from tests.experience_journey.tables import groups

QUALITY = Quality(tables=(), set_aside=(), columns=(), notes=())
SPLIT, LAST = datetime(2024, 10, 1), datetime(2025, 1, 1)


def customers(frame: pd.DataFrame, sales=None, frequency=None) -> Customers:
    frame = frame.assign(customer_id=[f"c{i:05d}" for i in range(len(frame))])
    rehearsal = None
    if sales is not None:
        bought = (np.asarray(sales) > 0).astype(float) if frequency is None else frequency
        outcomes = pd.DataFrame({"customer_id": frame["customer_id"], "sales": sales, "frequency": bought})
        rehearsal = Rehearsal(frame, outcomes, (), SPLIT, LAST)
    return Customers(frame, (), QUALITY, rehearsal)


def world(rng, n=1_200):
    """Two segments: the second spends 300 more and recommends less. Within each, a promoter spends 50 more later."""
    segment = rng.integers(1, 3, n)
    nps = np.where(rng.random(n) < np.where(segment == 1, 0.7, 0.3), 10.0, 3.0)
    nps[rng.random(n) < 0.2] = 8.0
    nps[rng.random(n) < 0.3] = np.nan
    later = 100 + 300 * (segment == 2) + 50 * (nps >= 9) + 20 * rng.standard_normal(n)
    frame = pd.DataFrame({"nps": nps, "sales": later * 3, "frequency": 5.0, "recency": 5.0})
    return segment, frame, later


def measured(segment, people, min_group=10, **more):
    return measure_business_case(people, segment, None, groups(dict(enumerate(segment)), min_group), **more)


def test_the_planted_difference_is_found_in_each_segment_and_like_with_like_in_the_base(rng):
    segment, frame, later = world(rng)
    found = measured(segment, customers(frame, later))
    for number in (0, 1, 2):
        spend = found[number].apart[0].difference
        assert spend.low < 50 < spend.high and spend.high - spend.low < 15
    base = {c.key: c for c in found[0].classes}
    assert base["promoters"].spend.value < base["detractors"].spend.value  # segments alone would turn it round
    assert found[0].out_of_time and found[0].later == "1 October 2024 to 31 December 2024"


def test_figures_of_a_class_are_those_of_its_customers(rng):
    segment, frame, later = world(rng)
    promoters = measured(segment, customers(frame, later))[1].classes[0]
    rows = (segment == 1) & (frame["nps"] >= 9).to_numpy()
    asked = (segment == 1) & frame["nps"].notna().to_numpy()
    assert promoters.customers == rows.sum()
    assert promoters.spend.value == pytest.approx(later[rows].mean())
    assert promoters.share.value == pytest.approx(rows.sum() / asked.sum())
    assert not promoters.cost.measured


def test_what_is_at_stake_is_customers_times_share_times_difference(rng):
    segment, frame, later = world(rng)
    case = measured(segment, customers(frame, later))[2]
    expected = (segment == 2).sum() * case.classes[-1].share.value * case.apart[0].difference.value
    assert case.at_stake.value == pytest.approx(expected) and case.at_stake.low < expected < case.at_stake.high
    assert "associated" in case.at_stake_words
    assert not at_stake(10, not_measured("x"), case.apart[0].difference).measured


def test_the_interval_at_stake_is_that_of_draws():
    share = Estimate(value=0.2, low=0.2 - 1.96 * 0.02, high=0.2 + 1.96 * 0.02, n=400, unit="share")
    spend = Estimate(value=50.0, low=50 - 1.96 * 5, high=50 + 1.96 * 5, n=400, unit="money")
    found = at_stake(1000, share, spend)
    rng = np.random.default_rng(1)
    drawn = 1000 * rng.normal(0.2, 0.02, 200_000) * rng.normal(50, 5, 200_000)
    assert found.high - found.low == pytest.approx(2 * 1.96 * drawn.std(), rel=0.02)


def test_where_nobody_was_asked_friction_divides_and_earlier_spend_is_allowed_for(rng):
    """The affected spend half as much to begin with and lose nothing more: no difference is claimed."""
    n = 900
    sent = np.full(n, 5.0)
    missed = rng.random(n) < 0.5
    before = np.where(missed, 100.0, 200.0) * np.exp(0.2 * rng.standard_normal(n))
    frame = pd.DataFrame(
        {"campaigns_received": sent, "campaigns_answered": np.where(missed, 0.0, 2.0), "sales": before}
    )
    signal = read_playbook().signals["unused_campaigns"]
    for lost in (1.0, 0.8):
        later = before * 0.5 * np.where(missed, lost, 1.0) * np.exp(0.1 * rng.standard_normal(n))
        case = measured(np.ones(n, int), customers(frame, later), friction=("Campaigns that miss", signal))[0]
        expected = 50.0 * (1 - lost) * np.exp(0.2**2 / 2)
        spend = case.apart[0].difference
        assert spend.value == pytest.approx(expected, abs=1.5)  # four standard errors
        assert 0.25 < (spend.high - spend.low) / 3.92 < 0.5
        assert case.classes[0].spend.value - case.classes[1].spend.value > 40  # what comparing them plainly would say
    assert case.basis == "what they do: campaigns that miss"


def test_friction_is_at_stake_only_among_those_to_whom_it_can_happen(rng):
    n = 600
    sent = np.where(np.arange(n) < 200, 5.0, 0.0)
    missed = np.arange(n) % 2 == 0
    frame = pd.DataFrame({"campaigns_received": sent, "campaigns_answered": np.where(missed, 0.0, 2.0), "sales": 100.0})
    later = np.where(missed, 40.0, 50.0) + rng.standard_normal(n)
    signal = read_playbook().signals["unused_campaigns"]
    case = measured(np.ones(n, int), customers(frame, later), friction=("Campaigns that miss", signal))[0]
    assert case.at_stake.value == pytest.approx(200 * 0.5 * 10, rel=0.05)
    assert "the 200 customers to whom it could happen" in case.at_stake_words


def test_without_purchases_or_opinions_there_is_no_case(rng):
    frame = pd.DataFrame({"nps": rng.integers(0, 11, 200).astype(float)})
    assert measured(np.ones(200, int), customers(frame)) == {}
    assert measured(np.ones(200, int), customers(pd.DataFrame({"sales": np.ones(200)}), np.ones(200))) == {}


def test_segments_with_few_of_an_attitude_are_hidden_and_not_left_over(rng):
    segment, frame, later = world(rng)
    frame.loc[(segment == 2) & (np.arange(len(frame)) > 60), "nps"] = np.nan
    found = measured(segment, customers(frame, later))
    assert set(found) == {0}  # with the first segment, the base would tell of the few in the second


def test_in_one_period_the_case_says_that_it_is_not_later(rng):
    segment, frame, _later = world(rng)
    case = measured(segment, customers(frame))[0]
    assert not case.out_of_time and [c.stay.measured for c in case.classes] == [False] * 3


def test_segments_without_both_do_not_count():
    values = np.array([1.0, 2, 3, 10, 11, 50, 60, 70])
    of = np.array([1, 1, 1, 1, 1, 2, 2, 2])
    best, worst = np.array([0, 0, 0, 1, 1, 1, 1, 1], bool), np.array([1, 1, 1, 0, 0, 0, 0, 0], bool)
    assert apart_within(values, best, worst, of).value == pytest.approx(8.5)
    assert not apart_within(values, best, ~best & ~worst, of).measured
    assert not apart_from_before(values, np.zeros(8), best, worst, of).measured


def test_the_demo_has_a_case_out_of_time(planted):
    found = measure_business_case(planted.customers, planted.segments, planted.dataset, planted.groups)
    classes = {c.key: c for c in found[0].classes}
    # By hand: mean later sales of those with a mean of nine or more before the split.
    rehearsal = planted.customers.rehearsal
    high = (rehearsal.frame["nps"] >= 9).to_numpy()
    assert classes["promoters"].spend.value == pytest.approx(rehearsal.outcomes["sales"][high].mean())
    assert classes["detractors"].cost.value > classes["promoters"].cost.value  # what hurts brings cases (planted)
    assert replace(planted.groups, min_group=10).min_group == 10
