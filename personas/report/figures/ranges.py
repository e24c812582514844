"""Rows of a dot with its 95 % interval on one shared axis: the form for everything that is compared by position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from personas.estimates import Estimate
from personas.numerals import Numerals, whole
from personas.report.figure import Figure, Scale, Table, render_marks, scale_over


@dataclass(frozen=True)
class Range:
    """One row: `estimate` as a dot with its interval, `rest` as a tick.

    hollow : drawn open, for what chance explains too; note : a few words after the value
    """

    label: str
    estimate: Estimate
    rest: Estimate | None = None
    note: str = ""
    hollow: bool = False


def range_rows(
    rows: Sequence[Range],
    title: str,
    subtitle: str,
    currency: str = "USD",
    number: int = 0,
    from_zero: bool = False,
    head: tuple[str, ...] = ("", "Estimate", "Rest", "n", "Note"),
    name: str = "ranges",
    reference: float = 0.0,
) -> Figure:
    """Draw `rows` in the order given on one axis; those that are not measured say so in their place.

    number : the persona, for its colour; 0 for the base
    from_zero : the axis starts at zero, where lengths are meant; else a line marks `reference` if the axis spans it
    head : names the columns of the table behind it; reference : the value of no difference, marked where it is spanned
    """
    numbers = Numerals(currency)
    known = [e for row in rows for e in (row.estimate, row.rest) if e is not None and e.measured]
    bounds = [v for row in rows if row.estimate.measured for v in (row.estimate.low, row.estimate.high)]
    scale = scale_over([*(e.value for e in known), *bounds], from_zero)
    alike = [row.estimate for row in rows]
    return Figure(
        name=name,
        readable=True,
        title=title,
        subtitle=subtitle,
        description="; ".join(f"{row.label}: {numbers.say(row.estimate)}" for row in rows),
        marks=render_marks(
            "ranges",
            rows=[_view(row, scale, numbers, alike) for row in rows],
            number=number,
            zero=_mark(scale, reference),
        ),
        table=Table(
            head,
            tuple(
                (
                    row.label,
                    numbers.say(row.estimate),
                    numbers.say(row.rest) if row.rest is not None else "–",
                    whole(row.estimate.n) if row.estimate.n else "–",
                    row.note,
                )
                for row in rows
            ),
        ),
    )


def _mark(scale: Scale, reference: float) -> float | None:
    return scale(reference) if scale.low < reference < scale.high else None


def _view(row: Range, scale: Scale, numbers: Numerals, alike: Sequence[Estimate]) -> dict:
    value, rest = row.estimate, row.rest if row.rest is not None and row.rest.measured else None
    return {
        "row": row,
        "text": numbers.say(value, [e for e in alike if e.unit == value.unit]),
        "rest_text": "" if rest is None else numbers.value(rest, [value]),
        "at": scale(value.value) if value.measured else None,
        "low": None if value.low is None else scale(value.low),
        "high": None if value.high is None else scale(value.high),
        "rest": None if rest is None else scale(rest.value),
    }
