"""The KPIs, as one registry: what each means, what it needs, and how it is estimated.

A KPI that the data cannot answer is listed as not measured, with the table that would answer it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from personas.customers.models import Feature
from personas.estimates import (
    Estimate,
    Unit,
    cohen_d,
    cohen_h,
    mean_estimate,
    not_measured,
    ratio_estimate,
    share_estimate,
)
from personas.experience.disclosure import is_dominated, is_few
from personas.experience.models import Kpi, NotMeasured
from personas.experience.moments import difference_p, mean_of, moments_of, share_of, standardised
from personas.experience.suppression import hidden_groups
from personas.segments.space import forming

ACTIVE_DAYS = 56
DOMINATED = "withheld: one customer brings in more than half of the sum"
WEIGHTED = "z test with survey weights; Benjamini-Hochberg"


@dataclass(frozen=True)
class Definition:
    """One KPI over the customer table.

    kind : share of those for whom `each` is 1, mean of `each`, or ratio of its sum to that of `whole`
    needs : columns of the customer table; each, whole : what a customer contributes, (n,) float, NaN where unknown
    columns : where the numbers come from, to tell whether a test would be circular
    """

    key: str
    label: str
    definition: str
    better: Literal["higher", "lower", "neither"]
    kind: Literal["share", "mean", "ratio"]
    unit: Unit
    needs: tuple[str, ...]
    each: Callable[[pd.DataFrame], np.ndarray]
    columns: tuple[str, ...]
    whole: Callable[[pd.DataFrame], np.ndarray] | None = None

    def estimate(self, rows: pd.DataFrame, weights: np.ndarray | None = None) -> Estimate:
        """Estimate the KPI among customers; weights : (n,) survey weights."""
        each = self.each(rows)
        if self.kind == "ratio":
            return ratio_estimate(each, self.whole(rows), self.unit, weights)
        if weights is not None:
            sums = moments_of(each, weights)
            return share_of(sums) if self.kind == "share" else mean_of(sums, self.unit)
        return share_estimate(each) if self.kind == "share" else mean_estimate(each, self.unit)


def _flag(column: str, test: Callable[[pd.Series], pd.Series]) -> Callable[[pd.DataFrame], np.ndarray]:
    """1 where the column passes, 0 where it does not, NaN where it is unknown."""
    return lambda rows: np.where(rows[column].isna(), np.nan, test(rows[column]).to_numpy(float))


def _repeat(rows: pd.DataFrame) -> np.ndarray:
    return np.where(rows["frequency"] >= 1, (rows["frequency"] >= 2).astype(float), np.nan)


def _sent(column: str) -> Callable[[pd.DataFrame], np.ndarray]:
    return lambda rows: np.where(rows["campaigns_received"] > 0, rows[column], np.nan)


def _column(name: str) -> Callable[[pd.DataFrame], np.ndarray]:
    return lambda rows: rows[name].to_numpy(float)


REGISTRY = (
    Definition(
        "spend", "Sales a customer", "Sum of sales over the observation period, mean over customers", "higher", "mean",
        "money", ("sales",), _column("sales"), ("transactions.amount",),
    ),
    Definition(
        "repeat_rate", "Repeat purchase", "Customers with two or more purchase days, of all who bought", "higher",
        "share", "share", ("frequency",), _repeat, ("transactions.time",),
    ),
    Definition(
        "active_share", "Active at the end",
        f"Customers who bought in the last {ACTIVE_DAYS} days of the period, of all who bought", "higher", "share",
        "share", ("recency",), _flag("recency", lambda days: days <= ACTIVE_DAYS), ("transactions.time",),
    ),
    Definition(
        "campaign_response", "Campaigns answered",
        "Campaigns of which an offer was used, of those received; summed over customers", "higher", "ratio", "share",
        ("campaigns_answered", "campaigns_received"), _sent("campaigns_answered"),
        ("interactions.campaign", "interactions.stage"), _sent("campaigns_received"),
    ),
    Definition(
        "feedback_share", "Gave feedback", "Customers who gave at least one score", "neither", "share", "share",
        ("feedback_given",), _column("feedback_given"), ("feedback.customer",),
    ),
    Definition(
        "referred_share", "Came by referral", "Customers whom another customer referred", "higher", "share", "share",
        ("referred_by",), lambda rows: rows["referred_by"].notna().to_numpy(float), ("customers.referred_by",),
    ),
    Definition(
        "referrers", "Brought another customer", "Customers who referred at least one other", "higher", "share",
        "share", ("referrals",), _flag("referrals", lambda brought: brought >= 1), ("customers.referred_by",),
    ),
    Definition(
        "coupon_users", "Coupon users", "Customers with at least one coupon discount in the period", "neither",
        "share", "share", ("coupon_share",), _flag("coupon_share", lambda share: share > 0),
        ("transactions.coupon_discount",),
    ),
    Definition(
        "return_share", "Brought back", "Purchase lines that were brought back, mean share over customers", "lower",
        "mean", "share", ("return_share",), _column("return_share"), ("transactions.returned",),
    ),
)  # fmt: skip


def with_referrals(frame: pd.DataFrame) -> pd.DataFrame:
    """Add how many others each customer referred, where it is known who referred whom."""
    if "referred_by" not in frame or "referrals" in frame:
        return frame
    brought = frame["customer_id"].map(frame["referred_by"].value_counts()).fillna(0.0)
    return frame.assign(referrals=brought.astype("float64"))


WOULD_NEED = (
    NotMeasured(
        what="Recommendation (NPS)",
        why="nobody was asked",
        would_need="a feedback table with metric nps, 0 to 10",
    ),
    NotMeasured(
        what="Satisfaction (CSAT)",
        why="nobody was asked",
        would_need="a feedback table with metric csat and its scale",
    ),
    NotMeasured(what="Effort (CES)", why="nobody was asked", would_need="a feedback table with metric ces, 1 to 7"),
    NotMeasured(
        what="Time to resolution",
        why="no service cases",
        would_need="a tickets table with opened and resolved times",
    ),
    NotMeasured(
        what="Churn and retention by contract",
        why="no contracts; activity at the end of the period stands in",
        would_need="a subscriptions table with start and end",
    ),
)
LIFETIME_VALUE = NotMeasured(
    what="Lifetime value",
    why="most customers were there before the data begins, so their histories are cut off on the left",
    would_need="purchases since each customer's first, or the date of the first purchase",
)


def measure_kpis(
    frame: pd.DataFrame,
    features: tuple[Feature, ...],
    inside: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    definitions: tuple[Definition, ...] = REGISTRY,
) -> tuple[Kpi, ...]:
    """Estimate every KPI that the customer table allows.

    inside : (n,) bool, the segment; None for the base, which is compared with nobody; weights : (n,) survey weights
    Adjusted p-values are left open here: they are adjusted over all tested claims of a run.
    """
    kpis = list(_totals(frame)) if inside is None and definitions is REGISTRY else []
    frame = with_referrals(frame)
    for definition in definitions:
        if not set(definition.needs) <= set(frame.columns):
            continue
        alone = inside is None or bool(inside.all())
        own = _Part.of(definition, frame, inside, weights)
        rest = None if alone else _Part.of(definition, frame, ~inside, weights)
        test = "" if rest is None else how_tested(definition.columns, features)
        tested = test.startswith("Welch")
        test = WEIGHTED if tested and weights is not None else test
        kpis.append(
            Kpi(
                key=definition.key, label=definition.label, definition=definition.definition,
                better=definition.better, estimate=own.estimate, rest=rest.estimate if rest else None,
                effect=_effect(definition, own, rest) if rest else None, test=test,
                p=_p(own, rest) if tested else None,
            )
        )  # fmt: skip
    return tuple(kpis)


@dataclass(frozen=True)
class _Part:
    """A KPI among some customers: the estimate, and what each contributes with their weights (None: all alike)."""

    estimate: Estimate
    values: np.ndarray
    weights: np.ndarray | None

    @classmethod
    def of(cls, definition, frame, chosen, weights) -> _Part:
        rows = frame if chosen is None else frame[chosen]
        own = weights if weights is None or chosen is None else weights[chosen]
        values = definition.each(rows)
        if definition.kind == "ratio":  # what a customer's own ratio is, for effect and test
            whole = definition.whole(rows)
            values = np.divide(values, whole, out=np.full(len(values), np.nan), where=whole > 0)
        return cls(definition.estimate(rows, own), values, own)


def _p(own: _Part, rest: _Part) -> float | None:
    if own.weights is None or rest.weights is None:
        return welch_p(own.values, rest.values)
    return difference_p(moments_of(own.values, own.weights), moments_of(rest.values, rest.weights))


def _effect(definition: Definition, own: _Part, rest: _Part) -> float | None:
    if not own.estimate.measured or not rest.estimate.measured:
        return None
    if definition.kind == "share":
        return cohen_h(own.estimate.value, rest.estimate.value)
    if own.weights is None or rest.weights is None:
        return cohen_d(own.values, rest.values)
    sums = [moments_of(part.values, part.weights) for part in (own, rest)]
    return standardised(*sums) if min(part.customers for part in sums) >= 2 else None


def few_behind(
    frame: pd.DataFrame, segments: np.ndarray, min_group: int, definitions: tuple[Definition, ...] = REGISTRY
) -> dict[str, set[int]]:
    """Key of a KPI → segments (0 the base) in which few customers have any of it, or all, or one has most of it.

    Means and ratios do not tell how many customers are behind them, but a mean of next to nothing comes from a few.
    """
    frame = with_referrals(frame)
    numbers = [int(s) for s in np.unique(segments) if s > 0]
    found: dict[str, set[int]] = {}
    for definition in definitions:
        if not set(definition.needs) <= set(frame.columns):
            continue
        each = definition.each(frame)
        known = np.isfinite(each)
        top = np.where(definition.whole(frame) > 0, definition.whole(frame), 1.0) if definition.whole else 1.0
        sides = [known & (each != 0)]
        if definition.unit == "share":
            sides.append(known & (each < top))
        hidden: set[int] = set()
        for side in sides:
            sizes = {s: float((side & (segments == s)).sum()) for s in (0, *numbers)}
            hidden |= hidden_groups(sizes, min_group)
            rest = {s: float((side & (segments != s)).sum()) for s in numbers}
            hidden |= {s for s, size in rest.items() if is_few(size, min_group)}
            hidden |= {0, *numbers} if is_few(float(side.sum()), min_group) else set()
        if definition.kind != "share":
            hidden |= {s for s in numbers if is_dominated(each[segments == s])}
            hidden |= {s for s in numbers if len(numbers) > 1 and is_dominated(each[segments != s])}
            hidden |= {0, *numbers} if is_dominated(each) else set()
        if hidden:
            found[definition.key] = hidden
    return found


def hide_small(
    kpis: dict[int, tuple[Kpi, ...]], min_group: int, also: Mapping[str, set[int]] | None = None
) -> dict[int, tuple[Kpi, ...]]:
    """Hide figures of fewer than `min_group` customers, and those that would give such a figure away.

    kpis : segment → KPIs whose n counts customers, 0 the base; also : from :func:`few_behind`
    """
    hidden: dict[str, set[int]] = {}
    for base in kpis[0]:
        sizes = {s: kpi.estimate.n for s, own in kpis.items() if s for kpi in own if kpi.key == base.key}
        sizes[0] = base.estimate.n - sum(sizes.values()) if sizes else 0
        hidden[base.key] = hidden_groups(sizes, min_group)
        if 0 < base.estimate.n < min_group:
            hidden[base.key] = {*sizes, 0}
        hidden[base.key] |= (also or {}).get(base.key, set())
    return {
        segment: tuple(_hidden(kpi, min_group) if segment in hidden.get(kpi.key, ()) else kpi for kpi in own)
        for segment, own in kpis.items()
    }


def _hidden(kpi: Kpi, min_group: int) -> Kpi:
    why = f"fewer than {min_group} customers, or it would give away so few"
    blank = {"estimate": not_measured(why, kpi.estimate.unit), "effect": None, "p": None, "test": ""}
    rest = not_measured(why, kpi.rest.unit) if kpi.rest is not None else None
    return kpi.model_copy(update={**blank, "rest": rest})


def _totals(frame: pd.DataFrame) -> list[Kpi]:
    """What the books say: sums over everybody, exact and therefore without an interval."""
    totals = (
        ("total_sales", "Sales in all", "Sum of all sales in the observation period", "sales", "money"),
        ("total_orders", "Baskets", "Distinct orders in the observation period", "orders", "count"),
    )
    return [
        Kpi(
            key=key, label=label, definition=definition, better="higher",
            estimate=Estimate(
                value=round(float(frame[column].sum()), 2), n=len(frame), unit=unit, method="counted, not estimated"
            ),
        )
        for key, label, definition, column, unit in totals
        if column in frame
    ]  # fmt: skip


def value_share(frame: pd.DataFrame, inside: np.ndarray | None, weights: np.ndarray | None = None) -> Estimate:
    """The share of all sales that a segment brings in; not measured without purchases; weights : survey weights."""
    if "sales" not in frame:
        return not_measured("no sales in the data", "share")
    inside = np.ones(len(frame), bool) if inside is None else inside
    if is_dominated(frame.loc[inside, "sales"]) or (not inside.all() and is_dominated(frame.loc[~inside, "sales"])):
        return not_measured(DOMINATED, "share")
    return ratio_estimate(frame["sales"] * inside, frame["sales"], weights=weights)


def formed_by(features: tuple[Feature, ...]) -> set[str]:
    """The source columns of everything that formed the segments."""
    return {column for feature in forming(features) for column in feature.columns}


def how_tested(columns: tuple[str, ...], features: tuple[Feature, ...]) -> str:
    """How a difference in something made from `columns` may be tested: never where they formed the segments."""
    if set(columns) & formed_by(features):
        return "not tested: used to form the segments"
    return "Welch t test, Benjamini-Hochberg"


def welch_p(inside: np.ndarray, outside: np.ndarray) -> float | None:
    """Two-sided p-value of Welch's t test on known values; None below two on either side or without spread."""
    from scipy.stats import ttest_ind_from_stats

    a, b = inside[np.isfinite(inside)], outside[np.isfinite(outside)]
    if min(len(a), len(b)) < 2 or a.std() + b.std() == 0:
        return None
    # From means and deviations: one side alike to the last, as everybody who never came, is no reason for a warning.
    of_each = [part for x in (a, b) for part in (x.mean(), x.std(ddof=1), len(x))]
    return float(ttest_ind_from_stats(*of_each, equal_var=False).pvalue)


def kpi_values(key: str, frame: pd.DataFrame) -> np.ndarray:
    """What each customer contributes to a KPI, (n,) float."""
    return next(d for d in REGISTRY if d.key == key).each(frame)


def list_not_measured(frame: pd.DataFrame, roles, kpis: tuple[Kpi, ...] = ()) -> tuple[NotMeasured, ...]:
    """What this data cannot answer, given the roles its contract declares and the KPIs of the base."""
    measured = {kpi.key for kpi in kpis if kpi.estimate.measured}
    asked = (("nps", WOULD_NEED[0]), ("csat", WOULD_NEED[1]), ("ces", WOULD_NEED[2]))
    missing = [gap for key, gap in asked if key not in measured]
    if "tickets" not in roles:
        missing.append(WOULD_NEED[3])
    elif "resolved_median" not in measured:
        missing.append(WOULD_NEED[3].model_copy(update={"why": "too few cases were resolved in the time seen"}))
    if "subscriptions" not in roles:
        why = "no contracts; activity at the end of the period stands in" if "recency" in frame else "no contracts"
        if "still_customer" in measured:
            why = "no contracts; how many are probably still customers stands in"
        missing.append(WOULD_NEED[4].model_copy(update={"why": why}))
    if "tenure" not in frame:
        missing.append(LIFETIME_VALUE.model_copy(update={"why": "no purchases"}))
    elif frame["tenure"].notna().mean() < 0.5:
        missing.append(LIFETIME_VALUE)
    return tuple(missing)
