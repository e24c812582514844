"""Time until something happens, with those to whom it has not happened yet kept in: Kaplan and Meier (1958).

Where customers have several spans or a survey weight, the variance is that of sums over customers, from what each
span adds to the curve [Williams 1995]; with one span of the same weight each it is Greenwood's, to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from personas.estimates import Estimate, not_measured
from personas.experience.moments import Z

SMALLEST = 1 / 86_400  # a second, in days: what happens at once still takes time
FEWEST_WATCHED = 5


@dataclass(frozen=True)
class Curve:
    """Share left after each time at which something ended.

    times : (k,) days, rising; left : (k,) share, falling; risk, ended : (k,) weight under watch just before, and ending
    """

    times: np.ndarray
    left: np.ndarray
    risk: np.ndarray
    ended: np.ndarray

    @cached_property
    def greenwood(self) -> np.ndarray:
        """(k,) standard error of `left` were every span a customer of weight 1; NaN where nobody is left."""
        with np.errstate(divide="ignore", invalid="ignore"):
            error = self.left * np.sqrt(np.cumsum(self.ended / (self.risk * (self.risk - self.ended))))
        return np.where(self.left > 0, error, np.nan)


@dataclass(frozen=True)
class Spells:
    """Spans of time: (n,) days they lasted, whether they ended or still go on, days at which they came into view.

    `entry` is above 0 where a span began before anybody looked: had it ended before, it would not be here.
    weights : (n,) survey weights; customers : (n,) whose span it is; None: all alike, everybody once
    """

    days: np.ndarray
    ended: np.ndarray
    entry: np.ndarray | None = None
    weights: np.ndarray | None = None
    customers: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.days)

    @property
    def people(self) -> int:
        return len(self) if self.customers is None else len(np.unique(self.customers))

    @cached_property
    def plain(self) -> bool:
        """True where every span is another customer's and all weigh the same."""
        alike = self.weights is None or len(self) == 0 or bool((self.weights == self.weights[0]).all())
        return alike and self.people == len(self)

    def of(self, chosen: np.ndarray) -> Spells:
        return Spells(self.days[chosen], self.ended[chosen], *(_part(x, chosen) for x in self._rest()))

    def _rest(self):
        return self.entry, self.weights, self.customers

    @cached_property
    def seen(self) -> Spells:
        """The spans as they are counted: none of length 0, none that ended before anybody looked, weights positive."""
        days = np.maximum(self.days, SMALLEST)
        entry = np.zeros(len(days)) if self.entry is None else np.maximum(self.entry, 0.0)
        weights = np.ones(len(days)) if self.weights is None else np.asarray(self.weights, float)
        if self.plain:
            weights = np.ones(len(days))
        customers = np.arange(len(days)) if self.customers is None else self.customers
        kept = (days > entry) & (weights > 0)
        return Spells(days[kept], self.ended[kept], entry[kept], weights[kept], customers[kept])

    @cached_property
    def curve(self) -> Curve | None:
        """The survival curve, or None where nothing ended."""
        own = self.seen
        if not own.ended.any():
            return None
        times, at = np.unique(own.days[own.ended], return_inverse=True)
        ended = np.bincount(at, weights=own.weights[own.ended])
        risk = _weight_from(own.days, own.weights, times) - _weight_from(own.entry, own.weights, times)
        left = np.cumprod(np.maximum(1 - ended / risk, 0.0))
        last = risk - ended <= 1e-9 * risk  # everybody who was left ended: exactly nobody remains
        return Curve(times, np.where(np.maximum.accumulate(last), 0.0, left), risk, ended)

    def error_at(self, days: float) -> float:
        """Standard error of the share left after `days`, customers as clusters."""
        curve, own = self.curve, self.seen
        at = int(np.searchsorted(curve.times, days, side="right")) - 1
        if self.plain or at < 0 or not 0 < curve.left[at] < 1:
            return float(curve.greenwood[at]) if at >= 0 else 0.0
        # What a span adds to the logarithm of the curve: its own end, less what it was expected to add while watched.
        risk, ended = curve.risk[: at + 1], curve.ended[: at + 1]
        steps = np.append(0.0, np.cumsum(ended / (risk * (risk - ended))))
        until, since = (np.searchsorted(curve.times[: at + 1], x, side="right") for x in (own.days, own.entry))
        part = -(steps[until] - steps[since])
        ends = own.ended & (own.days <= curve.times[at])
        where = np.searchsorted(curve.times, own.days[ends])
        part[ends] += 1 / (risk - ended)[where]
        sums = np.bincount(np.unique(own.customers, return_inverse=True)[1], weights=part * own.weights)
        return float(curve.left[at] * np.sqrt((sums**2).sum() * len(sums) / max(len(sums) - 1, 1)))

    def n_effective(self, days: float) -> float | None:
        """Customers that would say as much if each had one span of the same weight; None where that is so."""
        if self.plain:
            return None
        at = int(np.searchsorted(self.curve.times, days, side="right")) - 1
        error, left = self.error_at(days), self.curve.left[at]
        alone = self.curve.greenwood[at] * np.sqrt(self.seen.weights.mean())
        return round(float(len(self) * (alone / error) ** 2), 1) if 0 < left < 1 and error > 0 else None


def _part(values: np.ndarray | None, chosen: np.ndarray) -> np.ndarray | None:
    return None if values is None else values[chosen]


def _weight_from(moments: np.ndarray, weights: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Weight of those whose moment is not before each of `times`."""
    order = np.argsort(moments, kind="stable")
    below = np.append(0.0, np.cumsum(weights[order]))
    return below[-1] - below[np.searchsorted(moments[order], times, side="left")]


def time_until(spells: Spells, share: float) -> Estimate:
    """Days until `share` (0 to 1) of the spans have ended, interval on the log-log scale; n counts spans.

    Not measured where fewer than that have ended in the time seen. The interval holds the times at which the share
    left cannot be told from 1 − `share` [Brookmeyer & Crowley 1982].

    >>> time_until(Spells(np.array([1.0, 2, 3, 9]), np.array([True, True, True, False])), 0.5).value
    2.0
    """
    curve = spells.curve if len(spells) else None
    if curve is None:
        return not_measured("nothing ended in the time seen", "days", len(spells))
    reached = np.flatnonzero(curve.left <= 1 - share + 1e-12)
    if not len(reached):
        return not_measured(f"fewer than {share:.0%} ended in the time seen", "days", len(spells))
    value = float(curve.times[reached[0]])
    wider = 1.0
    if not spells.plain and curve.greenwood[reached[0]] > 0:
        wider = spells.error_at(value) / curve.greenwood[reached[0]]
    with np.errstate(divide="ignore", invalid="ignore"):  # where the curve is at 0 or 1 there is no bound
        slope = 1 / (curve.left * np.log(curve.left))
        off = (_loglog(curve.left) - _loglog(1 - share)) / (slope * curve.greenwood * wider)
        near = np.flatnonzero(np.abs(off) <= Z)
    known = len(near) > 0 and near[-1] + 1 < len(curve.times)
    return Estimate(
        value=value, low=float(curve.times[near[0]]) if known else None,
        high=float(curve.times[near[-1] + 1]) if known else None, n=len(spells), n_effective=spells.n_effective(value),
        unit="days",
        method="Kaplan-Meier, log-log interval" if known else "Kaplan-Meier, no upper bound in the time seen",
    )  # fmt: skip


def _loglog(share):
    return np.log(-np.log(share))


def share_left(spells: Spells, days: float) -> Estimate:
    """Share of the spans that still go on after `days`; interval on the log-log scale.

    Not measured where nobody was watched for so long, or where so few were under watch at some moment before that a
    single one would decide it.
    """
    if not len(spells) or spells.days.max() < days:
        return not_measured(f"nobody was watched for {days:.0f} days", "share", len(spells))
    curve = spells.curve
    if curve is None:
        return not_measured("nothing ended in the time seen", "share", len(spells))
    at = int(np.searchsorted(curve.times, days, side="right")) - 1
    if at < 0:
        return not_measured(f"nothing ended within {days:.0f} days", "share", len(spells))
    if spells.entry is not None and _watched(spells, curve.times[: at + 1]).min() < FEWEST_WATCHED:
        return not_measured(f"fewer than {FEWEST_WATCHED} were under watch at some moment", "share", len(spells))
    value, error = float(curve.left[at]), spells.error_at(days)
    if not 0 < value < 1 or not np.isfinite(error):
        return Estimate(value=value, n=len(spells), unit="share", method="Kaplan-Meier, no interval at 0 or 100 %")
    reach = Z * error / (value * abs(np.log(value)))
    low, high = value ** np.exp(reach), value ** np.exp(-reach)
    variance = "Greenwood's variance" if spells.plain else "spans of one customer taken together"
    return Estimate(
        value=value, low=float(low), high=float(high), n=len(spells), n_effective=spells.n_effective(days),
        unit="share", method=f"Kaplan-Meier, {variance}, log-log interval",
    )  # fmt: skip


def _watched(spells: Spells, times: np.ndarray) -> np.ndarray:
    own = spells.seen
    alone = np.ones(len(own))
    return _weight_from(own.days, alone, times) - _weight_from(own.entry, alone, times)


def curve_p(own: Spells, rest: Spells) -> float | None:
    """Two-sided p-value of the log-rank test that two groups end alike; None where nothing ended.

    With several spans a customer, or weights, its variance is that of sums over customers [Lee, Wei & Amato 1992].
    """
    if not (len(own) and len(rest)) or not (own.ended.any() or rest.ended.any()):
        return None
    parts = (own.seen, rest.seen)
    days, ended, entry = (np.concatenate([getattr(s, f) for s in parts]) for f in ("days", "ended", "entry"))
    group = np.repeat([1.0, 0.0], [len(parts[0]), len(parts[1])])
    if own.plain and rest.plain:
        from scipy.stats import chi2
        from statsmodels.duration.survfunc import survdiff

        late = {"entry": entry} if entry.any() else {}
        try:
            p = float(chi2.sf(survdiff(days, ended.astype(float), group, **late)[0], 1))
        except np.linalg.LinAlgError:  # all ended at once: nothing tells the groups apart
            return None
        return p if np.isfinite(p) else None
    weights = np.concatenate([s.weights for s in parts])
    # A customer may have spans in both groups only if segments change, which they do not: ids stay apart.
    who = np.concatenate([np.unique(s.customers, return_inverse=True)[1] for s in parts])
    who[len(parts[0]) :] += len(parts[0])
    pooled = Spells(days, ended, entry, weights, who).curve
    if pooled is None:
        return None
    times = pooled.times
    mine = group > 0
    share = _weight_from(days[mine], weights[mine], times) - _weight_from(entry[mine], weights[mine], times)
    share = share / pooled.risk
    hazard = pooled.ended / pooled.risk
    steps, turned = (np.append(0.0, np.cumsum(x)) for x in (hazard, hazard * share))
    until, since = (np.searchsorted(times, x, side="right") for x in (days, entry))
    part = -(group * (steps[until] - steps[since]) - (turned[until] - turned[since]))
    part[ended] += (group - share[np.minimum(np.searchsorted(times, days), len(times) - 1)])[ended]
    sums = np.bincount(who, weights=part * weights)
    error = np.sqrt((sums**2).sum())
    if error == 0:
        return None
    from scipy.stats import norm

    return float(2 * norm.sf(abs(sums.sum()) / error))
