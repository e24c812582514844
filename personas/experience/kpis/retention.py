"""How contracts are kept: the survival curve month by month, for everybody and for each segment."""

from __future__ import annotations

from datetime import datetime

from personas.experience.comparison import Group
from personas.experience.kpis.cases import MONTH, gather_spells
from personas.experience.kpis.survival import Spells, share_left
from personas.experience.models import RetentionPoint
from personas.experience.suppression import hidden_groups

LONGEST = 60


def measure_retention(
    subscriptions, members, groups: Group, start: datetime, end: datetime
) -> dict[int, tuple[RetentionPoint, ...]]:
    """The share of contracts that still run after so many months, up to where fewer than `min_group` were watched.

    Contracts begun before the observation count from the day it began. Each step of a curve is an ending, so all curves
    stop at the same months: those since the last of which `min_group` customers or more ended theirs in every group.
    Segments in which fewer than twice as many ever did have no curve, nor have as many more as would give it away.
    """
    spells, who = gather_spells(subscriptions, members, "start", "end", end, start)
    if not len(spells):
        return {}
    own = {segment: spells.of(who == segment) for segment in groups.segments}
    least = groups.min_group
    hidden = hidden_groups({segment: float(s.people) for segment, s in own.items()}, least)
    hidden |= hidden_groups({segment: float(_ended(s, 0, LONGEST)) for segment, s in own.items()}, 2 * least)
    shown = {0: spells} | {segment: s for segment, s in own.items() if segment not in hidden and len(s)}
    found: dict[int, list[RetentionPoint]] = {number: [] for number in (0, *groups.segments)}
    last = 0
    for months in range(1, LONGEST + 1):
        shown = {number: s for number, s in shown.items() if s.of(s.days >= months * MONTH).people >= least}
        if 0 not in shown:
            break
        if min(_ended(s, last, months) for s in shown.values()) < least:
            continue
        for number, s in shown.items():
            left = share_left(s, months * MONTH)
            found[number] += [RetentionPoint(months=months, left=left)] if left.measured else []
        last = months
    return {number: tuple(points) for number, points in found.items()}


def _ended(spells: Spells, since: int, until: int) -> int:
    """Customers who ended a contract after `since` months and by `until`."""
    return spells.of(spells.ended & (spells.days > since * MONTH) & (spells.days <= until * MONTH)).people
