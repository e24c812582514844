"""How long contracts are kept: a survival curve a persona, with the curve of everybody behind each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from personas.estimates import Estimate
from personas.experience.models import Experience, RetentionPoint
from personas.numerals import Numerals
from personas.profiles.models import Persona
from personas.report.figure import Figure, Table, render_marks

YEAR = 12
MOST_ROWS, EVERY = 10, 3  # a longer table shows every third month


def retention_panels(experience: Experience, personas: Sequence[Persona] = ()) -> Figure | None:
    """Draw the share of contracts that still run, month by month since they began: a small panel a persona.

    Band: 95 % interval; dashed: everybody. All panels share both axes, 0 to 100 % and 0 to the longest curve's months.
    Without `personas`, or where none has a curve, one panel shows everybody. A curve ends where fewer than the
    smallest group are left to watch. None where no contracts were measured.
    """
    numbers = Numerals()
    base = experience.base.retention
    curves = [(p, experience.of(p.number).retention) for p in personas] if len(personas) > 1 else []
    curves = [(p, points) for p, points in curves if points] or ([(None, base)] if base else [])
    if not curves:
        return None
    longest = max(points[-1].months for _, points in [*curves, (None, base)] if points)
    panels = [
        {
            "persona": persona,
            "line": _line(_drawn(points, longest)),
            "band": _band(_drawn(points, longest)),
            "base": _line(_drawn(base, longest)) if persona is not None and base else "",
            "text": _told(points, numbers),
        }
        for persona, points in curves
    ]
    return Figure(
        name="retention",
        title=retention_title([points for _, points in curves], numbers),
        subtitle=f"Contracts that still run, 0 to 100 %, over {longest} months since they began; band: 95 % interval"
        + ("; dashed: everybody" if curves[0][0] is not None else ""),
        description="; ".join(
            f"{'everybody' if persona is None else persona.name}: {_told(points, numbers)}"
            for persona, points in curves
        ),
        marks=render_marks("retention", panels=panels, longest=longest),
        table=_table(curves, base, numbers),
    )


def retention_title(curves: Sequence[Sequence[RetentionPoint]], numbers: Numerals) -> str:
    """How many contracts are left, from lowest to highest, at the last month of the first year that all curves tell.

    Where they have no month in common, at the one that most of them tell: a curve that ends early must not be left out
    of what is said of all, so the title then says of how many it is.
    """
    told = Counter(p.months for points in curves for p in points)
    most = max(told.values())
    common = [months for months, count in told.items() if count == most]
    after = max((months for months in common if months <= YEAR), default=min(common))
    left = sorted((p.left for points in curves for p in points if p.months == after), key=lambda e: e.value)
    months = f"After {after} month{'s' * (after > 1)}"
    if len(left) > 1:
        low, high = numbers.alike([left[0], left[-1]])
        where = f" in {most} of {len(curves)} personas" if most < len(curves) else ""
        return f"{months} {low} to {high} of contracts still run{where}"
    return f"{months} {numbers.value(left[0])} of contracts still run"


def _told(points: Sequence[RetentionPoint], numbers: Numerals) -> str:
    """The year's end, or the last month before it that is told, and the last month."""
    year = [p for p in points if p.months <= YEAR][-1:]
    ends = [*year, *(points[-1:] if list(points[-1:]) != year else ())]
    told = [f"{p.months} months: {numbers.say(p.left)}" for p in ends]
    return "; ".join([f"{told[0]}, n {ends[0].left.n:,}", *told[1:]])


def _drawn(points: Sequence[RetentionPoint], longest: int) -> list[tuple[float, float, float, float]]:
    """Across and, for value and bounds, down, in a box of 100 by 100; all contracts run in month 0."""
    rows = [(0, 1.0, 1.0, 1.0), *((p.months, p.left.value, *_bounds(p.left)) for p in points)]
    return [(round(100 * m / longest, 2), _down(left), _down(low), _down(high)) for m, left, low, high in rows]


def _down(share: float) -> float:
    return round(98 - 96 * share, 1)


def _bounds(left: Estimate) -> tuple[float, float]:
    return (left.value if left.low is None else left.low, left.value if left.high is None else left.high)


def _line(drawn) -> str:
    return " ".join(f"{x},{y}" for x, y, _, _ in drawn)


def _band(drawn) -> str:
    edge = [(x, high) for x, _, _, high in drawn] + [(x, low) for x, _, low, _ in reversed(drawn)]
    return " ".join(f"{x},{y}" for x, y in edge)


def _table(curves, base: Sequence[RetentionPoint], numbers: Numerals) -> Table:
    columns = [("Everybody" if persona is None else persona.name, points) for persona, points in curves]
    if curves[0][0] is not None and base:
        columns.append(("Everybody", base))
    found = [{p.months: p.left for p in points} for _, points in columns]
    months = sorted({m for own in found for m in own})
    if len(months) > MOST_ROWS:
        last = {max(own) for own in found}
        months = [m for m in months if m % EVERY == 0 or m in last]
    return Table(
        ("Months", *(name for name, _ in columns)),
        tuple((str(m), *(numbers.say(own[m]) if m in own else "–" for own in found)) for m in months),
    )
