"""A number that knows how sure it is: estimate, 95 % interval, number of answers, method.

Every figure a reader sees is an :class:`Estimate`. ``value`` is None when it could not be measured, and
``method`` then says why.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

Unit = Literal["share", "points", "money", "days", "count", "ratio", "score", "hour", "percent", "index"]


class Frozen(BaseModel):
    """Base of the values that stages hand over: immutable, strict about names, JSON in and out."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Estimate(Frozen):
    """A value with its 95 % interval.

    value, low, high : in `unit`; shares are 0 to 1; None means "not measured"
    n : observations the value rests on (answers, not customers, where they differ)
    n_effective : n allowing for weights or clusters, where it differs
    method : how the interval was made, or why there is none
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    n_effective: float | None = None
    unit: Unit = "count"
    method: str = ""

    @property
    def measured(self) -> bool:
        return self.value is not None


def not_measured(why: str, unit: Unit = "count", n: int = 0) -> Estimate:
    return Estimate(value=None, n=n, unit=unit, method=why)


def share_estimate(flags, method: str = "Wilson") -> Estimate:
    """Estimate the share of True among known answers, with Wilson's interval.

    flags : array of bool or of 0, 1 and NaN (NaN = unknown, left out)

    >>> share_estimate([1, 1, 0, 0]).value
    0.5
    """
    values = np.asarray(flags, float)
    values = values[np.isfinite(values)]
    n = len(values)
    if n == 0:
        return not_measured("no known answers", "share")
    from scipy.stats import binomtest

    interval = binomtest(int(values.sum()), n).proportion_ci(method="wilson")
    return Estimate(
        value=float(values.mean()), low=float(interval.low), high=float(interval.high), n=n, unit="share",
        method=method,
    )  # fmt: skip


def mean_estimate(values, unit: Unit = "count") -> Estimate:
    """Estimate a mean with Student's t interval; below two known values there is no interval.

    >>> mean_estimate([1.0, 2.0, 3.0]).value
    2.0
    """
    values = np.asarray(values, float)
    values = values[np.isfinite(values)]
    n = len(values)
    if n == 0:
        return not_measured("no known values", unit)
    mean = float(values.mean())
    if n == 1:
        return Estimate(value=mean, n=1, unit=unit, method="one value, no interval")
    from scipy.stats import t

    reach = float(t.ppf(0.975, n - 1) * values.std(ddof=1) / np.sqrt(n))
    low, high = mean - reach, mean + reach
    if unit == "share":
        low, high = max(low, 0.0), min(high, 1.0)
    return Estimate(value=mean, low=low, high=high, n=n, unit=unit, method="mean, Student's t")


def ratio_estimate(part, whole, unit: Unit = "share", weights=None) -> Estimate:
    """Estimate Σ part / Σ whole over customers, interval by linearisation [Cochran 1977, ch. 6].

    part, whole : (n,) what each customer adds to the top and to the bottom; weights : (n,) survey weights

    >>> ratio_estimate([1.0, 0.0], [1.0, 3.0]).value
    0.25
    """
    part, whole = np.asarray(part, float), np.asarray(whole, float)
    known = np.isfinite(part) & np.isfinite(whole)
    if weights is not None:
        part, whole = part * np.asarray(weights, float), whole * np.asarray(weights, float)
    part, whole = part[known], whole[known]
    n, total = len(whole), float(whole.sum())
    if n == 0 or total <= 0:
        return not_measured("nothing to divide by", unit, n)
    value = float(part.sum() / total)
    if n == 1:
        return Estimate(value=value, n=1, unit=unit, method="one value, no interval")
    reach = 1.96 * float(np.sqrt(n / (n - 1) * ((part - value * whole) ** 2).sum()) / total)
    low, high = value - reach, value + reach
    if unit == "share":
        low, high = max(low, 0.0), min(high, 1.0)
    return Estimate(value=value, low=low, high=high, n=n, unit=unit, method="ratio of sums, linearised")


def cohen_d(inside, outside) -> float | None:
    """Standardised difference of two means, pooled standard deviation; None where there is no spread or nobody.

    >>> cohen_d([2.0, 3.0, 4.0], [1.0, 2.0, 3.0])
    1.0
    """
    a, b = (np.asarray(values, float) for values in (inside, outside))
    a, b = a[np.isfinite(a)], b[np.isfinite(b)]
    if len(a) < 2 or len(b) < 2:
        return None
    pooled = np.sqrt(((len(a) - 1) * a.var(ddof=1) + (len(b) - 1) * b.var(ddof=1)) / (len(a) + len(b) - 2))
    return float((a.mean() - b.mean()) / pooled) if pooled > 0 else None


def cohen_h(share: float, other: float) -> float:
    """Difference of two shares on the arcsine scale [Cohen 1988].

    >>> round(cohen_h(0.5, 0.5), 2)
    0.0
    """
    return float(2 * (np.arcsin(np.sqrt(share)) - np.arcsin(np.sqrt(other))))
