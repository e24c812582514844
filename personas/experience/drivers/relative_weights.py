"""Johnson's relative weights: how much of an outcome's explained variance each of several alike predictors carries.

The predictors are replaced by the uncorrelated variables nearest to them; what these explain is handed back to the
predictors by how much each is made of each [Johnson 2000]. The weights sum to R², are never negative, and therefore
never have an interval that covers zero: a predictor counts only if its weight beats that of a random one added to the
others [Tonidandel, LeBreton & Johnson 2009].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from personas.experience.resampling import block_sums, draw_sums

# Correlations of pairs with different customers may contradict each other a little; the smallest eigenvalue allowed.
FLOOR, FLOOR_OF_PAIRS = 1e-10, 0.02


@dataclass(frozen=True)
class Correlations:
    """Means, standard deviations and correlations over known pairs; the last axes are the columns, pairs (…, q, q)."""

    mean: np.ndarray
    spread: np.ndarray
    pairs: np.ndarray
    complete: bool

    @property
    def floor(self) -> float:
        return FLOOR if self.complete else FLOOR_OF_PAIRS


def pair_sums(columns: np.ndarray, weights: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Sums over pairs of known values of chosen rows: counts, sums, squares, products, (4, q, q)."""
    values = columns[rows]
    known = np.isfinite(values).astype(float)
    filled = np.where(known > 0, values, 0.0)
    weighted = weights[rows][:, None] * known
    return np.stack(
        [
            known.T @ weighted,
            filled.T @ weighted,
            (filled**2).T @ weighted,
            filled.T @ (weights[rows][:, None] * filled),
        ]
    )


def correlations_of(sums: np.ndarray) -> Correlations:
    """Correlations from sums of pairs (…, 4, q, q); pairs without spread or data correlate at 0."""
    counts, totals, squares, products = (sums[..., i, :, :] for i in range(4))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = totals / counts
        variance = np.maximum(squares / counts - mean**2, 0.0)
        covariance = products / counts - mean * np.swapaxes(mean, -1, -2)
        pairs = covariance / np.sqrt(variance * np.swapaxes(variance, -1, -2))
    pairs = np.clip(np.nan_to_num(pairs, nan=0.0, posinf=0.0, neginf=0.0), -1.0, 1.0)
    q = pairs.shape[-1]
    pairs[..., np.arange(q), np.arange(q)] = 1.0
    diagonal = (..., np.arange(q), np.arange(q))
    complete = bool((counts == counts[..., :1, :1]).all())
    return Correlations(mean[diagonal], np.sqrt(variance[diagonal]), pairs, complete)


def split(among: np.ndarray, outcome: np.ndarray, floor: float = FLOOR) -> np.ndarray:
    """Relative weights (…, p) from correlations among the predictors (…, p, p) and with the outcome (…, p)."""
    values, vectors = np.linalg.eigh(among)
    roots = np.sqrt(np.maximum(values, floor))
    turned = np.swapaxes(vectors, -1, -2)
    root = (vectors * roots[..., None, :]) @ turned
    inverse = (vectors / roots[..., None, :]) @ turned
    beta = (inverse @ outcome[..., None])[..., 0]
    return ((root**2) @ (beta**2)[..., None])[..., 0]


def slopes(among: np.ndarray, outcome: np.ndarray, floor: float = FLOOR) -> np.ndarray:
    """Standardised coefficients of the joint regression (…, p)."""
    values, vectors = np.linalg.eigh(among)
    turned = np.swapaxes(vectors, -1, -2)
    inverse = (vectors / np.maximum(values, floor)[..., None, :]) @ turned
    return (inverse @ outcome[..., None])[..., 0]


def relative_weights(predictors, outcome, weights=None) -> np.ndarray:
    """Relative weights of (n, p) predictors for an (n,) outcome, (p,), summing to R²; NaN where unknown.

    >>> x = np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1]])
    >>> relative_weights(x, 2 * x[:, 0] + x[:, 1]).round(2).tolist()
    [0.8, 0.2]
    """
    columns = np.column_stack([predictors, outcome]).astype(float)
    weights = np.ones(len(columns)) if weights is None else np.asarray(weights, float)
    columns = columns - np.nanmean(columns, axis=0)
    found = correlations_of(pair_sums(columns, weights, np.arange(len(columns))))
    return split(found.pairs[:-1, :-1], found.pairs[:-1, -1], found.floor)


@dataclass(frozen=True)
class Draws:
    """Bootstrap of the weights and of the joint slopes.

    weights : (r, p); beyond_random : (r, p) weight less that of an added random predictor, both in one model
    slope : (r, p) change of the second outcome for one unit of the predictor, the others held equal
    """

    weights: np.ndarray
    beyond_random: np.ndarray
    slope: np.ndarray


@dataclass(frozen=True)
class Fit:
    """Weights (p,) and slopes (p,) in the sample, with their bootstrap."""

    weights: np.ndarray
    slope: np.ndarray
    draws: Draws


def fit_weights(
    predictors: np.ndarray, outcome: np.ndarray, second: np.ndarray, weights: np.ndarray, resamples: int, seed
) -> Fit:
    """Fit relative weights for `outcome` and joint slopes for `second`, and resample customers.

    predictors : (n, p), NaN where unknown; outcome, second : (n,); weights : (n,) survey weights
    """
    rng = np.random.default_rng(seed)
    p = predictors.shape[1]
    columns = np.column_stack([predictors, rng.standard_normal(len(outcome)), outcome, second]).astype(float)
    columns -= np.nanmean(columns, axis=0)
    parts = block_sums(len(columns), lambda rows: pair_sums(columns, weights, rows), rng)
    whole, drawn = correlations_of(parts.sum(axis=0)), correlations_of(draw_sums(parts, resamples, rng))
    own, beside = np.arange(p), np.arange(p + 1)

    def weigh(found, among):
        return split(found.pairs[..., among[:, None], among], found.pairs[..., among, p + 1], found.floor)

    def slope(found):
        steep = slopes(found.pairs[..., own[:, None], own], found.pairs[..., own, p + 2], found.floor)
        with np.errstate(divide="ignore", invalid="ignore"):
            return steep * found.spread[..., [p + 2]] / found.spread[..., own]

    with_random = weigh(drawn, beside)
    draws = Draws(weigh(drawn, own), with_random[:, :p] - with_random[:, [p]], slope(drawn))
    return Fit(weigh(whole, own), slope(whole), draws)
