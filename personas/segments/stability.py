"""Would the same segments be found again?

Bootstrap pairs [Dolnicar & Leisch 2010]: two samples with replacement are clustered, both solutions assign all
customers, and the adjusted Rand index says how far they agree (1 = always, 0 = as by chance). Segment by segment,
the best Jaccard overlap with each bootstrap solution says which ones can be trusted [Hennig 2007; Dolnicar &
Leisch 2017]. Prediction strength asks whether one half of the customers predicts who stays together in the other
half [Tibshirani & Walther 2005].
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from personas.segments.kmeans import Points
    from personas.segments.latent_fit import Answers


def contingency(a: np.ndarray, b: np.ndarray, k: int) -> np.ndarray:
    """Customers by label in `a` (rows) and in `b` (columns), (k, k)."""
    return np.bincount(a * k + b, minlength=k * k).reshape(k, k)


def adjusted_rand(table: np.ndarray) -> float:
    """Adjusted Rand index of a contingency table [Hubert & Arabie 1985].

    >>> adjusted_rand(np.array([[5, 0], [0, 5]]))
    1.0
    """
    pairs = _pairs(table).sum()
    rows, columns = _pairs(table.sum(axis=1)).sum(), _pairs(table.sum(axis=0)).sum()
    expected = rows * columns / _pairs(table.sum())
    most = (rows + columns) / 2
    return 1.0 if most == expected else float((pairs - expected) / (most - expected))


def _pairs(counts):
    return np.asarray(counts, float) * (np.asarray(counts, float) - 1) / 2


def best_jaccard(table: np.ndarray) -> np.ndarray:
    """For each row's segment, its largest Jaccard overlap with any column's segment, (k,)."""
    union = table.sum(axis=1, keepdims=True) + table.sum(axis=0, keepdims=True) - table
    return (table / np.maximum(union, 1)).max(axis=1)


def bootstrap_labels(data: Points | Answers, k: int, rng: np.random.Generator, n_init: int) -> np.ndarray:
    """Cluster one bootstrap sample and assign everybody to its segments, (n,) int.

    A customer drawn twice weighs double, so that nobody is copied.
    """
    times = np.bincount(rng.integers(len(data), size=len(data)), minlength=len(data))
    drawn = np.flatnonzero(times)
    if len(drawn) < k:
        return np.zeros(len(data), int)
    # What `fit` gives is what `assign` of the same kind of data takes.
    return data.assign(data.take(drawn, times[drawn].astype(float)).fit(k, rng, n_init))  # type: ignore[arg-type]


def bootstrap_pair(data: Points | Answers, k: int, reference: np.ndarray | None, seed, n_init: int = 2):
    """One pair of bootstrap solutions.

    reference : (n,) labels of the segmentation on everybody, or None
    Returns (adjusted Rand index of the pair, best Jaccards of the reference's segments in both, (2, k) or None)
    """
    rng = np.random.default_rng(seed)
    first, second = (bootstrap_labels(data, k, rng, n_init) for _ in range(2))
    agreement = adjusted_rand(contingency(first, second, k))
    if reference is None:
        return agreement, None
    return agreement, np.array([best_jaccard(contingency(reference, found, k)) for found in (first, second)])


def prediction_strengths(data: Points | Answers, k: int, seed, splits: int = 5, n_init: int = 2) -> np.ndarray:
    """Over random halvings, the worst segment's share of pairs that the other half keeps together, (splits,).

    Each half is judged by the other, and the two are averaged, as in twofold cross-validation. 1 for k = 1 by
    definition. Segments of a single customer count as 0: nothing predicts them.
    """
    if k == 1:
        return np.ones(splits)
    if len(data) // 2 < k:
        return np.zeros(splits)
    rng = np.random.default_rng(seed)
    strengths = []
    for _ in range(splits):
        order = rng.permutation(len(data))
        halves = data.take(order[: len(data) // 2]), data.take(order[len(data) // 2 :])
        found = [half.fit(k, rng, n_init) for half in halves]
        worst = [
            _least_kept_together(contingency(own.labels, half.assign(other), k))  # type: ignore[arg-type]
            for half, own, other in zip(halves, found, found[::-1], strict=True)
        ]
        strengths.append(np.mean(worst))
    return np.array(strengths)


def _least_kept_together(table: np.ndarray) -> float:
    """The worst row's share of pairs that share a column too."""
    together, possible = _pairs(table).sum(axis=1), _pairs(table.sum(axis=1))
    return float(np.divide(together, possible, out=np.zeros(len(table)), where=possible > 0).min())


def prediction_strength(data: Points | Answers, k: int, seed, splits: int = 5, n_init: int = 2) -> float:
    """Mean of :func:`prediction_strengths`."""
    return float(prediction_strengths(data, k, seed, splits, n_init).mean())
