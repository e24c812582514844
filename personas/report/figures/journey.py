"""The journey: a column a stage, with what customers do there, how many, and how it feels."""

from __future__ import annotations

from collections.abc import Sequence

from personas.numerals import Numerals
from personas.profiles.models import JourneyCell, Persona
from personas.report.figure import Figure, Table, lower_first, render_marks


def journey_lanes(cells: Sequence[JourneyCell], number: int = 0, personas: Sequence[Persona] = ()) -> Figure:
    """Lay touchpoints out by stage; where feelings are measured, a line from −2 to +2 with its band runs above.

    number : the persona, for its colour; 0 for the base. Stages keep the order in which they are given.
    personas : drawn as marks beside the base's bar, to show their gaps to it
    """
    numbers = Numerals()
    stages = list(dict.fromkeys(c.stage for c in cells))
    columns = [
        {"stage": s, "cells": [cell_view(c, numbers, personas) for c in cells if c.stage == s]}
        for s in stages
    ]
    seen = [c for c in cells if c.share.measured]
    return Figure(
        name="journey",
        title=journey_title(seen, numbers),
        subtitle="Share who were there, with 95 % interval" + ("; marks: the personas" if personas else "; tick: the rest"),
        description="; ".join(f"{c.stage}, {c.touchpoint}: {numbers.say(c.share)}" for c in cells),
        marks=render_marks("journey", columns=columns, number=number, feeling=feeling_line(columns)),
        table=Table(
            ("Stage", "Touchpoint", "Share", "Rest", "Feeling, −2 to +2", "n", "Known from"),
            tuple(
                (c.stage, c.touchpoint, numbers.say(c.share), numbers.say(c.rest) if c.rest else "–",
                 numbers.say(c.feeling), f"{c.share.n:,}", c.kind)
                for c in cells
            ),
        ),
    )  # fmt: skip


def journey_title(seen: Sequence[JourneyCell], numbers: Numerals) -> str:
    """Where most and fewest are seen."""
    if not seen:
        return "The journey is not measured"
    most, least = (pick(seen, key=lambda c: c.share.value) for pick in (max, min))
    if most is least:
        return f"{most.touchpoint}: {numbers.value(most.share)}"
    places = [c.stage if most.stage != least.stage else c.touchpoint for c in (least, most)]
    low, high = numbers.alike([least.share, most.share])
    return f"From {low} at {lower_first(places[0])} to {high} at {lower_first(places[1])}"


def cell_view(cell: JourneyCell, numbers: Numerals, personas: Sequence[Persona] = ()) -> dict:
    share = cell.share
    theirs = [
        (p, other.share)
        for p in personas
        for other in p.journey
        if (other.stage, other.touchpoint) == (cell.stage, cell.touchpoint) and other.share.measured
    ]
    return {
        "cell": cell,
        "text": numbers.say(share, [cell.rest]),
        "width": round(100 * (share.value or 0), 2),
        "low": None if share.low is None else round(100 * share.low, 2),
        "high": None if share.high is None else round(100 * share.high, 2),
        "rest": None if cell.rest is None or cell.rest.value is None else round(100 * cell.rest.value, 2),
        "rest_text": ""
        if cell.rest is None or cell.rest.value is None
        else numbers.value(cell.rest, [share]),
        "marks": [{"persona": p, "at": round(100 * e.value, 2), "text": numbers.value(e)} for p, e in theirs],
        "feeling": numbers.say(cell.feeling) if cell.feeling.measured else "",
    }


def feeling_line(columns: list[dict]) -> dict | None:
    """Points and band of the mean feeling a stage in a box of 100 by 100, or None where it is not measured."""
    points = []
    for i, column in enumerate(columns):
        felt = [c["cell"].feeling for c in column["cells"] if c["cell"].feeling.measured]
        if felt:
            x = 100 * (i + 0.5) / len(columns)
            weights = [max(1, f.n) for f in felt]

            def mean(values, weights=weights):
                return sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights)

            value = mean([f.value for f in felt])
            low = mean([f.value if f.low is None else f.low for f in felt])
            high = mean([f.value if f.high is None else f.high for f in felt])
            points.append(
                (round(x, 2), *(round(50 - 25 * max(-2.0, min(2.0, v)), 2) for v in (value, low, high)))
            )
    if not points:
        return None
    band = [(x, high) for x, _, _, high in points] + [(x, low) for x, _, low, _ in reversed(points)]
    return {
        "line": " ".join(f"{x},{y}" for x, y, _, _ in points),
        "band": " ".join(f"{x},{y}" for x, y in band),
        "points": [(x, y) for x, y, _, _ in points],
    }
