"""Intervals against other libraries and by hand, and how often they hold the truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_1samp
from statsmodels.stats.proportion import proportion_confint, proportion_effectsize

from personas.estimates import (
    cohen_d,
    cohen_h,
    mean_estimate,
    not_measured,
    ratio_estimate,
    share_estimate,
)


@pytest.mark.parametrize(("yes", "of"), [(0, 5), (1, 5), (5, 5), (37, 100), (2, 2469)])
def test_the_interval_of_a_share_is_wilsons(yes, of):
    found = share_estimate([1] * yes + [0] * (of - yes))
    low, high = proportion_confint(yes, of, method="wilson")
    assert (found.value, found.n) == (yes / of, of)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


def test_unknown_answers_are_left_out_of_a_share():
    assert share_estimate([1.0, 0.0, np.nan, np.nan]).n == 2
    assert share_estimate([1.0, 0.0, np.nan, np.nan]).value == 0.5


def test_the_interval_of_a_mean_is_students():
    values = np.random.default_rng(1).gamma(2, 10, 23)
    found = mean_estimate([*values, np.nan], "money")
    expected = ttest_1samp(values, 0).confidence_interval(0.95)
    assert found.value == pytest.approx(values.mean())
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert (found.n, found.unit) == (23, "money")


def test_a_single_value_has_no_interval_and_none_is_not_measured():
    assert mean_estimate([3.0]).low is None
    assert not mean_estimate([np.nan]).measured
    assert not share_estimate([]).measured
    assert not ratio_estimate([1.0], [0.0]).measured


def test_a_ratio_of_sums_and_its_interval_by_hand():
    found = ratio_estimate([1.0, 3.0, 2.0, np.nan], [2.0, 4.0, 6.0, 1.0])
    # 6 of 12; residuals 0, 1, −1; variance 3/2 · 2 / 144.
    assert found.value == 0.5
    assert found.high - found.value == pytest.approx(1.96 * np.sqrt(1.5 * 2) / 12)
    assert found.n == 3


def test_a_ratio_does_not_depend_on_how_the_whole_is_measured():
    part, whole = np.array([1.0, 3.0, 2.0]), np.array([2.0, 4.0, 6.0])
    a, b = ratio_estimate(part, whole, "ratio"), ratio_estimate(part, whole * 100, "ratio")
    assert (a.value, a.low, a.high) == pytest.approx((b.value * 100, b.low * 100, b.high * 100))


@pytest.mark.parametrize("n", [60, 200])
def test_the_interval_of_a_ratio_holds_the_truth_in_93_to_97_of_100_samples(n):
    rng, held, trials = np.random.default_rng(n), 0, 4000
    for _ in range(trials):
        whole = rng.gamma(2.0, 10.0, n)
        found = ratio_estimate(whole * rng.beta(2, 5, n), whole)
        held += found.low <= 2 / 7 <= found.high
    assert 0.93 <= held / trials <= 0.97


def test_a_difference_of_means_is_standardised_by_the_pooled_deviation():
    a, b = np.array([2.0, 4.0, 6.0]), np.array([1.0, 2.0, 3.0, 4.0])
    pooled = np.sqrt((2 * 4 + 3 * (5 / 3)) / 5)
    assert cohen_d(a, b) == pytest.approx((4 - 2.5) / pooled)
    assert cohen_d([1.0], b) is None
    assert cohen_d([1.0, 1.0], [1.0, 1.0]) is None


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_difference_of_shares_is_cohens_h(a, b):
    assert cohen_h(a, b) == pytest.approx(proportion_effectsize(a, b), abs=1e-9)


@given(st.lists(st.booleans(), min_size=1, max_size=50))
def test_the_interval_of_a_share_holds_its_value_and_stays_within_nothing_and_all(flags):
    found = share_estimate(flags)
    assert -1e-12 <= found.low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.high <= 1 + 1e-12


def test_what_is_not_measured_says_why():
    assert not_measured("nobody was asked").method == "nobody was asked"
