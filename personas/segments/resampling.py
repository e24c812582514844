"""Resamples of the data and tables without segments, spread over processes.

Each figure is compared with the same figure on tables drawn from a population without segments
(:mod:`personas.segments.null`), which went through the same encoding and the same clustering.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from personas.customers.models import Feature
from personas.errors import InputError
from personas.progress import track
from personas.segments.layout import lay_out
from personas.segments.null import WEIGHT, NullModel
from personas.segments.stability import bootstrap_pair, prediction_strengths

HALVINGS = 15  # of the customers, for prediction strength: five leave it uncertain by a third
STARTS = 2  # starts in every resample and null table alike, so that like is compared with like


@dataclass(frozen=True)
class Effort:
    """How many resamples are drawn; each sort goes on only while its interval does not decide.

    pairs : bootstrap pairs for every k to begin with, and how many are added at a time
    pairs_published : most pairs for a k; pairs_shown : fewest for the k that is published
    first_nulls, nulls : null tables for separation, to begin with and where there may be structure
    most_nulls : most null tables of either kind
    stability_nulls : null tables for stability to begin with, each with `null_pairs` pairs a k
    """

    pairs: int = 10
    pairs_published: int = 100
    pairs_shown: int = 30
    first_nulls: int = 19
    nulls: int = 99
    stability_nulls: int = 9
    null_pairs: int = 5
    most_nulls: int = 199


def effort_of(algorithm: str, pairs: int, null_draws: int) -> Effort:
    """The resampling for an algorithm, with the most pairs and the usual null tables that an analyst asks for.

    A latent class takes some twenty times as long to fit, so that fewer resamples must do; the evidence says so.
    """
    most = max(null_draws, Effort.most_nulls)
    if algorithm == "latent class":
        fewer, draws = min(pairs, 30), min(null_draws, 59)
        return Effort(5, fewer, min(fewer, 15), nulls=draws, null_pairs=2, most_nulls=min(most, 99))
    return Effort(pairs_published=pairs, nulls=null_draws, most_nulls=most)


@dataclass(frozen=True)
class Resampled:
    """Raw results of the resampling; keys are numbers of segments.

    agreement : adjusted Rand index of each bootstrap pair, (pairs,)
    jaccard : best Jaccard of each segment in each bootstrap solution, (2 pairs, k)
    within : share of the sum of squares left within segments (latent classes: of the likelihood left unexplained)
    null_within : the same in each null table, (nulls,)
    null_agreement : median agreement in each null table, (stability_nulls,)
    strengths : prediction strength, mean over halvings and their standard deviation
    """

    agreement: dict[int, np.ndarray]
    jaccard: dict[int, np.ndarray]
    within: dict[int, float]
    null_within: dict[int, np.ndarray]
    null_agreement: dict[int, np.ndarray]
    strengths: dict[int, tuple[float, float]] = field(default_factory=dict)

    @classmethod
    def empty(cls, ks: tuple[int, ...], within: dict[int, float]) -> Resampled:
        nothing = {k: np.empty(0) for k in ks}
        return cls(nothing, {k: np.empty((0, k)) for k in ks}, within, nothing, nothing)


@dataclass(frozen=True)
class Grounds:
    """What every job needs to know."""

    features: tuple[Feature, ...]
    block_weights: dict[str, float] | None
    algorithm: str
    seed: int
    null_pairs: int
    workers: int | None


@dataclass(frozen=True)
class Job:
    """One piece of work; `part` numbers its pairs or its null table, so that the answer depends on no other job."""

    kind: str
    k: int
    part: tuple[int, ...] = ()
    ks: tuple[int, ...] = ()
    within: bool = False
    agreement: bool = False


def run_jobs(
    jobs: Sequence[Job], data, labels: dict[int, np.ndarray], null: NullModel, grounds: Grounds
) -> list[tuple[Job, Any]]:
    """Spread the jobs over processes with one thread each; answers come back in the order of the jobs."""
    import os

    from joblib import Parallel, delayed

    if not jobs:
        return []
    run = Parallel(n_jobs=grounds.workers or min(4, os.cpu_count() or 1), return_as="generator", batch_size=1)
    calls = (
        delayed(_work)(
            job, len(data), None if job.kind == "null" else data, labels.get(job.k),
            null if job.kind == "null" else None, grounds,
        )
        for job in jobs
    )  # fmt: skip
    return list(zip(jobs, track(run(calls), "resampling", total=len(jobs)), strict=True))


def one_thread():
    """A context in which linear algebra uses one thread: on a busy machine small fits are many times slower without."""
    return _thread_pools().limit(limits=1)


@cache
def _thread_pools():
    """This process's thread pools; looking for them takes as long as a fit."""
    import scipy.linalg  # noqa: F401 - so that its pool is among those found
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _work(job: Job, n: int, data, reference, null, grounds: Grounds):
    seed = grounds.seed
    with one_thread():
        if job.kind == "pairs":
            found = [bootstrap_pair(data, job.k, reference, [seed, 2, job.k, b], STARTS) for b in job.part]
            return np.array([pair[0] for pair in found]), np.vstack([pair[1] for pair in found])
        if job.kind == "strength":
            return prediction_strengths(data, job.k, [seed, 3, job.k], HALVINGS, STARTS)
        return _null_table(job, n, null, grounds)


def _null_table(job: Job, n: int, null: NullModel, grounds: Grounds):
    """Draw one table without segments; (share left for each k or None, median agreement for each k or None)."""
    (draw,) = job.part
    frame = null.draw(np.random.default_rng([grounds.seed, 4, draw]), n)
    weights = frame.pop(WEIGHT).to_numpy() if null.weighted else None
    try:
        data = lay_out(grounds.algorithm, frame, null.features, grounds.block_weights, weights)[2]
    except InputError:
        # Everybody was drawn alike: as tight and as repeatable as can be, so that it counts against structure.
        return [0.0] * len(job.ks), [1.0] * len(job.ks)
    within = agreement = None
    if job.within:
        rng = np.random.default_rng([grounds.seed, 11, draw])
        whole = data.fit(1, rng, 1)
        within = [data.share_left(data.fit(k, rng, STARTS), whole) for k in job.ks]  # type: ignore[arg-type]
    if job.agreement:
        agreement = [
            float(
                np.median(
                    [
                        bootstrap_pair(data, k, None, [grounds.seed, 5, draw, k, b], STARTS)[0]
                        for b in range(grounds.null_pairs)
                    ]
                )
            )
            for k in job.ks
        ]
    return within, agreement


def own_share_left(data, whole, k: int, seed: int, times: int = 5) -> float:
    """The data's own share left, made with as many starts as the null's: more would look like structure."""
    fits = (data.fit(k, np.random.default_rng([seed, 6, k, i]), STARTS) for i in range(times))
    return float(np.mean([data.share_left(fit, whole) for fit in fits]))
