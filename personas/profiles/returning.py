"""A persona that retired and is back: it gets the id and the name that it had, and no new ones.

Segments that no living persona is like are matched to the retired ones by the same rule, each as the last accepted run
that had it defined it. A definition that the history no longer keeps cannot be recognised; its id is never given again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from personas.customers import Customers
from personas.history import History
from personas.profiles.earlier import Past, open_entry
from personas.profiles.identities import Identities, Identity
from personas.profiles.identity import LEAST_SHARED, Overlaps, overlaps_of
from personas.segments import Segmentation


def give_back(
    found: Identities, past: Past, history: History, customers: Customers, segmentation: Segmentation
) -> Identities:
    """Give each segment that is like a retired persona the id of that one; those born all the same are counted anew.

    found : today's segments matched to `past`; history : the runs that `past` is the last of
    """
    born = [one.segment - 1 for one in found.personas if one.status == "born"]
    gone = [passport.id for passport in past.run.passports if passport.retired]
    if not born or not gone:
        return found
    rows = [
        (then, overlaps, position)
        for then, positions in last_seen(gone, past, history)
        if (overlaps := overlaps_then(then, customers, segmentation)) is not None
        for position in positions
    ]
    if not rows:
        return found
    likeness = np.array([overlaps.likeness[position, born] for _then, overlaps, position in rows])
    back: dict[int, Identity] = {}
    for row, column in zip(*linear_sum_assignment(1 - likeness), strict=True):
        then, overlaps, position = rows[row]
        if overlaps.decisive[position, born[column]] >= LEAST_SHARED:
            back[born[column] + 1] = _returned(then, overlaps, position, born[column])
    return _numbered(found, back, past.run.highest)


def last_seen(gone: list[str], past: Past, history: History) -> Iterator[tuple[Past, list[int]]]:
    """The last accepted run that had each of these personas, opened, with their positions in it; the latest first."""
    left = set(gone)
    for entry in reversed(history.accepted):
        if not left:
            return
        if entry.number >= past.entry.number:
            continue
        try:
            then = open_entry(entry)
        except (ValueError, OSError, KeyError):
            continue
        # Ids of respondents mean nothing across the waves of a survey.
        then = replace(then, members=None) if past.members is None else then
        ids = then.segments.ids
        if here := sorted(left & set(ids), key=ids.index):
            left -= set(here)
            yield then, [ids.index(one) for one in here]


def overlaps_then(then: Past, customers: Customers, segmentation: Segmentation) -> Overlaps | None:
    """How its segments lie to today's; None where one of the two has everybody in one, or the columns are others."""
    if (len(then.segments.ids) == 1) != (len(segmentation) == 1):
        return None
    overlaps, _notes = overlaps_of(then, customers, segmentation)
    return overlaps if overlaps.decisive is not None else None


def _returned(then: Past, overlaps: Overlaps, position: int, segment: int) -> Identity:
    persona_id = then.segments.ids[position]
    before = next(persona for persona in then.run.personas if persona.id == persona_id)
    drawn, floors = overlaps.drawn, then.segments.floors
    return Identity(
        segment=segment + 1, persona_id=persona_id, status="returned",
        earlier=before.name, from_data=before.name_from_data,
        overlap=None if drawn is None else round(float(drawn[position, segment]), 6),
        floor=floors[position] if floors else None,
    )  # fmt: skip


def _numbered(found: Identities, back: dict[int, Identity], highest: int) -> Identities:
    personas = []
    for one in found.personas:
        if one.segment in back:
            one = back[one.segment].model_copy(update={"within_chance": one.within_chance})
        elif one.status == "born":
            highest += 1
            one = one.model_copy(update={"persona_id": f"P{highest}"})
        personas.append(one)
    return found.model_copy(update={"personas": tuple(personas), "highest": highest})
