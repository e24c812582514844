"""The drivers drawn: importance against performance, those that do not beat chance drawn hollow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from personas.experience.models import Experience

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, HUE = "#5b6770", "#800504"


def plot_drivers(experience: Experience, segment: int = 0) -> Axes | None:
    """Draw importance against performance; up and left is what to improve first. None where there are no drivers.

    The rating is drawn as a share of its scale, so that touchpoints on different scales can stand side by side.
    """
    drivers = experience.of(segment).drivers
    if drivers is None:
        return None
    import seaborn as sns

    told = [row for row in drivers.rows if row.performance.measured]
    frame = pd.DataFrame(
        {
            "performance": [(r.performance.value - r.scale_low) / (r.scale_high - r.scale_low) for r in told],
            "importance": [r.weight.value for r in told],
            "low": [r.weight.low for r in told],
            "high": [r.weight.high for r in told],
            "touchpoint": [r.touchpoint for r in told],
            "counts": [r.counts for r in told],
        }
    )
    axes = sns.scatterplot(frame, x="performance", y="importance", color=HUE, legend=False)
    axes.collections[0].set_facecolors([HUE if counts else "white" for counts in frame["counts"]])
    axes.collections[0].set_edgecolors(HUE)
    axes.vlines(frame["performance"], frame["low"], frame["high"], color=HUE, linewidth=1, zorder=0)
    axes.axhline(1 / len(drivers.rows), color=INK, linestyle="--", linewidth=1)
    axes.axvline(frame["performance"].mean(), color=INK, linestyle="--", linewidth=1)
    for row in frame.itertuples():
        axes.annotate(row.touchpoint, (row.performance, row.importance), (4, 4), textcoords="offset points", fontsize=8)
    axes.set(xlabel="rating, as a share of its scale", ylabel="share of what is explained")
    return axes
