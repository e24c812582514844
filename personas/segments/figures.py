"""The figures that decide, each with its threshold and how far chance in the resampling could move it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom, t

from personas.segments.null_test import LEVEL, NullTest
from personas.segments.resampling import HALVINGS, Resampled
from personas.segments.usefulness import SMALLEST_USE, Usefulness

HOLDS = 0.6  # Hennig (2007): below, a segment is not to be trusted
STRONG = 0.8  # Tibshirani & Walther (2005)
SEPARATION, STABILITY = "set apart (p)", "repeats (p)"
WEAKEST, STRENGTH, SMALLEST = "weakest segment", "prediction strength", "smallest segment"
BEYOND_CHANCE, MATTERS, NO_WORSE = "use beyond chance", "use that matters", "no worse than the best rule"
STRUCTURE = (SEPARATION, STABILITY)
USE = (BEYOND_CHANCE, MATTERS, NO_WORSE)
BY_PAIRS = (STABILITY, WEAKEST)


@dataclass(frozen=True)
class Figure:
    """One deciding figure of one number of segments.

    low, high : its 95 % Monte-Carlo interval; passes_above : larger is better
    """

    k: int
    name: str
    value: float
    low: float
    high: float
    threshold: float
    passes_above: bool = True

    @property
    def passes(self) -> bool:
        return self.value >= self.threshold if self.passes_above else self.value <= self.threshold

    @property
    def undecided(self) -> bool:
        """Whether the interval spans the threshold."""
        return self.low < self.threshold < self.high

    @property
    def margin(self) -> float:
        """How far on the right side of the threshold, negative if on the wrong one."""
        return (self.value - self.threshold) * (1 if self.passes_above else -1)


def median_interval(values: np.ndarray) -> tuple[float, float]:
    """Distribution-free 95 % interval of a median, from order statistics."""
    ordered, n = np.sort(values), len(values)
    first = int(binom.ppf(0.025, n, 0.5))
    return float(ordered[max(first - 1, 0)]), float(ordered[min(n - first, n - 1)])


def share_interval(count: float, n: float) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    share, z2 = count / n, 1.96**2
    centre, half = share + z2 / (2 * n), 1.96 * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return float((centre - half) / (1 + z2 / n)), float((centre + half) / (1 + z2 / n))


def figures_of(
    k: int,
    resampled: Resampled,
    separation: NullTest,
    stability: NullTest,
    use: Usefulness | None,
    sizes: np.ndarray,
    least: float,
) -> tuple[Figure, ...]:
    """All deciding figures of `k` segments; least : customers that the smallest segment must have."""
    agreement, jaccard = resampled.agreement[k], resampled.jaccard[k]
    middle = float(np.median(agreement))
    low, high = median_interval(agreement)
    means = jaccard.mean(axis=0)
    weakest = int(means.argmin())
    error = 1.96 * jaccard[:, weakest].std(ddof=1) / np.sqrt(len(jaccard))
    strength, spread = resampled.strengths[k]
    strength_error = float(t.ppf(0.975, HALVINGS - 1)) * spread / np.sqrt(HALVINGS)
    smallest, n = float(sizes.min()), float(sizes.sum())
    figures = [
        Figure(k, SEPARATION, separation.p_of(k), *separation.interval_of(k), LEVEL, False),
        Figure(
            k, STABILITY, stability.p_of(k), *stability.interval_of(k, middle - low, high - middle), LEVEL, False
        ),
        Figure(k, WEAKEST, float(means[weakest]), means[weakest] - error, means[weakest] + error, HOLDS),
        Figure(k, STRENGTH, strength, strength - strength_error, strength + strength_error, STRONG),
        Figure(k, SMALLEST, smallest / n, *share_interval(smallest, n), least / n),
    ]  # fmt: skip
    if use is not None:
        figures += [
            Figure(k, BEYOND_CHANCE, use.over_random.low, *use.chance_edge, 1e-12),  # nothing at all is not beyond it
            Figure(k, MATTERS, use.explained.value, use.explained.value, use.explained.value, SMALLEST_USE),
            Figure(k, NO_WORSE, use.over_rule.high, *use.rule_edge, 0.0),
        ]
    return tuple(figures)
