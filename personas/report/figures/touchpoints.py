"""Touchpoints: how each is rated, which of them move recommendation, and whether a channel stands out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from personas.experience.models import Consistency, Driver, Drivers, Kpi
from personas.numerals import Numerals, percent
from personas.report.figure import Figure, Table, lower_first, render_marks
from personas.report.figures.ranges import Range, range_rows


def _standing(row: Driver, numbers: Numerals) -> str:
    if not row.counts:
        return "no more than chance"
    return f"rated {numbers.value(row.performance)} of {row.scale_high:g}" if row.performance.measured else "not told"


def driver_ranges(drivers: Drivers, number: int = 0, after: int = 0, most: int | None = None) -> Figure:
    """Draw how large a part of what touchpoints explain each one carries, most important first.

    Dots that are no more than an added random answer would get are hollow. number : the persona, 0 for the base
    after, most : leaves out the first, which another figure has, and draws no more than `most` of the others
    """
    numbers = Numerals()
    rows = [
        Range(
            f"{row.touchpoint}: {row.quadrant}" if row.counts else row.touchpoint,
            row.weight,
            note=_standing(row, numbers),
            hollow=not row.counts,
        )
        for row in drivers.rows[after : None if most is None else after + most]
    ]
    counting = [row for row in drivers.rows if row.counts]
    outcome = lower_first(drivers.outcome.split(",")[0])
    title = f"No touchpoint stands out as a driver of {outcome}"
    if counting:
        title = f"{counting[0].touchpoint} goes with {outcome} most"
    return range_rows(
        rows, title,
        f"Share of what all touchpoints together explain ({percent(drivers.r2.value)} of the differences), "
        f"n {drivers.n:,}; associated, not proved to cause"
        + (f"; the first {most} of {len(drivers.rows)}" if most is not None and len(drivers.rows) > most else ""),
        number=number, from_zero=True, head=("Touchpoint", "Share", "Rest", "n", "Performance"), name="drivers",
    )  # fmt: skip


def rating_ranges(ratings: Sequence[Kpi], number: int = 0, most: int | None = None) -> Figure:
    """Draw the rating of each touchpoint with its interval and the rest; lowest first, at most `most`."""
    rows = sorted(
        (k for k in ratings if k.key.startswith("rating") and k.estimate.measured), key=lambda k: k.estimate.value
    )
    numbers = Numerals()
    title = "No touchpoint was rated often enough"
    if rows:
        title = f"Rated lowest: {rows[0].label}, {numbers.value(rows[0].estimate)}"
    left = f"; the lowest {most} of {len(rows)}" if most is not None and len(rows) > most else ""
    return range_rows(
        [Range(k.label, k.estimate, k.rest) for k in rows[:most]], title,
        "Mean rating with 95 % interval" + ("; tick: the rest" if number else "") + left, number=number,
        head=("Touchpoint", "Rating", "Rest", "n", ""), name="ratings",
    )  # fmt: skip


def consistency_rows(found: Sequence[Consistency]) -> Figure:
    """Lay each touchpoint's rating out by channel; where the spread is beyond chance, the odd channel is named."""
    numbers = Numerals()
    odd = [entry for entry in found if entry.beyond_chance]
    title = "Channels are rated alike, as far as chance can tell"
    if odd:
        title = f"{odd[0].touchpoint} is not the same everywhere: {odd[0].odd} stands out"
    views: list[dict[str, Any]] = [
        {
            "entry": entry,
            "text": ", ".join(f"{c.channel} {numbers.value(c.rating)}" for c in entry.channels),
            "reading": f"{entry.odd} stands out" if entry.beyond_chance else "no more than chance",
        }
        for entry in found
    ]
    return Figure(
        name="consistency",
        title=title,
        subtitle="Mean rating by channel; spread: standard deviation between channels",
        description="; ".join(f"{v['entry'].touchpoint}: {v['text']}, {v['reading']}" for v in views),
        marks=render_marks("consistency", rows=views),
        table=Table(
            ("Touchpoint", "Channels", "Spread", "Chance stays under", "Reading"),
            tuple(
                (v["entry"].touchpoint, v["text"], f"{v['entry'].spread:.2f}", f"{v['entry'].chance:.2f}", v["reading"])
                for v in views
            ),
        ),
    )
