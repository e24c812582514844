"""What low ratings of a touchpoint cost and what high ones bring: the penalty-reward contrast [Brandt 1988].

The outcome is regressed on two marks of each touchpoint, rated low and rated high, against those who rate it between.
Where a point lost costs more than a point won brings, the touchpoint is basic: taken for granted until it fails. Where
a point won brings more, it delights. Where both count alike, it pays in proportion: a performance touchpoint. Points
are compared, not the contrasts themselves: those who rate low are mostly further from the middle than those who rate
high, so that a straight line would pass for basic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from personas.customers.feedback import Question
from personas.estimates import Estimate
from personas.experience.drivers.relative_weights import Correlations, correlations_of, pair_sums, slopes
from personas.experience.resampling import block_sums, draw_sums, percentiles

LOW, HIGH = 0.375, 0.875  # of the scale: up to 2.5 and from 4.5 on a scale from 1 to 5
FEWEST = 30
METHOD = "less those who rate it between; joint regression, percentile bootstrap over customers; associated, not caused"
Nature = Literal["basic", "performance", "delight", ""]


@dataclass(frozen=True)
class Contrast:
    """Of one touchpoint: the outcome of those who rate it low, and high, less that of those between."""

    penalty: Estimate
    reward: Estimate
    nature: Nature


def contrast_ratings(
    ratings: np.ndarray, questions: Sequence[Question], outcome: np.ndarray, weights: np.ndarray, resamples: int, seed
) -> list[Contrast | None]:
    """One contrast a touchpoint; None where fewer than 30 customers rate it low, between or high.

    ratings : (n, p) means on the questions' scales, NaN where unknown; outcome, weights : (n,)
    """
    marks, places, steps = [], [], []
    for number, question in enumerate(questions):
        share = (ratings[:, number] - question.low) / (question.high - question.low)
        known = np.isfinite(share)
        low, high = known & (share <= LOW), known & (share >= HIGH)
        if min(low.sum(), high.sum(), known.sum() - low.sum() - high.sum()) >= FEWEST:
            marks += [np.where(known, low, np.nan), np.where(known, high, np.nan)]
            places.append(number)
            middle = share[known & ~low & ~high].mean()
            steps.append((middle - share[low].mean(), share[high].mean() - middle))
    found: list[Contrast | None] = [None] * len(questions)
    if not places:
        return found
    columns = np.column_stack([*marks, outcome]).astype(float)
    columns -= np.nanmean(columns, axis=0)
    rng = np.random.default_rng(seed)
    parts = block_sums(len(columns), lambda rows: pair_sums(columns, weights, rows), rng)
    value = _coefficients(correlations_of(parts.sum(axis=0)))
    draws = _coefficients(correlations_of(draw_sums(parts, resamples, rng)))
    down, up = np.array(steps).T
    (less, more), (gap_low, gap_high) = percentiles(draws), percentiles(-draws[:, ::2] / down - draws[:, 1::2] / up)
    for at, number in enumerate(places):
        answers = int(np.isfinite(marks[2 * at]).sum())
        penalty, reward = (
            Estimate(
                value=float(value[i]), low=float(less[i]), high=float(more[i]), n=answers, unit="score", method=METHOD
            )
            for i in (2 * at, 2 * at + 1)
        )
        found[number] = Contrast(penalty, reward, _nature(penalty, reward, gap_low[at], gap_high[at]))
    return found


def _coefficients(found: Correlations) -> np.ndarray:
    """Coefficients of the joint regression on the marks, (…, 2p), in units of the outcome."""
    own = np.arange(found.pairs.shape[-1] - 1)
    steep = slopes(found.pairs[..., own[:, None], own], found.pairs[..., own, -1], found.floor)
    with np.errstate(divide="ignore", invalid="ignore"):
        return steep * found.spread[..., [-1]] / found.spread[..., own]


def _nature(penalty: Estimate, reward: Estimate, gap_low: float, gap_high: float) -> Nature:
    costs, brings = penalty.high < 0, reward.low > 0
    if costs and gap_low > 0:
        return "basic"
    if brings and gap_high < 0:
        return "delight"
    return "performance" if costs and brings else ""
