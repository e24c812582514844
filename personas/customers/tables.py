"""The quality sheet as tables for the notebook."""

from __future__ import annotations

import pandas as pd

from personas.customers.table import Customers
from personas.listing import Listing
from personas.numerals import Numerals


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
    """A row a feature: whether it forms segments, how often it is known, its range, what to note."""
    forms = {feature.name: feature.forms for feature in customers.features}
    return Listing(
        pd.DataFrame(
            {
                "feature": column.label,
                "forms": "forms" if forms[column.name] else "",
                "known": f"{column.known:.0%}",
                "1st percentile": _short(column.low),
                "median": _short(column.median),
                "99th percentile": _short(column.high),
                "note": column.note,
            }
            for column in customers.quality.columns
        )
    )


def tabulate_response(customers: Customers) -> Listing:
    """A row a value of an attribute: how many have it, and which share of them gave feedback."""
    rows = [
        {
            "attribute": row.attribute,
            "value": row.level,
            "customers": f"{row.known:,}",
            "gave feedback": Numerals().say(row.answered),
        }
        for row in customers.quality.response
    ]
    return Listing(pd.DataFrame(rows), "" if rows else "Response is not measured: nobody was asked, or all answered.")


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
