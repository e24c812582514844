"""Who belongs where, how surely, and who is typical of no segment."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from personas.segments.kmeans import Clustering, Points, points_of, squared_distances
from personas.segments.latent_classes import LatentClasses
from personas.segments.latent_fit import Answers, ClassSolution, classes_of
from personas.segments.space import FeatureSpace

IN_BETWEEN = 0.9  # the own centre is hardly nearer than the next: distances within a tenth of each other
IN_BETWEEN_ODDS = 2.0  # the own class is less than twice as probable as the next
UNTYPICAL = 3.0  # robust standard deviations beyond the usual distance to the own centre
PIECE = 50_000  # customers placed at a time, so that memory does not grow with their number


def assign_members(
    ids: pd.Series, points: Points, centres: np.ndarray, given: np.ndarray | None = None
) -> pd.DataFrame:
    """Assign every customer to the nearest centre, or to the one that is `given`, (n,) int from 0.

    Returns a row a customer: customer_id, segment (1 = largest), confidence (0.5 = on the border to 1 = at the
    centre; share of the distance to the next centre in the distances to both), in_between and typical (bool).
    """
    distances = np.sqrt(np.round(squared_distances(points, centres), 9))
    segment = distances.argmin(axis=1) if given is None else given
    own = distances[np.arange(len(distances)), segment]
    if len(centres) > 1:
        distances[np.arange(len(distances)), segment] = np.inf
        following = distances.min(axis=1)
        both = own + following
        confidence = np.divide(following, both, out=np.full(len(own), 0.5), where=both > 0)
        in_between = own >= IN_BETWEEN * following  # equal where nothing is known of a customer
    else:
        confidence, in_between = np.ones(len(own)), np.zeros(len(own), bool)
    return _members(ids, segment, confidence, in_between, own)


def assign_by_classes(ids: pd.Series, frame: pd.DataFrame, classes: LatentClasses) -> pd.DataFrame:
    """Assign every customer to the most probable class.

    Returns the same columns as :func:`assign_members`; confidence is the probability of the own class, and a
    customer is untypical whose answers are improbable in every class, for how many of them are known.
    """
    scores = np.round(classes.log_scores(frame), 9)
    segment = scores.argmax(axis=1)
    largest = scores.max(axis=1, keepdims=True)
    likelihood = np.exp(scores - largest)
    posterior = likelihood / likelihood.sum(axis=1, keepdims=True)
    confidence, in_between = posterior.max(axis=1), np.zeros(len(frame), bool)
    if len(classes) > 1:
        in_between = confidence < IN_BETWEEN_ODDS * np.partition(posterior, -2, axis=1)[:, -2]
    known = sum(frame[part.feature].notna().to_numpy(int) for part in (*classes.numbers, *classes.categories))  # type: ignore[attr-defined]  # both have one
    surprise = -(largest[:, 0] + np.log(likelihood.sum(axis=1))) / np.maximum(known, 1)
    return _members(ids, segment, confidence, in_between, surprise)


def _members(ids, segment, confidence, in_between, strangeness) -> pd.DataFrame:
    usual = np.median(strangeness)
    spread = 1.4826 * np.median(np.abs(strangeness - usual))
    return pd.DataFrame(
        {
            "customer_id": ids.to_numpy(),
            "segment": segment + 1,
            "confidence": np.round(confidence, 4),
            "in_between": in_between,
            "typical": strangeness <= usual + UNTYPICAL * spread if spread > 0 else np.ones(len(segment), bool),
        }
    )


def pieces(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """A long customer table, part by part."""
    for first in range(0, max(len(frame), 1), PIECE):
        yield frame.iloc[first : first + PIECE]


def place_customers(
    space: FeatureSpace, data: Points | Answers, solution: Clustering | ClassSolution, frame: pd.DataFrame
) -> np.ndarray:
    """The segment of everybody in `frame`, (n,) int from 0, by a solution that was fitted on `data`."""
    if isinstance(solution, ClassSolution):
        classes = classes_of(data, solution)  # type: ignore[arg-type]  # classes come of answers
        return np.concatenate([classes.labels(part) for part in pieces(frame)])
    return np.concatenate([space.points(part).assign(solution) for part in pieces(frame)])


def points_of_everybody(space: FeatureSpace, frame: pd.DataFrame) -> Points:
    """Everybody in the space."""
    worth = np.array([axis.weight**2 for axis in space.axes])
    return points_of(np.vstack([space.transform(part) for part in pieces(frame)]), worth)
