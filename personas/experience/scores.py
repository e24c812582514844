"""The scores of customer experience from answers held in memory; the engine's sums give the same figures."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from personas.errors import InputError, Problem
from personas.estimates import Estimate
from personas.experience.moments import mean_of, moments_of, net_promoters_of, share_of

PROMOTER, DETRACTOR = 9, 6


def net_promoter_score(
    scores: ArrayLike, weights: ArrayLike | None = None, customers: ArrayLike | None = None
) -> Estimate:
    """Score recommendation from answers of 0 to 10: % of 9 and 10 less % of 0 to 6, with a 95 % interval.

    scores : (n,) float, missing allowed; weights : (n,) survey weights; customers : (n,) who answered, if several times
    Returns points, −100 to 100; `n` counts answers. Raises InputError if an answer lies outside 0 to 10.
    Interval: adjusted Wald [Rocks 2016], with Kish's effective n under weights.

    >>> net_promoter_score([10, 9, 8, 3]).value
    25.0
    """
    values = on_scale(scores, 0, 10)
    votes = np.where(np.isfinite(values), (values >= PROMOTER).astype(float) - (values <= DETRACTOR), np.nan)
    return net_promoters_of(moments_of(votes, weights, customers))


def top_two_share(
    scores: ArrayLike, low: float, high: float, weights: ArrayLike | None = None, customers: ArrayLike | None = None
) -> Estimate:
    """Share of satisfied customers: those who ticked one of the top two boxes of the scale, Wilson's interval.

    Raises InputError if an answer lies off the scale.

    >>> top_two_share([5, 4, 3, 1], 1, 5).value
    0.5
    """
    values = on_scale(scores, low, high)
    return share_of(moments_of(np.where(np.isfinite(values), values >= high - 1, np.nan), weights, customers))


def mean_score(
    scores: ArrayLike, low: float, high: float, weights: ArrayLike | None = None, customers: ArrayLike | None = None
) -> Estimate:
    """Mean score with Student's t interval. Raises InputError if an answer lies off the scale."""
    return mean_of(moments_of(on_scale(scores, low, high), weights, customers))


def expectation_gap(
    experience: ArrayLike,
    expectation: ArrayLike,
    weights: ArrayLike | None = None,
    customers: ArrayLike | None = None,
) -> Estimate:
    """Mean of experience less expectation over those who said both: a paired t interval.

    >>> expectation_gap([3, 4, 5], [4, 4, 5]).value
    -0.3333333333333333
    """
    gap = np.asarray(experience, float) - np.asarray(expectation, float)
    return mean_of(moments_of(gap, weights, customers))


def on_scale(scores, low: float, high: float) -> np.ndarray:
    """Scores as floats; raises InputError naming the first three that are off the scale."""
    values = np.asarray(scores, float)
    off = values[np.isfinite(values) & ((values < low) | (values > high))]
    if len(off):
        named = ", ".join(f"{value:g}" for value in off[:3])
        fix = "list codes that are no answer under missing:, or correct scale:"
        raise InputError([Problem("scores", f"{named} ({len(off):,} off the scale)", f"{low:g} to {high:g}", fix)])
    return values
