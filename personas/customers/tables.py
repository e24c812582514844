"""The quality sheet as tables for the notebook."""

from __future__ import annotations

import pandas as pd

from personas.customers.models import ResponseRow
from personas.customers.table import Customers
from personas.estimates import Estimate
from personas.listing import Listing
from personas.numerals import Numerals, percent

RANGE = ("low end", "median", "high end")
SHOWN = 3  # attributes whose response stands open


def tabulate_tables(customers: Customers) -> Listing:
    """A row a table: rows read and the days they cover."""
    return Listing(
        pd.DataFrame(
            {"table": t.table, "rows": f"{t.rows:,}", "first": t.first, "last": t.last}
            for t in customers.quality.tables
        )
    )


def tabulate_set_aside(customers: Customers) -> Listing:
    """A row a reason: what was read but not used."""
    rows = [
        {"table": r.table, "set aside": f"{r.rows:,} of {r.of:,}", "reason": r.reason}
        for r in customers.quality.set_aside
    ]
    return Listing(
        pd.DataFrame(rows, columns=["table", "set aside", "reason"]), "" if rows else "No row was set aside."
    )


def tabulate_features(customers: Customers) -> Listing:
    """A row a feature, those that form segments first: how often it is known, its range, what to note."""
    features = {feature.name: feature for feature in customers.features}
    columns = sorted(customers.quality.columns, key=lambda column: not features[column.name].forms)
    counted = {name for name, feature in features.items() if feature.kind in ("category", "ordered", "binary")}
    rows = pd.DataFrame(
        {
            "feature": column.label,
            "forms": "forms" if features[column.name].forms else "",
            "known": percent(column.known),
            **{
                name: "" if column.name in counted else _value(value, features[column.name].unit)
                for name, value in zip(RANGE, (column.low, column.median, column.high), strict=True)
            },
            "values": f"{column.distinct:,}" if column.name in counted else "",
            "note": "" if column.note == "describes only" else column.note,
        }
        for column in columns
    )
    forming = sum(feature.forms for feature in customers.features)
    caption = f"{forming} features form segments; the other {len(rows) - forming} only describe them."
    return Listing(rows, caption, shown=forming)


def tabulate_response(customers: Customers) -> Listing:
    """A row a value of an attribute: how many have it, and which share of them gave feedback; most uneven first."""
    attributes: dict[str, list[ResponseRow]] = {}
    for row in customers.quality.response:
        attributes.setdefault(row.attribute, []).append(row)
    if not attributes:
        return Listing(pd.DataFrame(), "Response is not measured: nobody was asked, or all answered.")
    uneven = sorted(attributes, key=lambda name: -_spread(attributes[name]))
    rows = [
        {
            "attribute": name,
            "value": row.level,
            "customers": f"{row.known:,}",
            "gave feedback": Numerals().say(row.answered),
        }
        for name in uneven
        for row in attributes[name]
    ]
    first = attributes[uneven[0]]
    low, high = (percent(end(row.answered.value for row in first)) for end in (min, max))
    caption = f"Most uneven: {uneven[0]}, from {low} to {high} answering."
    return Listing(pd.DataFrame(rows), caption, shown=sum(len(attributes[name]) for name in uneven[:SHOWN]))


def _spread(rows: list[ResponseRow]) -> float:
    """How far apart the values of an attribute answer, beyond the widths of their intervals."""
    known = [row.answered for row in rows]
    return max(e.low for e in known) - min(e.high for e in known)


def _value(number: float | None, unit: str) -> str:
    if number is None:
        return ""
    if unit in ("share", "money", "days"):
        return Numerals("").value(Estimate(value=number, unit=unit))
    return f"{number:,.3g}" if abs(number) < 1000 else f"{number:,.0f}"  # units of one's own: years, stars
