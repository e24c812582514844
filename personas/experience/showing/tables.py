"""Tables of the experience for the notebook: a row a KPI or pain point, a column a segment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from personas.estimates import Estimate
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


def tabulate_ratings(experience: Experience) -> Listing:
    """Each touchpoint's rating, ease and gap to expectation, everybody and each segment side by side."""
    numbers = Numerals()
    columns = {
        _column(group.segment): {kpi.label: numbers.say(kpi.estimate) for kpi in group.ratings}
        for group in experience.groups
    }
    return Listing(pd.DataFrame(columns).fillna("").rename_axis("touchpoint").reset_index())


def tabulate_drivers(experience: Experience, segment: int = 0) -> Listing:
    """What moves recommendation in a group (0: everybody): importance, performance, what goes with one point more."""
    drivers = experience.of(segment).drivers
    if drivers is None:
        return Listing(pd.DataFrame(), "Drivers are not measured: too few answers.")
    numbers = Numerals()
    rows = [
        {
            "touchpoint": row.touchpoint,
            "share of what is explained": numbers.say(row.weight),
            "beats chance": "yes" if row.counts else "no",
            f"rating, {row.scale_low:g} to {row.scale_high:g}": numbers.say(row.performance),
            f"{drivers.slope_unit} a point": numbers.say(row.slope),
            "reading": row.quadrant,
        }
        for row in drivers.rows
    ]
    told = f"{drivers.outcome}: the touchpoints explain {numbers.say(drivers.r2)} of it, among {drivers.n:,} customers."
    return Listing(pd.DataFrame(rows), told)


def tabulate_journey(experience: Experience, segment: int = 0) -> Listing:
    """The journey of a group (0: everybody): who was where, how, and how it felt from −2 to +2."""
    numbers = Numerals()
    rows = [
        {
            "stage": cell.stage,
            "touchpoint": cell.touchpoint,
            "customers": numbers.say(cell.share),
            "others": numbers.value(cell.rest) if cell.rest else "",
            "what they do": cell.doing,
            "before": numbers.say(cell.before) if cell.before else "",
            "after": numbers.say(cell.feeling) if cell.feeling.measured else "",
            "how it goes": f"{cell.kpi_label} {numbers.say(cell.kpi)}" if cell.kpi else "",
            "go no further": numbers.say(cell.dropoff) if cell.dropoff and cell.dropoff.measured else "",
            "why they came": ", ".join(f"{why.name} {why.share:.0%}" for why in cell.motives[:2]),
            "what pleases": ", ".join(cell.delights),
            "owner": cell.owner,
            "known": cell.kind,
        }
        for cell in experience.of(segment).journey
    ]
    return Listing(pd.DataFrame(rows))


def tabulate_consistency(experience: Experience) -> Listing:
    """Whether each touchpoint is the same in every channel: the spread of its ratings and what chance gives."""
    numbers = Numerals()
    rows = [
        {
            "touchpoint": entry.touchpoint,
            "channels": ", ".join(f"{c.channel} {numbers.value(c.rating)}" for c in entry.channels),
            "spread": entry.spread,
            "chance stays under": entry.chance,
            "reading": f"{entry.odd} stands out" if entry.beyond_chance else "no more than chance",
        }
        for entry in experience.consistency
    ]
    return Listing(pd.DataFrame(rows))


def tabulate_not_measured(experience: Experience) -> Listing:
    """What this data cannot answer, and what would."""
    return Listing(pd.DataFrame([gap.model_dump() for gap in experience.not_measured]))


def plot_kpis(experience: Experience, most: int = 9) -> seaborn.FacetGrid:
    """Draw the KPIs in which segments differ most, beyond their intervals: a panel a KPI, a dot a segment.

    The dashed line is everybody; shares are in per cent.
    """
    import seaborn as sns

    rows = [
        (
            in_unit(kpi.label, kpi.estimate),
            str(group.segment),
            *(in_percent(kpi.estimate, end) for end in ("value", "low", "high")),
        )
        for group in experience.groups[1:]
        for kpi in group.kpis
        if kpi.estimate.measured and kpi.estimate.low is not None
    ]
    frame = pd.DataFrame(rows, columns=["kpi", "segment", "value", "low", "high"])
    panels = frame.groupby("kpi", sort=False)
    apart = panels["value"].std() / (panels["high"].mean() - panels["low"].mean())
    kept = apart.sort_values(ascending=False, kind="stable").index[:most]
    grid = sns.FacetGrid(frame, col="kpi", col_order=kept, col_wrap=3, height=2.2, aspect=1.5, sharex=False)
    base = {in_unit(kpi.label, kpi.estimate): in_percent(kpi.estimate, "value") for kpi in experience.base.kpis}
    for label, axes in grid.axes_dict.items():
        own = frame[frame["kpi"] == label]
        error = [own["value"] - own["low"], own["high"] - own["value"]]
        axes.errorbar(own["value"], own["segment"], xerr=error, fmt="o", color="#800504")
        if base.get(label) is not None:
            axes.axvline(base[label], color="#5b6770", linestyle="--", linewidth=1)
        axes.margins(y=0.2)
    grid.axes[0].invert_yaxis()  # shared by all panels: segment 1 on top
    return grid.set_titles("{col_name}").set_axis_labels("", "segment")


def in_unit(label: str, estimate: Estimate) -> str:
    """A panel's title, with % where the figure is a share."""
    return f"{label}, %" if estimate.unit == "share" else label


def in_percent(estimate: Estimate, end: str) -> float | None:
    """The value or a bound of an estimate, a share in per cent."""
    value = getattr(estimate, end)
    return 100 * value if estimate.unit == "share" and value is not None else value
