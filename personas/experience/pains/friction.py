"""What was recorded of friction: failures, waits and slow pages by touchpoint, service cases by category, contracts.

One pass over each table sums up to a row a customer and touchpoint (or category). Counts of the earlier and the later
half of the observation stand apart, so that a rule can be looked at in each. These features are for the rules of the
playbook alone: they never form segments.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import ibis
import numpy as np
import pandas as pd
from ibis import _

from personas.dataset import Dataset
from personas.dataset.engine import hold
from personas.experience.pains.summed import Places, Summed, sum_up

FAILED = ("failed", "failure", "error", "timeout", "declined", "refused", "rejected")
ABANDONED = ("abandoned", "given up", "aborted", "dropped", "hung up")
MISSED = ("missed", "no show", "no-show", "cancelled", "canceled")
LONG, SLOW_PAGE, QUICK_DAYS, EARLY_DAYS = 3, 4.0, 1.0, 182
FEWEST_CONTACTS = 6
DAY = 86_400

CONTACT_FEATURES = {
    "contacts": "contacts at the touchpoint",
    "outcomes": "contacts of which the outcome is recorded",
    "failed": f"contacts that ended in one of: {', '.join(FAILED)}",
    "failed_share": "these, of the contacts with an outcome",
    "abandoned": f"contacts that ended in one of: {', '.join(ABANDONED)}",
    "abandoned_share": "these, of the contacts with an outcome",
    "missed": f"contacts that ended in one of: {', '.join(MISSED)}",
    "missed_share": "these, of the contacts with an outcome",
    "waits": "contacts of which the wait is recorded",
    "long_waits": f"waits of more than {LONG} times the median wait at the touchpoint",
    "long_wait_share": "these, of the contacts with a wait",
    "pages": "contacts of which the page time is recorded",
    "slow_pages": f"pages that took more than {SLOW_PAGE:g} seconds",
    "slow_page_share": "these, of the contacts with a page time",
}
CASE_FEATURES = {
    "cases": "service cases of the category",
    "case_days": "days to the solution (until the end of the observation while open), mean over these cases",
}
CUSTOMER_FEATURES = {
    "cases": "service cases",
    "overdue_cases": "cases not resolved by the time promised",
    "returning_cases": "cases that were opened again or escalated",
    "quick_cases": f"cases resolved within {QUICK_DAYS:g} day",
    "contracts": "contracts",
    "plan_downgrades": "contracts that cost less than the one before",
    "price_rises": "contracts that cost more than the one before on the same plan",
    "early_endings": f"contracts that ended within {EARLY_DAYS} days",
    "contact_change": "contacts of the later half of the period over those of the earlier half, less 1; "
    f"from {FEWEST_CONTACTS} contacts on",
}
COUNTS = ("contacts", "outcomes", "failed", "abandoned", "missed", "waits", "long_waits", "pages", "slow_pages")
SHARES = (
    ("failed", "outcomes"), ("abandoned", "outcomes"), ("missed", "outcomes"), ("long_wait", "waits"),
    ("slow_page", "pages"),
)  # fmt: skip


@dataclass(frozen=True)
class Friction:
    """What was recorded, by customer.

    touchpoints, categories : name → its stage and a frame of the customers seen there, indexed by their row in the
        customer table; whole : a row a customer, in the order of the customer table; columns as listed above
    touchpoint_halves, category_halves : frames of the earlier and of the later half of the period
    """

    touchpoints: Mapping[str, tuple[str, pd.DataFrame]]
    categories: Mapping[str, tuple[str, pd.DataFrame]]
    whole: pd.DataFrame
    touchpoint_halves: tuple[Mapping[str, pd.DataFrame], ...] = ({}, {})
    category_halves: tuple[Mapping[str, pd.DataFrame], ...] = ({}, {})


def gather_friction(dataset: Dataset, ids: pd.Series) -> Friction:
    """Sum up contacts, service cases and contracts of the customers `ids`."""
    tables, start, end = dataset.tables, dataset.observation_start, dataset.observation_end
    whole = pd.DataFrame(index=pd.RangeIndex(len(ids)))
    places = pd.Index(ids)
    if start is None or end is None:
        return Friction({}, {}, whole)
    middle = start + (end - start) / 2
    numbered = None
    if {"interactions", "tickets"} & set(tables):
        numbered = hold(
            dataset.connection,
            pd.DataFrame({"customer_id": ids, "row": np.arange(len(ids), dtype="int32")}),
        )
    contacts = _contacts(tables["interactions"], middle, numbered, len(ids)) if "interactions" in tables else None
    cases = _cases(tables["tickets"], middle, end, numbered, len(ids)) if "tickets" in tables else None
    parts: list[pd.DataFrame] = []
    if contacts is not None:
        parts.append(_contact_change(contacts, len(ids)))
    if cases is not None:
        parts.append(_of_cases(tables["tickets"], end, places))
    if "subscriptions" in tables:
        parts.append(_of_contracts(tables["subscriptions"], places))
    return Friction(
        touchpoints=_staged(contacts, _shared),
        categories=_staged(cases, _mean_days),
        whole=pd.concat([whole, *parts], axis=1),
        touchpoint_halves=tuple(_split(contacts, _shared, half) for half in (False, True)),
        category_halves=tuple(_split(cases, _mean_days, half) for half in (False, True)),
    )


def _contacts(touched, middle: datetime, numbered, customers: int) -> Summed | None:
    """A row a customer, touchpoint and half: counts."""
    has = set(touched.columns)
    if not {"touchpoint", "time"} <= has:
        return None
    rows = touched.filter(_.touchpoint.notnull(), ~_.touchpoint.lower().contains("survey"))
    stages = {}
    if "stage" in has:
        told = rows.filter(_.stage.notnull()).group_by("touchpoint").agg(stage=_.stage.max()).to_pyarrow().to_pydict()
        stages = dict(zip(told["touchpoint"], told["stage"], strict=True))
    if "wait" in has:
        usual = rows.group_by("touchpoint").agg(usual=_.wait.median())
        rows = rows.left_join(usual, "touchpoint").drop("touchpoint_right")
    # By number, and only of what is recorded: sums by text, or of noughts, take three times as long.
    rows = rows.join(numbered, "customer_id")
    flags = {}
    if "outcome" in has:
        outcome = rows.outcome.lower()
        flags = {name: outcome.isin(words) for name, words in _OUTCOMES.items()}
        # A campaign that was not answered is no failure of a touchpoint, so only what has an outcome counts as one.
        flags["outcomes"] = outcome.notnull()
    if "wait" in has:
        flags |= {"waits": rows.wait.notnull(), "long_waits": rows.wait > LONG * rows.usual}
    if "page_time" in has:
        flags |= {"pages": rows.page_time.notnull(), "slow_pages": rows.page_time > SLOW_PAGE}
    flagged = rows.select("row", "touchpoint", later=rows.time >= ibis.literal(middle), **flags)
    sums = {name: flagged.count(where=flagged[name]) for name in flags}
    found = flagged.group_by("row", "touchpoint", "later").agg(contacts=_.count(), **sums)
    return sum_up(found, "touchpoint", customers, stages)


_OUTCOMES = {"failed": FAILED, "abandoned": ABANDONED, "missed": MISSED}


def _cases(tickets, middle: datetime, end: datetime, numbered, customers: int) -> Summed | None:
    """A row a customer, category and half: cases and the days they took."""
    if "category" not in tickets.columns:
        return None
    rows = tickets.filter(_.category.notnull(), _.opened.notnull()).join(numbered, "customer_id")
    # Cases that ended before they began tell nothing of how long it took.
    rows = rows.select("row", "category", later=rows.opened >= ibis.literal(middle), days=_days_open(rows, end))
    found = rows.filter(_.days >= 0).group_by("row", "category", "later").agg(cases=_.count(), days=_.days.sum())
    return sum_up(found, "category", customers)


def _days_open(rows, end: datetime):
    closed = rows.resolved if "resolved" in rows.columns else ibis.null("timestamp")
    return closed.coalesce(ibis.literal(end)).delta(rows.opened, unit="second").cast("float64") / DAY


def _staged(sums: Summed | None, finish) -> Mapping[str, tuple[str, pd.DataFrame]]:
    if sums is None:
        return {}
    places = _split(sums, finish)
    return Places(places, lambda name: (sums.stages.get(name, ""), places[name]), 0)


def _split(sums: Summed | None, finish, half: bool | None = None) -> Mapping[str, pd.DataFrame]:
    """name → a row a customer, of each touchpoint or category, over both halves or one of them."""
    if sums is None:
        return {}
    return Places(sums.names(half), lambda name: finish(sums.counts(name, half)), sums.kept)


def _shared(counts: pd.DataFrame) -> pd.DataFrame:
    counts = counts.reindex(columns=list(COUNTS), fill_value=0)
    shares = {f"{name}_share": counts[_many(name)] / counts[whole].replace(0, np.nan) for name, whole in SHARES}
    return counts.assign(**shares)


def _many(name: str) -> str:
    return name if name in COUNTS else f"{name}s"


def _mean_days(counts: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"cases": counts["cases"], "case_days": counts["days"] / counts["cases"]})


def _contact_change(contacts: Summed, n: int) -> pd.DataFrame:
    rows = contacts.by_half("contacts")
    by_half = [rows[rows["later"] == half].set_index("row")["contacts"] for half in (False, True)]
    early, late = (counts.reindex(range(n), fill_value=0).to_numpy(float) for counts in by_half)
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.where((early > 0) & (early + late >= FEWEST_CONTACTS), late / early - 1, np.nan)
    return pd.DataFrame({"contact_change": change})


def _of_cases(tickets, end: datetime, places: pd.Index) -> pd.DataFrame:
    has = set(tickets.columns)
    done = tickets.resolved if "resolved" in has else ibis.null("timestamp")
    no = ibis.literal(False)
    again = [tickets[name].fill_null(False) for name in ("reopened", "escalated") if name in has]
    # A promise that had not come due by the end of the observation is neither kept nor broken.
    broken = (tickets.due < ibis.literal(end)) & ~(done <= tickets.due).fill_null(False) if "due" in has else no
    took = _days_open(tickets, end)
    rows = tickets.select(
        "customer_id", broken=broken, again=again[0] | again[-1] if again else no,
        quick=done.notnull() & took.between(0, QUICK_DAYS),
    )  # fmt: skip
    sums = rows.group_by("customer_id").agg(
        cases=_.count(), overdue_cases=_.broken.fill_null(False).cast("int64").sum(),
        returning_cases=_.again.cast("int64").sum(), quick_cases=_.quick.fill_null(False).cast("int64").sum(),
    )  # fmt: skip
    return _reindexed(sums, places)


def _of_contracts(contracts, places: pd.Index) -> pd.DataFrame:
    has = set(contracts.columns)
    window = ibis.window(group_by="customer_id", order_by="start")
    price = contracts.price.cast("float64") if "price" in has else ibis.null("float64")
    plan = contracts["plan"] if "plan" in has else ibis.null("string")
    over = contracts["end"] if "end" in has else ibis.null("timestamp")
    rows = contracts.select("customer_id", "start", price=price, plan=plan, over=over)
    rows = rows.mutate(last_price=_.price.lag().over(window), last_plan=_.plan.lag().over(window))
    stayed = rows.over.delta(rows.start, unit="day")
    sums = rows.group_by("customer_id").agg(
        contracts=_.count(),
        plan_downgrades=(rows.price < rows.last_price).fill_null(False).cast("int64").sum(),
        price_rises=((rows.price > rows.last_price) & (rows.plan == rows.last_plan)).fill_null(False)
        .cast("int64").sum(),
        early_endings=(stayed.between(0, EARLY_DAYS)).fill_null(False).cast("int64").sum(),
    )  # fmt: skip
    return _reindexed(sums, places)


def _reindexed(sums, places: pd.Index) -> pd.DataFrame:
    """Counts in the order of the customer table; nobody's count is missing, it is nought."""
    frame = sums.to_pandas().set_index("customer_id").reindex(places).fillna(0.0).astype(float)
    return frame.reset_index(drop=True)
