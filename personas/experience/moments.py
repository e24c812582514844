"""Weighted sums from which means, shares and scores are estimated, with customers as clusters.

A customer who answers five times is not five customers, and a survey weight is not a customer either. So the engine
adds up, over customers, the weighted count and total of their answers and the squares and products of these; that is
all that a ratio and its variance need [Cochran 1977, ch. 6], however many rows there were. Sums of two groups add up
to those of both, and what is left of the base without a segment is its rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from functools import reduce
from operator import add

import numpy as np
import pandas as pd

from personas.customers.feedback import exact_sum
from personas.estimates import Estimate, Unit, not_measured

Z = 1.959963984540054


@dataclass(frozen=True)
class Moments:
    """Sums over the customers of a group, each with weight w, c answers and their total x.

    answers, customers : unweighted; count Σwc; total Σwx; squares Σw(sum of squared answers); weights Σw²c
    cc, cx, xx : Σw²c², Σw²cx, Σw²x²
    """

    answers: float = 0.0
    customers: float = 0.0
    count: float = 0.0
    total: float = 0.0
    squares: float = 0.0
    weights: float = 0.0
    cc: float = 0.0
    cx: float = 0.0
    xx: float = 0.0

    def __add__(self, other: Moments) -> Moments:
        return Moments(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def __sub__(self, other: Moments) -> Moments:
        return Moments(*(a - b for a, b in zip(astuple(self), astuple(other), strict=True)))

    @property
    def mean(self) -> float:
        return self.total / self.count

    @property
    def spread(self) -> float:
        """Standard deviation of the single answers."""
        return float(np.sqrt(max(self.squares / self.count - self.mean**2, 0.0)))

    @property
    def error(self) -> float:
        """Standard error of the mean, linearised over customers; 0 below two customers."""
        if self.customers < 2:
            return 0.0
        left = self.xx - 2 * self.mean * self.cx + self.mean**2 * self.cc
        return float(np.sqrt(max(left, 0.0) * self.customers / (self.customers - 1)) / self.count)

    @property
    def n_effective(self) -> float:
        """Answers that would say as much if all weighed the same and came from different customers [Kish 1965]."""
        if self.answers == self.customers:
            return self.count**2 / self.weights
        if self.spread == 0 or self.error == 0:
            return min(self.answers, self.count**2 / self.cc)
        variance = self.spread**2 * self.answers / (self.answers - 1)
        return min(self.answers, variance / self.error**2)


def total_of(found: Mapping[int, Moments]) -> Moments:
    """The sums of all segments together."""
    return reduce(add, found.values(), Moments())


def moments_of(values, weights=None, customers=None) -> Moments:
    """Add up answers held in memory.

    values : (n,) float, NaN where unknown; weights : (n,) or None, the same for all answers of a customer
    customers : (n,) who answered; None: everybody once
    """
    values = np.asarray(values, float)
    known = np.isfinite(values)
    weights = np.ones(len(values)) if weights is None else np.asarray(weights, float)
    x, w = values[known], weights[known]
    if customers is None:
        own, c, sums = w, np.ones(len(x)), x
    else:
        who = pd.factorize(np.asarray(customers))[0][known]
        _, first, who = np.unique(who, return_index=True, return_inverse=True)
        c, sums = np.bincount(who).astype(float), np.bincount(who, weights=x)
        own = w[first]
    return Moments(
        answers=float(len(x)), customers=float(len(c)), count=float(own @ c), total=float(own @ sums),
        squares=float(w @ x**2), weights=float(own**2 @ c), cc=float(own**2 @ c**2),
        cx=float(own**2 @ (c * sums)), xx=float(own**2 @ sums**2),
    )  # fmt: skip


def gather_moments(table, members, by: tuple[str, ...], parts: Mapping[str, tuple]) -> dict[tuple, dict[int, Moments]]:
    """Let the engine add up: {(values of `by` …, part): {segment: moments}}.

    table : Ibis, a row a customer and combination of `by`
    members : Ibis (customer_id, segment, weight); weights that are whole numbers say that nobody was weighted
    parts : name → (column of counts, column of totals, column of sums of squares)
    """
    rows = table.join(members, "customer_id")
    alike = members.weight.type().is_integer()  # whole numbers: nobody was weighted, and all are 1
    once, twice = (1, 1) if alike else (rows.weight, rows.weight * rows.weight)
    columns = {}  # type: ignore[var-annotated]
    for part, names in parts.items():
        c, x, q = (_as_counted(rows[name]) if alike else rows[name].cast("float64") for name in names)
        known = {
            "answers": c, "customers": (c > 0).cast("int64"), "count": once * c, "total": once * x, "squares": once * q,
            "weights": twice * c, "cc": twice * c * c, "cx": twice * c * x, "xx": twice * x * x,
        }  # fmt: skip
        columns |= {f"{part} {name}": _exactly(value) for name, value in known.items()}
    found: dict[tuple, dict[int, Moments]] = {}
    # In order, since segments are added up to the base and floats add up differently in every order.
    for row in rows.group_by("segment", *by).agg(**columns).order_by("segment", *by).to_pyarrow().to_pylist():
        for part in parts:
            sums = {name: row[f"{part} {name}"] or 0.0 for name in Moments.__dataclass_fields__}
            if sums["answers"]:
                key = (*(row[name] for name in by), part)
                found.setdefault(key, {})[int(row["segment"])] = Moments(**sums)
    return found


def _as_counted(values):
    """Whole numbers as such, everything else as floats."""
    kind = values.type()
    return values if kind.is_integer() else values.cast("int64" if kind.is_boolean() else "float64")


def _exactly(values):
    """Their sum as a float: whole numbers add up exactly as they are, a tenth of the work of decimals."""
    return values.sum().cast("float64") if values.type().is_integer() else exact_sum(values)


def mean_of(moments: Moments, unit: Unit = "score", scale: float = 1.0, shift: float = 0.0) -> Estimate:
    """Mean of the answers, `scale` × it + `shift`, with Student's t interval over customers."""
    if moments.count <= 0:
        return not_measured("no known answers", unit)
    n, value = int(moments.answers), shift + scale * moments.mean
    if moments.customers < 2:
        return Estimate(value=value, n=n, unit=unit, method="one customer, no interval")
    from scipy.stats import t

    reach = float(t.ppf(0.975, moments.customers - 1)) * scale * moments.error
    return Estimate(
        value=value, low=value - reach, high=value + reach, n=n, n_effective=_differing(moments), unit=unit,
        method="mean, Student's t" + clustered(moments),
    )  # fmt: skip


def share_of(moments: Moments) -> Estimate:
    """Share of the answers, with Wilson's interval at the effective number of answers."""
    if moments.count <= 0:
        return not_measured("no known answers", "share")
    p, n = min(max(moments.mean, 0.0), 1.0), moments.n_effective
    low, high = wilson(p, n)
    return Estimate(
        value=p, low=low, high=high, n=int(moments.answers), n_effective=_differing(moments), unit="share",
        method="Wilson",
    )  # fmt: skip


def wilson(share: float, n: float) -> tuple[float, float]:
    """The 95 % interval of a share of n answers [Wilson 1927].

    >>> [round(bound, 3) for bound in wilson(0.5, 100)]
    [0.404, 0.596]
    """
    middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    reach = Z * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n)
    return max(float(middle - reach), 0.0), min(float(middle + reach), 1.0)


def net_promoters_of(points: Moments, blunt: int = 0) -> Estimate:
    """Net promoters from answers that count 1 (promoter), 0 or −1 (detractor), in points −100 to 100.

    Interval: adjusted Wald, three answers more of which ¾ promoters and ¾ detractors, at the effective number of
    answers, clipped to ±100 [Rocks 2016].
    blunt : since score and interval together give the number of detractors, and of promoters, the interval is made as
        if the fewer of the two were the next multiple of this, and fewer passives than this were none. It is never
        narrower for it.
    """
    if points.count <= 0:
        return not_measured("no known answers", "points")
    n = points.n_effective
    voted, net = points.squares / points.count * n, points.mean * n
    voted = _blunted(points, blunt) * n if blunt else voted
    centre, share = net / (n + 3), (voted + 1.5) / (n + 3)
    reach = Z * np.sqrt(max(share - centre**2, 0.0) / (n + 3))
    return Estimate(
        value=100 * points.mean, low=max(100 * float(centre - reach), -100.0),
        high=min(100 * float(centre + reach), 100.0), n=int(points.answers), n_effective=_differing(points),
        unit="points", method="adjusted Wald (Rocks 2016)" + (f", from counts in steps of {blunt}" if blunt else ""),
    )  # fmt: skip


def _blunted(points: Moments, step: int) -> float:
    """Share of those who voted either way, were the fewer side the next multiple of `step` answers."""
    voted, net = points.squares / points.count, points.mean
    fewer = (voted - abs(net)) / 2 * points.answers
    voted += 2 * (step * np.ceil(round(fewer / step, 6)) - fewer) / points.answers
    return 1.0 if (1 - voted) * points.answers < step - 1e-6 else voted


def _differing(moments: Moments) -> float | None:
    n = moments.n_effective
    return None if abs(n - moments.answers) < 0.5 else round(float(n), 1)


def clustered(moments: Moments) -> str:
    return "" if moments.answers == moments.customers else ", answers of one customer taken together"


def difference_p(own: Moments, rest: Moments) -> float | None:
    """Two-sided p-value of the difference of two means; None below two customers on a side or without spread."""
    if min(own.customers, rest.customers) < 2 or own.error + rest.error == 0:
        return None
    from scipy.stats import norm

    return float(2 * norm.sf(abs(own.mean - rest.mean) / np.hypot(own.error, rest.error)))


def standardised(own: Moments, rest: Moments) -> float | None:
    """Cohen's d over single answers; None without spread."""
    pooled = np.sqrt((own.spread**2 * own.answers + rest.spread**2 * rest.answers) / (own.answers + rest.answers))
    return float((own.mean - rest.mean) / pooled) if pooled > 0 else None
