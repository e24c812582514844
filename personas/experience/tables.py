"""Tables of the experience for the notebook: a row a KPI or pain point, a column a segment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from personas.experience.models import Experience
from personas.listing import Listing
from personas.numerals import Numerals

if TYPE_CHECKING:
    import seaborn


def _column(segment: int) -> str:
    return "everybody" if segment == 0 else f"segment {segment}"


def tabulate_kpis(experience: Experience, currency: str = "USD") -> Listing:
    """KPIs with their intervals, everybody and each segment side by side."""
    numbers = Numerals(currency)
    columns = {
        _column(group.segment): {kpi.label: numbers.say(kpi.estimate) for kpi in group.kpis}
        for group in experience.groups
    }
    table = pd.DataFrame(columns).fillna("")
    return Listing(table.rename_axis("KPI").reset_index())


def tabulate_pain_points(experience: Experience) -> Listing:
    """Pain points of every group, worst first, with reach, severity, impact and the ranks that chance leaves."""
    numbers = Numerals()
    rows = [
        {
            "group": _column(group.segment),
            "rank": f"{pain.rank_low} to {pain.rank_high}" if pain.rank_low < pain.rank_high else f"{pain.rank}",
            "pain point": pain.title,
            "reach": numbers.say(pain.reach),
            "others": numbers.value(pain.rest) if pain.rest else "",
            "severity": pain.severity_words,
            "impact": pain.impact_words,
        }
        for group in experience.groups
        for pain in group.pain_points
    ]
    return Listing(pd.DataFrame(rows))


def tabulate_not_measured(experience: Experience) -> Listing:
    """What this data cannot answer, and what would."""
    return Listing(pd.DataFrame([gap.model_dump() for gap in experience.not_measured]))


def plot_kpis(experience: Experience) -> seaborn.FacetGrid:
    """Draw each KPI as dots with 95 % intervals, one panel a KPI, a dot a segment; the dashed line is everybody."""
    import seaborn as sns

    rows = [
        (kpi.label, str(group.segment), kpi.estimate.value, kpi.estimate.low, kpi.estimate.high)
        for group in experience.groups[1:]
        for kpi in group.kpis
        if kpi.estimate.measured and kpi.estimate.low is not None
    ]
    frame = pd.DataFrame(rows, columns=["kpi", "segment", "value", "low", "high"])
    grid = sns.FacetGrid(frame, col="kpi", col_wrap=3, height=2.2, aspect=1.5, sharex=False)
    base = {kpi.label: kpi.estimate.value for kpi in experience.base.kpis}
    for label, axes in grid.axes_dict.items():
        own = frame[frame["kpi"] == label]
        error = [own["value"] - own["low"], own["high"] - own["value"]]
        axes.errorbar(own["value"], own["segment"], xerr=error, fmt="o", color="#800504")
        if label in base:
            axes.axvline(base[label], color="#5b6770", linestyle="--", linewidth=1)
        axes.margins(y=0.2)
    grid.axes[0].invert_yaxis()  # shared by all panels: segment 1 on top
    return grid.set_titles("{col_name}").set_axis_labels("", "segment")
