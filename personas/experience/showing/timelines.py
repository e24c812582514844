"""KPIs over the months, and contracts over their lives, as tables and as lines with bands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from personas.experience.models import Experience
from personas.experience.showing.driver_plots import HUE, INK
from personas.experience.showing.tables import in_percent, in_unit
from personas.listing import Listing
from personas.numerals import Numerals

if TYPE_CHECKING:
    import seaborn
    from matplotlib.axes import Axes

NO_TREND = "Trends are not measured: no KPI has three months to follow."
NO_CURVE = "Retention is not measured: no contracts, or too few."


def tabulate_trends(experience: Experience, currency: str = "USD") -> Listing:
    """How each KPI moves: first and last month, change a month with its interval; a row a KPI and group."""
    numbers = Numerals(currency)
    rows = [
        {
            "KPI": trend.label,
            "group": "everybody" if group.segment == 0 else f"segment {group.segment}",
            "months": len(trend.points),
            "first": f"{trend.points[0].month}: {numbers.value(trend.points[0].estimate)}",
            "last": f"{trend.points[-1].month}: {numbers.value(trend.points[-1].estimate)}",
            "change a month": numbers.say(trend.slope),
            "reading": direction(trend.slope),
        }
        for group in experience.groups
        for trend in group.trends
        if trend.points
    ]
    return Listing(pd.DataFrame(rows), "" if rows else NO_TREND)


def direction(slope) -> str:
    """Say which way a slope goes, as far as its interval tells."""
    if slope.low is None:
        return "not measured"
    return "rising" if slope.low > 0 else "falling" if slope.high < 0 else "no clear change"


def plot_trends(experience: Experience, segment: int = 0) -> seaborn.FacetGrid | None:
    """Draw each KPI of a group (0: everybody) month by month with its 95 % intervals; None where there is no trend."""
    import seaborn as sns
    from matplotlib.dates import AutoDateLocator

    rows = [
        (
            in_unit(trend.label, trend.points[0].estimate),
            pd.Timestamp(point.month),
            *(in_percent(point.estimate, n) for n in ("value", "low", "high")),
        )
        for trend in experience.of(segment).trends
        for point in trend.points
    ]
    if not rows:
        return None
    frame = pd.DataFrame(rows, columns=["kpi", "month", "value", "low", "high"]).astype({"low": float, "high": float})
    grid = sns.FacetGrid(frame, col="kpi", col_wrap=3, height=2.4, aspect=1.6, sharey=False)
    for label, axes in grid.axes_dict.items():
        own = frame[frame["kpi"] == label]
        axes.fill_between(own["month"], own["low"], own["high"], color=HUE, alpha=0.15, linewidth=0)
        axes.plot(own["month"], own["value"], color=HUE, marker="o", markersize=3)
        axes.xaxis.set_major_locator(AutoDateLocator(minticks=2, maxticks=5))
        axes.tick_params(axis="x", rotation=30)
        axes.margins(y=0.15)
    return grid.set_titles("{col_name}").set_axis_labels("", "")


def plot_retention(experience: Experience) -> seaborn.FacetGrid | None:
    """Draw the share of contracts that still run, by months since they began: a panel a segment, with its band.

    The dashed line is everybody. None where there are no contracts.
    """
    import seaborn as sns

    curves = {group.segment: group.retention for group in experience.groups if group.retention}
    if not curves:
        return None
    shown = [number for number in curves if number] or [0]
    grid = sns.FacetGrid(
        pd.DataFrame({"segment": shown}), col="segment", col_wrap=3, height=2.4, aspect=1.4, sharex=True, sharey=True
    )
    for number, axes in grid.axes_dict.items():
        _draw_curve(axes, curves[number])
        if 0 in curves and number:
            base = curves[0]
            axes.plot(
                [0, *(p.months for p in base)],
                [1, *(p.left.value for p in base)],
                color=INK,
                linestyle="--",
                linewidth=1,
            )
    grid.set(ylim=(0, 1.02))
    return grid.set_titles("segment {col_name}").set_axis_labels("months since it began", "contracts still running")


def _draw_curve(axes: Axes, points) -> None:
    months = np.array([0, *(point.months for point in points)])
    value, low, high = (
        np.array([1.0, *(_or(getattr(p.left, name), p.left.value) for p in points)])
        for name in ("value", "low", "high")
    )
    axes.fill_between(months, low, high, color=HUE, alpha=0.15, linewidth=0)
    axes.plot(months, value, color=HUE)


def _or(value: float | None, other: float) -> float:
    return other if value is None else value
