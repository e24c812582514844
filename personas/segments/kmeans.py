"""k-means that can leave out what is not known.

A missing value contributes nothing to a distance, and the distance is rescaled by the weight of what is known:
``d²(i, c) = s_i Σ_j m_ij (x_ij − c_j)²`` with ``s_i`` = total weight over known weight. Lloyd's algorithm lowers
the sum of these, because a centre is the mean of the known values weighted by ``s_i``. Without missing values
this is ordinary k-means, and a test holds it to scikit-learn's answer.

scikit-learn's KMeans takes no missing values; imputing first makes "unknown" a group of its own, which is the
very error the verdict is there to find.

It is fitted thousands of times, so it leaves out what cannot matter: a customer is compared with all centres only
if these have moved far enough since the last time that another may have become the nearest [Hamerly 2010]. The
bound holds with missing values too, since a centre's move over the known columns is never longer than over all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

TRIAL_STEPS = 8  # steps after which the worse half of the starts is given up


@dataclass(frozen=True)
class Points:
    """Customers in the feature space.

    known : (n, p) float, values with 0 where unknown
    mask : (n, p) float, 1 where known
    scale : (n,) float, total weight of the columns over the weight of the known ones (0 if nothing is known)
    weights : (n,) float, survey or bootstrap weight of each customer
    complete : nothing is unknown
    """

    known: np.ndarray
    mask: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    complete: bool

    def __len__(self) -> int:
        return len(self.known)

    def take(self, rows: np.ndarray, multiplicity: np.ndarray | None = None) -> Points:
        """The rows named, each weighing `multiplicity` times as much."""
        weights = self.weights[rows] if multiplicity is None else self.weights[rows] * multiplicity
        known = self.known[rows]
        mask = np.broadcast_to(1.0, known.shape) if self.complete else self.mask[rows]
        return Points(known, mask, self.scale[rows], weights, self.complete)

    def fit(self, k: int, rng: np.random.Generator, n_init: int) -> Clustering:
        """Divide them into `k`: what every kind of candidate can do."""
        return fit_kmeans(self, k, rng, n_init)

    def assign(self, clustering: Clustering) -> np.ndarray:
        """The segment of everybody, (n,) int."""
        return assign(self, clustering.centres)

    def share_left(self, clustering: Clustering, whole: Clustering) -> float:
        """Share of the sum of squares that is left within segments; `whole` has one segment."""
        return clustering.within / whole.within


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
    return Points(np.where(mask > 0, values, 0.0), mask, scale, weights, bool(mask.all()))


@dataclass(frozen=True)
class Clustering:
    """centres : (k, p); labels : (n,) int; within : weighted sum of squared distances to the own centre."""

    centres: np.ndarray
    labels: np.ndarray
    within: float


def squared_distances(points: Points, centres: np.ndarray) -> np.ndarray:
    """Rescaled squared distances of every customer to every centre, (n, k), never negative."""
    own = (points.known**2).sum(axis=1)
    return (_unscaled(points.known, points.mask, own, centres, points.complete) * points.scale).T


def assign(points: Points, centres: np.ndarray) -> np.ndarray:
    """The nearest centre of every customer, (n,) int; distances are rounded so that ties go to the lowest label."""
    return _nearest(np.round(squared_distances(points, centres).T, 9))[0]


def fit_kmeans(points: Points, k: int, rng: np.random.Generator, n_init: int = 3, max_iter: int = 60) -> Clustering:
    """Fit k centres, the best of `n_init` starts by greedy k-means++ [Arthur & Vassilvitskii 2007].

    After a few steps the worse half of the starts is given up: what is behind by then stays behind.
    Raises ValueError when there are fewer customers than centres.
    """
    if len(points) < k:
        raise ValueError(f"{len(points)} customers cannot form {k} segments")
    own = np.einsum("ij,ij->i", points.known, points.known)
    pull = points.weights * points.scale
    if k == 1:
        return _lloyd(points, own, pull, points.known[:1], 1)
    starts = (_spread_centres(points, own, pull, k, rng) for _ in range(n_init))
    if n_init == 1:
        return _lloyd(points, own, pull, next(starts), max_iter)
    begun = sorted((_lloyd(points, own, pull, start, TRIAL_STEPS) for start in starts), key=lambda one: one.within)
    kept = begun[: (n_init + 1) // 2]
    return min((_lloyd(points, own, pull, one.centres, max_iter) for one in kept), key=lambda one: one.within)


def _unscaled(known, mask, own, centres, complete):
    """Squared distances over the known columns, (k, n): with a row a centre, comparing centres is fast."""
    reach = (centres**2).sum(axis=1)[:, None] if complete else centres**2 @ mask.T
    found = centres @ known.T
    found *= -2.0
    found += reach
    found += own
    return np.maximum(found, 0.0, out=found)


def _nearest(distances):
    """(label, distance, distance to the second nearest) of every customer from (k, n) distances."""
    best, second = distances[0].copy(), np.full(distances.shape[1], np.inf)
    labels = np.zeros(len(best), int)
    for j in range(1, len(distances)):
        np.copyto(labels, j, where=distances[j] < best)
        np.minimum(second, np.maximum(best, distances[j]), out=second)
        np.minimum(best, distances[j], out=best)
    return labels, best, second


def _spread_centres(points, own, pull, k, rng):
    """k-means++ starts: of a few customers drawn with chances proportional to their squared distance, the best."""
    centres = points.known[_draw(pull, rng, 1)]
    trials = 2 + int(np.log(k))
    nearest = _unscaled(points.known, points.mask, own, centres, points.complete)[0]
    for _ in range(1, k):
        drawn = points.known[_draw(nearest * pull, rng, trials)]
        reached = np.minimum(_unscaled(points.known, points.mask, own, drawn, points.complete), nearest)
        best = int((reached @ pull).argmin())
        nearest = reached[best]
        centres = np.vstack([centres, drawn[best]])
    return centres


def _draw(chances, rng, count):
    """`count` positions, drawn with probability proportional to `chances`; any of them where all are 0."""
    steps = np.cumsum(chances)
    if not steps[-1] > 0:
        return rng.integers(len(chances), size=count)
    return np.minimum(np.searchsorted(steps, rng.random(count) * steps[-1], side="right"), len(chances) - 1)


def _lloyd(points, own, pull, centres, max_iter):
    known, mask, complete = points.known, points.mask, points.complete
    k, n = len(centres), len(points)
    pulled_mask = None if complete else mask * pull[:, None]
    labels, upper, lower = _nearest(_unscaled(known, mask, own, centres, complete))
    upper, lower = np.sqrt(upper), np.sqrt(lower)
    sums, mass = _sums(known, pulled_mask, pull, labels, k)
    sizes = np.bincount(labels, minlength=k)
    for _ in range(max_iter):
        moved = np.divide(sums, mass, out=centres.copy(), where=mass > 0)
        empty = np.flatnonzero(sizes == 0)
        if len(empty):
            # An empty segment restarts at the customers that fit worst.
            distance = _unscaled(known, mask, own, centres, complete)[labels, np.arange(n)]
            moved[empty] = known[np.argsort(-distance * points.scale)[: len(empty)]]
        shift = np.sqrt(((moved - centres) ** 2).sum(axis=1))
        centres = moved
        if not shift.any():
            break
        upper += shift[labels]
        lower -= _largest_other(shift)[labels]
        # The allowance is for rounding: customers on a border are looked at once too often, never too seldom.
        open_ = np.flatnonzero(upper >= lower - 1e-9)
        if len(open_) > 0.6 * n:
            found, near, next_ = _nearest(_unscaled(known, mask, own, centres, complete))
            upper, lower = np.sqrt(near), np.sqrt(next_)
            changed = np.flatnonzero(found != labels)
            before, labels = labels[changed], found
        elif len(open_):
            part = None if complete else mask[open_]
            found, near, next_ = _nearest(_unscaled(known[open_], part, own[open_], centres, complete))
            upper[open_], lower[open_] = np.sqrt(near), np.sqrt(next_)
            differs = found != labels[open_]
            changed = open_[differs]
            before = labels[changed]
            labels[changed] = found[differs]
        else:
            changed = open_
        if not len(changed):
            if len(empty):
                continue
            break
        if len(changed) > 0.3 * n:
            sums, mass = _sums(known, pulled_mask, pull, labels, k)
        else:
            turn = np.zeros((k, len(changed)))
            columns = np.arange(len(changed))
            turn[labels[changed], columns] = pull[changed]
            turn[before, columns] = -pull[changed]
            sums += turn @ known[changed]
            mass += turn.sum(axis=1, keepdims=True) if complete else turn @ mask[changed]
        sizes = np.bincount(labels, minlength=k)
    return _settled(points, own, pull, pulled_mask, centres, labels)


def _settled(points, own, pull, pulled_mask, centres, labels):
    """The clustering with its centres and sum of squares computed anew, free of what sums of differences lose."""
    sums, mass = _sums(points.known, pulled_mask, pull, labels, len(centres))
    centres = np.divide(sums, mass, out=centres.copy(), where=mass > 0)
    distances = _unscaled(points.known, points.mask, own, centres, points.complete)
    return Clustering(centres, labels, float(distances[labels, np.arange(len(labels))] @ pull))


def _sums(known, pulled_mask, pull, labels, k):
    """Weighted sums of the known values by segment, (k, p), and what they weigh, (k, 1) or (k, p)."""
    member = (labels == np.arange(k)[:, None]) * pull
    if pulled_mask is None:
        return member @ known, member.sum(axis=1, keepdims=True)
    return member @ known, (labels == np.arange(k)[:, None]).astype(float) @ pulled_mask


def _largest_other(shift):
    """For each centre, the longest way that any other one has moved."""
    if len(shift) == 1:
        return np.zeros(1)
    first, second = np.argsort(-shift)[:2]
    longest = np.full(len(shift), shift[first])
    longest[first] = shift[second]
    return longest
