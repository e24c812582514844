"""Pain points and delights for the notebook: what hurts, how sure that is, what was said, what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from personas.estimates import Estimate
from personas.experience.models import Delight, Experience, GroupExperience, PainPoint
from personas.listing import Listing
from personas.numerals import Numerals

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SOURCES = {
    "problems": "problem ticked", "ratings": "rating", "comments": "coded comment", "themes": "own words",
    "rivals": "rival rated better", "contacts": "recorded contact", "cases": "service case",
    "contracts": "contract", "behaviour": "behaviour",
}  # fmt: skip
KINDS = {"stated": "said by customers", "observed": "seen in the records", "inferred": "hinted at by behaviour"}
INK, HUE = "#5b6770", "#800504"
NOTHING = "No pain point that enough customers share."


def tabulate_pain_points(experience: Experience, segment: int | None = None) -> Listing:
    """Pain points worst first, of one group (0: everybody) or of all, with the ranks that chance leaves."""
    numbers = Numerals()
    rows = [
        {
            "group": _group(group),
            "rank": ranks(pain),
            "pain point": pain.title,
            "known": f"{pain.kind}: {SOURCES[pain.source]}",
            "customers": pain.affected,
            "reach": numbers.say(pain.reach),
            "others": numbers.value(pain.rest) if pain.rest else "",
            "severity": pain.severity_words,
            "impact": pain.impact_words,
            "outcome, affected and others": _levels(pain, numbers),
            "trend": pain.trend_words,
            "also": "; ".join(evidence.words for evidence in pain.evidence),
        }
        for group in _groups(experience, segment)
        for pain in group.pain_points
    ]
    return Listing(pd.DataFrame(rows), "" if rows else NOTHING)


def tabulate_remedies(experience: Experience, segment: int = 0) -> Listing:
    """What would help against each pain point of a group, who would do it, and the test that would prove it."""
    rows = [
        {
            "rank": ranks(pain),
            "pain point": pain.title,
            "remedy": pain.plan.title,
            "gap": pain.plan.gap.replace("_", " "),
            "owner": pain.plan.owner,
            "effort": pain.plan.effort,
            "watch": pain.plan.measure,
            "look again after": f"{pain.plan.check_after_weeks} weeks",
            "test groups": _test(pain),
        }
        for pain in experience.of(segment).pain_points
        if pain.plan is not None
    ]
    return Listing(pd.DataFrame(rows), "" if rows else NOTHING)


def tabulate_delights(experience: Experience, segment: int | None = None) -> Listing:
    """What goes well, of one group (0: everybody) or of all, with the gain that goes with it."""
    numbers = Numerals()
    rows = [
        {
            "group": _group(group),
            "rank": ranks(delight),
            "delight": delight.title,
            "known": f"{delight.kind}: {SOURCES[delight.source]}",
            "customers": delight.customers,
            "reach": numbers.say(delight.reach),
            "others": numbers.value(delight.rest) if delight.rest else "",
            "gain": delight.impact_words,
            "also": "; ".join(evidence.words for evidence in delight.evidence),
        }
        for group in _groups(experience, segment)
        for delight in group.delights
    ]
    return Listing(pd.DataFrame(rows), "" if rows else "No delight that enough customers share.")


def tabulate_pain_quotes(experience: Experience, segment: int = 0) -> Listing:
    """What customers of a group wrote about its pain points and delights, redacted."""
    group = experience.of(segment)
    entries: tuple[PainPoint | Delight, ...] = (*group.pain_points, *group.delights)
    rows = [
        {"about": entry.title, "as written": said.text, "where": said.where}
        for entry in entries
        for said in entry.quotes
    ]
    counts = experience.quote_counts
    told = f"{counts.shown:,} quotes are shown over all groups, {counts.redacted:,} pieces redacted in them, "
    told += f"{counts.withheld:,} comments withheld."
    return Listing(pd.DataFrame(rows), told if rows else "Nobody wrote about these, or too few did to be quoted.")


def ranks(entry: PainPoint | Delight) -> str:
    """The rank, or the ranks that chance could swap."""
    tied = entry.rank_low < entry.rank_high
    return f"{entry.rank_low} to {entry.rank_high}" if tied else f"{entry.rank}"


def plot_pain_points(experience: Experience, segment: int = 0, most: int = 8) -> Figure | None:
    """Draw reach and impact of each pain point with 95 % intervals, each kind by itself, ties in the label.

    A hollow dot is an impact that chance may have made. None where there is nothing to draw.
    """
    pains = experience.of(segment).pain_points
    kinds = [(kind, [p for p in pains if p.kind == kind][:most]) for kind in KINDS]
    kinds = [(kind, own) for kind, own in kinds if own]
    if not kinds:
        return None
    import matplotlib.pyplot as plt
    import seaborn as sns

    heights = [len(own) + 1.5 for _, own in kinds]
    figure, grid = plt.subplots(
        len(kinds), 2, sharey="row", squeeze=False, layout="constrained", figsize=(10, 0.42 * sum(heights) + 0.6),
        gridspec_kw={"height_ratios": heights},
    )  # fmt: skip
    widest = 105 * max(pain.reach.high for _, own in kinds for pain in own)
    for (kind, own), (left, right) in zip(kinds, grid, strict=True):
        labels = [f"{ranks(pain)}   {pain.title}" for pain in own]
        _intervals(sns, left, labels, [pain.reach for pain in own], 100)
        _intervals(sns, right, labels, [pain.impact for pain in own], 100 if kind == "inferred" else 1)
        right.axvline(0, color=INK, linewidth=1, linestyle="--")
        left.set_xlim(0, widest)
        left.set_ylim(len(own) - 0.5, -0.5)
        left.set_title(KINDS[kind].capitalize(), loc="left", fontsize=10, color=INK)
        left.set(xlabel="reach, per cent of customers", ylabel="")
        unit = "per cent of later sales" if kind == "inferred" else "points of the outcome"
        right.set(xlabel=f"impact, {unit}", ylabel="")
    plt.close(figure)
    return figure


def _intervals(sns, axes, labels: list[str], estimates: list[Estimate], scale: float) -> None:
    known = [(y, e) for y, e in enumerate(estimates) if e.measured and e.low is not None]
    for y, estimate in known:
        axes.hlines(y, scale * estimate.low, scale * estimate.high, color=HUE, linewidth=1.5)
    frame = pd.DataFrame({"x": [scale * e.value for _, e in known], "y": [y for y, _ in known]}, dtype=float)
    sure = [e.low > 0 or e.high < 0 for _, e in known]
    sns.scatterplot(frame, x="x", y="y", ax=axes, color=HUE, s=40, zorder=3, legend=False)
    if known:
        axes.collections[-1].set_facecolors([HUE if certain else "white" for certain in sure])
        axes.collections[-1].set_edgecolors(HUE)
    axes.set_yticks(range(len(labels)), labels)


def _groups(experience: Experience, segment: int | None) -> Iterable[GroupExperience]:
    return experience.groups if segment is None else (experience.of(segment),)


def _group(group: GroupExperience) -> str:
    return "everybody" if group.segment == 0 else f"segment {group.segment}"


def _levels(pain: PainPoint, numbers: Numerals) -> str:
    if pain.among is None or pain.others is None:
        return ""
    return f"{numbers.value(pain.among, [pain.others])}, others {numbers.value(pain.others, [pain.among])}"


def _test(pain: PainPoint) -> str:
    if pain.plan is None or pain.plan.holdout_each is None:
        return "too little measured to say"
    each = f"{pain.plan.holdout_each:,} in each of two"
    return each if pain.plan.enough else f"{each}, more than there are here"
