"""The KPIs, as one registry: what each means, what it needs, and how it is estimated.

A KPI that the data cannot answer is listed as not measured, with the table that would answer it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from personas.customers.models import Feature
from personas.estimates import Estimate, cohen_d, cohen_h, mean_estimate, not_measured, ratio_estimate, share_estimate
from personas.experience.models import Kpi, NotMeasured
from personas.segments.space import forming

ACTIVE_DAYS = 56


@dataclass(frozen=True)
class Definition:
    """One KPI.

    needs : columns of the customer table; estimate : rows of a group → Estimate
    each : what every customer contributes, for effect and test; None where customers do not add up to it
    columns : where the numbers come from, to tell whether a test would be circular
    """

    key: str
    label: str
    definition: str
    better: Literal["higher", "lower", "neither"]
    needs: tuple[str, ...]
    estimate: Callable[[pd.DataFrame], Estimate]
    each: Callable[[pd.DataFrame], np.ndarray]
    columns: tuple[str, ...]


def _active(rows: pd.DataFrame) -> np.ndarray:
    return (rows["recency"] <= ACTIVE_DAYS).to_numpy(float)


def _repeat(rows: pd.DataFrame) -> np.ndarray:
    return (rows["frequency"] >= 2).to_numpy(float)


def _coupon_user(rows: pd.DataFrame) -> np.ndarray:
    return (rows["coupon_share"] > 0).to_numpy(float)


def _referred(rows: pd.DataFrame) -> np.ndarray:
    return rows["referred_by"].notna().to_numpy(float)


def _answered(rows: pd.DataFrame) -> Estimate:
    sent = rows[rows["campaigns_received"] > 0]
    return ratio_estimate(sent["campaigns_answered"], sent["campaigns_received"])


def _column(name: str) -> Callable[[pd.DataFrame], np.ndarray]:
    return lambda rows: rows[name].to_numpy(float)


REGISTRY = (
    Definition(
        "spend", "Sales a customer", "Sum of sales over the observation period, mean over customers", "higher",
        ("sales",), lambda rows: mean_estimate(rows["sales"], "money"), _column("sales"), ("transactions.amount",),
    ),
    Definition(
        "repeat_rate", "Repeat purchase", "Customers with two or more purchase days, of all who bought", "higher",
        ("frequency",), lambda rows: share_estimate(_repeat(rows[rows["frequency"] >= 1])), _repeat,
        ("transactions.time",),
    ),
    Definition(
        "active_share", "Active at the end", f"Customers who bought in the last {ACTIVE_DAYS} days of the period",
        "higher", ("recency",), lambda rows: share_estimate(_active(rows)), _active, ("transactions.time",),
    ),
    Definition(
        "campaign_response", "Campaigns answered",
        "Campaigns of which an offer was used, of those received; summed over customers", "higher",
        ("campaigns_answered", "campaigns_received"),
        _answered,
        _column("campaign_response"), ("interactions.campaign", "interactions.stage"),
    ),
    Definition(
        "feedback_share", "Gave feedback", "Customers who gave at least one score", "neither", ("feedback_given",),
        lambda rows: share_estimate(rows["feedback_given"]), _column("feedback_given"), ("feedback.customer",),
    ),
    Definition(
        "referred_share", "Came by referral", "Customers whom another customer referred", "higher", ("referred_by",),
        lambda rows: share_estimate(_referred(rows)), _referred, ("customers.referred_by",),
    ),
    Definition(
        "coupon_users", "Coupon users", "Customers with at least one coupon discount in the period", "neither",
        ("coupon_share",), lambda rows: share_estimate(_coupon_user(rows)), _coupon_user,
        ("transactions.coupon_discount",),
    ),
)  # fmt: skip

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
NO_LIFETIMES = LIFETIME_VALUE.model_copy(
    update={
        "why": "no model of lifetimes is fitted in this version",
        "would_need": "nothing more of the data: purchases are known since each customer's first",
    }
)


def measure_kpis(
    frame: pd.DataFrame, features: tuple[Feature, ...], inside: np.ndarray | None = None
) -> tuple[Kpi, ...]:
    """Estimate every KPI that the customer table allows.

    inside : (n,) bool, the segment; None for the base, which is compared with nobody
    Adjusted p-values are left open here: they are adjusted over all tested claims of a run.
    """
    kpis = list(_totals(frame)) if inside is None else []
    for definition in REGISTRY:
        if not set(definition.needs) <= set(frame.columns):
            continue
        own = frame if inside is None else frame[inside]
        rest = None if inside is None or inside.all() else frame[~inside]
        estimate = definition.estimate(own)
        other = definition.estimate(rest) if rest is not None else None
        test = "" if rest is None else how_tested(definition.columns, features)
        tested = test.startswith("Welch")
        kpis.append(
            Kpi(
                key=definition.key, label=definition.label, definition=definition.definition,
                better=definition.better, estimate=estimate, rest=other,
                effect=_effect(definition, own, rest, estimate, other), p_adjusted=None, test=test,
                p=welch_p(definition.each(own), definition.each(rest)) if tested else None,
            )
        )  # fmt: skip
    return tuple(kpis)


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


def value_share(frame: pd.DataFrame, inside: np.ndarray | None) -> Estimate:
    """The share of all sales that a segment brings in; not measured without purchases."""
    if "sales" not in frame:
        return not_measured("no sales in the data", "share")
    inside = np.ones(len(frame), bool) if inside is None else inside
    return ratio_estimate(frame["sales"] * inside, frame["sales"])


def _effect(definition, own, rest, estimate, other):
    if rest is None or not estimate.measured or not other.measured:
        return None
    if estimate.method == "Wilson":
        return cohen_h(estimate.value, other.value)
    return cohen_d(definition.each(own), definition.each(rest))


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
    from scipy.stats import ttest_ind

    a, b = inside[np.isfinite(inside)], outside[np.isfinite(outside)]
    if min(len(a), len(b)) < 2 or a.std() + b.std() == 0:
        return None
    return float(ttest_ind(a, b, equal_var=False).pvalue)


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
        stands_in = "recency" in frame
        missing.append(WOULD_NEED[4] if stands_in else WOULD_NEED[4].model_copy(update={"why": "no contracts"}))
    if "tenure" not in frame:
        missing.append(LIFETIME_VALUE.model_copy(update={"why": "no purchases"}))
    elif frame["tenure"].notna().mean() < 0.5:
        missing.append(LIFETIME_VALUE)
    return tuple(missing)
