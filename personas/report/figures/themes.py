"""What customers write about, in their own words: complaints, suggestions and praise apart.

Ideas of staff are shares of other people and stand elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from personas.estimates import Estimate
from personas.experience.text.models import Theme, ThemeKind, Themes
from personas.numerals import Numerals
from personas.report.figure import Figure, Table, render_marks

KINDS: dict[ThemeKind, str] = {
    "complaint": "Complaints",
    "suggestion": "Suggestions",
    "praise": "Praise",
    "comment": "Other comments",
}
MOST = 4
PHRASES = 3


def theme_bars(themes: Themes, number: int = 0, most: int = MOST) -> Figure | None:
    """Draw the largest themes of each kind as shares of all who wrote, with 95 % intervals and how many comments.

    number : the persona, against the rest as a tick, where enough of it wrote; 0 for everybody who wrote
    most : themes of a kind, most raised first; how many are left out is said
    None where there is no theme to show.
    """
    numbers = Numerals()
    found = {kind: _shares(themes, kind, number) for kind in KINDS}
    shown = {kind: rows[:most] for kind, rows in found.items() if rows}
    if not shown:
        return None
    every = [row for rows in shown.values() for row in rows]
    top = max(bound for _, reach, rest in every for bound in (reach.high or reach.value, rest.value if rest else 0))
    groups = [
        {
            "kind": KINDS[kind],
            "rows": [_view(row, top, numbers) for row in rows],
            "more": len(found[kind]) - len(rows),
        }
        for kind, rows in shown.items()
    ]
    first, reach, _ = every[0]
    return Figure(
        name="themes",
        readable=True,
        title=f"{name_of(first)}: {numbers.value(reach)} of those who wrote",
        subtitle=f"Share of all who wrote, with 95 % interval{'; tick: the rest' if number else ''}; "
        f"{themes.comments:,} comments were read, and themes that did not come back are left out",
        description="; ".join(f"{KINDS[t.kind].lower()}: {name_of(t)}, {numbers.say(r)}" for t, r, _ in every),
        marks=render_marks("themes", groups=groups, number=number),
        table=Table(
            ("Theme", "Share of those who wrote", "Rest", "Comments", "Kind", "In their words"),
            tuple(
                (
                    name_of(t),
                    numbers.say(r),
                    numbers.say(o) if o else "–",
                    f"{t.comments:,}",
                    t.kind,
                    _quoted(t.phrases),
                )
                for t, r, o in every
            ),
        ),
    )


def name_of(theme: Theme) -> str:
    """The problem that a theme is about, where one is known; else its own words in quotation marks."""
    return theme.about or f"“{theme.label}”"


def _quoted(phrases: Sequence[str]) -> str:
    return "; ".join(f"“{phrase}”" for phrase in phrases)


def _shares(themes: Themes, kind: ThemeKind, number: int) -> list[tuple[Theme, Estimate, Estimate | None]]:
    """Themes of a kind with their share in the group and in the rest, most raised first."""
    rows = []
    for theme in themes.of(kind):
        own = next((s for s in theme.segments if s.segment == number), None) if number else None
        if not number or own is not None:
            rest = own.rest if own and own.rest is not None and own.rest.measured else None
            rows.append((theme, own.reach if own else theme.reach, rest))
    return sorted(
        (row for row in rows if row[1].measured), key=lambda row: (-row[1].value, -row[0].comments, row[0].key)
    )


def _view(row: tuple[Theme, Estimate, Estimate | None], top: float, numbers: Numerals) -> dict:
    theme, reach, rest = row

    def at(value: float | None) -> float | None:
        return None if value is None else round(98 * value / top, 2)

    said = theme.phrases if theme.about else [p for p in theme.phrases if p not in theme.label.split(", ")]
    return {
        "theme": theme,
        "name": name_of(theme),
        "said": _quoted(said[:PHRASES]),
        "reach": reach,
        "text": numbers.say(reach, [rest]),
        "rest_text": "" if rest is None else numbers.value(rest, [reach]),
        "width": at(reach.value),
        "low": at(reach.low),
        "high": at(reach.high),
        "rest": None if rest is None else at(rest.value),
    }
