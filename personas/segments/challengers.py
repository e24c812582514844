"""Other ways to look at the same customers: dense groups, short rules, the other algorithm, the solution before.

None of them is published. They say how far the segments depend on the way they were made.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from personas.customers.models import Feature
from personas.numerals import percent
from personas.segments.layout import lay_out
from personas.segments.models import DenseGroups
from personas.segments.resampling import STARTS
from personas.segments.stability import adjusted_rand, contingency

DENSE_POINTS = 3_000
RULE_ROWS = 5_000
FOLDS = 5
OTHER = {"k-means": "latent class", "latent class": "k-means"}


def agreement_of(a: np.ndarray, b: np.ndarray) -> float:
    """Adjusted Rand index of two divisions of the same customers, 1 = the same, 0 = as by chance."""
    return adjusted_rand(contingency(a, b, int(max(a.max(), b.max())) + 1))


def origins_of(labels: dict[int, np.ndarray], k: int) -> tuple[float, ...]:
    """For each of `k` segments, how far its members come from one segment of the solution with one fewer.

    1 less the entropy of where they come from over its largest value [SLSA, Dolnicar & Leisch 2017]; () for k = 2.
    """
    if k - 1 not in labels or k < 3:
        return ()
    table = contingency(labels[k], labels[k - 1], k)[:, : k - 1].astype(float)
    share = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    entropy = -(share * np.log(np.where(share > 0, share, 1.0))).sum(axis=1)
    return tuple(float(value) for value in np.clip(1 - entropy / np.log(k - 1), 0.0, 1.0))


def measure_rules(placed: np.ndarray, labels: np.ndarray, k: int, seed: int) -> tuple[float, float] | None:
    """How well a short list of rules tells who is where: (accuracy, share of the largest segment).

    placed : (n, axes) customers in the space, NaN where unknown. A tree of at most 2 k leaves, cross-validated.
    None where there are too few customers to try it.
    """
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.tree import DecisionTreeClassifier

    rows = np.random.default_rng([seed, 12]).permutation(len(labels))[:RULE_ROWS]
    placed, labels = placed[rows], labels[rows]
    sizes = np.bincount(labels, minlength=k)
    if sizes[sizes > 0].min() < FOLDS or (sizes > 0).sum() < 2:
        return None
    tree = DecisionTreeClassifier(max_leaf_nodes=2 * k, random_state=seed)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    guess = cross_val_predict(tree, placed, labels, cv=folds)
    return float((guess == labels).mean()), float(sizes.max() / len(labels))


def find_dense_groups(placed: np.ndarray, labels: np.ndarray | None, least: int, seed: int) -> DenseGroups | None:
    """Look for dense groups by HDBSCAN [Campello et al. 2013] among at most 3,000 customers.

    placed : (n, axes), NaN where unknown (put at the centre); labels : the published segments, None for one
    least : customers that a group must have. None where there are too few customers to look.
    """
    from sklearn.cluster import HDBSCAN
    from threadpoolctl import threadpool_limits

    rows = np.sort(np.random.default_rng([seed, 13]).permutation(len(placed))[:DENSE_POINTS])
    least = max(5, round(least * len(rows) / len(placed)))
    if len(rows) < 2 * least:
        return None
    with threadpool_limits(1):
        found = HDBSCAN(min_cluster_size=least, copy=True).fit_predict(np.nan_to_num(placed[rows]))
    groups, inside = int(found.max()) + 1, found >= 0
    agreement = None
    if groups < 2:
        sentence = "No dense groups: customers thin out evenly from the middle."
        return DenseGroups(groups=0, noise=1.0, points=len(rows), agreement=None, sentence=sentence)
    noise = float(1 - inside.mean())
    sentence = f"{groups} dense groups, {percent(noise)} of the customers in none of them"
    if labels is not None:
        agreement = agreement_of(labels[rows][inside], found[inside])
        sentence += f"; agreement with the segments {agreement:.2f} among those in a group"
    return DenseGroups(
        groups=groups, noise=noise, points=len(rows), agreement=agreement, sentence=sentence + "."
    )  # fmt: skip


def divide_otherwise(
    algorithm: str,
    frame: pd.DataFrame,
    features: tuple[Feature, ...],
    k: int,
    seed: int,
    block_weights: dict[str, float] | None = None,
    weights: np.ndarray | None = None,
):
    """One fit of `k` segments by `algorithm`: (space, data, solution)."""
    space, _points, data = lay_out(algorithm, frame, features, block_weights, weights)
    return space, data, data.fit(k, np.random.default_rng([seed, 14, k]), 2 * STARTS)
