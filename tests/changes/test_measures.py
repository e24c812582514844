"""The parts of the comparison by themselves: overlaps, levels, differences, drift, hidden flows, passports."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from personas.changes.differences import LEVEL, adjust, compare, judged, subtract
from personas.changes.drift import index_of, level_of
from personas.changes.movement import hidden_flows
from personas.changes.noise import joint_limits, measure_noise, overlap_of
from personas.changes.passports import first_passports
from personas.estimates import Estimate, not_measured, share_estimate
from personas.profiles.identity import Overlaps
from personas.profiles.matching import jaccard_of
from personas.profiles.naming import name_personas
from personas.profiles.past import shape_of, shares_in
from personas.profiles.traits import stand
from tests.changes.runs import divided, simulate_wave, wave


def score(value, reach, n=900, unit="points"):
    return Estimate(value=value, low=value - reach, high=value + reach, n=n, unit=unit)


def test_overlap_is_the_share_of_those_in_either_who_are_in_both():
    before, today = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 0, 1, 1, 1, 1])
    assert jaccard_of(before, today, 2, 2).tolist() == [[2 / 3, 1 / 6], [0, 3 / 4]]
    assert overlap_of(np.array([[2, 1], [0, 3]])).tolist() == [2 / 3, 3 / 4]


def test_likeness_is_the_mean_of_what_is_known():
    drawn, near = np.array([[1.0, 0.0]]), np.array([[0.5, 0.5]])
    assert Overlaps(drawn, None, near).likeness.tolist() == [[0.75, 0.25]]
    assert Overlaps(None, None, near).decisive.tolist() == near.tolist()
    assert Overlaps(None, None, None).decisive is None


def test_limits_hold_for_all_figures_together():
    rng = np.random.default_rng(1)
    draws = rng.standard_normal((4_000, 5))
    limits = joint_limits(draws, 0.05)
    fresh = rng.standard_normal((20_000, 5))
    assert (fresh < limits).any(axis=1).mean() == pytest.approx(0.05, abs=0.012)  # three standard errors of 4,000 draws
    assert (limits < np.quantile(draws, 0.05, axis=0)).all(), "one figure alone is held to less than the whole level"


def test_segments_that_stand_apart_are_refitted_alike_and_a_cloud_is_not():
    clear = wave(600).customers
    assert measure_noise(clear, divided(clear, 4), times=8).floors == (0.9,) * 4  # what practically the same is held to
    rng = np.random.default_rng(1)
    cloud = clear.frame.assign(**{name: np.exp(rng.standard_normal(600)) for name in ("monetary_value", "frequency")})
    cloud = cloud.assign(coupon_share=rng.random(600), weekend_share=rng.random(600))
    customers = type(clear)(cloud, clear.features, clear.quality)
    assert max(measure_noise(customers, divided(customers, 5), times=8).floors) < 0.9


def test_one_segment_has_nothing_to_move_between():
    customers = wave().customers
    assert measure_noise(customers, divided(customers, 1)).floors == ()


def test_a_difference_of_two_estimates_has_the_interval_of_both():
    change, p = subtract(score(31.0, 3.0), score(40.0, 4.0))
    assert (change.value, change.low, change.high) == pytest.approx((-9.0, -14.0, -4.0))
    assert p == pytest.approx(2 * norm.sf(9 / (5 / norm.ppf(0.975))))


def test_a_lopsided_interval_counts_on_the_side_of_no_change():
    rare = Estimate(value=0.01, low=0.009, high=0.05, n=200, unit="share")
    common = Estimate(value=0.06, low=0.05, high=0.07, n=200, unit="share")
    change, p = subtract(common, rare)
    assert change.low == pytest.approx(0.05 - np.hypot(0.01, 0.04))
    assert change.high == pytest.approx(0.05 + np.hypot(0.01, 0.001))
    assert p == pytest.approx(2 * norm.sf(0.05 / (np.hypot(0.01, 0.04) / norm.ppf(0.975))))


@given(st.integers(30, 400), st.integers(0, 30), st.integers(0, 30))
@settings(max_examples=40, deadline=None)
def test_the_interval_and_the_p_value_say_the_same(n, a, b):
    now, before = (share_estimate([1] * hits + [0] * (n - hits)) for hits in (a, b))
    change, p = subtract(now, before)
    if change.value == 0:
        assert p == 1.0
    else:
        nearer = change.low if change.value > 0 else -change.high
        assert (nearer > 1e-9) == (p < 0.05 - 1e-9) or abs(p - 0.05) < 1e-6


def test_what_was_not_measured_or_has_no_interval_is_not_tested():
    assert subtract(score(3, 1), not_measured("nobody asked", "points"))[1] is None
    total = Estimate(value=100.0, n=9, unit="money")
    assert subtract(total, total)[1] is None
    other = score(3, 1, unit="score")
    assert not subtract(score(3, 1), other)[0].measured, "another unit"
    assert compare(None, "k", "K", "higher", total, total).reading == "not compared"


def test_readings_follow_the_direction_that_is_good():
    def reading(better, now, p):
        return judged(compare(None, "k", "K", better, score(now, 1), score(40, 1)), p).reading

    assert reading("higher", 30, LEVEL / 2) == "worse"
    assert reading("lower", 30, LEVEL / 2) == "better"
    assert reading("neither", 30, LEVEL / 2) == "lower"
    assert reading("higher", 30, LEVEL * 2) == "within chance"


def test_families_share_the_level_and_untested_figures_stay_untested():
    assert adjust([0.01, None, 0.04]) == [0.02, None, 0.04]
    assert adjust([0.01, None, 0.04], 0.5) == [0.04, None, 0.08]
    assert adjust([None]) == [None]


def test_the_stability_index_is_the_textbook_sum_and_needs_more_than_chance():
    before, now = np.array([0.25, 0.25, 0.5]), np.array([0.5, 0.25, 0.25])
    psi, p = index_of(before, now, 1_000, 1_000)
    assert psi == pytest.approx(0.25 * np.log(2) * 2, abs=1e-6)
    assert p < 1e-20
    assert level_of(psi, True) == "large"
    assert level_of(psi, False) == "none"
    assert level_of(0.12, True) == "some"
    _few, p_few = index_of(before, now, 12, 12)
    assert p_few > 0.2


def test_bins_of_a_number_hold_about_a_tenth_each_and_add_up():
    customers = wave(600).customers
    feature = next(f for f in customers.features if f.name == "monetary_value")
    shape = shape_of(customers.frame, feature)
    assert len(shape.shares) == 10
    assert sum(shape.shares) == pytest.approx(1)
    assert shape.shares == pytest.approx([0.1] * 10, abs=0.01)
    assert shares_in(np.array([np.nan, 0.0]), shape.edges, ())[0] == 1.0


def test_a_number_with_few_values_has_no_empty_bin():
    customers = wave(600).customers
    frame = customers.frame.assign(recency=np.repeat([1.0, 2.0], 300))
    feature = next(f for f in customers.features if f.name == "recency")
    assert shape_of(frame, feature).shares == (0.5, 0.5)


@given(st.lists(st.lists(st.integers(0, 60), min_size=3, max_size=3), min_size=2, max_size=4))
@settings(max_examples=60, deadline=None)
def test_no_small_flow_is_shown_or_can_be_worked_out(rows):
    table = np.array(rows)
    hidden = hidden_flows(table, 10)
    assert hidden[(table > 0) & (table < 10)].all()
    for lines, shut in ((table, hidden), (table.T, hidden.T)):
        for line, own in zip(lines, shut, strict=True):
            small = own & (line > 0) & (line < 10)
            if small.any() and (~own & (line > 0)).any():
                assert own.sum() > 1, "one hidden cell is the total less the others"


def test_an_earlier_name_stays_while_it_is_one_that_could_be_given():
    customers = simulate_wave(600, 5).customers
    segments = divided(customers, 4).members["segment"].to_numpy()
    standings = [
        [s for f in customers.features if (s := stand(customers.frame, f, segments == k)) is not None]
        for k in range(1, 5)
    ]
    fresh = name_personas(standings, "customers")
    possible = "Regulars" if "regulars" not in fresh[0].lower() else "Top-up shoppers"
    kept = name_personas(standings, "customers", None, {0: possible, 1: "Owners of boats"})
    told = {s.feature.name_high if s.gap > 0 else s.feature.name_low for s in standings[0] if s.distinct}
    assert (kept[0] == possible) == (possible.lower() in told)
    assert kept[1] != "Owners of boats"
    assert len(set(kept)) == 4
    assert name_personas(standings, "customers", None, dict(enumerate(fresh))) == fresh


def test_a_first_passport_says_since_when():
    class One:
        id, name = "P1", "Regulars"

    (passport,) = first_passports((One,), "2024-12-31")
    assert (passport.id, passport.born, passport.names, passport.retired) == ("P1", "2024-12-31", ("Regulars",), "")
