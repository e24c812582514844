"""Which persona is which: today's segments matched to those of the run before, so that ids and names stay.

A pair of segments costs the less the more customers they share, by the old and the new definition applied to today's
customers and, where the same customers are in both runs, by who was in them; and the nearer their centres are in the
old feature space. The cheapest one-to-one matching is taken [Kuhn 1955]. A pair that shares less than two segments of
one size of which half is common is no pair: the one retired and the other was born. A pair is the same persona unless
its overlap lies below what fitting again to other customers of the same kind leaves, by the segment's own bootstrap
[after Hennig 2007].
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from personas.customers import Customers
from personas.estimates import Frozen
from personas.experience import Experience
from personas.handover import Workspace
from personas.history import MEMBERS, Entry, History, read_history
from personas.listing import Listing
from personas.profiles.matching import agreement, jaccard_of, nearness, place_by, was_in
from personas.profiles.models import Persona
from personas.profiles.past import PastRun, PastSegments, read_past
from personas.segments import Segmentation

LEAST_SHARED = 1 / 3  # Jaccard of two equal segments of which half is common
FEWEST_SHARED = 50  # customers in both runs, before who was where says anything
LEAST_AGREEMENT = 0.05  # adjusted Rand index below which ids cannot be of the same people


class Identity(Frozen):
    """Who one of today's segments is.

    persona_id : permanent; earlier : name in the run before, and from_data : its name from the data, "" for one born
    overlap : Jaccard of the old and the new definition on today's customers; floor : what refitting alone leaves
    shared_overlap : Jaccard of the members among customers in both runs
    within_chance : of one born, that the segment nearest to it is so unstable that refitting alone moves it as far
    """

    segment: int
    persona_id: str
    status: Literal["same", "changed", "born"]
    earlier: str = ""
    from_data: str = ""
    overlap: float | None = None
    floor: float | None = None
    shared_overlap: float | None = None
    within_chance: bool = False


class Identities(Frozen):
    """All of them, in the order of the segments.

    entry : number of the run compared with, None for a first run; highest : largest number that an id ever had
    fingerprint : of what was measured; retired : ids that are no more; notes : what could not be used, and why
    placed : whether the old definition could be applied to today's customers
    shared : whether members of both runs could be compared, their ids being of the same people
    lost : those of `retired` that were too unstable to be followed: refitting alone moves them as far
    left_out : numbers of the history's entries that cannot be used
    wave_of : dataset of the run compared with, where this one is the next wave of a survey
    """

    personas: tuple[Identity, ...]
    highest: int
    fingerprint: str = ""
    entry: int | None = None
    retired: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    placed: bool = False
    shared: bool = False
    wave_of: str = ""
    left_out: tuple[int, ...] = ()

    def id_of(self, segment: int) -> str:
        return self.personas[segment - 1].persona_id

    def table(self) -> Listing:
        """A row a segment, for reading."""
        rows = [
            {
                "segment": one.segment, "id": one.persona_id, "is": one.status, "earlier name": one.earlier,
                "overlap": one.overlap, "refitting leaves": one.floor,
            }
            for one in self.personas
        ]  # fmt: skip
        gone = f"Retired: {', '.join(self.retired)}. " if self.retired else ""
        return Listing(pd.DataFrame(rows), gone + " ".join(self.notes))


@dataclass(frozen=True)
class Past:
    """The run before, opened; members : customer_id and persona, None where they are not kept."""

    entry: Entry
    run: PastRun
    segments: PastSegments
    members: pd.DataFrame | None


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


def first_identities(count: int, fingerprint: str = "", notes: tuple[str, ...] = ()) -> Identities:
    """P1 to Pn in the order of the segments, for a first run."""
    return Identities(
        personas=tuple(Identity(segment=i, persona_id=f"P{i}", status="born") for i in range(1, count + 1)),
        highest=count, fingerprint=fingerprint, notes=notes,
    )  # fmt: skip


def identify_personas(
    workspace: Workspace,
    customers: Customers,
    segmentation: Segmentation,
    experience: Experience,
    previous: str | None = None,
) -> Identities:
    """Match today's segments to the last accepted run of the dataset; a first run numbers them by size.

    previous : dataset of which this one is the next wave; its last accepted run is the one to match, on profiles alone,
        since the respondents are others
    A history that cannot be read is left out and said in `notes`. Nothing is written.
    """
    fingerprint = fingerprint_of(customers, segmentation, experience)
    past, history = find_past(workspace, fingerprint, previous or "")
    notes = history.notes()
    if past is None and previous:
        notes = (*notes, f"Of the earlier wave, {previous}, no run is published yet that could be compared with.")
    if past is None:
        found = first_identities(len(segmentation), fingerprint, notes)
    else:
        found = match_personas(past, customers, segmentation, fingerprint, notes)
    left_out = () if previous else tuple(int(path.name) for path, _why in history.broken)
    return found.model_copy(update={"wave_of": previous or "", "left_out": left_out})


def find_past(workspace: Workspace, fingerprint: str, wave_of: str = "") -> tuple[Past | None, History]:
    """Open the run to compare with: of the dataset itself, or the last of the wave before it without its members."""
    if not wave_of:
        return open_past(read_history(workspace), fingerprint)
    past, history = open_past(read_history(workspace, wave_of), "")
    return (None if past is None else replace(past, members=None)), history


def open_past(history: History, fingerprint: str) -> tuple[Past | None, History]:
    """Open the run to compare with, going back to the one before where it is damaged; None where there is none.

    Returns the history too, with what was damaged among its broken entries.
    """
    while (entry := history.before(fingerprint)) is not None:
        try:
            return Past(entry, *read_past(entry), _members(entry)), history
        except (ValueError, OSError, KeyError):
            history = history.without([entry.number])
    return None, history


def fingerprint_of(customers: Customers, segmentation: Segmentation, experience: Experience) -> str:
    """A hash of what was measured: customers, segments, experience; the same for the same data and parameters."""
    whole = hashlib.sha256()
    for frame in (customers.frame, segmentation.members):
        plain = frame.astype({name: "string" for name in frame.columns if frame[name].dtype == "category"})
        whole.update(pd.util.hash_pandas_object(plain, index=False).to_numpy().tobytes())
    verdict = segmentation.verdict
    whole.update(f"{verdict.word} {verdict.borderline} {verdict.k} {verdict.asked} {verdict.kept}".encode())
    whole.update(experience.model_dump_json().encode())
    return whole.hexdigest()[:32]


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


def why_renamed(persona: Persona, identity: Identity) -> dict[str, str]:
    """The fields that put on record why a persona has another name than before; {} where it has not."""
    if not identity.earlier or identity.earlier == persona.name:
        return {}
    if persona.named_by == "analyst":
        reason = "an analyst named it in dataset.yml"
    elif identity.earlier != identity.from_data and persona.name == identity.from_data:
        reason = "the name that an analyst had given was taken out of dataset.yml"
    elif identity.status == "changed":
        reason = "its definition changed, and what the earlier name says does not set it apart any more"
    else:
        reason = "what the earlier name says does not set it apart any more"
    return {"name_before": identity.earlier, "name_reason": reason}


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


def _members(entry: Entry) -> pd.DataFrame | None:
    path = entry.folder / MEMBERS
    if not path.is_file():
        return None
    try:
        members = pd.read_parquet(path)
    except (OSError, ValueError):
        return None
    return members if {"customer_id", "persona"} <= set(members.columns) else None
