"""Customers without segments: the tables that a clustering is compared with.

A Gaussian copula is fitted to the *raw* forming columns. What it draws has each column's values, how columns go
up and down together, which values go missing together, and shares that add up to their whole, but it is one
population: whatever k-means finds in it is no structure. Drawn on encoded columns instead, independent
categories look like segments.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from personas.customers.models import Feature
from personas.segments.space import forming, levels_of, numbers_of

WEIGHT = "survey weight"  # with a space, which no column of a customer table has


@dataclass(frozen=True)
class NullModel:
    """A fitted copula. Draws are frames with the columns of `features`.

    sorted_values : per column, the known values in order (for the inverse of its distribution)
    pattern_of : per feature, which latent pattern of missing values it follows, −1 if always known
    weighted : whether draws have a survey weight too, in the column :data:`WEIGHT`
    root : (c, c) square root of the latent correlation, values first, then patterns
    """

    features: tuple[Feature, ...]
    levels: dict[str, tuple[str, ...]]
    sorted_values: tuple[np.ndarray, ...]
    rank_to_code: tuple[np.ndarray | None, ...]
    pattern_of: tuple[int, ...]
    missing_share: np.ndarray
    root: np.ndarray
    wholes: tuple[tuple[int, ...], ...]
    weighted: bool = False

    def draw(self, rng: np.random.Generator, n: int) -> pd.DataFrame:
        """Draw `n` customers of the one population."""
        count = len(self.features)
        latent = rng.standard_normal((n, len(self.root))) @ self.root.T
        uniform = ndtr(latent)
        columns = []
        for j, values in enumerate(self.sorted_values):
            position = np.minimum((uniform[:, j] * len(values)).astype(int), len(values) - 1)
            drawn = values[position]
            if self.rank_to_code[j] is not None:
                drawn = self.rank_to_code[j][drawn.astype(int)]
            columns.append(drawn.astype(float))
        for whole in self.wholes:
            total = np.sum([columns[j] for j in whole], axis=0)
            for j in whole:
                columns[j] = np.divide(columns[j], total, out=np.zeros(n), where=total > 0)
        frame = {}
        for j, feature in enumerate(self.features):
            values = columns[j]
            pattern = self.pattern_of[j]
            if pattern >= 0:
                hidden = uniform[:, count_latent(self) + pattern] < self.missing_share[pattern]
                values = np.where(hidden, np.nan, values)
            levels = self.levels.get(feature.name, ())
            frame[feature.name] = _words(values, levels) if levels else values
        assert len(frame) == count
        if self.weighted:
            frame[WEIGHT] = columns[-1]
        return pd.DataFrame(frame)


def count_latent(model: NullModel) -> int:
    """Latent columns that stand for values; those after them stand for patterns of missing values."""
    return len(model.sorted_values)


def _words(values: np.ndarray, levels: tuple[str, ...]) -> pd.Categorical:
    return pd.Categorical.from_codes(np.where(np.isnan(values), -1, values).astype(int), list(levels))


def fit_null(frame: pd.DataFrame, features: tuple[Feature, ...], weights: np.ndarray | None = None) -> NullModel:
    """Fit the copula on the forming columns of `frame`, one row a customer.

    weights : (n,) survey weights; they are drawn with the rest, since they go with who a customer is
    """
    used = tuple(f for f in forming(features) if frame[f.name].notna().any())
    levels = {f.name: levels_of(f, frame[f.name]) for f in used}
    # Draws are laid out with the levels that the data has, which need not be looked for again.
    used = tuple(f.model_copy(update={"levels": levels[f.name]}) if levels[f.name] else f for f in used)
    raw = [numbers_of(frame[f.name], levels[f.name]) for f in used]

    # Shares of one whole get their remainder as a further column, so that draws add up to at most 1.
    wholes = []
    for whole in dict.fromkeys(f.parts_of for f in used if f.parts_of):
        members = [j for j, f in enumerate(used) if f.parts_of == whole]
        remainder = np.clip(1.0 - np.sum([raw[j] for j in members], axis=0), 0.0, 1.0)
        wholes.append((*members, len(raw)))
        raw.append(remainder)

    if weights is not None:
        raw.append(np.asarray(weights, float))

    rank_to_code: list[np.ndarray | None] = [None] * len(raw)
    for j, feature in enumerate(used):
        if feature.kind == "category":
            rank_to_code[j], raw[j] = _ordered_by_company(raw, j, len(levels[feature.name]))

    masks = [np.isnan(values) for values in raw[: len(used)]]
    patterns: list[np.ndarray] = []
    pattern_of = []
    for mask in masks:
        if not mask.any():
            pattern_of.append(-1)
            continue
        same = [i for i, seen in enumerate(patterns) if (seen == mask).all()]
        if not same:
            patterns.append(mask)
        pattern_of.append(same[0] if same else len(patterns) - 1)

    scores = [_normal_scores(values) for values in raw]
    # A pattern's latent column is high where the value is known: the share below the cut is missing.
    scores += [_normal_scores(np.where(mask, 0.0, 1.0)) for mask in patterns]
    return NullModel(
        features=used,
        levels={name: found for name, found in levels.items() if found},
        sorted_values=tuple(np.sort(values[~np.isnan(values)]) for values in raw),
        rank_to_code=tuple(rank_to_code),
        pattern_of=tuple(pattern_of),
        missing_share=np.array([mask.mean() for mask in patterns]),
        root=_square_root(np.column_stack(scores)),
        wholes=tuple(wholes),
        weighted=weights is not None,
    )


def _normal_scores(values: np.ndarray) -> np.ndarray:
    """Standardised normal scores of the mean ranks, NaN where unknown."""
    ranks = pd.Series(values).rank(method="average").to_numpy()
    known = np.isfinite(ranks).sum()
    scores = ndtri((ranks - 0.5) / known)
    spread = np.nanstd(scores)
    return (scores - np.nanmean(scores)) / spread if spread > 0 else np.where(np.isnan(scores), np.nan, 0.0)


def _ordered_by_company(raw: list[np.ndarray], j: int, count: int):
    """Order the levels of an unordered category by the other columns, so that a copula can carry them.

    Returns (code of each rank, ranks of the customers).
    """
    others = [np.nan_to_num(_normal_scores(values)) for i, values in enumerate(raw) if i != j]
    if others:
        block = np.column_stack(others)
        axis = np.linalg.svd(block - block.mean(axis=0), full_matrices=False)[2][0]
        company = block @ axis
    else:
        company = np.zeros(len(raw[j]))
    means = [company[raw[j] == code].mean() if (raw[j] == code).any() else 0.0 for code in range(count)]
    order = np.argsort(means, kind="stable")
    rank_of = np.empty(count)
    rank_of[order] = np.arange(count)
    ranks = np.where(np.isnan(raw[j]), np.nan, rank_of[np.nan_to_num(raw[j]).astype(int)])
    return order.astype(float), ranks


def _square_root(scores: np.ndarray) -> np.ndarray:
    """Square root of the nearest correlation matrix of pairwise-known scores."""
    correlation = pd.DataFrame(scores).corr(min_periods=10).to_numpy(copy=True)
    correlation = np.nan_to_num(correlation)
    np.fill_diagonal(correlation, 1.0)
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    # Clipping negative eigenvalues lengthens rows; each latent column must keep variance one.
    length = np.sqrt((root**2).sum(axis=1, keepdims=True))
    return np.divide(root, length, out=np.zeros_like(root), where=length > 0)
