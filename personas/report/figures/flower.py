"""A persona's glyph: a flower whose six petals are its strongest traits against the base.

The dashed ring is the whole base. A petal that reaches beyond it means more than others, one that stays inside
means less; two standard deviations reach the edge or the centre. The same flower stands on card, page and index.
"""

from __future__ import annotations

import math

from markupsafe import Markup

from personas.profiles.models import Persona
from personas.report.figure import render_marks, tidy
from personas.report.palette import hue

RING = 31.0
REACH = 49.0
CENTRE = 5.0


def radius(gap: float) -> float:
    """Length of a petal for a gap in standard deviations, clipped to ±2.

    >>> radius(0), radius(2), radius(-9)
    (31.0, 49.0, 13.0)
    """
    return RING + (REACH - RING) * max(-2.0, min(2.0, gap)) / 2


def petal(angle: float, length: float) -> str:
    """An SVG path from the centre to `length` in direction `angle` (radians, 0 = up), in a box of 100 by 100."""

    def point(distance: float, aside: float) -> str:
        x = 50 + distance * math.sin(angle) + aside * math.cos(angle)
        y = 50 - distance * math.cos(angle) + aside * math.sin(angle)
        return f"{x:.1f} {y:.1f}"

    width = 0.27 * length + 3.6
    belly, tip = 0.62 * length, length
    return (
        f"M{point(CENTRE - 1, 0)}C{point(0.30 * length, -width)} {point(belly + 0.26 * length, -width)} {point(tip, 0)}"
        f"C{point(belly + 0.26 * length, width)} {point(0.30 * length, width)} {point(CENTRE - 1, 0)}z"
    )


def flower(persona: Persona, size: int = 120) -> Markup:
    """Draw the glyph of a persona at `size` CSS pixels, described in words by ``glyph_words``.

    Empty where no petal differs from the base, as for a persona that is the whole base.
    """
    axes = persona.glyph[:6]
    if not any(axis.gap for axis in axes):
        return Markup("")
    petals = Markup("").join(
        Markup('<path class="{kind}" d="{d}"/>').format(
            kind="more" if axis.gap >= 0 else "less",
            d=petal(2 * math.pi * i / max(1, len(axes)), radius(axis.gap)),
        )
        for i, axis in enumerate(axes)
    )
    words = persona.glyph_words or "; ".join(f"{axis.label}: {axis.words}" for axis in axes)
    return Markup(
        '<svg class="flower {hue}" role="img" aria-label="{words}" width="{size}" height="{size}" '
        'viewBox="0 0 100 100">'
        '<circle class="ring" cx="50" cy="50" r="{ring}"/>{petals}<circle class="eye" cx="50" cy="50" r="{eye}"/>'
        "</svg>"
    ).format(
        hue=hue(persona.number),
        words=tidy(f"Glyph of {persona.name}. {words}"),
        size=size,
        ring=RING,
        petals=petals,
        eye=CENTRE,
    )


def bloom(persona: Persona, size: int = 208) -> Markup:
    """Draw the glyph with its petals named around it, clockwise from the top, and an arrow for more or less.

    Empty where the glyph is.
    """
    if not (drawn := flower(persona, size)):
        return drawn
    petals = [
        {
            "label": axis.label,
            "arrow": "" if abs(axis.gap) < 0.2 else "▲" if axis.gap > 0 else "▼",
            "place": i,
        }
        for i, axis in enumerate(persona.glyph[:6])
    ]
    return render_marks("bloom", petals=petals, flower=drawn)
