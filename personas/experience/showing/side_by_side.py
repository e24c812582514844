"""Tables that lay two views beside each other: basic and delighting touchpoints, rivals, staff and customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from personas.experience.models import Experience
from personas.experience.showing.driver_plots import HUE, INK
from personas.listing import Listing
from personas.numerals import Numerals

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NATURES = {
    "basic": "basic: a point lost costs more than one won brings",
    "performance": "performance: pays in proportion",
    "delight": "delight: a point won brings more than one lost costs",
    "": "cannot be told",
}


def tabulate_contrasts(experience: Experience, segment: int = 0) -> Listing:
    """What low ratings of each touchpoint cost and high ones bring, in points of the outcome (0: everybody)."""
    drivers = experience.of(segment).drivers
    numbers = Numerals()
    rows = [
        {
            "touchpoint": row.touchpoint,
            "rated low": numbers.say(row.penalty),
            "rated high": numbers.say(row.reward),
            "reading": NATURES[row.nature],
        }
        for row in (drivers.rows if drivers else ())
        if row.penalty is not None and row.reward is not None
    ]
    told = f"{drivers.outcome}: against those who rate it between. Associated, not caused." if rows else ""
    return Listing(pd.DataFrame(rows), told or "What low and high ratings bring is not measured: too few rate so.")


def plot_contrasts(experience: Experience, segment: int = 0) -> Axes | None:
    """Draw penalty (left) and reward (right) of each touchpoint with their intervals; None where there are none."""
    drivers = experience.of(segment).drivers
    rows = [row for row in (drivers.rows if drivers else ()) if row.penalty is not None and row.reward is not None]
    if not rows:
        return None
    import matplotlib.pyplot as plt

    axes = plt.subplots(figsize=(6, 0.45 * len(rows) + 1))[1]
    for at, row in enumerate(rows):
        for estimate, color in ((row.penalty, HUE), (row.reward, INK)):
            error = [[estimate.value - estimate.low], [estimate.high - estimate.value]]
            axes.errorbar([estimate.value], [at], xerr=error, fmt="o", color=color)
    axes.axvline(0, color=INK, linewidth=1, linestyle="--")
    axes.set_yticks(range(len(rows)), [row.touchpoint for row in rows])
    axes.invert_yaxis()
    axes.set(xlabel=f"{drivers.outcome}: rated low (red) and high (grey), against between")
    return axes


def tabulate_rivals(experience: Experience) -> Listing:
    """The own brand beside each competitor, touchpoint by touchpoint and group by group; + is in our favour."""
    numbers = Numerals()
    rows = [
        {
            "group": "everybody" if group.segment == 0 else f"segment {group.segment}",
            "touchpoint": row.touchpoint,
            "rival": row.brand,
            "ours": numbers.say(row.own),
            "theirs": numbers.say(row.other),
            "ours less theirs": numbers.say(row.difference),
            "among": f"{row.difference.n:,} who rated both" if row.paired else "different customers",
            "reading": _ahead(row.difference),
        }
        for group in experience.groups
        for row in group.rivals
    ]
    return Listing(pd.DataFrame(rows), "" if rows else "Rivals are not measured: no feedback on another brand.")


def _ahead(difference) -> str:
    if difference.low is None:
        return "cannot be told"
    return "we are ahead" if difference.low > 0 else "they are ahead" if difference.high < 0 else "no clear difference"


def tabulate_staff(experience: Experience) -> Listing:
    """Each touchpoint as staff think customers find it, beside how customers do."""
    numbers = Numerals()
    rows = [
        {
            "touchpoint": view.touchpoint,
            "scale": f"{view.scale_low:g} to {view.scale_high:g}",
            "staff": numbers.say(view.staff),
            "customers": numbers.say(view.customers),
            "staff less customers": numbers.say(view.difference),
            "reading": view.reading or "no clear difference",
        }
        for view in experience.staff
    ]
    return Listing(pd.DataFrame(rows), "" if rows else "Staff beside customers is not measured: staff were not asked.")


def tabulate_training(experience: Experience) -> Listing:
    """How much training each team asks for, beside all the others."""
    numbers = Numerals()
    rows = [
        {
            "team": need.team,
            f"asks for training, {need.scale_low:g} to {need.scale_high:g}": numbers.say(need.need),
            "other teams": numbers.say(need.rest),
            "reading": need.reading or "like the others",
        }
        for need in experience.training
    ]
    return Listing(pd.DataFrame(rows), "" if rows else "Training needs are not measured: staff were not asked.")


def tabulate_lifetime(experience: Experience, currency: str = "USD") -> Listing:
    """Lifetime value and the share still customers, group by group, with the model and its checks above."""
    numbers = Numerals(currency)
    rows = []
    for group in experience.groups:
        found = {kpi.key: kpi.estimate for kpi in group.kpis}
        if "lifetime_value" in found:
            value, alive = found["lifetime_value"], found["still_customer"]
            rows.append(
                {
                    "group": "everybody" if group.segment == 0 else f"segment {group.segment}",
                    "customers": value.n,
                    "lifetime value": numbers.say(value),
                    "probably still customers": numbers.say(alive),
                }
            )
    model = experience.lifetime
    if rows and model is not None:
        told = (
            f"{model.model} with Gamma-Gamma over {model.horizon_months} months, discounted by "
            f"{model.discount_a_year:.0%} a year, margin {model.margin:.0%}. {model.words}"
        )
        return Listing(pd.DataFrame(rows), told)
    why = next((gap.why for gap in experience.not_measured if gap.what == "Lifetime value"), "no purchases")
    return Listing(pd.DataFrame(), f"Lifetime value is not measured: {why}.")
