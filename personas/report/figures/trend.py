"""KPIs month by month, as small multiples with the interval as a band."""

from __future__ import annotations

from collections.abc import Sequence

from personas.estimates import Estimate
from personas.experience.models import Trend
from personas.numerals import Numerals
from personas.report.figure import Figure, Table, lower_first, render_marks


def trend_panels(trends: Sequence[Trend], currency: str = "USD", number: int = 0) -> Figure:
    """Draw each KPI over the months on its own scale, first and last month named, with what a month changes.

    number : the persona, for its colour; 0 for the base. Trends without a slope are left out.
    """
    numbers = Numerals(currency)
    known = [trend for trend in trends if trend.slope.measured and len(trend.points) > 2]
    panels = [_panel(trend, numbers) for trend in known]
    return Figure(
        name="trend",
        title=trend_title(known, numbers),
        subtitle="Month by month, band: 95 % interval; each on its own scale",
        description="; ".join(f"{p['label']}: {p['said']}" for p in panels),
        marks=render_marks("trend", panels=panels, number=number),
        table=Table(
            ("Month", *(trend.label for trend in known)),
            tuple(_rows(known, numbers)),
        ),
    )


def moves(slope: Estimate) -> bool:
    """Whether the change a month is off zero."""
    return slope.low is not None and slope.high is not None and not slope.low <= 0 <= slope.high


def trend_title(trends: Sequence[Trend], numbers: Numerals) -> str:
    """The KPI that moves most surely, or that none does."""
    moving = [t for t in trends if moves(t.slope)]
    if not moving:
        return "No figure rises or falls beyond chance" if trends else "The trend is not measured"
    first = max(moving, key=lambda t: abs(t.slope.value) / max((t.slope.high - t.slope.low) / 2, 1e-12))
    return f"{first.label} {'rises' if first.slope.value > 0 else 'falls'} {numbers.value(_size(first.slope))} a month"


def _size(slope: Estimate) -> Estimate:
    return in_points(slope).model_copy(update={"value": abs(in_points(slope).value), "low": None, "high": None})


def in_points(slope: Estimate) -> Estimate:
    """The change of a share in points: "1 % a month" could be read as growth by a hundredth."""
    if slope.unit != "share":
        return slope
    bounds = {name: None if (v := getattr(slope, name)) is None else 100 * v for name in ("value", "low", "high")}
    return slope.model_copy(update={**bounds, "unit": "points"})


def _panel(trend: Trend, numbers: Numerals) -> dict:
    points = trend.points
    values = [(p.estimate.value, _or(p.estimate.low, p), _or(p.estimate.high, p)) for p in points]
    bottom, top = min(low for _, low, _ in values), max(high for _, _, high in values)
    span = top - bottom or 1.0
    across = [round(100 * i / (len(points) - 1), 2) for i in range(len(points))]
    drawn = [
        (x, *(round(96 - 92 * (v - bottom) / span, 1) for v in row)) for x, row in zip(across, values, strict=True)
    ]
    band = [(x, high) for x, _, _, high in drawn] + [(x, low) for x, _, low, _ in reversed(drawn)]
    change = f"{numbers.say(in_points(trend.slope))} a month"
    return {
        "label": trend.label,
        "line": " ".join(f"{x},{y}" for x, y, _, _ in drawn),
        "band": " ".join(f"{x},{y}" for x, y in band),
        "first": points[0].month,
        "last": points[-1].month,
        "from": numbers.value(points[0].estimate, [points[-1].estimate]),
        "to": numbers.value(points[-1].estimate, [points[0].estimate]),
        "change": change if moves(trend.slope) else f"no change beyond chance: {lower_first(change)}",
        "said": f"{numbers.value(points[0].estimate)} in {points[0].month}, {numbers.value(points[-1].estimate)} in "
        f"{points[-1].month}, {change}",
    }


def _or(bound: float | None, point) -> float:
    return point.estimate.value if bound is None else bound


def _rows(trends: Sequence[Trend], numbers: Numerals):
    months = sorted({point.month for trend in trends for point in trend.points})
    found = [{point.month: point.estimate for point in trend.points} for trend in trends]
    for month in months:
        yield month, *(numbers.say(own[month]) if month in own else "–" for own in found)
