"""Input that would give a wrong number: set aside and counted, refused, or not measured."""

import numpy as np
import pandas as pd
import pytest

from personas.customers import build_customers
from personas.dataset import check_dataset
from personas.errors import InputError
from personas.experience.kpis.outcomes import measure_outcomes
from personas.experience.kpis.survival import Spells, share_left, time_until
from personas.experience.scores import expectation_gap, mean_score, net_promoter_score, top_two_share
from tests.experience_kpis.tables import ANSWERS, CUSTOMERS, answers, small_dataset

DAY = pd.Timestamp


def measured(dataset, segments, min_group=1):
    return measure_outcomes(dataset, build_customers(dataset), np.array(segments), min_group)


def estimate(found, key, segment=0):
    kpis = (*found.kpis[segment], *found.ratings[segment])
    return next((k.estimate for k in kpis if k.key == key), None)


def left_out(dataset) -> dict[str, int]:
    return {row.reason: row.rows for row in check_dataset(dataset).set_aside}


@pytest.mark.parametrize("bad", [-1, 11, 99])
def test_scores_off_the_scale_are_refused_in_memory_and_left_out_of_a_table(bad, tmp_path):
    with pytest.raises(InputError, match="off the scale"):
        net_promoter_score([10, 9, bad])
    tables = answers()
    tables["nps"] = pd.concat([tables["nps"], tables["nps"].iloc[[0]].assign(score=float(bad))])
    dataset = small_dataset(tmp_path, ANSWERS, **tables)
    assert estimate(measured(dataset, [1, 2, 2]), "nps").n == 3
    told = check_dataset(dataset)
    assert "scale" in str(told), "the quality sheet says so"


@pytest.mark.parametrize(
    "score", [net_promoter_score, lambda x: mean_score(x, 0, 10), lambda x: top_two_share(x, 0, 10)]
)
def test_one_answer_or_none_has_no_interval_that_pretends(score):
    assert not score([]).measured and not score([np.nan]).measured
    one = score([8.0])
    assert one.n == 1 and (one.low is None or one.high - one.low > 0.3)


@pytest.mark.parametrize("value", [0.0, 8.0, 10.0])
def test_all_the_same_answer(value):
    same = np.full(40, value)
    net = net_promoter_score(same)
    assert net.low <= net.value <= net.high and net.high - net.low > 0
    assert mean_score(same, 0, 10).value == value
    share = top_two_share(same, 0, 10)
    assert share.low <= share.value <= share.high and share.high > share.low


def test_weights_that_are_all_zero_measure_nothing():
    zero = np.zeros(5)
    for found in (net_promoter_score([9, 3, 8, 1, 10], zero), mean_score([9, 3, 8, 1, 10], 0, 10, zero),
                  expectation_gap([1, 2, 3, 4, 5], [1, 1, 1, 1, 1], zero)):  # fmt: skip
        assert not found.measured


def test_some_weights_of_zero_leave_the_others():
    found = mean_score([2, 8, 4], 0, 10, [0, 1, 1])
    assert found.value == pytest.approx(6.0)


def test_a_case_resolved_before_it_was_opened_is_counted_and_kept_out(tmp_path):
    contract = CUSTOMERS + "tickets: {source: cases, customer: id, opened: opened, resolved: resolved}\n"
    cases = pd.DataFrame({"id": ["a"] * 4, "opened": pd.to_datetime(["2024-03-05"] * 4)})
    cases["resolved"] = pd.to_datetime(["2024-03-07", "2024-03-09", "2024-03-01", None])
    dataset = small_dataset(tmp_path, contract, people=pd.DataFrame({"id": ["a"]}), cases=cases)
    assert left_out(dataset)["resolved before opened"] == 1
    half = estimate(measured(dataset, [1]), "resolved_median")
    assert half.n == 3 and half.value == 4


def test_a_contract_that_ends_before_it_starts_is_counted_and_kept_out(tmp_path):
    contract = CUSTOMERS + "subscriptions: {source: plans, customer: id, start: start, end: end}\n"
    plans = pd.DataFrame({"id": ["a", "a", "b"], "start": pd.to_datetime(["2024-02-01", "2024-05-01", "2024-03-01"])})
    plans["end"] = pd.to_datetime(["2024-04-01", "2024-04-15", None])
    dataset = small_dataset(tmp_path, contract, people=pd.DataFrame({"id": ["a", "b"]}), plans=plans)
    assert left_out(dataset)["end before start"] == 1
    months = (60 + 306) / 30.4375  # a from 1 February to 1 April, b from 1 March on
    assert estimate(measured(dataset, [1, 1]), "churn_a_month").value == pytest.approx(1 / months)


def test_spans_below_zero_never_reach_a_curve():
    spells = Spells(np.array([-5.0, 10.0, 20.0, 30.0]), np.array([True, True, False, True]))
    assert 0 <= share_left(spells, 15).value <= 1
    assert time_until(spells, 0.25).value >= 0


def test_feedback_of_customers_that_nobody_knows_is_left_out_and_counted(tmp_path):
    tables = answers()
    stranger = tables["nps"].iloc[[0]].assign(id="z", score=0.0)
    tables["nps"] = pd.concat([tables["nps"], stranger])
    dataset = small_dataset(tmp_path, ANSWERS, **tables)
    assert estimate(measured(dataset, [1, 2, 2]), "nps").n == 3
    assert any("z" in str(row) or "customer" in row.reason for row in check_dataset(dataset).set_aside)


def test_negative_waits_and_page_times_are_emptied_and_counted(tmp_path):
    contract = CUSTOMERS + (
        "interactions: {source: contacts, customer: id, time: day, touchpoint: place, page_time: seconds}\n"
    )
    contacts = pd.DataFrame(
        {"id": ["a"] * 4, "day": DAY("2024-05-01"), "place": "Shop", "seconds": [1.0, 5.0, -3.0, None]}
    )
    dataset = small_dataset(tmp_path, contract, people=pd.DataFrame({"id": ["a"]}), contacts=contacts)
    assert left_out(dataset)["page time below zero"] == 1
    slow = estimate(measured(dataset, [1]), "slow_pages")
    assert (slow.value, slow.n) == (0.5, 2)


def test_case_satisfaction_off_its_scale_is_left_out(tmp_path):
    contract = (
        CUSTOMERS + "tickets: {source: cases, customer: id, opened: opened, satisfaction: score, scale: [1, 5]}\n"
    )
    cases = pd.DataFrame({"id": ["a", "b", "b"], "opened": DAY("2024-03-05"), "score": [5.0, 2.0, 9.0]})
    dataset = small_dataset(tmp_path, contract, people=pd.DataFrame({"id": ["a", "b"]}), cases=cases)
    found = measured(dataset, [1, 1])
    assert (estimate(found, "case_score").value, estimate(found, "case_score").n) == (3.5, 2)
    assert estimate(found, "case_satisfaction").value == 0.5


def test_a_touchpoint_with_one_channel_has_nothing_to_be_consistent_with(tmp_path):
    tables = answers()
    found = measured(small_dataset(tmp_path, ANSWERS, **tables), [1, 2, 2])
    assert found.consistency == ()


def test_origins_in_other_words_are_not_no_word_of_mouth(tmp_path):
    contract = (
        CUSTOMERS + "interactions: {source: visits, customer: id, time: day, touchpoint: place, referral: origin}\n"
    )
    visits = pd.DataFrame(
        {"id": ["a", "b"], "day": DAY("2024-05-01"), "place": "Shop", "origin": ["ads", "Empfehlung"]}
    )
    people = pd.DataFrame({"id": ["a", "b"]})
    dataset = small_dataset(tmp_path, contract, people=people, visits=visits)
    assert estimate(measured(dataset, [1, 1]), "word_of_mouth") is None
