"""Tries every number of segments, by k-means or latent classes, on a sample of bounded size.

What speaks for and against each is collected by :mod:`personas.segments.resampling`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from personas.customers.models import Feature
from personas.segments.kmeans import Clustering, Points
from personas.segments.latent_fit import Answers, ClassSolution
from personas.segments.layout import canonical, lay_out, sample_rows
from personas.segments.null import NullModel, fit_null
from personas.segments.resampling import Effort, Grounds, Job, Resampled, own_share_left, run_jobs
from personas.segments.space import FeatureSpace

STARTS_PUBLISHED = {"k-means": 12, "latent class": 5}
ALGORITHMS = tuple(STARTS_PUBLISHED)
CHUNK = 10  # pairs in one job


@dataclass(frozen=True)
class Candidates:
    """The fitted space, one solution for each k, and what resampling said of it.

    rows : positions in the customer table of the customers that were fitted on, in order
    data : these as points or, for latent classes, as answers; points : these in the space, always
    weights : their survey weights
    """

    algorithm: str
    rows: np.ndarray
    space: FeatureSpace
    points: Points
    data: Points | Answers
    clusterings: dict[int, Clustering | ClassSolution]
    resampled: Resampled
    null: NullModel
    grounds: Grounds
    weights: np.ndarray | None = None

    def drawn(self) -> tuple[int, int]:
        """Null tables so far, for separation and for stability."""
        found = self.resampled
        ks = tuple(found.agreement)
        return (len(found.null_within[ks[0]]), len(found.null_agreement[ks[0]])) if ks else (0, 0)


def fit_candidates(
    frame: pd.DataFrame,
    features: tuple[Feature, ...],
    ks: tuple[int, ...],
    seed: int,
    effort: Effort | None = None,
    block_weights: dict[str, float] | None = None,
    workers: int | None = None,
    algorithm: str = "k-means",
    fit_sample: int = 20_000,
    weights: np.ndarray | None = None,
) -> Candidates:
    """Cluster `frame` for every k and resample each solution for a start.

    frame : one row a customer; features : its columns; ks : numbers of segments, 1 included
    fit_sample : customers to fit on at most; weights : (n,) survey weights
    workers : processes for the resamples, default one a core (at most four)
    """
    effort = effort or Effort()
    rows = sample_rows(len(frame), fit_sample, seed)
    if len(rows) < len(frame):
        frame, weights = frame.iloc[rows], None if weights is None else weights[rows]
    space, points, data = lay_out(algorithm, frame, features, block_weights, weights)
    ks = tuple(k for k in ks if k <= _distinct(points))
    starts = STARTS_PUBLISHED[algorithm]
    clusterings = {k: canonical(data.fit(k, np.random.default_rng([seed, 1, k]), starts), data) for k in ks}
    null = fit_null(frame, features, weights)
    many = tuple(k for k in ks if k > 1)
    grounds = Grounds(features, block_weights, algorithm, seed, effort.null_pairs, workers)
    within = {k: own_share_left(data, clusterings[1], k, seed) for k in many}
    found = Candidates(
        algorithm, rows, space, points, data, clusterings, Resampled.empty(many, within), null, grounds, weights
    )
    strength = run_jobs([Job("strength", k) for k in many], data, {}, null, grounds)
    spread = {job.k: (float(values.mean()), float(values.std(ddof=1))) for job, values in strength}
    found = replace(found, resampled=replace(found.resampled, strengths={1: (1.0, 0.0), **spread}))
    found = add_pairs(found, dict.fromkeys(many, effort.pairs))
    return add_nulls(found, min(effort.first_nulls, effort.nulls), effort.stability_nulls)


def _distinct(points: Points) -> int:
    return len(np.unique(np.round(points.known, 9), axis=0))


def add_pairs(candidates: Candidates, wanted: dict[int, int]) -> Candidates:
    """The same candidates with bootstrap pairs added until each k has as many as are wanted."""
    old, jobs = candidates.resampled, []
    for k, last in wanted.items():
        have = len(old.agreement[k])
        jobs += [Job("pairs", k, tuple(range(first, min(first + CHUNK, last)))) for first in range(have, last, CHUNK)]
    labels = {k: candidates.clusterings[k].labels for k in wanted}
    agreement, jaccard = dict(old.agreement), dict(old.jaccard)
    for job, found in run_jobs(jobs, candidates.data, labels, candidates.null, candidates.grounds):
        agreement[job.k] = np.concatenate([agreement[job.k], found[0]])
        jaccard[job.k] = np.vstack([jaccard[job.k], found[1]])
    return replace(candidates, resampled=replace(old, agreement=agreement, jaccard=jaccard))


def add_nulls(candidates: Candidates, last: int, last_stability: int) -> Candidates:
    """The same candidates with null tables added until there are `last`, and `last_stability` for stability.

    A table that serves for one already is drawn again from its seed for the other.
    """
    old = candidates.resampled
    ks = tuple(old.agreement)
    have, have_stability = candidates.drawn()
    jobs = [
        Job("null", 0, (draw,), ks, draw >= have and draw < last, draw >= have_stability and draw < last_stability)
        for draw in range(min(have, have_stability), max(last, last_stability))
    ]
    jobs = [job for job in jobs if ks and (job.within or job.agreement)]
    answers = run_jobs(jobs, candidates.data, {}, candidates.null, candidates.grounds)
    within = [found[0] for _job, found in answers if found[0] is not None]
    agreement = [found[1] for _job, found in answers if found[1] is not None]
    return replace(
        candidates,
        resampled=replace(
            old,
            null_within={k: np.append(old.null_within[k], [row[i] for row in within]) for i, k in enumerate(ks)},
            null_agreement={
                k: np.append(old.null_agreement[k], [row[i] for row in agreement]) for i, k in enumerate(ks)
            },
        ),
    )


more_nulls, more_pairs = add_nulls, add_pairs  # until comparison.py calls them by their new names
