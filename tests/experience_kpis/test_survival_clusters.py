"""Survival with weights and several spans a customer: against statsmodels, repetition, and a jackknife."""

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from personas.experience.kpis.survival import Spells, curve_p, share_left, time_until


@pytest.fixture(scope="module")
def spans():
    rng = np.random.default_rng(5)
    died, watched = np.round(rng.exponential(200, 400)) + 1, np.round(rng.uniform(1, 400, 400))
    days, ended = np.minimum(died, watched), died <= watched
    return days, ended, np.minimum(rng.integers(0, 60, 400), days - 1).astype(float), rng.integers(1, 4, 400)


@pytest.mark.parametrize("late", [False, True])
def test_the_curve_is_that_of_statsmodels(spans, late):
    days, ended, entry, _ = spans
    own = Spells(days, ended, entry if late else None).curve
    theirs = SurvfuncRight(days, ended.astype(float), **({"entry": entry} if late else {}))
    assert own.left == pytest.approx(theirs.surv_prob, abs=1e-12)
    inner = own.left > 0
    assert own.greenwood[inner] == pytest.approx(theirs.surv_prob_se[inner], abs=1e-12)


@pytest.mark.parametrize("share", [0.25, 0.5])
def test_times_and_their_intervals_are_those_of_statsmodels(spans, share):
    days, ended, *_ = spans
    theirs = SurvfuncRight(days, ended.astype(float))
    found = time_until(Spells(days, ended), share)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = theirs.quantile_ci(share, method="cloglog")
    assert (found.value, found.low, found.high) == (theirs.quantile(share), low, high)


def test_weights_count_like_repeated_customers(spans):
    days, ended, _, times = spans
    weighted = Spells(days, ended, None, times.astype(float))
    repeated = Spells(np.repeat(days, times), np.repeat(ended, times), None, None, np.repeat(np.arange(400), times))
    assert weighted.curve.left == pytest.approx(repeated.curve.left)
    # The same customer twice says no more than one customer of weight 2.
    assert weighted.error_at(150) == pytest.approx(repeated.error_at(150))
    assert share_left(weighted, 150).low == pytest.approx(share_left(repeated, 150).low)


def test_the_scale_of_weights_is_none_of_its_business(spans):
    days, ended, _, times = spans
    one, ten = (share_left(Spells(days, ended, None, scale * times), 150) for scale in (1.0, 10.0))
    assert ten.model_dump() == pytest.approx(one.model_dump())
    assert 0 < one.n_effective < 400


def test_the_clustered_error_of_single_spans_is_greenwoods(spans):
    """Every customer once, as good as the same weight: Greenwood's but for n / (n − 1); exact without late entry."""
    days, ended, *_ = spans
    own, plain = Spells(days, ended, None, np.where(np.arange(400) == 0, 1 + 1e-12, 1.0)), Spells(days, ended)
    for at in (50, 150, 330):
        assert own.error_at(at) == pytest.approx(plain.error_at(at) * np.sqrt(400 / 399), rel=1e-9)


def test_the_error_with_late_entry_is_that_of_a_jackknife(spans):
    days, ended, entry, _ = spans
    own = Spells(days, ended, entry, np.where(np.arange(400) == 0, 1 + 1e-12, 1.0))
    left = np.array([share_left(Spells(days, ended, entry).of(np.arange(400) != i), 150).value for i in range(400)])
    jackknife = np.sqrt(399 / 400 * ((left - left.mean()) ** 2).sum())
    assert own.error_at(150) == pytest.approx(jackknife, rel=0.05)  # few are under watch at first


def test_the_clustered_error_is_that_of_a_jackknife_over_customers():
    rng = np.random.default_rng(6)
    who = np.repeat(np.arange(120), rng.integers(1, 5, 120))
    pace = rng.gamma(2, 0.5, 120)[who]
    died, watched = rng.exponential(200 / pace), rng.uniform(50, 500, len(who))
    spells = Spells(np.minimum(died, watched), died <= watched, None, None, who)
    left = np.array([share_left(spells.of(who != number), 150).value for number in range(120)])
    jackknife = np.sqrt(119 / 120 * ((left - left.mean()) ** 2).sum())
    assert spells.error_at(150) == pytest.approx(jackknife, rel=0.03)  # they agree to order 1 / customers
    assert spells.error_at(150) > 1.1 * Spells(spells.days, spells.ended).error_at(150)
    assert share_left(spells, 150).n_effective < len(who)


def test_the_log_rank_test_is_that_of_statsmodels_and_clusters_make_it_weaker(spans):
    days, ended, _, _ = spans
    mine = np.arange(400) < 150
    slower = np.where(mine, days * 1.3, days)
    own, rest = Spells(slower[mine], ended[mine]), Spells(slower[~mine], ended[~mine])
    p = curve_p(own, rest)
    assert p == pytest.approx(survdiff(slower, ended.astype(float), mine.astype(int))[1])
    thrice = [
        Spells(np.tile(s.days, 3), np.tile(s.ended, 3), None, None, np.tile(np.arange(len(s)), 3)) for s in (own, rest)
    ]
    assert curve_p(*thrice) == pytest.approx(p, rel=0.15)  # robust variance, same customers
    assert curve_p(*(Spells(s.days, s.ended) for s in thrice)) < p / 10


def test_customers_of_weight_zero_do_not_count(spans):
    days, ended, _, _ = spans
    kept = np.arange(400) % 3 > 0
    assert share_left(Spells(days, ended, None, kept.astype(float)), 150).value == pytest.approx(
        share_left(Spells(days[kept], ended[kept]), 150).value
    )
    nobody = Spells(days, ended, None, np.zeros(400))
    assert not share_left(Spells(days[:0], ended[:0]), 150).measured
    assert nobody.plain, "weights that are all alike, zeros too, are no weights"


def test_a_curve_decided_by_a_single_early_span_is_not_told():
    """One span seen from its first day that ended there would bring a late-entry curve to nothing for ever."""
    days, ended = np.array([3.0, *np.linspace(100, 400, 40)]), np.full(41, True)
    entry = np.array([0.0, *np.full(40, 50.0)])
    assert not share_left(Spells(days, ended, entry), 200).measured
    assert share_left(Spells(days[1:], ended[1:], entry[1:]), 200).value == pytest.approx(27 / 40, abs=0.03)


def test_everybody_alike_has_no_interval():
    same = Spells(np.full(20, 7.0), np.full(20, True))
    found = time_until(same, 0.5)
    assert found.value == 7 and found.low is None
    assert share_left(same, 7).value == 0
    assert curve_p(same, same) is None
