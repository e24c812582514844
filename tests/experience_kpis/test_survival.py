"""Kaplan-Meier against a computation by hand, with censoring and late entry."""

import numpy as np
import pytest

from personas.experience.kpis.survival import Spells, curve_p, share_left, time_until


def product_limit(days, ended, entry, at):
    """The product-limit estimate, written out: one factor a time at which something ended."""
    left = 1.0
    for t in sorted(set(days[ended])):
        if t <= at:
            left *= 1 - ((days == t) & ended).sum() / ((days >= t) & (entry < t)).sum()
    return left


@pytest.fixture
def spans():
    rng = np.random.default_rng(3)
    days, entry = rng.integers(5, 300, 120).astype(float), rng.integers(0, 60, 120).astype(float)
    keep = days > entry
    return days[keep], rng.random(keep.sum()) < 0.6, entry[keep]


def test_share_left_is_the_product_limit(spans):
    days, ended, entry = spans
    for at in (50, 120, 200):
        alone = share_left(Spells(days, ended), at)
        assert alone.value == pytest.approx(product_limit(days, ended, np.zeros(len(days)), at))
        late = share_left(Spells(days, ended, entry), at)
        assert late.value == pytest.approx(product_limit(days, ended, entry, at))
        assert late.low < late.value < late.high


def test_ignoring_open_cases_would_shorten_the_wait():
    days, ended = np.array([1.0, 2, 3, 4, 10, 10, 10]), np.array([True] * 4 + [False] * 3)
    assert time_until(Spells(days, ended), 0.5).value == 4
    assert not time_until(Spells(days, ended), 0.9).measured
    assert np.median(days[ended]) == 2.5


def test_nothing_ended_is_not_measured_and_never_zero():
    spells = Spells(np.array([5.0, 6.0]), np.array([False, False]))
    assert not time_until(spells, 0.5).measured and not share_left(spells, 4).measured
    assert not share_left(Spells(np.array([5.0]), np.array([True])), 10).measured


def test_two_groups_that_end_differently_are_told_apart():
    rng = np.random.default_rng(4)
    fast, slow = rng.exponential(10, 200), rng.exponential(30, 200)
    everything = np.full(200, True)
    assert curve_p(Spells(fast, everything), Spells(slow, everything)) < 1e-6
    assert curve_p(Spells(fast, everything), Spells(fast, everything)) == pytest.approx(1.0)
