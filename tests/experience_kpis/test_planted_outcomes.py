"""Figures of the simulated demo against what was planted."""

import pytest

from personas.experience.kpis.outcomes import measure_outcomes


def test_recommendation_of_those_who_answered(demo):
    """The scores are those planted; only the few typed as 99 are missing, hence within a point."""
    for row in demo.truth["segments"]:
        found = demo.kpi("nps", row["number"]).estimate
        assert found.value == pytest.approx(row["score"]["answered"]["nps"], abs=1.0)
        assert found.n_effective < found.n  # people answer several waves


def test_churn_a_month_is_what_happened(demo):
    """The truth counts months of 30.4375 days from the true beginning; all contracts began in the observation."""
    for row in demo.truth["churn"]:
        found = demo.kpi("churn_a_month", row["segment"]).estimate
        assert found.value == pytest.approx(row["ended_a_month_in_data"], abs=2e-5)


def test_retention_after_a_year_covers_the_planted_one(demo):
    """Six 95 % intervals on one draw: five of them at least (fewer than five has a chance of 3 %)."""
    covered = 0
    for row in demo.truth["churn"]:
        found = demo.kpi("kept_12_months", row["segment"]).estimate
        covered += found.low <= row["kept_after_12_months"] <= found.high
    assert covered >= 5


def test_the_odd_channel_pulls_its_touchpoint_down(demo):
    service = demo.kpi("rating_customer_service").estimate
    assert service.value < demo.kpi("rating_store").estimate.low


def test_expectations_are_missed_most_where_deliveries_are_late(demo):
    gaps = {s: demo.kpi("gap_delivery", s).estimate for s in demo.numbers}
    assert min(gaps, key=lambda s: gaps[s].value) == 1  # late_delivery reaches most in the first segment
    assert gaps[1].high < -1


def test_more_answer_where_it_was_planted(demo):
    """Fresh food enthusiasts answer more than bargain hunters (log-odds of the plan)."""
    assert demo.kpi("response_rate", 2).estimate.low > demo.kpi("response_rate", 3).estimate.high


def test_staff_are_asked_once_for_everybody(demo):
    assert demo.kpi("enps").estimate.n == demo.truth["employees"]["employees"]
    assert "enps" not in {k.key for k in demo.outcomes.kpis[1]}


def test_the_same_data_give_the_same_bytes(demo):
    """The engine adds up in any order of rows, with several threads: nothing may depend on it."""
    again = measure_outcomes(demo.dataset, demo.customers, demo.segments, 10)
    assert again == demo.outcomes
