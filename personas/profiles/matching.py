"""Where today's customers fall by an earlier definition, and how far two divisions are alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from personas.customers import Customers
from personas.profiles.past import PastSegments
from personas.segments import FeatureSpace
from personas.segments.kmeans import squared_distances
from personas.segments.membership import pieces

if TYPE_CHECKING:
    from personas.profiles.earlier import Past

LEAST_KNOWN = 0.5  # share of the old space's weight that today's columns must still give


def place_by(segments: PastSegments, frame: pd.DataFrame) -> np.ndarray | None:
    """Everybody's segment by an old definition, (n,) int from 0; None where too few of its columns are there."""
    if segments.classes is not None:
        classes = segments.classes
        needed = [*(part.feature for part in classes.numbers), *(part.feature for part in classes.categories)]
        if not set(needed) <= set(frame.columns):
            return None
        return np.concatenate([segments.classes.labels(part) for part in pieces(frame)])
    space = segments.space
    worth = np.array([axis.weight**2 for axis in space.axes])
    there = np.array([axis.feature in frame for axis in space.axes])
    if worth[there].sum() < LEAST_KNOWN * worth.sum():
        return None
    centres = np.array(segments.centres)
    labels = []
    for part in pieces(with_columns(space, frame)):
        distances = np.sqrt(np.round(squared_distances(space.points(part), centres), 9))
        labels.append(distances.argmin(axis=1))
    return np.concatenate(labels)


def with_columns(space: FeatureSpace, frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with an unknown value for every column of the space that it has not."""
    missing = {axis.feature: np.nan for axis in space.axes if axis.feature not in frame}
    return frame.assign(**missing) if missing else frame


def nearness(segments: PastSegments, frame: pd.DataFrame, today: np.ndarray, count: int) -> np.ndarray:
    """Nearness of old centres and today's segments' centres in the old space, (old, new).

    1 / (1 + d² / r²), where r² is the mean squared distance of today's customers to their own centre.
    """
    space, old = segments.space, np.array(segments.centres)
    points = space.points(with_columns(space, frame))
    member = (today == np.arange(count)[:, None]).astype(float)
    mass = member @ points.mask
    centres = np.divide(member @ points.known, mass, out=np.zeros_like(mass), where=mass > 0)
    own = squared_distances(points, centres)[np.arange(len(today)), today].mean()
    apart = ((old[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    return 1 / (1 + apart / own) if own > 0 else (apart == 0).astype(float)


def was_in(past: Past, customers: Customers) -> np.ndarray | None:
    """Position of the persona that each of today's customers was in, −1 for who was not there; None without members."""
    if past.members is None:
        return None
    position = {persona: i for i, persona in enumerate(past.segments.ids)}
    was = past.members.set_index(past.members["customer_id"].astype(str))["persona"]
    was = was[~was.index.duplicated()]
    found = customers.frame["customer_id"].astype(str).map(was.to_dict())
    return found.map(position).fillna(-1).to_numpy(int)


def jaccard_of(before: np.ndarray, today: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Jaccard overlap of every old segment with every new one, (rows, columns)."""
    table = np.bincount(before * columns + today, minlength=rows * columns).reshape(rows, columns)
    union = table.sum(axis=1, keepdims=True) + table.sum(axis=0, keepdims=True) - table
    return table / np.maximum(union, 1)


def agreement(a: np.ndarray, b: np.ndarray) -> float:
    """Adjusted Rand index of two divisions of the same customers."""
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(a, b))
