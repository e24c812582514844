"""What staff say: whether they would recommend working here, how they think customers fare, who asks for training.

Never a quote, and never a team, or a touchpoint's staff, of fewer than the smallest group shown.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from ibis import _

from personas.estimates import Estimate, not_measured
from personas.experience.models import Kpi, StaffView, TrainingNeed
from personas.experience.moments import Moments, Z, mean_of, moments_of, net_promoters_of
from personas.experience.scores import DETRACTOR, PROMOTER
from personas.experience.suppression import hidden_groups

SERVED = ("csat", "rating")
OTHER_TEAMS = "Other teams"


def measure_staff(employees, min_group: int) -> Kpi | None:
    """eNPS of all staff who answered from 0 to 10; None where nobody was asked."""
    if not {"metric", "score"} <= set(employees.columns):
        return None
    asked = employees.filter(_.metric == "enps", _.score.between(0, 10))
    votes = asked.select(vote=(_.score >= PROMOTER).cast("int8") - (_.score <= DETRACTOR).cast("int8"))
    values = votes.to_pandas()["vote"].to_numpy(float)
    if not len(values):
        return None
    few = not_measured(f"fewer than {min_group} staff answered", "points")
    return Kpi(
        key="enps", label="Staff recommendation (eNPS)", definition="Share of staff who answer 9 or 10 less share of "
        "0 to 6, asked whether they would recommend working here", better="higher",
        estimate=net_promoters_of(moments_of(values), min_group) if len(values) >= min_group else few,
    )  # fmt: skip


def staff_scales(parts) -> dict[str, tuple[float, float]]:
    """Metric → (lowest, highest score), from what the contract says of staff; a metric on two scales has none."""
    found: dict[str, set] = {}
    for part in parts:
        if part.scale is not None and part.metric is not None and part.metric.value is not None:
            found.setdefault(part.metric.value, set()).add((part.scale.low, part.scale.high))
    return {metric: scales.pop() for metric, scales in found.items() if len(scales) == 1}


def _scores(employees, metric: str, by: str, scales: Mapping[str, tuple]) -> dict[str, np.ndarray]:
    """Scores on their scale by touchpoint or team, rising; {} where that was not asked."""
    if not {"metric", "score", by} <= set(employees.columns) or metric not in scales:
        return {}
    rows = employees.filter(_.metric == metric, _.score.between(*scales[metric]), employees[by].notnull())
    frame = rows.select("score", by=rows[by]).order_by("by", "score").to_pandas()
    return {str(name): part["score"].to_numpy(float) for name, part in frame.groupby("by", sort=True)}


def compare_staff(
    employees, scales: Mapping[str, tuple], ratings: Mapping[str, Estimate], rated: Mapping[str, tuple], min_group: int
) -> tuple[StaffView, ...]:
    """Each touchpoint as staff think customers find it beside how customers rate it, widest apart first.

    scales : metric → (lowest, highest) of staff's answers
    ratings, rated : touchpoint → customers' mean, and the scale it is on
    Touchpoints with fewer than `min_group` answers of staff are left out, as are those on another scale.
    """
    metric = next((name for name in SERVED if name in scales), "")
    said = _scores(employees, metric, "touchpoint", scales)
    hidden = hidden_groups({number: len(own) for number, own in enumerate(said.values(), 1)}, min_group)
    views = []
    for number, (touchpoint, own) in enumerate(said.items(), 1):
        theirs = ratings.get(touchpoint)
        if number in hidden or theirs is None or theirs.low is None or rated.get(touchpoint) != scales[metric]:
            continue
        staff = mean_of(moments_of(own))
        if staff.low is not None:
            views.append(_view(touchpoint, scales[metric], staff, theirs))
    return tuple(sorted(views, key=lambda view: (-abs(view.difference.value), view.touchpoint)))


def _view(touchpoint: str, scale: tuple, staff: Estimate, customers: Estimate) -> StaffView:
    value = staff.value - customers.value
    reach = float(np.hypot(staff.high - staff.value, customers.high - customers.value))
    difference = Estimate(
        value=value, low=value - reach, high=value + reach, n=staff.n, unit="score",
        method="difference of two means, half-widths of their intervals added in squares",
    )  # fmt: skip
    reading = "staff see it better than customers" if difference.low > 0 else ""
    reading = "customers see it better than staff" if difference.high < 0 else reading
    return StaffView(
        touchpoint=touchpoint, scale_low=scale[0], scale_high=scale[1], staff=staff, customers=customers,
        difference=difference, reading=reading,
    )  # fmt: skip


def measure_training(employees, scales: Mapping[str, tuple], min_group: int) -> tuple[TrainingNeed, ...]:
    """How much training each team asks for against all the others, most first.

    Teams with fewer than `min_group` answers are told together as other teams where that is enough, else not at all; no
    mean of all staff is given, from which such a team could be worked out.
    """
    teams = _scores(employees, "training", "team", scales)
    small = [name for name, scores in teams.items() if len(scores) < min_group]
    together = np.concatenate([teams.pop(name) for name in small]) if small else np.array([])
    if len(together) >= min_group:
        teams[OTHER_TEAMS] = together
    needs = []
    for name, scores in teams.items():
        others = [other for key, other in teams.items() if key != name]
        if others:
            needs.append(_need(name, moments_of(scores), moments_of(np.concatenate(others)), scales["training"]))
    return tuple(sorted(needs, key=lambda need: (-need.need.value, need.team)))


def _need(team: str, own: Moments, rest: Moments, scale: tuple[float, float]) -> TrainingNeed:
    off, error = own.mean - rest.mean, float(np.hypot(own.error, rest.error))
    reading = "asks for more than the others" if off > Z * error else ""
    reading = "asks for less than the others" if off < -Z * error else reading
    return TrainingNeed(
        team=team, scale_low=scale[0], scale_high=scale[1], need=mean_of(own), rest=mean_of(rest), reading=reading
    )
