"""Keeps what a new division does to the figures of personas apart from what happened to customers.

A persona whose members are others has other figures, whoever did what. Where the data is the very same, nothing
happened to customers at all; where it is new and a persona was redrawn as well, its figures alone cannot tell which of
the two moved them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from personas.changes.models import Change, Headline, PersonaChange
from personas.profiles.past import PastRun

SAME_DATA = "The data is the same; what changed is how the customers are divided."
CLOSE = 1e-6  # of a figure, from which on it is another: kept runs round


def is_same_data(now: PastRun, before: PastRun, was: np.ndarray | None, figures: Sequence[Change]) -> bool:
    """Whether both runs describe the same customers over the same time, with the same figures of the whole base.

    was : (n,) the earlier segment of each customer of today, −1 where there is none; None where nobody can be followed
    """
    if was is None or len(was) != before.customers or bool((was < 0).any()):
        return False
    if now.observation_end != before.observation_end:
        return False
    base = [(one.now.value, one.before.value) for one in figures if one.persona_id is None]
    return bool(base) and all(_alike(mine, theirs) for mine, theirs in base)


def _alike(now: float | None, before: float | None) -> bool:
    if now is None or before is None:
        return now is before
    return abs(now - before) <= CLOSE * max(1.0, abs(before))


def allow_for_redrawing(
    headlines: Sequence[Headline], personas: Sequence[PersonaChange], same_data: bool
) -> tuple[Headline, ...]:
    """Take out or qualify what only says that a persona's members are others.

    Personas that came, went or were redrawn are told as they are, and so is all that is said of the whole base.
    """
    fates = {f"{one.name}. {one.sentence}" for one in personas}
    redrawn = {one.persona_id for one in personas if one.status != "same"}
    found = []
    for headline in headlines:
        if headline.persona_id is None or headline.what in fates:
            found.append(headline)
        elif not same_data:
            found.append(_qualified(headline) if headline.persona_id in redrawn else headline)
    return tuple(found)


def _qualified(headline: Headline) -> Headline:
    return headline.model_copy(
        update={
            "meaning": "Who belongs to it changed as well, so it may be the members and not what they met with.",
            "act": "Look first whether the figure of everybody moved too.",
            "good": None,
        }
    )
