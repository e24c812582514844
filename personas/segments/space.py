"""The feature space: raw columns → numbers in which near means alike.

Numbers are made less skewed (signed log where the feature says so), clipped at robust limits and standardised;
ordered categories become scores, other categories indicator columns. Then each block of columns is divided by
its first singular value, as in multiple factor analysis, so that twenty columns of one question do not outvote
the rest [Escofier & Pagès 1994]. What is unknown stays unknown: it adds nothing to a distance.

Every step is simple enough to be written in SQL, and a fitted space is plain JSON.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from personas.customers.models import Feature
from personas.errors import InputError, Problem
from personas.estimates import Frozen
from personas.segments.kmeans import Points, points_of

CLIP_QUANTILES = (0.01, 0.99)


class Axis(Frozen):
    """One column of the space: ``weight * (clip(f(raw), low, high) − centre) / spread``.

    level : for an indicator column, the category that it marks; else ""
    """

    feature: str
    block: str
    transform: str
    level: str
    low: float
    high: float
    centre: float
    spread: float
    weight: float


class FeatureSpace(Frozen):
    """A fitted space; `dropped` names forming features that carry no information, with the reason."""

    axes: tuple[Axis, ...]
    levels: dict[str, tuple[str, ...]]
    dropped: tuple[tuple[str, str], ...]
    block_weights: dict[str, float]

    def transform(self, frame: pd.DataFrame) -> np.ndarray:
        """Place customers in the space: (n, axes) float, NaN where unknown."""
        raw: dict[str, np.ndarray] = {}
        columns = []
        for axis in self.axes:
            if axis.feature not in raw:
                raw[axis.feature] = numbers_of(frame[axis.feature], self.levels.get(axis.feature, ()))
            values = raw[axis.feature]
            if axis.transform == "onehot":
                code = float(self.levels[axis.feature].index(axis.level))
                values = np.where(np.isnan(values), np.nan, (values == code).astype(float))
            elif axis.transform == "log":
                values = np.sign(values) * np.log1p(np.abs(values))
            columns.append(axis.weight * (np.clip(values, axis.low, axis.high) - axis.centre) / axis.spread)
        return np.column_stack(columns)

    def points(self, frame: pd.DataFrame, weights=None) -> Points:
        """The same as :class:`Points`, ready for clustering."""
        worth = np.array([axis.weight**2 for axis in self.axes])
        return points_of(self.transform(frame), worth, weights)


def forming(features: tuple[Feature, ...]) -> tuple[Feature, ...]:
    """The features that form the segments."""
    return tuple(feature for feature in features if feature.forms)


def numbers_of(column: pd.Series, levels: tuple[str, ...]) -> np.ndarray:
    """Raw values as floats; categories as the position of their level, NaN where unknown or undeclared."""
    if levels:
        if isinstance(column.dtype, pd.CategoricalDtype) and tuple(column.cat.categories) == levels:
            return np.where(column.cat.codes < 0, np.nan, column.cat.codes)
        return (
            column.astype("string").map({level: i for i, level in enumerate(levels)}).to_numpy(float, na_value=np.nan)
        )
    return pd.to_numeric(column, errors="coerce").to_numpy(float, na_value=np.nan)


def levels_of(feature: Feature, column: pd.Series) -> tuple[str, ...]:
    """The declared levels of a categorical feature, or those seen, in alphabetical order; () for a number."""
    if feature.kind not in ("category", "ordered"):
        return ()
    return feature.levels or tuple(column.dropna().astype(str).value_counts().sort_index().index)


def _raw_axes(feature: Feature, column: pd.Series):
    """(level, transform, values) of each column that a feature becomes, before standardising."""
    levels = levels_of(feature, column)
    values = numbers_of(column, levels)
    if feature.kind == "category":
        seen = [level for level in levels if (values == levels.index(level)).any()]
        return [
            (
                level,
                "onehot",
                np.where(np.isnan(values), np.nan, (values == levels.index(level)).astype(float)),
            )
            for level in seen
        ]
    if feature.transform == "log":
        return [("", "log", np.sign(values) * np.log1p(np.abs(values)))]
    return [("", "none", values)]


def fit_space(
    frame: pd.DataFrame, features: tuple[Feature, ...], block_weights: dict[str, float] | None = None
) -> FeatureSpace:
    """Fit the space on the forming features of `frame` (one row a customer).

    block_weights : what a block is worth beside the others, default 1
    Raises InputError when no forming feature carries any information.
    """
    wanted = dict(block_weights or {})
    blocks: dict[str, list[tuple]] = {}
    dropped: list[tuple[str, str]] = []
    levels: dict[str, tuple[str, ...]] = {}
    for feature in forming(features):
        kept = 0
        for level, transform, values in _raw_axes(feature, frame[feature.name]):
            known = values[np.isfinite(values)]
            if len(known) == 0 or known.min() == known.max():
                continue
            low, high = np.quantile(known, CLIP_QUANTILES)
            if low == high:
                low, high = known.min(), known.max()
            clipped = np.clip(known, low, high)
            centre, spread = float(clipped.mean()), float(clipped.std())
            scaled = (np.clip(values, low, high) - centre) / spread
            blocks.setdefault(feature.block, []).append(
                (
                    (feature.name, feature.block, transform, level, float(low), float(high), centre, spread),
                    scaled,
                )
            )
            kept += 1
        if kept:
            levels[feature.name] = levels_of(feature, frame[feature.name])
        else:
            dropped.append((feature.name, "one value only" if frame[feature.name].notna().any() else "never known"))
    if not blocks:
        raise InputError(
            [
                Problem(
                    "customer table",
                    f"{len(frame)} customers in whom every forming feature has one value or none",
                    "at least one feature in which customers differ",
                    "add attributes or behaviour to dataset.yml, or set forms: true on one that varies",
                )
            ]
        )
    axes, weights = [], {}
    for block, members in blocks.items():
        weights[block] = float(np.sqrt(wanted.get(block, 1.0)) / _first_singular_value([m[1] for m in members]))
        names = ("feature", "block", "transform", "level", "low", "high", "centre", "spread")
        axes += [Axis(**dict(zip(names, member[0], strict=True)), weight=weights[block]) for member in members]
    return FeatureSpace(
        axes=tuple(axes),
        levels={name: found for name, found in levels.items() if found},
        dropped=tuple(dropped),
        block_weights={block: float(wanted.get(block, 1.0)) for block in blocks},
    )


def _first_singular_value(columns: list[np.ndarray]) -> float:
    """Largest singular value of a block over √n, on the customers of whom something in the block is known."""
    block = np.column_stack(columns)
    block = block[np.isfinite(block).any(axis=1)]
    return float(np.linalg.norm(np.nan_to_num(block), 2) / np.sqrt(len(block)))
