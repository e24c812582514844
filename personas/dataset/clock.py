"""Stored times into the customers' wall-clock times."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from personas.dataset.contract import Zones

if TYPE_CHECKING:
    import ibis

FAR = datetime(9999, 1, 1)


class Clock:
    """Adds what the customers' zone is ahead of the stored one.

    Clock changes between `first` and `last` are looked up once and written into the query as cases: a dozen times
    faster than the engine's time zone function, and the same on every engine.
    """

    def __init__(self, zones: Zones | None, first: datetime | None, last: datetime | None):
        same = zones is None or zones.stored == zones.local or first is None or last is None
        days = timedelta(days=3)  # beyond them a row is outside the period whatever its zone
        self.shifts = () if same else clock_changes(zones, first - days, last + days)

    def local(self, moment: ibis.Value) -> ibis.Value:
        """Express local time, without a zone."""
        import ibis

        if not self.shifts:
            return moment
        moved = [(until, moment + ibis.interval(seconds=seconds)) for until, seconds in self.shifts]
        if len(moved) == 1:
            return moved[0][1]
        branches = [(moment < ibis.literal(until), value) for until, value in moved[:-1]]
        return ibis.cases(*branches, else_=moved[-1][1])


def clock_changes(zones: Zones, first: datetime, last: datetime) -> tuple[tuple[datetime, int], ...]:
    """List (stored time until which, seconds to add), in order.

    >>> zones = Zones(stored="UTC", local="Europe/Berlin")
    >>> clock_changes(zones, datetime(2024, 1, 1), datetime(2024, 6, 1))[0]
    (datetime.datetime(2024, 3, 31, 1, 0), 3600)
    """
    stored, local = ZoneInfo(zones.stored), ZoneInfo(zones.local)

    def ahead(moment: datetime) -> int:
        there = moment.replace(tzinfo=stored).astimezone(local).replace(tzinfo=None)
        return int((there - moment).total_seconds())

    found = []
    day, step = timedelta(days=1), timedelta(minutes=30)
    moment = first.replace(hour=0, minute=0, second=0, microsecond=0)
    while moment < last:
        if ahead(moment) != ahead(moment + day):
            change = moment + step
            while ahead(change) == ahead(moment):
                change += step
            found.append((change, ahead(moment)))
        moment += day
    return (*found, (FAR, ahead(moment)))
