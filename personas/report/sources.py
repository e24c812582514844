"""KPIs by the table that they come from, so that a reader sees at once what was bought, said, or asked of service."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

from personas.experience.kpis.registry import REGISTRY
from personas.profiles.models import Kpi

SOURCES = {
    "transactions": "From purchases",
    "feedback": "From what customers said",
    "interactions": "From contacts",
    "tickets": "From service cases",
    "subscriptions": "From contracts",
    "customers": "From customer records",
    "employees": "From staff",
}
OWN = "Own measures"
FEW = 3  # sources with fewer KPIs share a row
ROW = 5  # KPIs that a row shows at once


def source_of(key: str) -> str:
    """Where a KPI comes from, in words; one that the registry does not know is the contract's own.

    >>> source_of("nps"), source_of("rating_delivery"), source_of("breakfasts")
    ('From what customers said', 'From what customers said', 'Own measures')
    """
    entry = next((e for e in REGISTRY if fnmatchcase(key, e.key)), None)
    return OWN if entry is None else SOURCES.get(re.split("[., ]", entry.needs)[0], OWN)


def by_source(kpis: Sequence[Kpi]) -> tuple[tuple[str, tuple[Kpi, ...]], ...]:
    """Measured KPIs in groups: (source in words, its KPIs), both in the order in which they are given."""
    groups: dict[str, list[Kpi]] = {}
    for kpi in kpis:
        if kpi.estimate.measured:
            groups.setdefault(source_of(kpi.key), []).append(kpi)
    return tuple((source, tuple(found)) for source, found in groups.items())


def in_rows(kpis: Sequence[Kpi]) -> tuple[tuple[str, tuple[Kpi, ...]], ...]:
    """The same for tiles: sources with one or two KPIs share the last row, so that no row stands all but empty.

    One such source beside a single other joins its row, before what does not fit there.
    """
    groups = by_source(kpis)
    few = [group for group in groups if len(group[1]) < FEW]
    if len(few) == 1 and len(groups) == 2:
        (own, mine), (main, others) = few[0], next(group for group in groups if group not in few)
        at = max(1, ROW - len(mine))
        return ((f"{main}, {own.removeprefix('From ')}", (*others[:at], *mine, *others[at:])),)
    if len(few) < 2:
        return groups
    first, *more = (source for source, _ in few)
    shared = ", ".join([first, *(source.removeprefix("From ") for source in more)])
    return (*(group for group in groups if group not in few), (shared, tuple(kpi for _, found in few for kpi in found)))
