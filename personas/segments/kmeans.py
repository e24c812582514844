"""k-means that can leave out what is not known.

A missing value contributes nothing to a distance, and the distance is rescaled by the weight of what is known:
``d²(i, c) = s_i Σ_j m_ij (x_ij − c_j)²`` with ``s_i`` = total weight over known weight. Lloyd's algorithm lowers
the sum of these, because a centre is the mean of the known values weighted by ``s_i``. Without missing values
this is ordinary k-means, and a test holds it to scikit-learn's answer.

scikit-learn's KMeans takes no missing values; imputing first makes "unknown" a group of its own, which is the
very error the verdict is there to find.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Points:
    """Customers in the feature space.

    known : (n, p) float, values with 0 where unknown
    mask : (n, p) float, 1 where known
    scale : (n,) float, total weight of the columns over the weight of the known ones (0 if nothing is known)
    weights : (n,) float, survey or bootstrap weight of each customer
    """

    known: np.ndarray
    mask: np.ndarray
    scale: np.ndarray
    weights: np.ndarray

    def __len__(self) -> int:
        return len(self.known)

    @property
    def complete(self) -> bool:
        return bool(self.mask.all())

    def take(self, rows: np.ndarray, multiplicity: np.ndarray | None = None) -> Points:
        """The rows named, each weighing `multiplicity` times as much."""
        weights = self.weights[rows] if multiplicity is None else self.weights[rows] * multiplicity
        return Points(self.known[rows], self.mask[rows], self.scale[rows], weights)


def points_of(values: np.ndarray, column_weights: np.ndarray | None = None, weights=None) -> Points:
    """Make points from an (n, p) array in which NaN is unknown.

    column_weights : (p,) what each column is worth when distances are rescaled; default 1 each
    """
    values = np.asarray(values, dtype=float)
    mask = np.isfinite(values).astype(float)
    worth = np.ones(values.shape[1]) if column_weights is None else np.asarray(column_weights, float)
    known_worth = mask @ worth
    scale = np.divide(worth.sum(), known_worth, out=np.zeros(len(values)), where=known_worth > 0)
    weights = np.ones(len(values)) if weights is None else np.asarray(weights, float)
    return Points(np.where(mask > 0, values, 0.0), mask, scale, weights)


@dataclass(frozen=True)
class Clustering:
    """centres : (k, p); labels : (n,) int; within : weighted sum of squared distances to the own centre."""

    centres: np.ndarray
    labels: np.ndarray
    within: float


def squared_distances(points: Points, centres: np.ndarray) -> np.ndarray:
    """Rescaled squared distances of every customer to every centre, (n, k), never negative."""
    own = (points.known**2).sum(axis=1, keepdims=True)
    reach = (centres**2).sum(axis=1) if points.complete else points.mask @ (centres**2).T
    return np.maximum(own - 2 * points.known @ centres.T + reach, 0.0) * points.scale[:, None]


def assign(points: Points, centres: np.ndarray) -> np.ndarray:
    """The nearest centre of every customer, (n,) int; distances are rounded so that ties go to the lowest label."""
    return np.round(squared_distances(points, centres), 9).argmin(axis=1)


def fit_kmeans(points: Points, k: int, rng: np.random.Generator, n_init: int = 3, max_iter: int = 60) -> Clustering:
    """Fit k centres, the best of `n_init` starts by k-means++ [Arthur & Vassilvitskii 2007].

    Raises ValueError when there are fewer customers than centres.
    """
    if len(points) < k:
        raise ValueError(f"{len(points)} customers cannot form {k} segments")
    square = points.known**2
    own = square.sum(axis=1)
    pull = points.weights * points.scale
    best = None
    for _ in range(1 if k == 1 else n_init):
        centres = _spread_centres(points, own, pull, k, rng)
        found = _lloyd(points, own, pull, centres, max_iter)
        if best is None or found.within < best.within:
            best = found
    return best


def _spread_centres(points, own, pull, k, rng):
    """k-means++ starts: each next centre is drawn with probability proportional to its squared distance."""
    total = pull.sum()
    chosen = rng.choice(len(points), p=pull / total) if total > 0 else rng.integers(len(points))
    centres = points.known[[chosen]]
    nearest = np.full(len(points), np.inf)
    for _ in range(1, k):
        latest = centres[-1]
        reach = latest @ latest if points.complete else points.mask @ latest**2
        nearest = np.minimum(nearest, np.maximum(own - 2 * points.known @ latest + reach, 0.0))
        chance = nearest * pull
        total = chance.sum()
        chosen = rng.choice(len(points), p=chance / total) if total > 0 else rng.integers(len(points))
        centres = np.vstack([centres, points.known[chosen]])
    return centres


def _lloyd(points, own, pull, centres, max_iter):
    k, n = len(centres), len(points)
    labels = np.full(n, -1)
    member = np.zeros((n, k))
    rows = np.arange(n)
    pulled_mask = None if points.complete else points.mask * pull[:, None]
    pulled = points.known * pull[:, None]
    for _ in range(max_iter):
        reach = (centres**2).sum(axis=1) if pulled_mask is None else points.mask @ (centres**2).T
        distance = reach - 2 * points.known @ centres.T
        found = distance.argmin(axis=1)
        if (found == labels).all():
            break
        labels = found
        member[:] = 0.0
        member[rows, labels] = 1.0
        mass = (pull @ member)[:, None] if pulled_mask is None else member.T @ pulled_mask
        moved = np.divide(member.T @ pulled, mass, out=centres.copy(), where=mass > 0)
        empty = np.flatnonzero(member.sum(axis=0) == 0)
        if len(empty):
            # An empty segment restarts at the customers that fit worst.
            worst = np.argsort(-(own + distance[rows, labels]) * points.scale)[: len(empty)]
            moved[empty] = points.known[worst]
        centres = moved
    within = float((np.maximum(own + distance[rows, labels], 0.0) * pull).sum())
    return Clustering(centres, labels, within)
