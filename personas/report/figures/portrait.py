"""One persona against the rest: the traits that set it apart, and attributes as distributions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from personas.numerals import Numerals, percent
from personas.profiles.models import Distribution, Persona, Trait
from personas.report.figure import Figure, Table, render_marks


def portrait(
    persona: Persona,
    currency: str = "USD",
    most: int = 10,
    reach: float | None = None,
    anchors: Mapping[str, str] | None = None,
) -> Figure:
    """Show the persona's strongest traits as bars left and right of the base, with both values beside them.

    reach : standard deviations at the edge, so that personas share a scale; else this persona's own largest gap
    anchors : claim id → id on the page, to link each trait to its evidence
    """
    numbers = Numerals(currency)
    traits = sorted(persona.traits, key=lambda t: -abs(t.gap))[:most]
    reach = reach or max((abs(t.gap) for t in traits), default=1.0) or 1.0
    rows = [
        {
            "trait": t,
            "text": numbers.say(t.persona, [t.rest]),
            "rest": numbers.value(t.rest, [t.persona]),
            "left": round(50 + 50 * max(-reach, min(0.0, t.gap)) / reach, 2),
            "width": round(50 * min(reach, abs(t.gap)) / reach, 2),
            "anchor": (anchors or {}).get(t.claim_id),
        }
        for t in traits
    ]
    return Figure(
        name="portrait",
        readable=True,
        title=portrait_title(traits, numbers),
        claim=traits[0].claim_id if traits else "",
        subtitle=f"{persona.name} against the rest; bars: distance from the base, ±{reach:.1f} standard deviations",
        description="; ".join(f"{t.label}: {numbers.value(t.persona)}, rest {numbers.value(t.rest)}" for t in traits),
        marks=render_marks("portrait", rows=rows, persona=persona),
        table=Table(
            ("Trait", "Persona", "Rest", "Gap in standard deviations"),
            tuple(
                (t.label, numbers.say(t.persona), numbers.say(t.rest), f"{t.gap:+.2f}".replace("-", "−"))
                for t in traits
            ),
        ),
    )


def portrait_title(traits: Sequence[Trait], numbers: Numerals) -> str:
    """The strongest trait with both values."""
    if not traits:
        return "No trait stands out"
    mine, rest = numbers.alike([traits[0].persona, traits[0].rest])
    label = traits[0].label.replace(": ", ", ")
    return f"{label}: {mine}, others {rest}" if traits[0].rest.measured else f"{label}: {mine}"


def distribution_bars(distribution: Distribution, persona: Persona) -> Figure:
    """Show an attribute as shares over its known answers: bars for the persona, a tick for the rest.

    Levels that are hidden for privacy say so. The subtitle tells how many answers are known.
    """
    shares = [s for s in (*distribution.persona, *distribution.rest) if s is not None]
    top = max([*shares, 0.01])
    rows: list[dict[str, Any]] = [
        {
            "level": level,
            "hidden": mine is None,
            "text": "hidden" if mine is None else percent(mine),
            "rest_text": "hidden" if theirs is None else percent(theirs),
            "width": 0 if mine is None else round(96 * mine / top, 2),
            "rest": None if theirs is None else round(96 * theirs / top, 2),
        }
        for level, mine, theirs in zip(distribution.levels, distribution.persona, distribution.rest, strict=True)
    ]
    known = f"known for {distribution.known:,} of {distribution.of:,}"
    return Figure(
        name="distribution",
        readable=True,
        title=distribution.label,
        claim=distribution.claim_id or "",
        subtitle=f"Bar: this persona, {known}. Tick and second figure: the rest, {distribution.known_rest:,} known",
        description="; ".join(f"{r['level']}: {r['text']}, rest {r['rest_text']}" for r in rows),
        marks=render_marks("distribution", rows=rows, persona=persona),
        table=Table(
            (distribution.label, "Persona", "Rest"),
            tuple((r["level"], r["text"], r["rest_text"]) for r in rows),
        ),
    )
