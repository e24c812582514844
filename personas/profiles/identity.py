"""Which persona is which: today's segments matched to those of the run before, so that ids and names stay.

A pair of segments costs the less the more customers they share, by the old and the new definition applied to today's
customers and, where the same customers are in both runs, by who was in them; and the nearer their centres are in the
old feature space. The cheapest one-to-one matching is taken [Kuhn 1955]. A pair that shares less than two segments of
one size of which half is common is no pair: the one retired and the other was born. A pair is the same persona unless
its overlap lies below what fitting again to other customers of the same kind leaves, by the segment's own bootstrap
[after Hennig 2007].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from personas.customers import Customers
from personas.profiles.earlier import Past
from personas.profiles.identities import Identities, Identity
from personas.profiles.matching import agreement, jaccard_of, nearness, place_by, was_in
from personas.segments import Segmentation

LEAST_SHARED = 1 / 3  # Jaccard of two equal segments of which half is common
FEWEST_SHARED = 50  # customers in both runs, before who was where says anything
LEAST_AGREEMENT = 0.05  # adjusted Rand index below which ids cannot be of the same people


@dataclass(frozen=True)
class Overlaps:
    """How the old segments (rows) and today's (columns) lie to each other.

    drawn : Jaccard of the definitions on today's customers, or None; shared : of the members in both runs, or None
    near : 1 where centres coincide, falling towards 0 with their distance; None where the spaces differ
    """

    drawn: np.ndarray | None
    shared: np.ndarray | None
    near: np.ndarray | None

    @property
    def likeness(self) -> np.ndarray:
        """The mean of what is known, (old, new), 0 to 1."""
        return np.mean([part for part in (self.drawn, self.shared, self.near) if part is not None], axis=0)

    @property
    def decisive(self) -> np.ndarray | None:
        """What says whether a pair is one persona: the definitions, else the members, else the centres."""
        return next((part for part in (self.drawn, self.shared, self.near) if part is not None), None)


def match_personas(
    past: Past, customers: Customers, segmentation: Segmentation, fingerprint: str = "", notes: tuple[str, ...] = ()
) -> Identities:
    """Match today's segments to those of `past`."""
    count, ids = len(segmentation), past.segments.ids
    found, said = overlaps_of(past, customers, segmentation)
    matched: dict[int, int] = {}
    parted: dict[int, int] = {}
    if count == len(ids) == 1:
        matched = {0: 0}  # everybody is everybody, whatever the columns are
    elif min(count, len(ids)) > 1 and found.decisive is not None:
        old, new = linear_sum_assignment(1 - found.likeness)
        pairs = {int(n): int(o) for o, n in zip(old, new, strict=True)}
        matched = {n: o for n, o in pairs.items() if found.decisive[o, n] >= LEAST_SHARED}
        parted = {n: o for n, o in pairs.items() if n not in matched and _as_far(found, past.segments.floors, o, n)}
    highest = past.run.highest
    names = {persona.id: persona for persona in past.run.personas}
    personas = []
    for segment in range(count):
        if segment not in matched:
            highest += 1
            unstable = segment in parted
            personas.append(
                Identity(segment=segment + 1, persona_id=f"P{highest}", status="born", within_chance=unstable)
            )
            continue
        old = matched[segment]
        overlap = None if found.drawn is None else float(found.drawn[old, segment])
        floor = past.segments.floors[old] if past.segments.floors else None
        changed = overlap is not None and floor is not None and overlap < floor
        before = names[ids[old]]
        personas.append(
            Identity(
                segment=segment + 1, persona_id=ids[old], status="changed" if changed else "same",
                earlier=before.name, from_data=before.name_from_data,
                overlap=None if overlap is None else round(overlap, 6), floor=floor,
                shared_overlap=None if found.shared is None else round(float(found.shared[old, segment]), 6),
            )
        )  # fmt: skip
    kept = {persona.persona_id for persona in personas}
    return Identities(
        personas=tuple(personas), highest=highest, fingerprint=fingerprint, entry=past.entry.number,
        retired=tuple(one for one in ids if one not in kept), lost=tuple(ids[old] for old in sorted(parted.values())),
        notes=(*notes, *said), placed=found.drawn is not None,
        shared=found.shared is not None,
    )  # fmt: skip


def _as_far(found: Overlaps, floors: tuple[float, ...], old: int, new: int) -> bool:
    """Whether refitting alone moves the old segment as far as the new one lies from it."""
    return found.drawn is not None and bool(floors) and bool(found.drawn[old, new] >= floors[old])


def overlaps_of(past: Past, customers: Customers, segmentation: Segmentation) -> tuple[Overlaps, tuple[str, ...]]:
    """How old and new segments lie to each other, and what could not be compared, in words."""
    today = segmentation.members["segment"].to_numpy() - 1
    rows, columns = len(past.segments.ids), len(segmentation)
    notes = []
    before = place_by(past.segments, customers.frame)
    drawn = near = None
    if before is None:
        notes.append(
            "Most of what formed the earlier segments is not among today's columns: personas are told apart anew."
        )
    else:
        drawn = jaccard_of(before, today, rows, columns)
        near = nearness(past.segments, customers.frame, today, columns)
    shared = None
    was = was_in(past, customers)
    if was is not None and (was >= 0).sum() >= FEWEST_SHARED:
        both = was >= 0
        if before is not None and min(rows, columns) > 1 and agreement(was[both], before[both]) < LEAST_AGREEMENT:
            notes.append(
                "Customer ids of the earlier run are in use again, but for other customers by all that is known of "
                "them: who moved is not told."
            )
        else:
            shared = jaccard_of(was[both], today[both], rows, columns)
    return Overlaps(drawn, shared, near), tuple(notes)
