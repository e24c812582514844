"""Latent classes: each segment is a distribution of answers, and a customer belongs to each with some probability.

A class has a share of the customers, a mean and variance for each number and a probability for each level of each
category; within a class columns are independent [Lazarsfeld & Henry 1968; Vermunt & Magidson 2002]. What is unknown
of a customer adds nothing to the likelihood. The fitted model is plain JSON, simple enough to be written in SQL:

    log score of class c = log(weight_c) + Σ over known numbers of −½ (log(2π v_c) + (z − m_c)² / v_c)
                                         + Σ over known categories of log(p_c(level))

with z = (clip(f(raw), low, high) − centre) / spread, where f is the signed log1p for transform "log".
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from personas.estimates import Frozen
from personas.segments.space import numbers_of

LOG_2_PI = float(np.log(2 * np.pi))


class NumberInClasses(Frozen):
    """One number; means, variances : a value a class, of the standardised number."""

    feature: str
    transform: str
    low: float
    high: float
    centre: float
    spread: float
    means: tuple[float, ...]
    variances: tuple[float, ...]

    def standardise(self, column: pd.Series) -> np.ndarray:
        """Raw values → standardised, NaN where unknown."""
        values = numbers_of(column, ())
        if self.transform == "log":
            values = np.sign(values) * np.log1p(np.abs(values))
        return (np.clip(values, self.low, self.high) - self.centre) / self.spread


class CategoryInClasses(Frozen):
    """One category; probabilities : a row a class, a column a level.

    levels : as text; values : for yes/no columns the numbers that the levels stand for, else ()
    A level that is not among them is unknown.
    """

    feature: str
    levels: tuple[str, ...]
    values: tuple[float, ...] = ()
    probabilities: tuple[tuple[float, ...], ...]

    def positions(self, column: pd.Series) -> np.ndarray:
        """Position of each customer's level, NaN where unknown."""
        return positions_of(column, self.levels, self.values)


def positions_of(column: pd.Series, levels: tuple[str, ...], values: tuple[float, ...]) -> np.ndarray:
    """Position of each value among `levels` (among `values` where given), NaN where unknown or not among them."""
    if not values:
        return numbers_of(column, levels)
    raw, found = numbers_of(column, ()), np.full(len(column), np.nan)
    for position, value in enumerate(values):
        found[raw == value] = position
    return found


class LatentClasses(Frozen):
    """A fitted latent class model; `weights` are the classes' shares, largest first unless customers moved since."""

    weights: tuple[float, ...]
    numbers: tuple[NumberInClasses, ...]
    categories: tuple[CategoryInClasses, ...]

    def __len__(self) -> int:
        return len(self.weights)

    def log_scores(self, frame: pd.DataFrame) -> np.ndarray:
        """Log of class share times likelihood, (n, k); a customer of whom nothing is known has the shares alone."""
        scores = np.tile(np.log(self.weights), (len(frame), 1))
        for number in self.numbers:
            z = number.standardise(frame[number.feature])[:, None]
            variances = np.array(number.variances)
            one = -0.5 * (LOG_2_PI + np.log(variances) + (z - np.array(number.means)) ** 2 / variances)
            scores += np.where(np.isnan(z), 0.0, one)
        for category in self.categories:
            position = category.positions(frame[category.feature])
            logs = np.log(np.array(category.probabilities)).T
            known = np.isfinite(position)
            scores[known] += logs[position[known].astype(int)]
        return scores

    def posterior(self, frame: pd.DataFrame) -> np.ndarray:
        """Probability of each class for each customer, (n, k), rows sum to 1."""
        scores = self.log_scores(frame)
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return scores / scores.sum(axis=1, keepdims=True)

    def labels(self, frame: pd.DataFrame) -> np.ndarray:
        """The most probable class, (n,) int from 0; scores are rounded so that ties go to the lowest."""
        return np.round(self.log_scores(frame), 9).argmax(axis=1)

    def reordered(self, order) -> LatentClasses:
        """The same classes, numbered so that `order[0]` comes first."""

        def pick(values):
            return tuple(values[i] for i in order)

        return LatentClasses(
            weights=pick(self.weights),
            numbers=tuple(
                number.model_copy(update={"means": pick(number.means), "variances": pick(number.variances)})
                for number in self.numbers
            ),
            categories=tuple(
                category.model_copy(update={"probabilities": pick(category.probabilities)})
                for category in self.categories
            ),
        )
