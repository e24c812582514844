"""What a figure was and what it is: the difference of two estimates with its interval.

The interval is that of two estimates recovered from their own [MOVER, Zou & Donner 2008], which keeps it right where
they are lopsided, as shares near nought are. Runs that share customers differ less than this allows for, so that a
change is told too rarely then rather than too often.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import false_discovery_control, norm

from personas.changes.models import Change
from personas.estimates import Estimate, not_measured

LEVEL = 0.025  # of false alarms a run over all that is measured; as much again is left for the segments
METHOD = "difference of two estimates, MOVER"


def subtract(now: Estimate, before: Estimate) -> tuple[Estimate, float | None]:
    """Now less before, with a 95 % interval, and the p-value of no change; None where one has no interval.

    >>> a = Estimate(value=0.5, low=0.4, high=0.6, n=100, unit="share")
    >>> b = Estimate(value=0.3, low=0.2, high=0.4, n=100, unit="share")
    >>> change, p = subtract(a, b)
    >>> round(change.value, 3), round(change.low, 3), round(p, 3)
    (0.2, 0.059, 0.006)
    """
    if not (now.measured and before.measured):
        return not_measured("measured in one of the runs only", now.unit), None
    value, n = now.value - before.value, min(now.n, before.n)
    bounds = (now.low, now.high, before.low, before.high)
    if now.unit != before.unit:
        return not_measured("in another unit in the earlier run", now.unit), None
    if any(bound is None for bound in bounds):
        return Estimate(value=value, n=n, unit=now.unit, method="no interval: a total"), None
    down = float(np.hypot(now.value - now.low, before.high - before.value))
    up = float(np.hypot(now.high - now.value, before.value - before.low))
    toward = down if value > 0 else up
    z = abs(value) / (toward / norm.ppf(0.975)) if toward > 0 else (np.inf if value else 0.0)
    change = Estimate(value=value, low=value - down, high=value + up, n=n, unit=now.unit, method=METHOD)
    return change, float(2 * norm.sf(z))


def compare(
    persona_id: str | None, key: str, label: str, better: str, now: Estimate, before: Estimate, comparable: bool = True
) -> Change:
    """One figure in both runs; `comparable` is False where it counts over periods of other lengths."""
    change, p = subtract(now, before)
    if not comparable:
        change, p = not_measured("the runs cover periods of other lengths", now.unit), None
    return Change(
        persona_id=persona_id, key=key, label=label, better=better, before=before, now=now, change=change, p=p,
        reading="within chance" if p is not None else "not compared",
    )  # fmt: skip


def adjust(p_values: Sequence[float | None], part: float = 1.0) -> list[float | None]:
    """Adjust the p-values of a family together [Benjamini & Hochberg 1995]; None stays None.

    part : of the level that is the family's, so that several families keep it together
    """
    tested = [p for p in p_values if p is not None]
    if not tested:
        return list(p_values)
    adjusted = iter(false_discovery_control(tested))
    return [None if p is None else min(float(next(adjusted)) / part, 1.0) for p in p_values]


def judged(change: Change, p_adjusted: float | None) -> Change:
    """The change with its adjusted p-value, and how to read it."""
    beyond = p_adjusted is not None and p_adjusted <= LEVEL
    reading = change.reading
    if beyond:
        up = change.change.value > 0
        reading = "higher" if up else "lower"
        if change.better != "neither":
            reading = "better" if up == (change.better == "higher") else "worse"
    return change.model_copy(update={"p_adjusted": p_adjusted, "beyond_chance": beyond, "reading": reading})
