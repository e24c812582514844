"""Would the statement still be made if the customers had been divided a little differently?

Stage 02 keeps other divisions of the same customers: a segment fewer, a segment more, the other algorithm, a group of
variables left out. In each, the persona is the segment that overlaps it most, and the statement holds if it would be
made of that segment too: the same direction, off chance, above the smallest effect of interest.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from personas.customers import Customers
from personas.profiles.models import Claim
from personas.profiles.traits import Standing
from personas.profiles.weighing import standing_of


def judge_sensitivity(
    claims: tuple[Claim, ...],
    customers: Customers,
    segments: np.ndarray,
    refits: pd.DataFrame | None,
    standings: Mapping[str, Mapping[str, Standing]],
    min_group: int = 10,
    weights: np.ndarray | None = None,
) -> tuple[Claim, ...]:
    """The claims with `held` and `refits` filled in for every statement that is a standing on a feature.

    segments : (n,) int, published; refits : a row a customer, a column a refit (and customer_id), aligned with the
    customer table; None leaves the claims as they are
    standings : persona id → feature → the standing that the claim tells, in the order of the segments
    weights : (n,) survey weights or None
    """
    if refits is None or not len(refits.columns.drop("customer_id", errors="ignore")):
        return claims
    others = {name: refits[name].to_numpy() for name in refits.columns if name != "customer_id"}
    nearest = {
        # By its place: a permanent id says nothing of which segment the persona is in this run.
        persona: [closest(segments == number, other) for other in others.values()]
        for number, persona in enumerate(standings, start=1)
    }
    return tuple(_judged(claim, customers, standings, nearest, min_group, weights) for claim in claims)


def closest(inside: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The members of the segment of another division that overlaps `inside` most (largest Jaccard), (n,) bool.

    >>> closest(np.array([True, True, False, False]), np.array([1, 1, 1, 2])).tolist()
    [True, True, True, False]
    """
    found = [(labels == label) for label in np.unique(labels)]
    return max(found, key=lambda other: (inside & other).sum() / (inside | other).sum())


def _judged(claim: Claim, customers: Customers, standings, nearest, min_group: int, weights) -> Claim:
    told = standings.get(claim.persona_id, {}).get(claim.feature) if claim.persona_id else None
    if told is None or not told.distinct or claim.id != f"{claim.persona_id}-{claim.feature}":
        return claim
    held = sum(
        holds(told, standing_of(customers.frame, told.feature, inside, min_group, weights))
        for inside in nearest[claim.persona_id]
    )
    return claim.model_copy(update={"held": held, "refits": len(nearest[claim.persona_id])})


def holds(told: Standing, again: Standing | None) -> bool:
    """Whether the standing in another division says the same as the one told.

    An answer on an ordered scale may be told at another cut as long as it leans the same way.
    """
    if again is None or not again.distinct:
        return False
    if told.level:
        return again.level == told.level if told.feature.kind == "category" else again.gap * told.gap > 0
    return again.effect * told.effect > 0
