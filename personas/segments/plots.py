"""Plots for notebook 02: what speaks for each number of segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from personas.segments.comparison import Comparison
from personas.segments.models import MapPoint
from personas.segments.segmentation import Segmentation

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#800504", "#598df9", "#380126", "#bd8a0c", "#f85190", "#011a7f")


def palette(count: int) -> list:
    """One colour a segment, the same as in the report."""
    import seaborn as sns

    return list(COLOURS[:count]) if count <= len(COLOURS) else sns.husl_palette(count)


def plot_stability(comparison: Comparison) -> Axes:
    """Draw how well solutions repeat for each k, above the band where tables without segments lie."""
    import matplotlib.pyplot as plt
    import seaborn as sns

    rows = [row for row in comparison.evidence.rows if row.k > 1]
    ks = [row.k for row in rows]
    axes = plt.figure(figsize=(7, 3.5), layout="constrained").subplots()
    axes.fill_between(
        ks, [r.stability_null_low for r in rows], [r.stability_null_high for r in rows], color="#d8d4c9",
        label="tables without segments, 90 %",
    )  # fmt: skip
    error = [
        [r.stability - r.stability_low for r in rows],
        [r.stability_high - r.stability for r in rows],
    ]
    axes.errorbar(ks, [r.stability for r in rows], error, color="#800504", marker="o", label="this data, 95 %")
    axes.set(xlabel="segments", ylabel="agreement of two resamples (ARI)", ylim=(0, 1), xticks=ks)
    axes.legend(frameon=False)
    sns.despine(ax=axes)
    return axes


def plot_sizes(segmentation: Segmentation) -> Axes:
    """Draw the share of each segment, with its stability in words."""
    import matplotlib.pyplot as plt
    import seaborn as sns

    sizes = pd.DataFrame([size.model_dump() for size in segmentation.sizes])
    sizes["segment"] = sizes["segment"].astype(str)
    axes = plt.figure(figsize=(7, 0.6 + 0.45 * len(sizes)), layout="constrained").subplots()
    sns.barplot(sizes, x="share", y="segment", hue="segment", palette=palette(len(sizes)), legend=False, ax=axes)
    for row, size in enumerate(segmentation.sizes):
        axes.text(size.share, row, f"  {size.n:,} · {size.word}", va="center")
    axes.set(xlabel="share of customers", xlim=(0, max(sizes["share"]) * 1.5))
    sns.despine(ax=axes)
    return axes


def plot_map(points: tuple[MapPoint, ...]) -> Axes:
    """Draw the map; gaps and blob sizes are not measurements."""
    import matplotlib.pyplot as plt
    import seaborn as sns

    frame = pd.DataFrame([point.model_dump() for point in points])
    axes = plt.figure(figsize=(6, 5), layout="constrained").subplots()
    frame["segment"] = frame["segment"].astype(str)
    colours = palette(frame["segment"].nunique())
    sns.scatterplot(frame, x="x", y="y", hue="segment", style="segment", palette=colours, s=12, linewidth=0, ax=axes)
    axes.set(xlabel="", ylabel="", xticks=[], yticks=[])
    axes.legend(frameon=False, title="segment", loc="center left", bbox_to_anchor=(1, 0.5))
    sns.despine(ax=axes, left=True, bottom=True)
    return axes
