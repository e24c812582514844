"""Plots for notebook 02: what speaks for each number of segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
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
    chosen = [r for r in rows if r.chosen]
    axes.scatter(
        [r.k for r in chosen], [r.stability for r in chosen], s=160, facecolors="none", edgecolors="#1b1a17", zorder=3,
        label="published" if chosen else None,
    )  # fmt: skip
    axes.set(xlabel="segments", ylabel="agreement of two resamples (ARI)", ylim=(0, 1), xticks=ks)
    axes.legend(frameon=False)
    sns.despine(ax=axes)
    return axes


def plot_flow(comparison: Comparison) -> Axes:
    """Draw where the members of each segment come from as their number grows: a column a number of segments.

    Ribbons are customers; those of the chosen column have its colours. Flows of fewer customers than may be shown are
    left out.
    """
    import matplotlib.pyplot as plt

    labels = {k: found.labels for k, found in comparison.candidates.clusterings.items()}
    chosen, total = comparison.judgement.chosen, len(comparison.candidates.points)
    colours = palette(max(chosen, 1))
    places = _stack(labels, total)
    axes = plt.figure(figsize=(8, 4), layout="constrained").subplots()
    for k, own in labels.items():
        for number, (low, high) in places[k].items():
            colour = colours[number] if k == chosen else "#8a857a"
            axes.fill_between([k - 0.06, k + 0.06], low, high, color=colour, linewidth=0)
            if high - low > 0.05:
                axes.text(k + 0.09, (low + high) / 2, str(number + 1), va="center", fontsize=8)
        if k + 1 in labels:
            for (start, end), number, side in _ribbons(own, labels[k + 1], places, k, total, comparison.min_group):
                mine = {chosen: number[0], chosen - 1: number[1]}.get(k)
                colour = "#d8d4c9" if mine is None else colours[mine]
                lows, highs = _bend(start[0], end[0]), _bend(start[1], end[1])
                axes.fill_between(side, lows, highs, color=colour, alpha=0.45, linewidth=0)
    axes.set(xlabel="segments", xticks=list(labels), yticks=[], ylabel="customers", ylim=(0, 1))
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes


def _stack(labels, total) -> dict[int, dict[int, tuple[float, float]]]:
    """Place each column's segments from bottom to top after where their members lie in the column before."""
    places: dict[int, dict[int, tuple[float, float]]] = {}
    height = np.zeros(total)
    for k, own in labels.items():
        counts = np.bincount(own, minlength=k)
        middle = np.bincount(own, height, minlength=k) / np.maximum(counts, 1)
        bottom, places[k] = 0.0, {}
        free = 1 - 0.02 * (k - 1)
        for number in np.argsort(middle if k > 1 else counts, kind="stable"):
            top = bottom + free * counts[number] / total
            places[k][int(number)] = (bottom, top)
            bottom = top + 0.02
        centres = np.array([sum(places[k][number]) / 2 for number in range(k)])
        height = centres[own]
    return places


def _ribbons(own, following, places, k, total, least):
    """((left ends, right ends), (from, to), x positions) of each flow from one column to the next."""
    x = np.linspace(k + 0.06, k + 1 - 0.06, 30)
    left = {number: low for number, (low, _high) in places[k].items()}
    right = {number: low for number, (low, _high) in places[k + 1].items()}
    scale = [(1 - 0.02 * (count - 1)) / total for count in (k, k + 1)]
    for a in places[k]:
        for b in places[k + 1]:
            n = int(((own == a) & (following == b)).sum())
            start, end = (left[a], left[a] + n * scale[0]), (right[b], right[b] + n * scale[1])
            left[a], right[b] = start[1], end[1]
            if n >= least:
                yield (start, end), (a, b), x


def _bend(start, end):
    """A smooth step from one height to another."""
    t = np.linspace(0, 1, 30)
    return start + (end - start) * (3 * t**2 - 2 * t**3)


def plot_shadows(segmentation: Segmentation) -> Axes:
    """Draw how near to a border the members of each segment lie: shadow values [Leisch 2010].

    0 = at the own centre, 1 = as far from the next one. Latent classes: twice the probability of another class.
    """
    import matplotlib.pyplot as plt
    import seaborn as sns

    count = len(segmentation)
    axes = plt.figure(figsize=(7, 0.8 + 0.6 * count), layout="constrained").subplots()
    members, gap, bottom = segmentation.members, 0.02, 0.0
    ticks = []
    for number, colour in zip(range(1, count + 1), palette(count), strict=True):
        own = members.loc[members["segment"] == number, "confidence"]
        share = len(own) / len(members)
        # A hundred steps a segment: the shape, and nobody in particular.
        shadow = np.quantile(2 * (1 - own), np.linspace(0, 1, 101))
        height = bottom + share * np.linspace(0, 1, 101)
        axes.fill_betweenx(height, 0, shadow, color=colour, linewidth=0)
        axes.plot([shadow.mean()] * 2, [bottom, bottom + share], color="black", linewidth=1)
        ticks.append(bottom + share / 2)
        bottom += share + gap
    axes.set(xlim=(0, 1), ylim=(bottom, 0), yticks=ticks, yticklabels=range(1, count + 1), ylabel="segment")
    axes.set_xlabel("shadow value: 0 at the own centre, 1 on the border; the line is the mean")
    sns.despine(ax=axes, left=True)
    axes.tick_params(axis="y", length=0)
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
