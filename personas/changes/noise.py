"""How far segments move when only the customers that were drawn are others: what a change must go beyond.

The customers are resampled and divided again, many times. Two such divisions differ as two runs would between which
nothing happened, so their overlaps say how small one may be by chance. Levels hold for all segments of a run together:
a fixed cut-off, or one for each segment by itself, calls unchanged segments changed far too often.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.optimize import linear_sum_assignment

from personas.customers import Customers
from personas.segments import Segmentation, survey_weights
from personas.segments.layout import lay_out, sample_rows
from personas.segments.resampling import one_thread
from personas.segments.stability import bootstrap_labels, contingency

LEVEL = 0.025  # of false alarms a run, for the segments; as much again for everything that is measured
PRACTICALLY_SAME = 0.9  # overlap from which a segment counts as the same however exactly refits repeat it
TIMES = {"k-means": 40, "latent class": 20}
STARTS = {"k-means": 5, "latent class": 2}  # a published division has more: with two, poor local optima look like noise
FIT_SAMPLE = 3_000  # customers: more would move less, so that this errs towards saying "the same"


@dataclass(frozen=True)
class Noise:
    """floors : for each segment, the overlap that two refits fall below in one run of forty for any of them, .9 at most

    moved : (k, k) the share of row's customers that a refit puts into column's segment, exceeded as rarely
    """

    floors: tuple[float, ...] = ()
    moved: tuple[tuple[float, ...], ...] = ()


def measure_noise(
    customers: Customers, segmentation: Segmentation, seed: int = 7, times: int | None = None, level: float = LEVEL
) -> Noise:
    """Resample, divide and compare; one segment has nothing to move between."""
    k = len(segmentation)
    if k < 2:
        return Noise()
    algorithm = "k-means" if segmentation.classes is None else "latent class"
    rows = sample_rows(len(customers.frame), FIT_SAMPLE, seed)
    frame = customers.frame.iloc[rows]
    weights = survey_weights(customers)
    with one_thread():
        _space, _points, data = lay_out(
            algorithm, frame, customers.features, segmentation.space.block_weights,
            None if weights is None else weights[rows],
        )  # fmt: skip
        reference = segmentation.members["segment"].to_numpy()[rows] - 1
        starts = STARTS[algorithm]
        refits = (
            bootstrap_labels(data, k, np.random.default_rng([seed, 21, b]), starts)
            for b in range(times or TIMES[algorithm])
        )
        found = [named_after(labels, reference, k) for labels in refits]
    tables = [contingency(a, b, k) for a, b in combinations(found, 2)]
    overlaps = np.array([overlap_of(table) for table in tables])
    shares = np.array([table / np.maximum(table.sum(axis=1, keepdims=True), 1) for table in tables])
    floors = np.minimum(joint_limits(overlaps, level), PRACTICALLY_SAME)
    apart = ~np.eye(k, dtype=bool)
    limits = np.ones((k, k))
    limits[apart] = -joint_limits(-shares[:, apart], level)
    return Noise(
        tuple(round(float(x), 6) for x in floors), tuple(tuple(round(float(x), 6) for x in row) for row in limits)
    )


def named_after(labels: np.ndarray, reference: np.ndarray, k: int) -> np.ndarray:
    """The labels renumbered after the reference's segments that they share most with, one to one."""
    own, theirs = linear_sum_assignment(-contingency(labels, reference, k))
    name = np.empty(k, int)
    name[own] = theirs
    return name[labels]


def overlap_of(table: np.ndarray) -> np.ndarray:
    """Jaccard overlap of each segment with the one of its own number, (k,)."""
    both = table.diagonal()
    return both / np.maximum(table.sum(axis=1) + table.sum(axis=0) - both, 1)


def joint_limits(draws: np.ndarray, level: float) -> np.ndarray:
    """Lower limits of several figures that hold together: a draw has any figure below its own with chance `level`.

    draws : (draws, figures); every figure gets the same share of its draws below its limit

    >>> joint_limits(np.arange(100.0)[:, None], 0.05)
    array([4.95])
    """
    # Ties share the rank of the last of them: a figure that is mostly at one value is not below it by chance.
    ranks = np.column_stack([np.searchsorted(np.sort(column), column, side="right") for column in draws.T])
    least = ranks.min(axis=1) / len(draws)
    share = min(float(np.quantile(least, level)), level)
    return np.quantile(draws, share, axis=0)
