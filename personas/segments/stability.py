"""Would the same segments be found again?

Bootstrap pairs [Dolnicar & Leisch 2010]: two samples with replacement are clustered, both solutions assign all
customers, and the adjusted Rand index says how far they agree (1 = always, 0 = as by chance). Segment by segment,
the best Jaccard overlap with each bootstrap solution says which ones can be trusted [Hennig 2007; Dolnicar &
Leisch 2017]. Prediction strength asks whether one half of the customers predicts who stays together in the other
half [Tibshirani & Walther 2005].
"""

from __future__ import annotations

import numpy as np

from personas.segments.kmeans import Points, assign, fit_kmeans


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


def bootstrap_labels(points: Points, k: int, rng: np.random.Generator, n_init: int) -> np.ndarray:
    """Cluster one bootstrap sample and assign everybody to its centres, (n,) int."""
    drawn, times = np.unique(rng.integers(len(points), size=len(points)), return_counts=True)
    sample = points.take(drawn, times.astype(float))
    if len(sample) < k:
        return np.zeros(len(points), int)
    return assign(points, fit_kmeans(sample, k, rng, n_init).centres)


def bootstrap_pair(points: Points, k: int, reference: np.ndarray | None, seed, n_init: int = 2):
    """One pair of bootstrap solutions.

    reference : (n,) labels of the segmentation on everybody, or None
    Returns (adjusted Rand index of the pair, best Jaccards of the reference's segments in both, (2, k) or None)
    """
    rng = np.random.default_rng(seed)
    first, second = (bootstrap_labels(points, k, rng, n_init) for _ in range(2))
    agreement = adjusted_rand(contingency(first, second, k))
    if reference is None:
        return agreement, None
    return agreement, np.array([best_jaccard(contingency(reference, found, k)) for found in (first, second)])


def prediction_strength(points: Points, k: int, seed, splits: int = 5, n_init: int = 2) -> float:
    """Mean over random halvings of the worst segment's share of pairs that the other half keeps together.

    1 for k = 1 by definition. Segments of a single customer count as 0: nothing predicts them.
    """
    if k == 1:
        return 1.0
    rng = np.random.default_rng(seed)
    strengths = []
    for _ in range(splits):
        order = rng.permutation(len(points))
        train, test = points.take(order[: len(points) // 2]), points.take(order[len(points) // 2 :])
        if min(len(train), len(test)) < k:
            return 0.0
        own = fit_kmeans(test, k, rng, n_init).labels
        other = assign(test, fit_kmeans(train, k, rng, n_init).centres)
        table = contingency(own, other, k)
        together, possible = _pairs(table).sum(axis=1), _pairs(table.sum(axis=1))
        strengths.append(np.divide(together, possible, out=np.zeros(k), where=possible > 0).min())
    return float(np.mean(strengths))
