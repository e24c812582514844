"""What hurts: how many it affects and how badly, in a persona and over the base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from personas.numerals import Numerals, percent
from personas.profiles.models import PainPoint
from personas.report.figure import Figure, Table, render_marks
from personas.report.figures.trend import moves

MOST = 9


def rank_words(pain: PainPoint) -> str:
    """The rank, or the ranks that chance could swap.

    The bootstrap cannot order pain points whose rank intervals overlap, so these are shown as tied.
    """
    return str(pain.rank) if pain.rank_low == pain.rank_high else f"{pain.rank_low}–{pain.rank_high}"


def pain_bars(
    pains: Sequence[PainPoint],
    number: int = 0,
    currency: str = "USD",
    anchors: Mapping[str, str] | None = None,
    most: int = MOST,
) -> Figure:
    """Draw the reach of each pain point with its interval and the rest; stage, severity and remedy stand below.

    number : the persona, for its colour; 0 for the base
    anchors : claim id → id on the page, to link each pain point to its evidence
    most : no more are drawn, first those that rank first; how many are left out is said
    """
    numbers = Numerals(currency)
    ranked = sorted(pains, key=lambda p: p.rank)
    more, ranked = len(ranked[most:]), ranked[:most]
    rows: list[dict[str, Any]] = [
        {
            "pain": p,
            "rank": rank_words(p),
            "links": [anchors[i] for i in p.claim_ids if i in anchors] if anchors else [],
            "trend": p.trend_words if p.trend is not None and p.trend.measured and moves(p.trend) else "",
            "text": numbers.say(p.reach, [p.rest]),
            "rest_text": "" if p.rest is None or not p.rest.measured else numbers.value(p.rest, [p.reach]),
            "width": round(100 * (p.reach.value or 0), 2),
            "low": None if p.reach.low is None else round(100 * p.reach.low, 2),
            "high": None if p.reach.high is None else round(100 * p.reach.high, 2),
            "rest": None if p.rest is None or p.rest.value is None else round(100 * p.rest.value, 2),
        }
        for p in ranked
    ]
    return Figure(
        name="pains",
        readable=True,
        title=pain_title(ranked, numbers),
        claim=ranked[0].claim_ids[0] if ranked and ranked[0].claim_ids else "",
        subtitle="Share affected, per cent, with 95 % interval; tick: the rest",
        description="; ".join(f"{r['rank']}. {r['pain'].title}: {r['text']}" for r in rows),
        marks=render_marks("pains", rows=rows, number=number, more=more),
        table=Table(
            ("Pain point", "Share affected", "Rest", "Severity", "Effect", "Affected"),
            tuple(
                (p.title, numbers.say(p.reach), numbers.say(p.rest) if p.rest else "–", f"{p.severity:.2f}",
                 numbers.say(p.impact), f"{p.affected:,}")
                for p in ranked
            ),
        ),
    )  # fmt: skip


def pain_title(ranked: Sequence[PainPoint], numbers: Numerals) -> str:
    """The first pain point with the share it affects."""
    if not ranked:
        return "No pain point was found"
    return (
        f"{ranked[0].title}: {numbers.value(ranked[0].reach)} affected" if ranked[0].reach.measured else ranked[0].title
    )


def told(pain: PainPoint, share: str) -> str:
    """The share with whom it is of: "65 % (62 to 68) of those sent three or more campaigns …".

    What follows a colon is left out where it only repeats the title.
    """
    words = pain.finding.replace("{share}", share) if "{share}" in pain.finding else f"{share} affected"
    before, _, after = words.partition(": ")
    return before if after.strip(". ").casefold() == pain.title.casefold() else words


def effect_of(pain: PainPoint) -> str:
    """What goes with it, in few words: "19 points less recommendation (NPS)"; empty where that is not measured."""
    words = pain.impact_words.partition(", other pain points")[0].removeprefix("associated with ")
    return words if pain.impact.measured else ""


QUADRANTS = ("Few, but badly", "Fix first", "Leave for now", "Many, but mildly")


def priorities(pains: Sequence[PainPoint], currency: str = "USD") -> Figure:
    """Place pain points by share affected (across) and severity (up), with quadrants named in words.

    The share axis ends at the next ten per cent above the widest interval and is halved there; severity is 0 to 1.
    """
    numbers = Numerals(currency)
    ranked = sorted((p for p in pains if p.reach.measured), key=lambda p: p.rank)
    more, ranked = len(ranked[MOST:]), ranked[:MOST]
    highest = max((p.reach.high or p.reach.value for p in ranked), default=1.0)
    top = min(1.0, max(0.2, -(-highest * 10 // 1) / 10))
    points: list[dict[str, Any]] = []
    for i, p in enumerate(ranked, 1):
        x, y = 100 * p.reach.value / top, 100 * (1 - p.severity)
        points.append({"pain": p, "mark": i, "x": round(x, 2), "y": round(y, 2), "text": numbers.say(p.reach),
                       "told": told(p, numbers.say(p.reach)).partition("; ")[0], "impact": effect_of(p),
                       "low": round(100 * (p.reach.low if p.reach.low is not None else p.reach.value) / top, 2),
                       "high": round(100 * (p.reach.high if p.reach.high is not None else p.reach.value) / top, 2),
                       "quadrant": QUADRANTS[(x >= 50) + 2 * (y > 50)]})  # fmt: skip
    spread_labels(points)
    return Figure(
        name="priorities",
        title=pain_title(ranked, numbers),
        claim=ranked[0].claim_ids[0] if ranked and ranked[0].claim_ids else "",
        subtitle="Across: share affected, with 95 % interval. Up: how bad it is where it happens. Beside it: what goes "
        "with it, which need not be its effect",
        description="; ".join(
            f"{q['mark']}. {q['pain'].title}: {q['text']} affected, {q['quadrant'].lower()}" for q in points
        ),
        marks=render_marks("priorities", points=points, quadrants=QUADRANTS, top=percent(top), more=more),
        table=Table(
            ("Pain point", "Share affected", "Severity", "Effect", "Quadrant"),
            tuple(
                (
                    q["pain"].title,
                    told(q["pain"], q["text"]),
                    f"{q['pain'].severity:.2f}",
                    numbers.say(q["pain"].impact),
                    q["quadrant"],
                )
                for q in points
            ),
        ),
    )


def spread_labels(points: list[dict], width: float = 9.0, height: float = 9.0) -> None:
    """Move number labels (not the points) apart, nearest free place first, within the 100 by 100 field."""
    taken: list[tuple[float, float]] = []
    for point in points:
        options = [(dx * width, dy * height) for dy in (-1, 0, 1, -2, 2) for dx in (0, 1, -1, 2, -2)]
        options.sort(key=lambda o: o[0] ** 2 + o[1] ** 2)
        for dx, dy in options:
            x, y = min(96.0, max(4.0, point["x"] + dx)), min(95.0, max(5.0, point["y"] + dy))
            if all(abs(x - tx) >= width or abs(y - ty) >= height for tx, ty in taken):
                break
        taken.append((x, y))
        point["label_x"], point["label_y"] = round(x, 2), round(y, 2)
