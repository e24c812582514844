"""What other stages hand over beside segments and experience, and a run of an earlier version did not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from personas.experience.text.models import Themes
from personas.handover import Workspace, read_model, read_table
from personas.segments import read_refits


@dataclass(frozen=True)
class Supplements:
    """What makes personas richer where it is there.

    refits : other divisions of the same customers, a row a customer and a column each; themes : what customers wrote
    None where it was not handed over; nothing is then said of it
    """

    refits: pd.DataFrame | None = None
    themes: Themes | None = None


def read_supplements(workspace: Workspace) -> Supplements:
    """Read the divisions made in other ways and the themes of what was written, each None where it is missing.

    Divisions of other customers than those of the membership, as an unfinished run may leave, count as missing.
    """
    refits = themes = None
    if _there(workspace, "refits.parquet") and _there(workspace, "evidence.json"):
        refits = read_refits(workspace).members
        ids = read_table(workspace, "membership")["customer_id"]
        if not ids.reset_index(drop=True).equals(refits["customer_id"].reset_index(drop=True)):
            refits = None
    if _there(workspace, "themes.json"):
        themes = read_model(workspace, "themes", Themes)
    return Supplements(refits, themes)


def _there(workspace: Workspace, filename: str) -> bool:
    return any(Path(source / filename).is_file() for source in workspace.sources)
