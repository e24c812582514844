"""Choosing the number of segments: k = 2 … 10, pairs of bootstrap samples each, on 10,000 customers × 20 features.

The plain way is the loop that one writes with scikit-learn: for each k and each pair two KMeans fits on bootstrap
samples, both predict everybody, adjusted Rand index. Both have the same cores (the loop as threads, this project as
processes of one thread each) and the same number of starts.
"""

from __future__ import annotations

import os
from functools import cache

import numpy as np
import pandas as pd

from personas.customers import Customers, Feature
from personas.customers.models import Quality
from personas.segments import compare_candidates
from personas.segments.candidates import add_pairs, fit_candidates
from personas.segments.resampling import STARTS, Effort

CORES = min(2, os.cpu_count() or 1)
PLANTED = 5


@cache
def table(n: int, p: int) -> tuple[pd.DataFrame, tuple[Feature, ...]]:
    """Five round groups, four standard deviations apart, of `p` plain numbers."""
    rng = np.random.default_rng([n, p])
    corners = np.linalg.qr(rng.standard_normal((p, p)))[0][:PLANTED] * 4 / np.sqrt(2)
    values = corners[rng.integers(PLANTED, size=n)] + rng.standard_normal((n, p))
    frame = pd.DataFrame(values, columns=[f"x{j:02d}" for j in range(p)])
    return frame, tuple(Feature(name=name, label=name, kind="number", block="b", forms=True) for name in frame)


def plain_loop(n: int, p: int, ks: range, pairs: int, threads: int) -> dict[int, float]:
    """Median agreement of bootstrap pairs for each k, by scikit-learn alone."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score
    from sklearn.preprocessing import StandardScaler
    from threadpoolctl import threadpool_limits

    values = StandardScaler().fit_transform(table(n, p)[0].to_numpy())
    rng = np.random.default_rng(7)
    medians = {}
    with threadpool_limits(threads):
        for k in ks:
            scores = []
            for _ in range(pairs):
                first, second = (
                    KMeans(k, n_init=STARTS, random_state=int(rng.integers(2**31)))
                    .fit(values[rng.integers(n, size=n)])
                    .predict(values)
                    for _ in range(2)
                )
                scores.append(adjusted_rand_score(first, second))
            medians[k] = float(np.median(scores))
    return medians


def customers(n: int, p: int) -> Customers:
    frame, features = table(n, p)
    named = frame.assign(customer_id=[f"c{i:06d}" for i in range(n)])
    return Customers(named, features, Quality(tables=(), set_aside=(), columns=(), notes=()))


@cache
def unsampled(n: int, p: int, ks: range):
    """Every k fitted on everybody, nothing resampled yet."""
    frame, features = table(n, p)
    effort = Effort(pairs=0, first_nulls=0, nulls=0, stability_nulls=0)
    return fit_candidates(frame, features, (1, *ks), 7, effort, workers=CORES)


def resample(n: int, p: int, wanted: dict[int, int]) -> dict[int, float]:
    """Median agreement by this project, which takes best Jaccards on the way."""
    found = add_pairs(unsampled(n, p, range(min(wanted), max(wanted) + 1)), wanted)
    return {k: float(np.median(agreement)) for k, agreement in found.resampled.agreement.items()}


@cache
def stopped_at(n: int, p: int, ks: range, pairs: int) -> dict[int, int]:
    """How many pairs of each k the comparison drew before its answer was settled."""
    found = compare_candidates(customers(n, p), max_segments=max(ks), workers=CORES)
    return {k: min(pairs, len(agreement)) for k, agreement in found.candidates.resampled.agreement.items()}


def whole(n: int, p: int, ks: range) -> int:
    """The k that the comparison chooses, with all its evidence."""
    return compare_candidates(customers(n, p), max_segments=max(ks), workers=CORES).judgement.chosen


def chosen(medians: dict[int, float]) -> int:
    """The k that repeats best."""
    return max(medians, key=lambda k: medians[k])


def differing(ours: dict[int, float], plain: dict[int, float]) -> str:
    if chosen(ours) != chosen(plain):
        return f"ours chooses {chosen(ours)} segments, the loop {chosen(plain)}"
    return ""


def contests(size):
    from tests.benchmarks.contest import Contest

    full = size == "full"
    n, p, ks, pairs = (10_000, 20, range(2, 11), 100) if full else (500, 8, range(4, 7), 4)
    shape = f"{n:,} customers × {p} features, k = {ks.start} … {ks.stop - 1}"
    threads = CORES if full else 1  # in the tests other processes would be waited for
    loop = f"scikit-learn loop, {pairs} pairs of each k, {threads} threads, {STARTS} starts"

    def plain():
        return plain_loop(n, p, ks, pairs, threads)

    unsampled(n, p, ks)  # what the loop does not do either stays outside the clock
    if full:
        stopped_at(n, p, ks, pairs)
    same = Contest(
        task=f"choosing the segmentation, {pairs} pairs of each k: {shape}",
        plain_way=loop,
        ours=lambda: resample(n, p, dict.fromkeys(ks, pairs)),
        plain=plain,
        wanted=1.7 if full else None,
        rounds=1,
        differs=differing,
    )
    stopping = Contest(
        task=f"the same, pairs drawn until the answer is settled: {shape}",
        plain_way=loop,
        ours=lambda: resample(n, p, stopped_at(n, p, ks, pairs)),
        plain=plain,
        wanted=5.0,
        rounds=1,
        differs=differing,
    )
    everything = Contest(
        task=f"the same with tables without segments, usefulness and every other piece of evidence: {shape}",
        plain_way=loop,
        ours=lambda: whole(n, p, ks),
        plain=plain,
        rounds=1,
        differs=lambda ours, plain: "" if ours == chosen(plain) else f"ours chooses {ours}, the loop {chosen(plain)}",
    )
    return (same, stopping, everything) if full else (same,)
