"""Who today's segments are, as stage 04 hands it to stage 05: permanent ids, and what became of each since."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from personas.estimates import Frozen
from personas.listing import Listing
from personas.profiles.models import Persona


class Identity(Frozen):
    """Who one of today's segments is.

    persona_id : permanent; earlier : name it had last, and from_data : its name from the data, "" for one born
    status : against the run before; "returned": retired before that run, and back with the id it had
    overlap : Jaccard of the old and the new definition on today's customers; floor : what refitting alone leaves
    shared_overlap : Jaccard of the members among customers in both runs
    within_chance : of one born, that the segment nearest to it is so unstable that refitting alone moves it as far
    """

    segment: int
    persona_id: str
    status: Literal["same", "changed", "born", "returned"]
    earlier: str = ""
    from_data: str = ""
    overlap: float | None = None
    floor: float | None = None
    shared_overlap: float | None = None
    within_chance: bool = False

    @property
    def was_there(self) -> bool:
        """Whether the run before had it."""
        return self.status in ("same", "changed")


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


def first_identities(count: int, fingerprint: str = "", notes: tuple[str, ...] = ()) -> Identities:
    """P1 to Pn in the order of the segments, for a first run."""
    return Identities(
        personas=tuple(Identity(segment=i, persona_id=f"P{i}", status="born") for i in range(1, count + 1)),
        highest=count, fingerprint=fingerprint, notes=notes,
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
