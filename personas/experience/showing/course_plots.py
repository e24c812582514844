"""What happens in the course of time, drawn: journey, transitions, path, recovery, business case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from personas.experience.models import Experience, JourneyCell
from personas.experience.showing.driver_plots import HUE, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARKERS = ("o", "s", "^", "D", "v", "P", "X")
PAPER = "#e9ecee"


def plot_journey(experience: Experience, segment: int = 0) -> Figure | None:
    """Draw the journey: above, how it felt from −2 to +2 with its interval; below, who was there and who is lost."""
    cells = [cell for cell in experience.of(segment).journey if cell.share.measured and cell.touchpoint]
    if not cells:
        return None
    import matplotlib.pyplot as plt

    figure, (felt, lanes) = plt.subplots(
        2, 1, figsize=(max(8, 0.85 * len(cells)), 5.6), sharex=True, height_ratios=(2, 3), layout="constrained"
    )
    at = np.arange(len(cells))
    _feelings(felt, cells, at)
    lanes.bar(at, [cell.share.value for cell in cells], width=0.6, color=PAPER, edgecolor=INK, linewidth=0.8)
    for x, cell in zip(at, cells, strict=True):
        share = cell.share.value
        lanes.annotate(f"{share:.0%}", (x, share), (0, 3), textcoords="offset points", ha="center",
                       fontsize=8)  # fmt: skip
    _lost(lanes, cells)
    for axes in (felt, lanes):
        for edge in _edges(cells):
            axes.axvline(edge - 0.5, color=INK, linewidth=0.8, linestyle=":")
    lanes.set_xticks(at, [_two_lines(cell.touchpoint) for cell in cells], rotation=45, ha="right", fontsize=8)
    lanes.set(ylim=(0, 1.28), ylabel="share who were there")
    lanes.yaxis.set_major_formatter(lambda value, _place: f"{value:.0%}" if value <= 1 else "")
    return figure


def _feelings(axes: Axes, cells: list[JourneyCell], at: np.ndarray) -> None:
    axes.axhline(0, color=INK, linewidth=0.8)
    known = [(x, cell.feeling) for x, cell in zip(at, cells, strict=True) if cell.feeling.measured]
    if known:
        places, feelings = zip(*known, strict=True)
        axes.plot(places, [f.value for f in feelings], color=HUE, marker="o", markersize=5)
        banded = [(x, f) for x, f in known if f.low is not None]
        axes.vlines([x for x, _f in banded], [f.low for _x, f in banded], [f.high for _x, f in banded], color=HUE)
    before = [(x, c.before) for x, c in zip(at, cells, strict=True) if c.before is not None and c.before.measured]
    if before:
        axes.plot([x for x, _f in before], [f.value for _x, f in before], "o", markerfacecolor="white", color=HUE)
    values = [e.low if e.low is not None else e.value for _x, e in (*known, *before)]
    values += [e.high if e.high is not None else e.value for _x, e in (*known, *before)]
    reach = max([0.5, *(abs(v) for v in values)]) * 1.15
    axes.set(ylim=(-reach, reach), ylabel="feeling, −2 to +2\n(hollow: before)")
    last = 0
    for edge in (*_edges(cells), len(cells)):
        axes.text((last + edge - 1) / 2, reach * 1.04, cells[last].stage, ha="center", va="bottom", fontsize=9)
        last = edge


def _lost(axes: Axes, cells: list[JourneyCell]) -> None:
    """Who does not go on, once a stage, at its end."""
    edges = (*_edges(cells), len(cells))
    for edge in edges:
        off = cells[edge - 1].dropoff
        if off is not None and off.measured:
            axes.annotate(f"{off.value:.0%} go\nno further", (edge - 0.5, 1.25), ha="right", va="top", fontsize=8,
                          color=HUE, xytext=(-3, 0), textcoords="offset points")  # fmt: skip


def _edges(cells: list[JourneyCell]) -> list[int]:
    return [i for i in range(1, len(cells)) if cells[i].stage != cells[i - 1].stage]


def _two_lines(text: str) -> str:
    words, half = text.split(), len(text) / 2
    if len(text) < 14 or len(words) < 2:
        return text
    cut = min(range(1, len(words)), key=lambda i: abs(len(" ".join(words[:i])) - half))
    return " ".join(words[:cut]) + "\n" + " ".join(words[cut:])


def plot_transitions(experience: Experience, segment: int = 0) -> Axes | None:
    """Draw what follows what, in per cent of the contacts of each row; the last column is nothing more."""
    movement = experience.of(segment).movement
    if movement is None or not movement.transitions:
        return None
    import matplotlib.pyplot as plt
    import seaborn as sns

    places = list(dict.fromkeys(row.before for row in movement.transitions))
    frame = pd.DataFrame(np.nan, index=places, columns=[*places, ""])
    for row in movement.transitions:
        frame.loc[row.before, row.after] = 100 * row.share.value
    frame = frame.rename(columns={"": "nothing more"})
    _figure, axes = plt.subplots(figsize=(1.5 + 0.8 * len(places), 1.2 + 0.5 * len(places)), layout="constrained")
    sns.heatmap(frame, annot=True, fmt=".0f", cmap=sns.light_palette(HUE, as_cmap=True), cbar=False, linewidths=1,
                annot_kws={"fontsize": 8}, ax=axes)  # fmt: skip
    axes.set(xlabel=f"next contact within {movement.days} days, % of the row", ylabel="after a contact at")
    axes.set_xticklabels([_two_lines(label.get_text()) for label in axes.get_xticklabels()], rotation=45, ha="right")
    return axes


def plot_path(experience: Experience, segment: int = 0) -> Axes | None:
    """Draw the composite path: steps by the median day with its interval, sized by the share who take them."""
    path = experience.of(segment).path
    if path is None or not path.steps:
        return None
    import matplotlib.pyplot as plt

    steps = path.steps
    dated = path.horizon is not None
    days = np.array([step.days.value if dated else i for i, step in enumerate(steps)], float)
    _figure, axes = plt.subplots(figsize=(8, 1 + 0.42 * len(steps)), layout="constrained")
    rows = np.arange(len(steps))
    axes.plot(days, rows, color=INK, linewidth=0.8, zorder=1)
    if dated:
        axes.hlines(rows, [s.days.low if s.days.low is not None else s.days.value for s in steps],
                    [s.days.high if s.days.high is not None else s.days.value for s in steps], color=HUE,
                    linewidth=2, zorder=2)  # fmt: skip
    axes.scatter(days, rows, s=[220 * step.share.value for step in steps], color=HUE, zorder=3)
    ends = [step.days.high if dated and step.days.high is not None else x for x, step in zip(days, steps, strict=True)]
    for x, y, step in zip(ends, rows, steps, strict=True):
        felt = f", feels {step.feeling.value:+.1f}".replace("-", "−") if step.feeling.measured else ""
        by = f" by {step.channel}" if step.channel else ""
        axes.annotate(f"{step.touchpoint}{by}: {step.share.value:.0%}{felt}", (x, y), (10, 0), va="center",
                      textcoords="offset points", fontsize=9)  # fmt: skip
    axes.set_yticks(rows, [step.stage for step in steps])
    axes.invert_yaxis()
    axes.set(xlabel="days since the first contact, median" if dated else "order of the stages; nothing is dated",
             xlim=(-0.03 * max(days.max(), 1), 1.55 * max(days.max(), 1)))  # fmt: skip
    if not dated:
        axes.set_xticks([])
    return axes


def plot_recovery(experience: Experience, segment: int = 0) -> Axes | None:
    """Draw purchases kept after a complaint, step by step, by how it was settled; 1 is as without a complaint."""
    recovery = experience.of(segment).recovery
    outcome = next((o for o in recovery.outcomes if o.key == "purchases"), None) if recovery else None
    arms = [arm for arm in outcome.arms if arm.course and arm.key != "all"] if outcome else []
    if not arms:
        return None
    import matplotlib.pyplot as plt

    _figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
    colours = {"fast": "#598df9", "slow": HUE, "open": INK}
    for place, arm in enumerate(arms):
        middle = np.array([(step.from_day + step.to_day) / 2 for step in arm.course]) + 2 * (
            place - len(arms) / 2 + 0.5
        )
        kept = np.array([step.kept.value for step in arm.course])
        low, high = (np.array([getattr(step.kept, side) for step in arm.course]) for side in ("low", "high"))
        axes.errorbar(middle, kept, yerr=[kept - low, high - kept], color=colours.get(arm.key, INK), capsize=0,
                      marker=MARKERS[place], label=f"{arm.label} ({arm.cases:,} cases)")  # fmt: skip
    axes.axhline(1, color=INK, linestyle="--", linewidth=1)
    last = max(step.to_day for arm in arms for step in arm.course)
    axes.annotate("as without a complaint", (last, 1), (4, 4), textcoords="offset points", fontsize=8, color=INK)
    axes.legend(frameon=False, loc="lower right")
    axes.set(xlabel="days since the complaint", ylabel="purchases kept, against matched", xlim=(0, last * 1.25))
    axes.set_xticks(range(0, last + 1, 30))
    return axes


def plot_business_case(experience: Experience) -> Figure | None:
    """Draw what each attitude spends and stays as dots with intervals, a row a group and attitude."""
    groups = [group for group in experience.groups if group.business_case is not None]
    if not groups:
        return None
    import matplotlib.pyplot as plt

    labels = [row.label for row in groups[0].business_case.classes]
    measures = [m for m in ("spend", "stay", "cost")
                if any(getattr(row, m).measured for g in groups for row in g.business_case.classes)]  # fmt: skip
    titles = {"spend": "later spend", "stay": "still bought", "cost": "cases a customer"}
    height = 1.3 + 0.28 * len(labels) * len(groups)
    figure, panels = plt.subplots(1, len(measures), figsize=(3.6 * len(measures), height), sharey=True, squeeze=False,
                                  layout="constrained")  # fmt: skip
    colours = ("#598df9", INK, HUE) if len(labels) == 3 else ("#598df9", HUE)
    for axes, measure in zip(panels[0], measures, strict=True):
        for place, group in enumerate(groups):
            for i, row in enumerate(group.business_case.classes):
                estimate, y = getattr(row, measure), place * (len(labels) + 1) + i
                if estimate.measured and estimate.low is not None:
                    axes.hlines(y, estimate.low, estimate.high, color=colours[i])
                    axes.plot(estimate.value, y, MARKERS[i], color=colours[i], label=row.label if place == 0 else None)
        axes.set(title=titles[measure])
        axes.margins(x=0.08)
    names = ["everybody" if group.segment == 0 else f"segment {group.segment}" for group in groups]
    panels[0][0].set_yticks([p * (len(labels) + 1) + (len(labels) - 1) / 2 for p in range(len(groups))], names)
    panels[0][0].invert_yaxis()
    figure.legend(
        *panels[0][0].get_legend_handles_labels(), loc="outside lower center", ncols=len(labels), frameon=False
    )
    return figure
