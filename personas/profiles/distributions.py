"""An attribute's answers, persona against the rest, as shares by level and as a claim on the commonest."""

from __future__ import annotations

import numpy as np
import pandas as pd

from personas.customers.models import Feature
from personas.estimates import Estimate
from personas.experience.suppression import hidden_cells
from personas.numerals import Numerals
from personas.profiles.claims import Ledger
from personas.profiles.models import Claim, Distribution
from personas.profiles.weighing import share_among
from personas.segments.space import levels_of, numbers_of


def distribution_of(
    frame: pd.DataFrame,
    feature: Feature,
    segments: np.ndarray,
    number: int,
    min_group: int,
    claim_id: str | None,
    hidden: tuple[np.ndarray, np.ndarray] | None = None,
    weights: np.ndarray | None = None,
) -> Distribution | None:
    """Shares by level among the known, persona against the rest; None where too few are known.

    segments : (n,) int, the segment of each customer; number : that of the persona
    hidden : what is left open beside all that is told of the attribute, from
        :func:`personas.profiles.concealment.hide_levels`; None: only this distribution is told
    weights : (n,) survey weights or None; what is hidden goes by the plain number of customers
    """
    inside = segments == number
    levels = levels_of(feature, frame[feature.name])
    values = numbers_of(frame[feature.name], levels)
    known = np.isfinite(values)
    if not levels or (known & inside).sum() < min_group or (known & ~inside).sum() < min_group:
        return None

    numbers = np.unique(segments)
    counts, weighed = (
        np.array([_by_level(values, known & (segments == s), len(levels), w) for s in numbers]) for w in (None, weights)
    )
    own_hidden, rest_hidden = hidden_cells(counts, min_group) if hidden is None else hidden
    row = int(np.flatnonzero(numbers == number)[0])
    # What few wrote in a field without declared answers may say who they are.
    named = np.ones(len(levels), bool) if feature.levels else counts.sum(axis=0) >= min_group
    if (own_hidden[row] | ~named).all():
        return None

    def shares(counted, hidden):
        told = zip(counted[named], hidden[named], strict=True)
        return tuple(None if hide else float(n / counted.sum()) for n, hide in told)

    return Distribution(
        feature=feature.name, label=feature.label,
        levels=tuple(level for level, tell in zip(levels, named, strict=True) if tell),
        persona=shares(weighed[row], own_hidden[row]), rest=shares(weighed.sum(axis=0) - weighed[row], rest_hidden),
        known=int((known & inside).sum()), of=int(inside.sum()), known_rest=int((known & ~inside).sum()),
        claim_id=claim_id,
    )  # fmt: skip


def _by_level(values: np.ndarray, chosen: np.ndarray, count: int, weights: np.ndarray | None) -> np.ndarray:
    """(count,) customers of each level among the chosen, or their weight."""
    own = None if weights is None else weights[chosen]
    return np.bincount(values[chosen].astype(int), weights=own, minlength=count)


def enter_distribution(
    ledger: Ledger,
    persona_id: str,
    told: Distribution,
    frame: pd.DataFrame,
    feature: Feature,
    inside: np.ndarray,
    numbers: Numerals,
    weights: np.ndarray | None = None,
) -> str:
    """Enter the commonest level that a distribution shows; for attributes that set nobody apart."""
    shown = [(s, -i) for i, s in enumerate(told.persona) if s is not None]
    place = max(shown)[1]
    level, other = told.levels[-place], told.rest[-place]
    levels = levels_of(feature, frame[feature.name])
    values = numbers_of(frame[feature.name], levels)
    says, known = values == levels.index(level), np.isfinite(values)

    def among(side: np.ndarray) -> Estimate:
        return share_among(says[known & side], None if weights is None else weights[known & side])

    own, rest = among(inside), None if other is None else among(~inside)
    against = f"; others {numbers.value(rest, [own])}" if rest is not None else ""
    return ledger.enter(
        Claim(
            id=f"{persona_id}-profile-{told.feature}", persona_id=persona_id, kind="describes", feature=told.feature,
            sentence=f"{told.label}: most often “{level}”, {numbers.value(own, [rest])} of those known{against}.",
            estimate=own, rest=rest, test="not tested: the commonest of several answers", fits_share=own.value,
            columns=feature.columns, filter=f"{told.label} {level}",
        )
    )  # fmt: skip
