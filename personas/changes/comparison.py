"""Compares a run with the one before it. Until a history is kept, every run is the first."""

from __future__ import annotations

from personas.changes.models import Changes
from personas.profiles.models import PersonaSet


def compare_runs(current: PersonaSet, previous: PersonaSet | None = None) -> Changes:
    """Say what changed between two runs of one dataset; without a previous run, that this is the first.

    Raises NotImplementedError when there is a previous run: matching personas over time is not built yet.
    """
    if previous is not None:
        raise NotImplementedError("matching personas with an earlier run is not built yet")
    return Changes(
        first_run=True,
        sentence=f"First run: there is no earlier one of {current.dataset.title} to compare with.",
    )
