"""Hands the customer table over to the next stage, and takes it from there."""

from __future__ import annotations

from datetime import datetime

from personas.customers.models import Feature, Quality
from personas.customers.table import Customers, Rehearsal
from personas.estimates import Frozen
from personas.handover import Workspace, read_model, read_table, write_model, write_table


class RehearsalNote(Frozen):
    """The part of a rehearsal that is not a table; `features` is empty where there was none."""

    features: tuple[Feature, ...] = ()
    split: datetime | None = None
    end: datetime | None = None


def write_customers(workspace: Workspace, customers: Customers) -> None:
    """Write the customer table, what its columns mean, its quality, and the rehearsal if there is one."""
    write_table(workspace, "customers", customers.frame)
    write_model(workspace, "features", customers.features)
    write_model(workspace, "quality", customers.quality)
    rehearsal = customers.rehearsal
    if rehearsal is None:
        write_model(workspace, "rehearsal", RehearsalNote())
        return
    write_table(workspace, "rehearsal", rehearsal.frame)
    write_table(workspace, "outcomes", rehearsal.outcomes)
    note = RehearsalNote(features=rehearsal.outcome_features, split=rehearsal.split, end=rehearsal.end)
    write_model(workspace, "rehearsal", note)


def read_customers(workspace: Workspace) -> Customers:
    """Read what :func:`write_customers` wrote; raises InputError naming the notebook to run first."""
    frame = read_table(workspace, "customers")
    note = read_model(workspace, "rehearsal", RehearsalNote)
    rehearsal = None
    if note.features:
        before, outcomes = read_table(workspace, "rehearsal"), read_table(workspace, "outcomes")
        rehearsal = Rehearsal(before, outcomes, note.features, note.split, note.end)
    return Customers(
        frame=frame,
        features=read_model(workspace, "features", tuple[Feature, ...]),
        quality=read_model(workspace, "quality", Quality),
        rehearsal=rehearsal,
    )
