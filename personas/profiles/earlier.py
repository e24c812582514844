"""The run to compare with, opened: of the dataset itself or of the wave of a survey before it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from personas.handover import Workspace
from personas.history import MEMBERS, Entry, History, read_history
from personas.profiles.past import PastRun, PastSegments, read_past


@dataclass(frozen=True)
class Past:
    """The run before, opened; members : customer_id and persona, None where they are not kept."""

    entry: Entry
    run: PastRun
    segments: PastSegments
    members: pd.DataFrame | None


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
            return open_entry(entry), history
        except (ValueError, OSError, KeyError):
            history = history.without([entry.number])
    return None, history


def open_entry(entry: Entry) -> Past:
    """Open one entry of a history; raises ValueError, OSError or KeyError where it is damaged."""
    return Past(entry, *read_past(entry), _members(entry))


def _members(entry: Entry) -> pd.DataFrame | None:
    path = entry.folder / MEMBERS
    if not path.is_file():
        return None
    try:
        members = pd.read_parquet(path)
    except (OSError, ValueError):
        return None
    return members if {"customer_id", "persona"} <= set(members.columns) else None
