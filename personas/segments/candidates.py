"""Tries every number of segments and collects the evidence for and against each.

Each figure is compared with the same figure on tables drawn from a population without segments
(:mod:`personas.segments.null`), which went through the same encoding and the same clustering.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from personas.customers.models import Feature
from personas.errors import InputError
from personas.progress import track
from personas.segments.kmeans import Clustering, Points, assign, fit_kmeans
from personas.segments.null import NullModel, fit_null
from personas.segments.space import FeatureSpace, fit_space
from personas.segments.stability import bootstrap_pair, prediction_strength

STARTS = 2  # k-means starts in every resample and null table alike, so that like is compared with like


@dataclass(frozen=True)
class Effort:
    """How many resamples are drawn.

    pairs : bootstrap pairs for every k; pairs_published : for the k that are judged segment by segment
    nulls : null tables for separation; stability_nulls : null tables for stability, each with `null_pairs` pairs a k
    """

    pairs: int = 30
    pairs_published: int = 100
    nulls: int = 99
    stability_nulls: int = 15
    null_pairs: int = 5


@dataclass(frozen=True)
class Resampled:
    """Raw results of the resampling; keys are numbers of segments.

    agreement : adjusted Rand index of each bootstrap pair, (pairs,)
    jaccard : best Jaccard of each segment in each bootstrap solution, (2 pairs, k)
    within : share of the sum of squares left within segments
    null_within : the same in each null table, (nulls,)
    null_agreement : median agreement in each null table, (stability_nulls,)
    """

    agreement: dict[int, np.ndarray]
    jaccard: dict[int, np.ndarray]
    within: dict[int, float]
    null_within: dict[int, np.ndarray]
    null_agreement: dict[int, np.ndarray]
    prediction_strength: dict[int, float]


@dataclass(frozen=True)
class Candidates:
    """The fitted space, one clustering for each k, and what resampling said of it."""

    space: FeatureSpace
    points: Points
    clusterings: dict[int, Clustering]
    resampled: Resampled


def canonical(clustering: Clustering, points: Points) -> Clustering:
    """Number the segments by size, largest first (ties: by their centre's first coordinate)."""
    centres, k = clustering.centres, len(clustering.centres)
    # Sizes are those of the assignment that is published; customers on a tie move when the numbers change.
    for _ in range(k + 1):
        labels = assign(points, centres)
        order = np.lexsort((centres[:, 0], -np.bincount(labels, minlength=k)))
        if (order == np.arange(k)).all():
            break
        centres = centres[order]
    return Clustering(centres, labels, clustering.within)


def fit_candidates(
    frame: pd.DataFrame,
    features: tuple[Feature, ...],
    ks: tuple[int, ...],
    seed: int,
    effort: Effort | None = None,
    block_weights: dict[str, float] | None = None,
    workers: int | None = None,
) -> Candidates:
    """Cluster `frame` for every k and resample each solution.

    frame : one row a customer; features : its columns; ks : numbers of segments, 1 included
    workers : processes for the resamples, default one a core (at most four)
    """
    effort = effort or Effort()
    space = fit_space(frame, features, block_weights)
    points = space.points(frame)
    ks = tuple(k for k in ks if k <= _distinct(points))
    clusterings = {
        k: canonical(fit_kmeans(points, k, np.random.default_rng([seed, 1, k]), n_init=20), points) for k in ks
    }
    many = tuple(k for k in ks if k > 1)
    null = fit_null(frame, features)
    total = clusterings[1].within
    jobs = [("pairs", k, chunk) for k in many for chunk in _chunks(effort.pairs)]
    jobs += [("strength", k, None) for k in many]
    jobs += [("null", many, draw) for draw in range(max(effort.nulls, effort.stability_nulls))]
    answers = _run(jobs, points, clusterings, null, (frame, features, block_weights, seed, effort), workers)
    resampled = _collect(many, answers, points, total, seed)
    return Candidates(space, points, clusterings, resampled)


def _distinct(points: Points) -> int:
    return len(np.unique(np.round(points.known, 9), axis=0))


def _chunks(pairs: int, size: int = 10):
    return [range(first, min(first + size, pairs)) for first in range(0, pairs, size)]


def more_pairs(candidates: Candidates, ks, first: int, last: int, seed: int, workers=None) -> Candidates:
    """The same candidates with bootstrap pairs `first` to `last` added for the k in `ks`."""
    jobs = [("pairs", k, range(chunk.start + first, chunk.stop + first)) for k in ks for chunk in _chunks(last - first)]
    settings = (None, None, None, seed, Effort())
    answers = _run(jobs, candidates.points, candidates.clusterings, None, settings, workers)
    agreement, jaccard = dict(candidates.resampled.agreement), dict(candidates.resampled.jaccard)
    for (_kind, k, _chunk), found in answers:
        agreement[k] = np.concatenate([agreement[k], found[0]])
        jaccard[k] = np.vstack([jaccard[k], found[1]])
    return replace(candidates, resampled=replace(candidates.resampled, agreement=agreement, jaccard=jaccard))


def more_nulls(
    candidates: Candidates, customers, seed: int, effort: Effort, last: int, block_weights=None, workers=None
) -> Candidates:
    """The same candidates with null tables added until there are `last` for separation and for stability."""
    old = candidates.resampled
    ks = tuple(old.agreement)
    have = len(old.null_agreement[ks[0]])
    wanted = replace(effort, nulls=last, stability_nulls=last)
    jobs = [("null", ks, draw) for draw in range(have, last)]
    settings = (customers.frame, customers.features, block_weights, seed, wanted)
    null = fit_null(customers.frame, customers.features)
    answers = _run(jobs, candidates.points, candidates.clusterings, null, settings, workers)
    within = np.array([found[0] for _job, found in answers])
    agreement = np.array([found[1] for _job, found in answers])
    # A table that served for separation already is drawn again from its seed, so it is not counted twice.
    null_within = {
        k: np.concatenate([old.null_within[k][:have], within[:, i], old.null_within[k][last:]])
        for i, k in enumerate(ks)
    }
    null_agreement = {k: np.concatenate([old.null_agreement[k], agreement[:, i]]) for i, k in enumerate(ks)}
    return replace(candidates, resampled=replace(old, null_within=null_within, null_agreement=null_agreement))


def _run(jobs, points, clusterings, null, settings, workers):
    """Spread the jobs over processes with one thread each; answers come back in the order of the jobs."""
    import os

    from joblib import Parallel, delayed

    workers = workers or min(4, os.cpu_count() or 1)
    labels = {k: clustering.labels for k, clustering in clusterings.items()}
    run = Parallel(n_jobs=workers, return_as="generator", batch_size=1)
    calls = (
        delayed(_job)(job, points, labels.get(job[1]) if job[0] == "pairs" else None, null, settings) for job in jobs
    )
    return list(zip(jobs, track(run(calls), "resampling", total=len(jobs)), strict=True))


def _job(job, points: Points, reference, null: NullModel | None, settings):
    from threadpoolctl import threadpool_limits

    _frame, features, block_weights, seed, effort = settings
    kind, k, part = job
    with threadpool_limits(1):
        if kind == "pairs":
            found = [bootstrap_pair(points, k, reference, [seed, 2, k, b], STARTS) for b in part]
            return np.array([pair[0] for pair in found]), np.vstack([pair[1] for pair in found])
        if kind == "strength":
            return prediction_strength(points, k, [seed, 3, k])
        return _null_table(null, features, block_weights, len(points), k, seed, part, effort)


def _null_table(null, features, block_weights, n, ks, seed, draw, effort):
    """Draw one table without segments; (within share for each k, median agreement for each k or None)."""
    rng = np.random.default_rng([seed, 4, draw])
    frame = null.draw(rng, n)
    used = tuple(f for f in features if f.name in frame.columns)
    try:
        points = fit_space(frame, used, block_weights).points(frame)
    except InputError:
        # Everybody was drawn alike: as tight and as repeatable as can be, so that it counts against structure.
        return [0.0] * len(ks), [1.0] * len(ks)
    total = fit_kmeans(points, 1, rng).within
    within = [fit_kmeans(points, k, rng, STARTS).within / total for k in ks] if draw < effort.nulls else None
    agreement = None
    if draw < effort.stability_nulls:
        agreement = [
            float(
                np.median(
                    [
                        bootstrap_pair(points, k, None, [seed, 5, draw, k, b], STARTS)[0]
                        for b in range(effort.null_pairs)
                    ]
                )
            )
            for k in ks
        ]
    return within, agreement


def _collect(ks, answers, points, total, seed) -> Resampled:
    agreement = {k: [] for k in ks}
    jaccard = {k: [] for k in ks}
    strength, null_within, null_agreement = {1: 1.0}, [], []
    for (kind, k, _part), found in answers:
        if kind == "pairs":
            agreement[k].append(found[0])
            jaccard[k].append(found[1])
        elif kind == "strength":
            strength[k] = found
        else:
            null_within += [found[0]] if found[0] is not None else []
            null_agreement += [found[1]] if found[1] is not None else []
    # The data's own figure is made with as many starts as the null's: more would look like structure.
    within = {
        k: float(
            np.mean([fit_kmeans(points, k, np.random.default_rng([seed, 6, k, i]), STARTS).within for i in range(5)])
            / total
        )
        for k in ks
    }
    return Resampled(
        agreement={k: np.concatenate(found) for k, found in agreement.items()},
        jaccard={k: np.vstack(found) for k, found in jaccard.items()},
        within=within,
        null_within={k: np.array([row[i] for row in null_within]) for i, k in enumerate(ks)},
        null_agreement={k: np.array([row[i] for row in null_agreement]) for i, k in enumerate(ks)},
        prediction_strength=strength,
    )
