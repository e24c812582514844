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

from personas.customers import Feature
from personas.segments.candidates import fit_candidates
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


def plain_loop(n: int, p: int, ks: range, pairs: int) -> dict[int, float]:
    """Median agreement of bootstrap pairs for each k, by scikit-learn alone."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score
    from sklearn.preprocessing import StandardScaler
    from threadpoolctl import threadpool_limits

    values = StandardScaler().fit_transform(table(n, p)[0].to_numpy())
    rng = np.random.default_rng(7)
    medians = {}
    with threadpool_limits(CORES):
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


def same_work(n: int, p: int, ks: range, pairs: int) -> dict[int, float]:
    """The same by this project; it also fits every k on everybody, takes Jaccards and prediction strength."""
    frame, features = table(n, p)
    effort = Effort(pairs=pairs, pairs_published=pairs, nulls=0, stability_nulls=0)
    found = fit_candidates(frame, features, (1, *ks), 7, effort, workers=CORES)
    return {k: float(np.median(agreement)) for k, agreement in found.resampled.agreement.items()}


def chosen(medians: dict[int, float]) -> int:
    """The k that repeats best."""
    return max(medians, key=lambda k: medians[k])


def differing(ours: dict[int, float], plain: dict[int, float]) -> str:
    if chosen(ours) != chosen(plain):
        return f"ours chooses {chosen(ours)} segments, the loop {chosen(plain)}"
    return ""


def contests(size):
    from tests.benchmarks.contest import Contest

    n, p, ks, pairs, rounds = (10_000, 20, range(2, 11), 100, 1) if size == "full" else (2_000, 20, range(2, 6), 10, 1)
    shape = f"{n:,} customers × {p} features, k = {ks.start} … {ks.stop - 1}, {pairs} pairs each"
    loop = f"a plain scikit-learn loop, {CORES} threads, {STARTS} starts"
    return (
        Contest(
            task=f"choosing the segmentation at the same work: {shape}",
            plain_way=loop,
            ours=lambda: same_work(n, p, ks, pairs),
            plain=lambda: plain_loop(n, p, ks, pairs),
            wanted=1.7 if size == "full" else None,
            rounds=rounds,
            differs=differing,
        ),
    )
