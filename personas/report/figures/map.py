"""The map of customers: each dot a customer, near means alike. For looking, never for measuring."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from personas.numerals import percent
from personas.profiles.models import DatasetCard, Persona
from personas.report.figure import Figure, Table, render_marks
from personas.report.palette import hue
from personas.segments.models import MapPoint, SegmentSize

MOST_POINTS = 2000


def segment_map(
    points: Sequence[MapPoint],
    personas: Sequence[Persona],
    card: DatasetCard,
    sizes: Sequence[SegmentSize] = (),
) -> Figure:
    """Draw at most 2,000 customers as one path a persona, with the persona's number at the middle of its dots.

    Points beyond 2,000 are thinned evenly in the order given. Numbers that would collide are moved apart.
    """
    kept = points[:: max(1, -(-len(points) // MOST_POINTS))] if points else ()
    xs, ys = closed_up([p.x for p in kept]) or [0.0], closed_up([p.y for p in kept]) or [0.0]
    left, top, side = min(xs), max(ys), max(max(xs) - min(xs), max(ys) - min(ys)) or 1.0
    wide, high = (max(xs) - left) / side, (top - min(ys)) / side
    groups = []
    for persona in personas:
        mine = [
            ((x - left) / side * 390 + 5, (top - y) / side * 390 + 5)
            for p, x, y in zip(kept, xs, ys, strict=False)
            if p.segment == persona.number
        ]
        if not mine:
            continue
        groups.append(
            {
                "persona": persona,
                "hue": hue(persona.number),
                "d": "".join(f"M{x:.0f} {y:.0f}h0" for x, y in mine),
                "x": median(x for x, _ in mine) / (wide * 390 + 10) * 100,
                "y": median(y for _, y in mine) / (high * 390 + 10) * 100,
            }
        )
    separate(groups)
    return Figure(
        name="map",
        title=map_title(personas, card, sizes),
        subtitle=f"{len(kept):,} of {card.customers:,} {card.units}; near means alike. "
        "Gaps and blob sizes are not measurements",
        description="A scatter of customers coloured by persona. "
        + "; ".join(f"{p.number} is {p.name}" for p in personas),
        marks=render_marks("map", groups=groups, width=round(wide * 390 + 10), height=round(high * 390 + 10)),
        table=Table(
            ("Persona", "Number on the map", "Close to another persona"),
            tuple(
                (
                    p.name,
                    str(p.number),
                    percent(p.in_between.value) if p.in_between.measured else "not measured",
                )
                for p in personas
            ),
        ),
    )


def closed_up(values: Sequence[float], widest: float = 0.04) -> list[float]:
    """Shorten the empty stretches of one axis: none stays wider than `widest` of what nine in ten points span.

    The order of points is kept. Gaps on such a map mean nothing, and an island far away would leave the rest no room.

    >>> closed_up([0, 1, 2, 3, 50], widest=0.5)
    [0.0, 1.0, 2.0, 3.0, 4.5]
    """
    order = sorted(set(values))
    if len(order) < 3:
        return [float(v) for v in values]
    limit = widest * (quantile(order, 0.95) - quantile(order, 0.05))
    place, at = {order[0]: float(order[0])}, float(order[0])
    for before, value in pairwise(order):
        at += min(value - before, limit)
        place[value] = round(at, 6)
    return [place[v] for v in values]


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which `share` of an ordered list lies."""
    return ordered[int(share * (len(ordered) - 1))]


def map_title(personas: Sequence[Persona], card: DatasetCard, sizes: Sequence[SegmentSize]) -> str:
    """How many customers lie between personas, as a finding."""
    total = sum(s.n for s in sizes)
    if not total or len(personas) < 2:
        return f"The {card.units}, near means alike"
    between = sum(s.n * s.in_between for s in sizes) / total
    return f"{percent(between)} of {card.units} lie between two personas"


def separate(groups: list[dict], apart: float = 9.0) -> None:
    """Push number labels apart until none is nearer than `apart` per cent of the map to another."""
    for _ in range(60):
        moved = False
        for i, a in enumerate(groups):
            for b in groups[:i]:
                dx, dy = a["x"] - b["x"], a["y"] - b["y"]
                distance = (dx * dx + dy * dy) ** 0.5
                if distance < apart:
                    moved, push = True, (apart - distance) / 2 + 0.1
                    ux, uy = (dx / distance, dy / distance) if distance else (0.6, 0.8)
                    a["x"], a["y"] = (
                        min(96.0, max(4.0, a["x"] + ux * push)),
                        min(96.0, max(4.0, a["y"] + uy * push)),
                    )
                    b["x"], b["y"] = (
                        min(96.0, max(4.0, b["x"] - ux * push)),
                        min(96.0, max(4.0, b["y"] - uy * push)),
                    )
        if not moved:
            break
    for group in groups:
        group["x"], group["y"] = round(group["x"], 1), round(group["y"], 1)
