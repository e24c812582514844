"""Who said so earlier and who later: the two halves of the observation, for the trend of a pain point.

The share affected in the later half less that in the earlier one; a customer who answered in both halves is one
customer, so the difference is linearised over customers [Cochran 1977, ch. 6].
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pandas as pd
from ibis import _

from personas.customers.feedback import RATED, exact_sum, own_answers
from personas.estimates import Estimate

Z = 1.959963984540054
Pair = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Halves:
    """(n,) bool each: who could say so and who did, in the earlier and in the later half."""

    early_asked: np.ndarray
    early: np.ndarray
    late_asked: np.ndarray
    late: np.ndarray


@dataclass(frozen=True)
class RatingHalves:
    """spoke : (n,) who answered anything in each half; rows : touchpoint → place, later, good (share of the scale)"""

    spoke: Pair
    rows: Mapping[str, pd.DataFrame] = field(repr=False)

    def of(self, touchpoint: str, share: float, low: bool, wrote: Pair) -> Halves:
        """Those who rated the touchpoint at one end of its scale, or wrote so, in each half."""
        own = self.rows.get(touchpoint)
        hurt = wrote
        if own is not None:
            beyond = own["good"] <= share + 1e-9 if low else own["good"] >= share - 1e-9
            hit = own[beyond]
            rated = split(hit["place"], hit["later"], len(self.spoke[0]))
            hurt = (wrote[0] | rated[0], wrote[1] | rated[1])
        return Halves(self.spoke[0], hurt[0] & self.spoke[0], self.spoke[1], hurt[1] & self.spoke[1])


def split(places: pd.Series, later: pd.Series, n: int) -> Pair:
    """(n,) bool for the earlier and the later half; rows of unknown date are in neither."""
    flags = np.zeros((2, n), bool)
    when = later.map({False: 0.0, True: 1.0}).to_numpy(float)
    for half in (0, 1):
        flags[half, places.to_numpy(int)[when == half]] = True
    return flags[0], flags[1]


def gather_halves(feedback, ids: pd.Series, middle: datetime | None) -> RatingHalves | None:
    """Gather who scored what in each half; None where answers have no date."""
    rows = own_answers(feedback)
    if rows is None or middle is None or "time" not in feedback.columns:
        return None
    rows = rows.filter(_.time.notnull()).mutate(later=_.time >= middle, rated=_.metric.isin(RATED))
    found = rows.group_by("customer_id", "touchpoint", "later", "rated").agg(good=exact_sum(_.good) / _.count())
    frame = found.order_by("customer_id", "touchpoint", "later", "rated").to_pandas()
    frame["place"] = pd.Index(ids).get_indexer(frame["customer_id"])
    frame = frame[frame["place"] >= 0].drop(columns="customer_id")
    rated = frame[frame["rated"] & (frame["touchpoint"] != "")]
    by_place = {str(name): own for name, own in rated.groupby("touchpoint", sort=True)}
    return RatingHalves(split(frame["place"], frame["later"], len(ids)), by_place)


def measure_trend(halves: Halves | None, here: np.ndarray, weights: np.ndarray, min_group: int):
    """(the later half's share less the earlier half's, words); (None, why) where it is not measured.

    here : (n,) who belongs to the group; a half in which fewer than `min_group` could say so is not compared
    """
    if halves is None:
        return None, "trend not measured: known for the whole period only"
    asked = [halves.early_asked & here, halves.late_asked & here]
    hurt = [halves.early & asked[0], halves.late & asked[1]]
    if min(len(np.flatnonzero(a)) for a in asked) < max(min_group, 2):
        return None, "trend not measured: too few answers in one half of the period"
    if any(0 < int(h.sum()) < min_group for h in hurt):
        return None, "trend not measured: too few affected in one half of the period"
    w = weights * here
    sizes = [float(w @ a) for a in asked]
    shares = [float(w @ h) / size for h, size in zip(hurt, sizes, strict=True)]
    spread = [w * (h - p * a) / size for h, a, p, size in zip(hurt, asked, shares, sizes, strict=True)]
    either = asked[0] | asked[1]
    n = int(either.sum())
    error = float(np.sqrt(n / (n - 1) * ((spread[1] - spread[0]) ** 2).sum()))
    change = shares[1] - shares[0]
    low, high = change - Z * error, change + Z * error
    method = "later half less earlier half, linearised over customers"
    estimate = Estimate(value=change, low=low, high=high, n=n, unit="share", method=method)
    return estimate, trend_words(estimate)


def trend_words(change: Estimate) -> str:
    """The direction where chance does not explain it, in percentage points."""
    low, high = (f"{100 * bound:+.1f}".replace("-", "−") for bound in (change.low, change.high))
    span = f"({low} to {high} percentage points from the first to the second half)"
    if change.low <= 0 <= change.high:
        return f"no clear trend {span}"
    return f"{'rising' if change.value > 0 else 'falling'} {span}"
