"""The composite path: the steps that many customers of a group share, at the median day on which they take them.

Every step is counted from the customer's own first contact. Where enough customers came new in the time seen, only
they are followed; else everybody, from the first contact that was seen. Nobody need have walked all of the path.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import ibis
import numpy as np
import pandas as pd
from ibis import _

from personas.estimates import Estimate, not_measured
from personas.experience.comparison import Group
from personas.experience.disclosure import may_be_shown, shown_segments
from personas.experience.journey.journey_models import Path, PathStep
from personas.experience.journey.observed import NOBODY_ASKED
from personas.experience.models import JourneyCell
from personas.experience.moments import Moments, share_of

HORIZON, NEW_AFTER = 180, 31
LEAST_SHARE, MOST_STEPS = 0.1, 10
FEWEST_NEW = 30


def measure_path(
    events, members, groups: Group, start: datetime, end: datetime, cells: dict[int, tuple[JourneyCell, ...]],
    stages: tuple[str, ...], linked: bool = False,
) -> dict[int, Path]:  # fmt: skip
    """The path of the base (0) and of each segment; groups that may not be shown have none.

    events : customer_id, time, stage, touchpoint, channel, bought; cells : the journey, whose feelings are taken over
    linked : contacts are campaigns alone; then paths begin with the first of them and not with an earlier purchase
    """
    own = ("stage", "touchpoint")
    if linked:
        sent = events.filter(~_.bought).group_by("customer_id").agg(sent=_.time.min())
        events = events.join(sent, "customer_id").filter(_.time >= _.sent)
    first = events.group_by("customer_id", *own).agg(first=_.time.min(), channel=_.channel.argmin(_.time))
    began = first.group_by("customer_id").agg(began=_["first"].min())
    watched = began.filter(_.began <= ibis.literal(end - timedelta(days=HORIZON)))
    fresh = watched.filter(_.began >= ibis.literal(start + timedelta(days=NEW_AFTER)))
    wanted = members.select("customer_id", "segment")
    counts = _by_segment(fresh.join(wanted, "customer_id"))
    basis = f"customers first seen {NEW_AFTER} days or more after the data begins"
    if linked:
        basis = f"customers whose first campaign came {NEW_AFTER} days or more after the data begins"
    if sum(counts.values()) < max(FEWEST_NEW, groups.min_group):
        fresh, basis = watched, "all customers, from the first contact that was seen"
        counts = _by_segment(fresh.join(wanted, "customer_id"))
    rows = first.join(fresh, "customer_id").join(wanted, "customer_id")
    rows = rows.mutate(day=(_["first"].delta(_.began, unit="second") / 86_400).floor().cast("int64"))
    rows = rows.filter(_.day <= HORIZON)
    taken = rows.group_by("segment", *own, "day", "channel").agg(n=_.count())
    frame = taken.order_by("segment", *own, "day", "channel").to_pandas()
    shown = {0} if may_be_shown(sum(counts.values()), groups.min_group) else set()
    shown |= shown_segments({s: counts.get(s, 0) for s in groups.segments}, groups.min_group)
    return {
        number: _path(frame, number, counts, groups, basis, cells.get(number, ()), stages)
        for number in sorted(shown)
        if (counts.get(number, 0) if number else sum(counts.values()))
    }


def _by_segment(rows) -> dict[int, int]:
    counted = rows.group_by("segment").agg(n=_.count()).order_by("segment").to_pyarrow().to_pylist()
    return {int(row["segment"]): int(row["n"]) for row in counted}


def _path(frame: pd.DataFrame, number: int, counts, groups: Group, basis: str, cells, stages) -> Path:
    n = counts.get(number, 0) if number else sum(counts.values())
    own = frame if number == 0 else frame[frame["segment"] == number]
    felt = {(cell.stage, cell.touchpoint): cell.feeling for cell in cells}
    order = {stage: place for place, stage in enumerate(stages)}
    steps = []
    for (stage, touchpoint), rows in own.groupby(["stage", "touchpoint"], sort=True):
        everywhere = frame[(frame["stage"] == stage) & (frame["touchpoint"] == touchpoint)]
        by = {s: float(everywhere.loc[everywhere["segment"] == s, "n"].sum()) for s in groups.segments}
        who = int(rows["n"].sum())
        hidden = number and number not in shown_segments(by, groups.min_group)
        if who < max(groups.min_group, LEAST_SHARE * n) or hidden:
            continue
        days = rows.groupby("day")["n"].sum()
        ways = rows.groupby("channel")["n"].sum()
        ways = ways[ways >= groups.min_group]
        steps.append(
            PathStep(
                stage=stage, touchpoint=touchpoint, channel=str(ways.idxmax()) if len(ways) else "", customers=who,
                days=median_of_counts(days.index.to_numpy(int), days.to_numpy(int)), share=_share(who, n),
                feeling=felt.get((stage, touchpoint), not_measured(NOBODY_ASKED, "score")),
            )
        )  # fmt: skip
    steps = sorted(steps, key=lambda step: (-step.customers, step.stage, step.touchpoint))[:MOST_STEPS]
    steps.sort(key=lambda step: (step.days.value, order.get(step.stage, len(order)), -step.customers, step.touchpoint))
    return Path(basis=basis, customers=n, horizon=HORIZON, steps=tuple(steps))


def _share(yes: int, n: int) -> Estimate:
    each = Moments(n, n, n, yes, yes, n, n, yes, yes)
    return share_of(each)


def median_of_counts(values: np.ndarray, counts: np.ndarray) -> Estimate:
    """Median of whole days given how often each occurs, with the distribution-free interval from order statistics.

    >>> median_of_counts(np.array([0, 5, 9]), np.array([10, 20, 10])).value
    5.0
    """
    from scipy.stats import binom

    order = np.argsort(values)
    values, reached = values[order], np.cumsum(counts[order])
    n = int(reached[-1])

    def at(rank: int) -> float:
        return float(values[np.searchsorted(reached, min(max(rank, 1), n))])

    middle = (at((n + 1) // 2) + at(n // 2 + 1)) / 2
    rank = int(binom.ppf(0.025, n, 0.5))
    if rank < 1:
        return Estimate(value=middle, n=n, unit="days", method="median, too few for an interval")
    return Estimate(
        value=middle, low=at(rank), high=at(n - rank + 1), n=n, unit="days", method="median, order statistics"
    )


def undated_path(cells: tuple[JourneyCell, ...], min_group: int) -> Path | None:
    """The path where nothing is dated: the places of the journey in the order of their stages."""
    steps = []
    for cell in cells:
        who = round(cell.share.value * cell.share.n) if cell.share.measured else 0
        if cell.touchpoint and who >= min_group and cell.kind in ("observed", "reported"):
            steps.append(
                PathStep(
                    stage=cell.stage, touchpoint=cell.touchpoint, customers=who, share=cell.share,
                    channel=cell.channels[0].name if cell.channels else "", feeling=cell.feeling,
                    days=not_measured("nothing is dated", "days"),
                )
            )  # fmt: skip
    if not steps:
        return None
    basis = "customers who were asked, in the order of the stages; nothing is dated"
    return Path(basis=basis, customers=max(cell.share.n for cell in cells), horizon=None, steps=tuple(steps))
