"""How contracts are kept: the survival curve month by month, for everybody and for each segment."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from personas.experience.comparison import Group
from personas.experience.kpis.cases import MONTH, gather_spells
from personas.experience.kpis.survival import Spells, share_left
from personas.experience.models import RetentionPoint
from personas.experience.suppression import hidden_groups

LONGEST = 60


def measure_retention(
    subscriptions, members, groups: Group, start: datetime, end: datetime
) -> dict[int, tuple[RetentionPoint, ...]]:
    """The share of contracts that still run after 1, 2, 3 … months, up to where fewer than `min_group` were watched.

    Contracts begun before the observation count from the day it began. Segments of fewer than `min_group` customers
    with a contract have no curve.
    """
    spells, who = gather_spells(subscriptions, members, "start", "end", end, start)
    if not len(spells):
        return {}
    people = {int(segment): spells.of(who == segment).people for segment in np.unique(who)}
    hidden = hidden_groups(people, groups.min_group)
    found = {0: _points(spells, groups.min_group)}
    for segment in groups.segments:
        own = spells.of(who == segment)
        found[segment] = () if segment in hidden else _points(own, groups.min_group)
    return found


def _points(spells: Spells, min_group: int) -> tuple[RetentionPoint, ...]:
    points = []
    for months in range(1, LONGEST + 1):
        if spells.of(spells.days >= months * MONTH).people < min_group:
            break
        left = share_left(spells, months * MONTH)
        points += [RetentionPoint(months=months, left=left)] if left.measured else []
    return tuple(points)
