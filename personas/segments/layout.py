"""Lays customers out for a kind of candidate, and numbers the segments that it finds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from personas.customers.models import Feature
from personas.segments.kmeans import Clustering, Points
from personas.segments.latent_fit import Answers, ClassSolution, answers_of
from personas.segments.space import FeatureSpace, fit_space


def sample_rows(n: int, most: int, seed: int) -> np.ndarray:
    """Positions of at most `most` of `n` customers, in order; everybody where there are no more."""
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng([seed, 10]).choice(n, most, replace=False))


def canonical(solution: Clustering | ClassSolution, data: Points | Answers):
    """Number the segments by size, largest first (ties: by their centre's first coordinate)."""
    points = data if isinstance(data, Points) else data.points
    k = len(solution.centres) if isinstance(solution, Clustering) else len(solution.weights)
    # Sizes are those of the assignment that is published; customers on a tie move when the numbers change.
    for _ in range(k + 1):
        labels = data.assign(solution)  # type: ignore[arg-type]  # of the same kind of data
        sizes = np.bincount(labels, minlength=k)
        first = np.bincount(labels, points.known[:, 0], minlength=k) / np.maximum(sizes, 1)
        order = np.lexsort((first, -sizes))
        if (order == np.arange(k)).all():
            break
        solution = renumbered(solution, order)
    return replace(solution, labels=labels)


def renumbered(solution: Clustering | ClassSolution, order):
    """The same segments in another order."""
    if isinstance(solution, Clustering):
        return replace(solution, centres=solution.centres[order])
    return replace(
        solution,
        parameters=solution.parameters[:, order],
        weights=solution.weights[order],
        figures=solution.figures[:, order],
    )


def lay_out(
    algorithm: str,
    frame: pd.DataFrame,
    features: tuple[Feature, ...],
    block_weights: dict[str, float] | None = None,
    weights: np.ndarray | None = None,
) -> tuple[FeatureSpace, Points, Points | Answers]:
    """Fit the space on `frame` and place its customers in it, for k-means or for latent classes."""
    space = fit_space(frame, features, block_weights)
    points = space.points(frame, weights)
    return space, points, points if algorithm == "k-means" else answers_of(frame, features, space, points)
