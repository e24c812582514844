"""How contracts are kept: the survival curve month by month, for everybody and for each segment."""

from __future__ import annotations

from datetime import datetime

from personas.experience.comparison import Group
from personas.experience.kpis.cases import MONTH, gather_spells
from personas.experience.kpis.survival import Spells, share_left
from personas.experience.models import RetentionPoint
from personas.experience.suppression import hidden_groups

LONGEST, YEAR = 60, 12
GRIDS = (3, 6, 12)  # months between the points of a curve


def measure_retention(
    subscriptions, members, groups: Group, start: datetime, end: datetime
) -> dict[int, tuple[RetentionPoint, ...]]:
    """The share of contracts that still run after so many months, up to where fewer than `min_group` were watched.

    Contracts begun before the observation count from the day it began. Each step of a curve is an ending, so a curve
    goes by 3, 6 or 12 months, the fewest with which it tells of a year, and stops where the next step would tell of
    fewer than `min_group` customers who ended theirs. Segments in which fewer than twice as many ever ended a contract
    have no curve, nor have as many more as would give it away.
    """
    spells, who = gather_spells(subscriptions, members, "start", "end", end, start)
    if not len(spells):
        return {}
    own = {segment: spells.of(who == segment) for segment in groups.segments}
    least = groups.min_group
    hidden = hidden_groups({segment: float(s.people) for segment, s in own.items()}, least)
    hidden |= hidden_groups({segment: float(_ended(s, 0, LONGEST)) for segment, s in own.items()}, 2 * least)
    shown = {0: spells} | {segment: s for segment, s in own.items() if segment not in hidden and len(s)}
    return {number: tuple(_points(shown[number], least)) if number in shown else () for number in (0, *groups.segments)}


def _points(spells: Spells, least: int) -> list[RetentionPoint]:
    year = min(YEAR, int(spells.days.max() // MONTH))
    told = [_months(spells, apart, least) for apart in GRIDS]
    months = next((own for own in told if own and own[-1] >= year), max(told, key=lambda own: own[-1] if own else 0))
    found = ((number, share_left(spells, number * MONTH)) for number in months)
    return [RetentionPoint(months=number, left=left) for number, left in found if left.measured]


def _months(spells: Spells, apart: int, least: int) -> list[int]:
    """Every `apart` months as long as enough are watched and enough ended theirs since the last time."""
    months: list[int] = []
    for until in range(apart, LONGEST + 1, apart):
        watched = spells.of(spells.days >= until * MONTH).people
        if watched < least or _ended(spells, until - apart, until) < least:
            break
        months.append(until)
    return months


def _ended(spells: Spells, since: int, until: int) -> int:
    """Customers who ended a contract after `since` months and by `until`."""
    return spells.of(spells.ended & (spells.days > since * MONTH) & (spells.days <= until * MONTH)).people
