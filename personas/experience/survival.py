"""Time until something happens, with those to whom it has not happened yet kept in: Kaplan and Meier (1958)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from personas.estimates import Estimate, not_measured
from personas.experience.moments import Z

SMALLEST = 1 / 86_400  # a second, in days: what happens at once still takes time


@dataclass(frozen=True)
class Spells:
    """Spans of time: (n,) days they lasted, whether they ended or still go on, days at which they came into view.

    `entry` is above 0 where a span began before anybody looked: had it ended before, it would not be here.
    """

    days: np.ndarray
    ended: np.ndarray
    entry: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.days)

    def of(self, chosen: np.ndarray) -> Spells:
        return Spells(self.days[chosen], self.ended[chosen], None if self.entry is None else self.entry[chosen])

    def curve(self):
        """The survival function, or None where nothing ended."""
        days = np.maximum(self.days, SMALLEST)
        entry = self.entry
        seen = np.full(len(days), True) if entry is None else days > entry
        if not self.ended[seen].any():
            return None
        from statsmodels.duration.survfunc import SurvfuncRight

        began = {} if entry is None or not entry[seen].any() else {"entry": np.maximum(entry[seen], 0.0)}
        return SurvfuncRight(days[seen], self.ended[seen].astype(float), **began)


def time_until(spells: Spells, share: float) -> Estimate:
    """Days until `share` (0 to 1) of the spans have ended, interval on the log-log scale; n counts spans.

    Not measured where fewer than that have ended in the time seen.
    """
    curve = spells.curve() if len(spells) else None
    if curve is None:
        return not_measured("nothing ended in the time seen", "days", len(spells))
    value = float(curve.quantile(share))
    if not np.isfinite(value):
        return not_measured(f"fewer than {share:.0%} ended in the time seen", "days", len(spells))
    with np.errstate(divide="ignore", invalid="ignore"):  # where the curve is at 0 or 1 there is no bound
        low, high = (float(bound) for bound in curve.quantile_ci(share, method="cloglog"))
    known = np.isfinite(low) and np.isfinite(high)
    return Estimate(
        value=value, low=low if known else None, high=high if known else None, n=len(spells), unit="days",
        method="Kaplan-Meier, log-log interval" if known else "Kaplan-Meier, no upper bound in the time seen",
    )  # fmt: skip


def share_left(spells: Spells, days: float) -> Estimate:
    """Share of the spans that still go on after `days`; Greenwood's variance, interval on the log-log scale.

    Not measured where nobody was watched for so long.
    """
    if not len(spells) or spells.days.max() < days:
        return not_measured(f"nobody was watched for {days:.0f} days", "share", len(spells))
    curve = spells.curve()
    if curve is None:
        return not_measured("nothing ended in the time seen", "share", len(spells))
    at = int(np.searchsorted(curve.surv_times, days, side="right")) - 1
    if at < 0:
        return not_measured(f"nothing ended within {days:.0f} days", "share", len(spells))
    value, error = float(curve.surv_prob[at]), float(curve.surv_prob_se[at])
    if not 0 < value < 1 or not np.isfinite(error):
        return Estimate(value=value, n=len(spells), unit="share", method="Kaplan-Meier, no interval at 0 or 100 %")
    reach = Z * error / (value * abs(np.log(value)))
    low, high = value ** np.exp(reach), value ** np.exp(-reach)
    return Estimate(
        value=value, low=float(low), high=float(high), n=len(spells), unit="share",
        method="Kaplan-Meier, Greenwood's variance, log-log interval",
    )  # fmt: skip


def curve_p(own: Spells, rest: Spells) -> float | None:
    """Two-sided p-value of the log-rank test that two groups end alike; None where nothing ended."""
    if not (len(own) and len(rest)) or not (own.ended.any() or rest.ended.any()):
        return None
    from statsmodels.duration.survfunc import survdiff

    days = np.maximum(np.concatenate([own.days, rest.days]), SMALLEST)
    ended = np.concatenate([own.ended, rest.ended]).astype(float)
    group = np.repeat([1, 0], [len(own), len(rest)])
    entry = None if own.entry is None or rest.entry is None else np.concatenate([own.entry, rest.entry])
    if entry is not None:
        seen = days > entry
        days, ended, group, entry = days[seen], ended[seen], group[seen], entry[seen]
    p = float(survdiff(days, ended, group, entry=entry)[1])
    return p if np.isfinite(p) else None
