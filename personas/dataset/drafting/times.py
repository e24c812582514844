"""How times are written in a column, as the contract's `format` and `missing`."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cache

ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?)?( ?(?:Z|[+-]\d{2}:?\d{2}))?"
)
DATE_LIKE = re.compile(
    r"\d{1,4}[-/. ]+[\w]{1,9}[-/. ,]+\d{2,4}(?!\d).*|[A-Za-z]{3,9} \d{1,2},? \d{4}.*|\d{8}(?:[ T].*)?"
)
DAYS = (
    "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d",
    "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S", ", %H:%M", " %H:%M:%S.%f")
NEVER = ("0000-00-00", "0000-00-00 00:00:00", "1900-01-01", "1900-01-01 00:00:00", "9999-12-31", "9999-12-31 00:00:00")
SPAN = (1970, 2100)
LOOK_AT = 400


@dataclass(frozen=True)
class TimeWriting:
    """How a column of times is written.

    format : pattern for the contract, None where times are written as 2024-05-31 14:00
    other : a second pattern that fits every value as well: day and month may be swapped
    days_only : True if no value has a time of day; offset : values say how far they are from UTC
    missing : values that stand for no time; first, last : of what was looked at
    """

    format: str | None
    first: datetime
    last: datetime
    other: str | None = None
    days_only: bool = False
    offset: bool = False
    missing: tuple[str, ...] = ()

    @property
    def day_first(self) -> bool | None:
        return _day_first(self.format) if self.format else None


def _day_first(pattern: str) -> bool | None:
    """Say whether a pattern has the day before the month; None where the year comes first or the month is a word."""
    day, month = pattern.find("%d"), pattern.find("%m")
    return None if month < 0 or pattern.startswith("%Y") else day < month


def guess_time(counts: Counter, day_first: bool | None = None) -> TimeWriting | None:
    """Find how the values of a column are written if all of them are times.

    day_first : which of day and month comes first where the values leave it open

    >>> guess_time(Counter(["31.12.2024", "01.02.2024"])).format
    '%d.%m.%Y'
    >>> guess_time(Counter(["03/04/2024", "05/06/2024"])).other
    '%m/%d/%Y'
    >>> guess_time(Counter(["12.50", "3.20"])) is None
    True
    """
    missing = tuple(value for value in NEVER if value in counts)
    values = [value for value in counts if value not in missing]
    if not values or any(len(value) > 40 for value in values[:5]):
        return None
    if len(values) > LOOK_AT:
        values = values[:: len(values) // LOOK_AT]
    if found := _iso(values, missing):
        return found
    if not all(DATE_LIKE.fullmatch(value) for value in values):
        return None
    fitting = [(pattern, times) for pattern in _patterns(values[0]) if (times := _read_all(pattern, values))]
    if not fitting:
        return None
    pattern, times = fitting[0]
    other = next((second for second, _ in fitting[1:] if _swapped(pattern) == second), None)
    if other is not None and day_first is not None:
        pattern, times = next(one for one in fitting if _day_first(one[0]) == day_first)
        other = None
    days = not any(sign in pattern for sign in ("%H", "%I"))
    return TimeWriting(pattern, min(times), max(times), other, days, False, missing)


def _iso(values: list[str], missing: tuple[str, ...]) -> TimeWriting | None:
    times, clock, offset = [], False, False
    for value in values:
        found = ISO.fullmatch(value)
        if found is None:
            return None
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
        try:
            times.append(datetime(year, month, day, hour, minute, second))
        except ValueError:
            return None
        clock |= bool(hour or minute or second)
        offset |= found[7] is not None
    return TimeWriting(None, min(times), max(times), None, not clock, offset, missing)


@cache
def _all_patterns() -> tuple[str, ...]:
    return tuple(day + clock for day in DAYS for clock in CLOCKS)


def _patterns(value: str) -> list[str]:
    return [pattern for pattern in _all_patterns() if _read(pattern, value)]


def _read_all(pattern: str, values: list[str]) -> list[datetime]:
    times = []
    for value in values:
        if (time := _read(pattern, value)) is None:
            return []
        times.append(time)
    return times


def _read(pattern: str, value: str) -> datetime | None:
    if pattern.startswith("%Y%m%d") and not re.match(r"\d{8}(?!\d)", value):
        return None
    try:
        time = datetime.strptime(value, pattern)
    except ValueError:
        return None
    return time if SPAN[0] <= time.year < SPAN[1] else None


def _swapped(pattern: str) -> str:
    """Swap day and month.

    >>> _swapped("%d/%m/%Y %H:%M")
    '%m/%d/%Y %H:%M'
    """
    return pattern.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")
