"""Own KPIs of a contract: an expression over the customer table, one value a customer, summed up like any other KPI."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import numpy as np
import pandas as pd

from personas.customers.models import Feature
from personas.dataset.contract import CustomKpi
from personas.dataset.document import Document
from personas.dataset.expressions import ExpressionError, columns_of, translate_expression
from personas.errors import InputError, Problem, did_you_mean
from personas.experience.kpis.customer_kpis import Definition

UNITS = {"share": "share", "mean": "count", "ratio": "ratio"}
RESERVED = ("customer_id", "account_id", "weight", "referred_by")
ROW = "row of the table"


def define_custom_kpis(
    kpis: Mapping[str, CustomKpi],
    frame: pd.DataFrame,
    features: tuple[Feature, ...],
    document: Document | None = None,
    taken: frozenset[str] = frozenset(),
) -> tuple[pd.DataFrame, tuple[Definition, ...]]:
    """Work out what every customer contributes to each own KPI: (frame with a column for each, the definitions).

    taken : keys that other KPIs have. Raises InputError with all that is wrong: unknown columns, a key twice, sums
    over customers, text where a number is needed, a share that is neither 0 nor 1.
    """
    problems: list[Problem] = []
    columns: dict[str, np.ndarray] = {}
    definitions = []
    sources = {feature.name: feature.columns for feature in features}
    for key, kpi in kpis.items():
        if key in taken:
            found = f'the key "{key}", which another KPI has'
            problems.append(Problem(_place(document, key, ""), found, "a key of its own", f"call it own_{key}"))
        used: set[str] = set()
        for part in ("expression", "over"):
            text = getattr(kpi, part)
            if text is None:
                continue
            place = _place(document, key, part)
            wrong, values = _values(text, frame, place)
            if not wrong and part == "expression" and kpi.kind == "share":
                wrong = _no_share(values, place)
            problems += wrong
            columns[f"{key} {part}"] = values
            used |= set(columns_of(text))
        definitions.append(_definition(key, kpi, tuple(sorted({c for n in used for c in sources.get(n, (n,))}))))
    if problems:
        raise InputError(problems)
    return frame.assign(**columns), tuple(definitions)


def _definition(key: str, kpi: CustomKpi, columns: tuple[str, ...]) -> Definition:
    top, bottom = f"{key} expression", f"{key} over"
    said = f"{kpi.expression} over {kpi.over}" if kpi.over else kpi.expression
    return Definition(
        key=key, label=kpi.label, definition=kpi.definition or f"{kpi.kind.capitalize()} of {said}", better=kpi.better,
        kind=kpi.kind, unit=kpi.unit or UNITS[kpi.kind], needs=(top,), each=lambda rows: rows[top].to_numpy(float),
        columns=columns, whole=(lambda rows: rows[bottom].to_numpy(float)) if kpi.over else None,
    )  # fmt: skip


def _values(text: str, frame: pd.DataFrame, place: str) -> tuple[list[Problem], np.ndarray]:
    """Problems, and the value of each customer, (n,) float with NaN where it is unknown or not finite."""
    nothing = np.full(len(frame), np.nan)
    known = [name for name in frame.columns if name not in RESERVED]
    unknown = [name for name in columns_of(text) if name not in known]
    if unknown:
        return [_no_column(place, name, known) for name in unknown], nothing
    table = ibis.memtable(frame[list(columns_of(text))].reset_index(drop=True).assign(**{ROW: np.arange(len(frame))}))
    try:
        value = translate_expression(text, {name: table[name] for name in table.columns if name != ROW})
    except ExpressionError as error:
        return [Problem(place, str(error), "a SQL expression", "docs/contract.md lists what is allowed")], nothing
    # A constant is a scalar too, but one that nothing had to be summed up for.
    if isinstance(value, ibis.expr.types.Scalar) and columns_of(text):
        fix = "leave out SUM, AVG, COUNT …: `kind` says how customers are summed up"
        return [Problem(place, "one value for all customers", "a value a customer", fix)], nothing
    if not (value.type().is_numeric() or value.type().is_boolean() or value.type().is_null()):
        fix = "count it, or turn it into a number with CASE WHEN … THEN 1 ELSE 0 END"
        return [Problem(place, f"a value of type {value.type()}", "a number, or yes or no", fix)], nothing
    if not columns_of(text):
        return [Problem(place, "no column", "an expression over the columns of the customer table")], nothing
    numbers = table.select(row=table[ROW], value=value.cast("float64")).order_by("row").to_pandas()["value"]
    numbers = numbers.to_numpy(float)
    return [], np.where(np.isfinite(numbers), numbers, np.nan)


def _no_column(place: str, name: str, known: list[str]) -> Problem:
    if name in RESERVED:
        return Problem(place, f'"{name}", which is no feature', "a column of the customer table", "name another column")
    return Problem(place, f'no column "{name}"', "a column of the customer table", did_you_mean(name, known))


def _no_share(values: np.ndarray, place: str) -> list[Problem]:
    odd = values[np.isfinite(values) & (values != 0) & (values != 1)]
    if not len(odd):
        return []
    named = ", ".join(f"{value:g}" for value in sorted(set(odd.tolist()))[:3])
    return [Problem(place, f"{named} ({len(odd):,} customers)", "true or false", "compare it, or make it kind: mean")]


def _place(document: Document | None, key: str, part: str) -> str:
    keys = [word for word in ("kpis", key, part) if word]
    return document.place(keys) if document is not None else ".".join(keys)
