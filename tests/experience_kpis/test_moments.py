"""Estimates from weighted sums, with customers as clusters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.errors import InputError
from personas.estimates import mean_estimate, share_estimate
from personas.experience.moments import Moments, difference_p, mean_of, moments_of, share_of, standardised
from personas.experience.scores import expectation_gap, mean_score, net_promoter_score, top_two_share


@pytest.mark.parametrize(
    "promoters, passives, detractors, value, low, high",
    [(15, 9, 12, 8.3, -19.0, 34.4), (50, 30, 20, 30.0, 14.1, 44.2), (9, 3, 3, 40.0, -3.6, 70.3)],
)
def test_net_promoters_have_the_published_interval(promoters, passives, detractors, value, low, high):
    """Worked examples of the adjusted Wald interval, methods.md §9, printed to one decimal."""
    found = net_promoter_score([10] * promoters + [7] * passives + [2] * detractors)
    assert (round(found.value, 1), round(found.low, 1), round(found.high, 1)) == (value, low, high)


def test_all_promoters_keep_an_interval_inside_the_scale():
    found = net_promoter_score([10] * 12)
    assert found.value == 100 and found.high <= 100 and found.low < 100


def test_scores_off_the_scale_are_refused_and_named():
    with pytest.raises(InputError, match="11"):
        net_promoter_score([10, 11])


def test_one_answer_a_customer_gives_the_plain_estimates():
    values = np.array([1.0, 0.0, 1.0, 1.0, np.nan, 0.0, 1.0])
    plain, wilson = mean_estimate(values), share_estimate(values)
    mean, share = mean_of(moments_of(values)), share_of(moments_of(values))
    assert (mean.low, mean.high, mean.n) == (pytest.approx(plain.low), pytest.approx(plain.high), 6)
    assert (share.low, share.high) == (pytest.approx(wilson.low), pytest.approx(wilson.high))


def test_saying_it_three_times_makes_nobody_surer():
    once, customers = np.array([5.0, 4.0, 1.0, 3.0, 5.0]), np.arange(5)
    thrice = mean_score(np.tile(once, 3), 1, 5, customers=np.tile(customers, 3))
    alone = mean_score(once, 1, 5)
    assert thrice.value == pytest.approx(alone.value) and thrice.low == pytest.approx(alone.low)
    assert thrice.n == 15 and thrice.n_effective < 6
    share = top_two_share(np.tile(once, 3), 1, 5, customers=np.tile(customers, 3))
    assert share.n_effective < 6


def test_weights_give_kish_effective_number():
    found = top_two_share([5, 1, 5, 1], 1, 5, weights=[3, 1, 1, 1])
    assert found.value == pytest.approx(4 / 6)
    assert found.n_effective == pytest.approx(36 / 12)
    assert net_promoter_score([10, 0, 10, 0], weights=[3, 1, 1, 1]).value == pytest.approx(100 * 2 / 6)


@given(st.lists(st.tuples(st.integers(0, 4), st.floats(-5, 5), st.integers(0, 1)), min_size=2, max_size=30))
def test_sums_of_segments_are_those_of_the_base(rows):
    who, x, _ = (np.array(column) for column in zip(*rows, strict=True))
    segment = who % 2
    weights = 1.0 + who
    base = moments_of(x, weights, who)
    first, second = (moments_of(np.where(segment == s, x, np.nan), weights, who) for s in (0, 1))
    for name in Moments.__dataclass_fields__:
        assert getattr(first + second, name) == pytest.approx(getattr(base, name), abs=1e-6)
        assert getattr(base - first, name) == pytest.approx(getattr(second, name), abs=1e-6)


def test_difference_and_effect_have_the_sign_and_size_of_welch():
    from scipy.stats import norm

    a, b = np.array([3.0, 4, 5, 4, 3, 5]), np.array([1.0, 2, 3, 2, 1, 2, 3])
    own, rest = moments_of(a), moments_of(b)
    z = (a.mean() - b.mean()) / np.sqrt(a.var(ddof=1) / 6 + b.var(ddof=1) / 7)
    assert difference_p(own, rest) == pytest.approx(2 * norm.sf(z))
    assert standardised(own, rest) > 1 > 0 > standardised(rest, own)


def test_expectation_is_compared_in_pairs():
    found = expectation_gap([3, 5, 4, np.nan], [4, 4, 1, 5])
    plain = mean_estimate([-1.0, 1.0, 3.0])
    assert (found.value, found.low, found.n) == (pytest.approx(1.0), pytest.approx(plain.low), 3)


def test_nobody_gives_no_number():
    assert not net_promoter_score([np.nan]).measured and not mean_of(Moments()).measured
