"""An effect is what the library says it is, holds its level when there is none, and gains from what was before."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from personas.changes.effects import answered_alike, change_after, compare_arms, were_alike

UNKNOWN = np.nan


def shoppers(rng, n=200, effect=0.0):
    """Skewed money: what was spent before tells much of what is spent afterwards."""
    before = rng.gamma(1.5, 40, n)
    treated = rng.permutation(np.arange(n) % 2 == 0)
    after = 0.8 * before + rng.gamma(1.5, 20, n) + effect * treated
    return after, before, treated


def test_without_anything_known_before_it_is_the_difference_of_means():
    after, _, treated = shoppers(np.random.default_rng(1))
    found, p = compare_arms(after, np.full(len(after), UNKNOWN), treated, "money")
    welch = stats.ttest_ind(after[treated], after[~treated], equal_var=False)
    assert found.value == pytest.approx(after[treated].mean() - after[~treated].mean(), abs=1e-9)
    assert p == pytest.approx(welch.pvalue, rel=0.02)


def test_what_was_before_is_held_equal_in_each_group_by_itself():
    """The interaction of treatment and centred covariate in one regression, robust errors: another way to the same."""
    after, before, treated = shoppers(np.random.default_rng(2), effect=10.0)
    found, _ = compare_arms(after, before, treated, "money")
    centred = before - before.mean()
    design = sm.add_constant(np.column_stack([treated, centred, treated * centred]).astype(float))
    fitted = sm.OLS(after, design).fit(cov_type="HC2")
    assert found.value == pytest.approx(fitted.params[1], abs=1e-9)
    half = (found.high - found.low) / 2
    assert half == pytest.approx(stats.t.ppf(0.975, len(after) - 4) * fitted.bse[1], rel=0.02)


def test_what_was_before_sharpens_the_interval():
    after, before, treated = shoppers(np.random.default_rng(3))
    sharp, _ = compare_arms(after, before, treated, "money")
    blunt, _ = compare_arms(after, np.full(len(after), UNKNOWN), treated, "money")
    assert sharp.high - sharp.low < 0.8 * (blunt.high - blunt.low)


@pytest.mark.parametrize("effect", [0.0, 12.0])
def test_the_interval_holds_the_planted_effect_as_often_as_it_says(effect):
    """300 draws; a 95 % interval misses at most 26 of them in 999 of 1,000 tries (binomial)."""
    rng = np.random.default_rng(4)
    missed = 0
    for _ in range(300):
        after, before, treated = shoppers(rng, n=120, effect=effect)
        before[rng.random(120) < 0.2] = UNKNOWN
        found, _ = compare_arms(after, before, treated, "money")
        missed += not found.low <= effect <= found.high
    assert missed <= stats.binom.ppf(0.999, 300, 0.05)


def test_with_few_customers_nothing_is_held_equal():
    """A slope from so few would cost more than it brings: below ten customers a figure that is fitted."""
    after, before, treated = shoppers(np.random.default_rng(8), n=30)
    found, _ = compare_arms(after, before, treated, "money")
    assert found.value == pytest.approx(after[treated].mean() - after[~treated].mean()) and "Welch" in found.method


def test_the_order_of_customers_changes_nothing():
    rng = np.random.default_rng(5)
    after, before, treated = shoppers(rng)
    order = rng.permutation(len(after))
    one, _ = compare_arms(after, before, treated, "money")
    other, _ = compare_arms(after[order], before[order], treated[order], "money")
    assert other.value == pytest.approx(one.value, abs=1e-9)


def test_too_few_held_out_is_not_measured():
    after, before, treated = shoppers(np.random.default_rng(6), n=40)
    treated = np.arange(40) >= 8
    found, p = compare_arms(after, before, treated, "money")
    assert not found.measured and p is None and "fewer than 10" in found.method


def test_a_change_is_that_of_the_same_customers():
    before = np.array([1.0, 2, 3, UNKNOWN, 5] * 10)
    after = np.array([2.0, 3, UNKNOWN, 9, 6] * 10)
    found, _ = change_after(after, before, "score")
    assert (found.value, found.n) == (1.0, 30)


def test_groups_that_differed_before_are_found_and_random_ones_are_not():
    rng = np.random.default_rng(7)
    _, before, treated = shoppers(rng, n=400)
    assert were_alike([before, rng.normal(size=400)], treated) > 0.01
    assert were_alike([before + 40 * treated, rng.normal(size=400)], treated) < 0.001
    assert were_alike([np.full(400, UNKNOWN)], treated) is None


def test_a_group_that_answers_more_often_is_noticed():
    treated = np.arange(400) < 200
    same = np.where(np.arange(400) % 2 == 0, 1.0, UNKNOWN)
    assert answered_alike(same, treated)
    assert not answered_alike(np.where(treated, 1.0, same), treated)
