"""The journey: a column a stage, with what customers do there, how many, and how it feels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from personas.estimates import Estimate, not_measured
from personas.numerals import Numerals
from personas.profiles.models import JourneyCell, Persona
from personas.report.figure import Figure, Table, render_marks


def journey_lanes(cells: Sequence[JourneyCell], number: int = 0, personas: Sequence[Persona] = ()) -> Figure:
    """Lay touchpoints out by stage; where feelings are measured, a line from −2 to +2 with its band runs above.

    number : the persona, for its colour; 0 for the base. Stages keep the order in which they are given.
    personas : drawn as marks beside the base's bar, to show their gaps to it
    """
    numbers = Numerals()
    stages = list(dict.fromkeys(c.stage for c in cells))
    columns: list[dict[str, Any]] = [
        {"stage": s, "cells": [cell_view(c, numbers, personas) for c in cells if c.stage == s]} for s in stages
    ]
    for column in columns:
        felt = mean_feeling([c["cell"].feeling for c in column["cells"]])
        column |= {"felt": felt, "felt_text": numbers.say(felt), "felt_n": felt.n}
    seen = [c for c in cells if c.share.measured]
    return Figure(
        name="journey",
        title=journey_title(seen, numbers, personas),
        subtitle=f"Share who were there, with 95 % interval; {'marks: the personas' if personas else 'tick: the rest'}",
        description="; ".join(f"{c.stage}, {c.touchpoint}: {numbers.say(c.share)}" for c in cells),
        marks=render_marks(
            "journey", columns=columns, number=number, feeling=feeling_line(columns), numbers=numbers
        ),
        table=Table(
            ("Stage", "Touchpoint", "Share", "Rest", "Feeling, −2 to +2", "n", "Known from"),
            tuple(
                (c.stage, c.touchpoint, numbers.say(c.share), numbers.say(c.rest) if c.rest else "–",
                 numbers.say(c.feeling), f"{c.share.n:,}", c.kind)
                for c in cells
            ),
        ),
    )  # fmt: skip


def journey_title(seen: Sequence[JourneyCell], numbers: Numerals, personas: Sequence[Persona]) -> str:
    """The touchpoint where personas, or this persona and the rest, are furthest apart."""
    apart = []
    for cell in seen:
        shares = [e for _, e in shares_of(cell, personas)]
        if not shares and cell.rest is not None and cell.rest.measured:
            shares = [cell.share, cell.rest]
        if len(shares) > 1:
            low, high = (pick(shares, key=lambda e: e.value) for pick in (min, max))
            apart.append((high.value - low.value, cell, shares, low, high))
    if not apart:
        return f"Measured at {len(seen)} touchpoints" if seen else "The journey is not measured"
    _, cell, shares, low, high = max(apart, key=lambda a: a[0])
    place = ", ".join(filter(None, dict.fromkeys([cell.stage.capitalize(), cell.touchpoint.lower()])))
    if personas:
        return f"{place}: {numbers.value(low, [high])} of one persona, {numbers.value(high, [low])} of another"
    return f"{place}: {numbers.value(shares[0], shares)}, others {numbers.value(shares[1], shares)}"


def shares_of(cell: JourneyCell, personas: Sequence[Persona]) -> list[tuple[Persona, Estimate]]:
    """The measured shares of personas at the same stage and touchpoint."""
    return [
        (p, other.share)
        for p in personas
        for other in p.journey
        if (other.stage, other.touchpoint) == (cell.stage, cell.touchpoint) and other.share.measured
    ]


def cell_view(cell: JourneyCell, numbers: Numerals, personas: Sequence[Persona] = ()) -> dict:
    share = cell.share
    return {
        "cell": cell,
        "text": numbers.say(share, [cell.rest]),
        "width": round(100 * (share.value or 0), 2),
        "low": None if share.low is None else round(100 * share.low, 2),
        "high": None if share.high is None else round(100 * share.high, 2),
        "rest": None if cell.rest is None or cell.rest.value is None else round(100 * cell.rest.value, 2),
        "rest_text": "" if cell.rest is None or cell.rest.value is None else numbers.value(cell.rest, [share]),
        "marks": [
            {"persona": p, "at": round(100 * e.value, 2), "text": numbers.value(e)}
            for p, e in shares_of(cell, personas)
        ],
        "feeling": numbers.say(cell.feeling) if cell.feeling.measured else "",
    }


def mean_feeling(felt: Sequence[Estimate]) -> Estimate:
    """The feeling of a stage: the mean over its touchpoints, weighted by answers; n counts the answers.

    The bounds are the means of the touchpoints' bounds: no narrower than an interval from all answers together, since
    the same customers may have answered for several.
    """
    felt = [f for f in felt if f.measured]
    if not felt:
        return not_measured("nobody was asked how it felt", "score")
    weights = [max(1, f.n) for f in felt]

    def mean(values):
        return sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights)

    return Estimate(
        value=mean([f.value for f in felt]),
        low=mean([f.value if f.low is None else f.low for f in felt]),
        high=mean([f.value if f.high is None else f.high for f in felt]),
        n=sum(f.n for f in felt),
        unit="score",
    )


def feeling_line(columns: list[dict]) -> dict | None:
    """Points and band of the feeling stage by stage in a box of 100 by 100, or None where it is not measured.

    The axis ends at 1 where that holds all bounds, else at 2, and is even about zero (``zero``); where all feelings are
    good, or all are bad, only that half of it is drawn. ``ends`` says both ends in words.
    """
    felt = [(i, column["felt"]) for i, column in enumerate(columns) if column["felt"].measured]
    if not felt:
        return None
    bounds = [v for _, f in felt for v in (f.value, f.low, f.high)]
    reach = 1.0 if all(abs(v) <= 1 for v in bounds) else 2.0
    low, high = 0.0 if min(bounds) >= 0 else -reach, 0.0 if max(bounds) <= 0 else reach

    def down(value: float) -> float:
        return round(96 - 92 * (max(low, min(high, value)) - low) / (high - low), 2)

    points = [(round(100 * (i + 0.5) / len(columns), 2), *map(down, (f.value, f.low, f.high))) for i, f in felt]
    band = [(x, high) for x, _, _, high in points] + [(x, low) for x, _, low, _ in reversed(points)]
    return {
        "line": " ".join(f"{x},{y}" for x, y, _, _ in points),
        "band": " ".join(f"{x},{y}" for x, y in band),
        "points": [(x, y) for x, y, _, _ in points],
        "zero": down(0.0),
        "ends": [_end(low), _end(high)],
    }


def _end(value: float) -> str:
    """An end of the axis in words: "−1 (bad)", "0 (neither)", "+2 (good)"."""
    word = "neither" if not value else "good" if value > 0 else "bad"
    return f"{value:+.0f} ({word})".replace("-", "−").replace("+0", "0")
