"""Divisions made another way: what of the segments would change, and which statements about them survive.

One fit each on the fitting sample: one segment fewer and one more, the other algorithm, and each block of features
(or each feature, where there is one block) left out. Everybody is placed by each, and its segments are numbered
after the published ones that they share most customers with.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from personas.customers.models import Feature
from personas.errors import InputError
from personas.segments.candidates import Candidates
from personas.segments.challengers import OTHER, agreement_of, divide_otherwise
from personas.segments.membership import place_customers
from personas.segments.models import Refit
from personas.segments.space import FeatureSpace, forming
from personas.segments.stability import contingency

MOST_LEFT_OUT = 12


@dataclass(frozen=True)
class Refits:
    """The customers as other ways to divide them have it, beside the published segments.

    members : customer_id and a whole-number column a refit, rows as in the customer table; numbers up to the published
        k are those of the published segments, larger ones have no counterpart
    told : what each column is
    """

    members: pd.DataFrame
    told: tuple[Refit, ...]

    def __len__(self) -> int:
        return len(self.told)


def fit_again(candidates: Candidates, frame: pd.DataFrame, published: np.ndarray, k: int) -> Refits:
    """Divide the customers again in other ways; published : (n,) numbers of the `k` published segments from 1."""
    columns: dict[str, np.ndarray] = {"customer_id": frame["customer_id"].to_numpy()}
    told = []
    for name, label, count, labels in _divisions(candidates, frame, k):
        matched = match_numbers(labels, published - 1, max(count, k)) + 1
        columns[name] = matched
        agreement = round(agreement_of(labels, published - 1), 6)
        told.append(Refit(name=name, label=label, k=count, agreement=agreement))
    return Refits(pd.DataFrame(columns), tuple(told))


def _divisions(candidates: Candidates, frame, k):
    if k < 2:
        return
    grounds = candidates.grounds
    sample = frame.iloc[candidates.rows]
    features, weights = grounds.features, candidates.weights
    for count, words in ((k - 1, "one segment fewer"), (k + 1, "one segment more")):
        if count > 1 and count in candidates.clusterings:
            found = place_customers(candidates.space, candidates.data, candidates.clusterings[count], frame)
            yield f"k_{count}", words, count, found
    other = OTHER[grounds.algorithm]
    yield _another(
        other.replace(" ", "_").replace("-", "_"), f"by {other}", other, sample, frame, features, k, candidates, weights
    )
    for name, label, kept in _left_out(candidates.space, features):
        try:
            yield _another(name, label, grounds.algorithm, sample, frame, kept, k, candidates, weights)
        except (InputError, ValueError):
            continue  # what is left tells customers apart no more


def _another(name, label, algorithm, sample, frame, features, k, candidates, weights):
    grounds = candidates.grounds
    space, data, solution = divide_otherwise(
        algorithm, sample, features, k, grounds.seed, grounds.block_weights, weights
    )
    return name, label, k, place_customers(space, data, solution, frame)


def _left_out(space: FeatureSpace, features: tuple[Feature, ...]):
    """(column, words, features kept) for each block that can be left out, or each feature of a single block."""
    used = [f for f in forming(features) if f.name in {axis.feature for axis in space.axes}]
    blocks = list(dict.fromkeys(f.block for f in used))
    if len(blocks) > 1:
        for block in blocks[:MOST_LEFT_OUT]:
            yield f"without_{block}", f"without {block}", tuple(f for f in features if f.block != block)
    elif len(used) > 1:
        for left in used[:MOST_LEFT_OUT]:
            kept = tuple(f for f in features if f.name != left.name)
            yield f"without_{left.name}", f"without {left.label.lower()}", kept


def match_numbers(labels: np.ndarray, published: np.ndarray, count: int) -> np.ndarray:
    """Number `labels` after the published segments that share most customers with them, one to one.

    >>> match_numbers(np.array([1, 1, 0, 2]), np.array([0, 0, 1, 1]), 3).tolist()
    [0, 0, 1, 2]
    """
    table = contingency(labels, published, count)
    own, theirs = linear_sum_assignment(-table)
    name = np.empty(count, int)
    name[own] = theirs
    return name[labels]
