"""The business in two mirrors: beside competitors, and as its own staff see it."""

from __future__ import annotations

from collections.abc import Sequence

from personas.experience.models import Rival, StaffView, TrainingNeed
from personas.numerals import Numerals
from personas.report.figure import Figure
from personas.report.figures.ranges import Range, range_rows


def rival_ranges(rivals: Sequence[Rival], number: int = 0) -> Figure:
    """Draw how far the own brand is rated above (right of zero) or below each competitor, touchpoint by touchpoint."""
    numbers = Numerals()
    behind = [r for r in rivals if r.difference.high is not None and r.difference.high < 0]
    title = "Nowhere rated below a competitor, as far as chance can tell"
    if behind:
        worst = min(behind, key=lambda r: r.difference.value)
        title = f"{worst.touchpoint} is rated below {worst.brand}"
    return range_rows(
        [
            Range(f"{r.touchpoint}, {r.brand}", r.difference, note=" against ".join(numbers.alike([r.own, r.other])))
            for r in rivals
        ],
        title, "Own rating less the competitor's, in points of the scale, with 95 % interval", number=number,
        head=("Touchpoint and competitor", "Difference", "Rest", "n", "Ratings"), name="rivals",
    )  # fmt: skip


def staff_ranges(views: Sequence[StaffView]) -> Figure:
    """Draw how far staff rate a touchpoint above (right of zero) or below what customers rate it."""
    numbers = Numerals()
    apart = [v for v in views if v.reading]
    title = "Staff and customers see the touchpoints alike, as far as chance can tell"
    if apart:
        widest = max(apart, key=lambda v: abs(v.difference.value))
        title = f"{widest.touchpoint}: {widest.reading}"
    return range_rows(
        [
            Range(v.touchpoint, v.difference, note=" against ".join(numbers.alike([v.staff, v.customers])))
            for v in views
        ],
        title, "What staff think customers would say, less what customers say, with 95 % interval",
        head=("Touchpoint", "Difference", "Rest", "n", "Ratings"), name="staff",
    )  # fmt: skip


def training_ranges(needs: Sequence[TrainingNeed]) -> Figure:
    """Draw how much training each team asks for, with the other teams as ticks."""
    rows = sorted((n for n in needs if n.need.measured), key=lambda n: -n.need.value)
    title = "No team asks for more training than the others"
    if told := [n for n in rows if n.reading]:
        title = f"{told[0].team}: {told[0].reading}"
    return range_rows(
        [Range(n.team, n.need, n.rest, n.reading) for n in rows], title,
        "Mean of staff answers, with 95 % interval; tick: the other teams",
        head=("Team", "Need", "Other teams", "n", "Reading"), name="training",
    )  # fmt: skip
