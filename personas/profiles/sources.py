"""Where a claim's number comes from: columns of tables, and the condition on their rows, precise enough to count again.

Rules of the playbook speak of what is worked out for each customer (``waits``, ``overdue_cases``); a reader who wants
to check a sentence needs the columns of the tables that these come from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from personas.customers.models import Feature
from personas.dataset import Dataset
from personas.dataset.expressions import columns_of
from personas.experience.kpis.registry import entry_of

NAMES = re.compile(r"([A-Za-z_]\w*) (?:[≥≤><]|in the top)")
TABLES = {"interactions", "transactions", "feedback", "tickets", "subscriptions"}
WORKED_OUT = {
    "interactions.touchpoint": ("contacts",),
    "interactions.outcome": (
        "outcomes", "failed", "failed_share", "abandoned", "abandoned_share", "missed", "missed_share"
    ),
    "interactions.wait": ("waits", "long_waits", "long_wait_share"),
    "interactions.page_time": ("pages", "slow_pages", "slow_page_share"),
    "interactions.time": ("contact_change",),
    "tickets.category": ("cases",),
    "tickets.opened": ("case_days", "quick_cases"),
    "tickets.resolved": ("case_days", "quick_cases", "overdue_cases", "open_cases"),
    "tickets.due": ("overdue_cases",),
    "tickets.reopened": ("returning_cases",),
    "tickets.escalated": ("returning_cases",),
    "subscriptions.start": ("contracts", "early_endings", "plan_downgrades", "price_rises"),
    "subscriptions.end": ("early_endings", "days_since_contract_end"),
    "subscriptions.price": ("plan_downgrades", "price_rises"),
    "subscriptions.plan": ("price_rises",),
}  # fmt: skip


def columns_behind(stated: Iterable[str], condition: str, features: Mapping[str, Feature]) -> tuple[str, ...]:
    """The table columns behind what a claim states and asks for; a table that is named alone gives way to them.

    >>> columns_behind(("interactions",), "Delivery: waits ≥ 1", {})
    ('interactions.wait', 'interactions.touchpoint')
    """
    found: list[str] = []
    known = [
        name for name in NAMES.findall(condition) if name in features or any(name in n for n in WORKED_OUT.values())
    ]
    for name in (*stated, *known):
        if name in features and features[name].columns:
            found += features[name].columns
        elif behind := [column for column, names in WORKED_OUT.items() if name in names]:
            found += behind
        elif name not in TABLES:
            found.append(name)
    if any(column.startswith("interactions.") for column in found) and "interactions" in stated:
        found.append("interactions.touchpoint")
    return tuple(dict.fromkeys(found)) or tuple(stated)


def source_of(key: str, label: str = "", own: Mapping[str, tuple[str, ...]] | None = None) -> tuple:
    """(the table columns that a KPI is worked out from, the condition on their rows).

    label : the KPI's, which names the touchpoint of a rating; own : columns of own KPIs of the contract, by key
    A KPI that nothing is known of names itself.

    >>> source_of("campaign_response")
    (('interactions.campaign', 'interactions.stage'), '')
    >>> source_of("nps")
    (('feedback.score',), 'metric nps')
    >>> source_of("gap_delivery", "Delivery: against expectation")[1]
    'touchpoint Delivery'
    """
    try:
        needs = entry_of(key).needs
    except KeyError:
        return (own or {}).get(key, (key,)), ""
    role, _, fields = needs.partition(".")
    if not fields:
        return ("transactions.time", "transactions.amount"), ""
    parts = [part.strip() for part in fields.replace(" or ", ", ").split(",")]
    columns = tuple(f"{role}.{part}" for part in parts if part.replace("_", "").isalpha())
    conditions = [part for part in parts if part.startswith("metric ")]
    if key.startswith(("rating_", "gap_", "ease_")) and label:
        conditions.append(f"touchpoint {label.removesuffix(': against expectation').removesuffix(': ease')}")
    return columns, ", ".join(conditions)


def columns_of_own_kpis(source: Dataset | None, features: Mapping[str, Feature]) -> dict[str, tuple[str, ...]]:
    """The table columns behind each own KPI of the contract, by its key."""
    if source is None:
        return {}
    found = {}
    for key, kpi in source.contract.kpis.items():
        names = [name for text in (kpi.expression, kpi.over) if text for name in columns_of(text)]
        columns = [c for name in names for c in (features[name].columns if name in features else (name,))]
        found[key] = tuple(dict.fromkeys(columns)) or (key,)
    return found
