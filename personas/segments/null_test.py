"""Compares a figure with the same figure in tables without segments, over all numbers of segments at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

LEVEL = 0.05


@dataclass(frozen=True)
class NullTest:
    """A figure over all k against its own distribution in tables without segments.

    excess : k → standard deviations beyond the null, positive = more structure
    spread : k → that deviation; sign : +1 if large means structure
    largest : (draws,) the largest excess over k of each null table; every k is compared with it, so that the level
        holds over all of them
    """

    excess: dict[int, float]
    spread: dict[int, float]
    sign: int
    largest: np.ndarray

    @property
    def draws(self) -> int:
        return len(self.largest)

    @property
    def exceeded(self) -> int:
        """Null tables whose largest excess is at least the data's."""
        return self.reached(max(self.excess.values()))

    def reached(self, excess: float) -> int:
        """Null tables whose largest excess is at least `excess`."""
        return int((self.largest >= excess).sum())

    @property
    def p(self) -> float:
        return self.p_of(max(self.excess, key=lambda k: self.excess[k]))

    def p_of(self, k: int) -> float:
        """Monte-Carlo p-value of one number of segments [Davison & Hinkley 1997]."""
        return (1 + self.reached(self.excess[k])) / (1 + self.draws)

    def interval_of(self, k: int, less: float = 0.0, more: float = 0.0) -> tuple[float, float]:
        """95 % interval of that p-value: how far another lot of null tables could move it [Clopper & Pearson 1934].

        less, more : how far the data's own figure may be off, in its unit
        """
        unit = self.spread[k]
        up, down = (more, less) if self.sign > 0 else (less, more)
        fewest = self.reached(self.excess[k] + up / unit)
        most = self.reached(self.excess[k] - down / unit)
        low = beta.ppf(0.025, fewest, self.draws - fewest + 1) if fewest else 0.0
        high = beta.ppf(0.975, most + 1, self.draws - most) if most < self.draws else 1.0
        return float(low), float(high)

    @property
    def significant(self) -> bool:
        return self.p <= LEVEL


def compare_with_null(values: dict[int, float], null: dict[int, np.ndarray], sign: int) -> NullTest:
    """Compare figures, one for each k, with those of null tables.

    values : k → figure; null : k → (draws,) the same in each null table; sign : +1 if large means structure
    """
    ks = list(values)
    centre = {k: null[k].mean() for k in ks}
    spread = {k: max(float(null[k].std(ddof=1)), 1e-9) for k in ks}
    excess = {k: float(sign * (values[k] - centre[k]) / spread[k]) for k in ks}
    largest = np.max([sign * (null[k] - centre[k]) / spread[k] for k in ks], axis=0)
    return NullTest(excess, spread, sign, largest)
