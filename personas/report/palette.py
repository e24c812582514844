"""One colour and one shape a persona, the same on card, chart, map and table, in a light and a dark theme.

Colour never stands alone: each persona also has a shape and its number. Twelve personas use the six colours
twice, filled and then hollow. Navy, ochre, teal, plum, green and oxblood keep their hue from theme to theme; their
lightness was searched so that any two stay apart with each kind of colour blindness. A test holds that distance
and the contrast to the paper (3:1).
"""

from __future__ import annotations

from markupsafe import Markup

PAPER = {"light": "#faf7f1", "dark": "#171512"}
LIGHT = ("#1e2158", "#bb7e01", "#1198a2", "#7d3a92", "#226003", "#4a1103")
DARK = ("#7f9ff5", "#e0a458", "#7fe8ea", "#8f6fa3", "#dcef9a", "#c4612f")

# Marks in a box of 12 by 12, about equal in area so that none looks more important.
SHAPES = (
    "M6 1.2a4.8 4.8 0 1 1 0 9.6a4.8 4.8 0 1 1 0-9.6z",
    "M1.8 1.8h8.4v8.4h-8.4z",
    "M6 .9l5.4 9.6h-10.8z",
    "M6 .2l5.8 5.8l-5.8 5.8l-5.8-5.8z",
    "M4.2 .8h3.6v3.4h3.4v3.6h-3.4v3.4h-3.6v-3.4h-3.4v-3.6h3.4z",
    "M.6 1.5h10.8l-5.4 9.6z",
)
SHAPE_NAMES = ("circle", "square", "triangle", "diamond", "cross", "inverted triangle")


def hue(number: int) -> str:
    """The CSS class that sets the persona's colour, for its number from 1."""
    return f"p{(number - 1) % len(LIGHT) + 1}"


def hollow(number: int) -> bool:
    return ((number - 1) // len(SHAPES)) % 2 == 1


def marker(number: int, size: int = 12) -> Markup:
    """The persona's shape in its colour, as an inline SVG that screen readers skip."""
    return Markup(
        '<svg class="mk {hue}{hollow}" width="{size}" height="{size}" viewBox="-1 -1 14 14" aria-hidden="true">'
        '<path d="{d}"/></svg>'
    ).format(
        hue=hue(number),
        hollow=" hollow" if hollow(number) else "",
        size=size,
        d=SHAPES[(number - 1) % len(SHAPES)],
    )


def variables() -> str:
    """CSS declarations of paper and persona colours, each with its light and its dark value."""
    pairs = enumerate(zip(LIGHT, DARK, strict=True), 1)
    paper = f"--paper:light-dark({PAPER['light']},{PAPER['dark']});"
    return paper + "".join(f"--p{i}:light-dark({light},{dark});" for i, (light, dark) in pairs)
