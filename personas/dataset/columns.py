"""From a mapped column to a value of the right type, as an Ibis expression that nothing has been read for yet.

Nothing here fails on a value that does not fit: text that is no number becomes NULL, and checking counts it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import add

import ibis
import ibis.expr.datatypes as dt

from personas.dataset.clock import Clock
from personas.dataset.contract import AttributeContract, Source
from personas.dataset.expressions import translate_expression
from personas.dataset.mapping import Mapped, ValueKind

MONEY = dt.Decimal(18, 4)
CALENDAR = (datetime(2, 1, 1), datetime(9998, 12, 31))
SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
YES, NO = ("true", "yes", "y", "t", "1"), ("false", "no", "n", "f", "0")


@ibis.udf.scalar.builtin
def try_strptime(text: str, pattern: str) -> dt.timestamp:
    """DuckDB's strptime that gives NULL for text of another form."""


@dataclass(frozen=True)
class Columns:
    """The columns a mapping may use, by name, and how numbers are written in them."""

    values: Mapping[str, ibis.Value]
    sources: Mapping[str, Source]

    def number(self, name: str) -> ibis.Value:
        """Express a column as a number, or NULL; decimal commas and thousands as the source says."""
        value, source = self.values[name], self.sources[name]
        return as_number(value, source.decimal, source.thousands)


@dataclass(frozen=True)
class Reading:
    """A value in its type, and the text it was read from where that text can fail to be one."""

    value: ibis.Value
    raw: ibis.Value | None = None


def read_value(mapped: Mapped, kind: ValueKind, columns: Columns, clock: Clock) -> Reading:
    """Express what a row says of one mapped field."""
    if mapped.columns:
        parts = [read_value(Mapped(column=name), kind, columns, clock).value for name in mapped.columns]
        return Reading(reduce(add, [part.coalesce(ibis.literal(0).cast(part.type())) for part in parts]))
    if mapped.value is not None:
        raw, source = ibis.literal(mapped.value), None
    elif mapped.expression is not None:
        raw, source = translate_expression(mapped.expression, columns.values), None
    else:
        raw, source = columns.values[mapped.column], columns.sources[mapped.column]
    raw = without(raw, mapped.missing)
    if mapped.is_:
        return Reading(as_text(raw).isin(mapped.is_))
    value = typed(raw, kind, mapped, source, clock)
    return Reading(value, raw if raw.type().is_string() and kind not in ("id", "text") else None)


def typed(raw: ibis.Value, kind: ValueKind, mapped: Mapped, source: Source | None, clock: Clock) -> ibis.Value:
    if kind == "id":
        return as_text(raw)
    if kind == "text":
        return relabelled(as_text(raw), mapped.labels, mapped.groups, mapped.other)
    if kind == "yes":
        return as_yes(relabelled(as_text(raw), mapped.labels, {}, None) if mapped.labels else raw)
    if kind == "moment":
        return as_moment(raw, mapped, clock)
    decimal, thousands = (source.decimal, source.thousands) if source else (".", None)
    if kind == "money":
        return plain(raw, decimal, thousands).try_cast(MONEY)
    number = as_number(raw, decimal, thousands)
    return number * SECONDS[mapped.unit] if mapped.unit else number


def without(raw: ibis.Value, missing: tuple[str, ...]) -> ibis.Value:
    """Empty the codes that mean: not known."""
    return as_text(raw).isin(missing).ifelse(ibis.null(raw.type()), raw) if missing else raw


def as_text(raw: ibis.Value) -> ibis.Value:
    return raw if raw.type().is_string() else raw.cast("string")


def plain(raw: ibis.Value, decimal: str = ".", thousands: str | None = None) -> ibis.Value:
    """Write a number given as text with a decimal point and nothing between thousands.

    Text that breaks the source's own way of writing (5.00 where the point is between thousands) becomes NULL: read
    all the same, it would be a hundred times as much.
    """
    if not raw.type().is_string():
        return raw
    if thousands:
        sign, point = re.escape(thousands), re.escape(decimal)
        grouped = raw.re_search(rf"^\s*[-+]?\d{{1,3}}({sign}\d{{3}})+({point}\d*)?\s*$")
        whole = ~raw.contains(thousands) | grouped
        raw = whole.ifelse(raw.replace(thousands, ""), ibis.null("string"))
    if decimal != ".":
        raw = raw.contains(".").ifelse(ibis.null("string"), raw.replace(decimal, "."))
    return raw


def as_number(raw: ibis.Value, decimal: str = ".", thousands: str | None = None) -> ibis.Value:
    number = plain(raw, decimal, thousands)
    if number.type().is_integer() or number.type().is_decimal():
        return number.cast("float64")
    number = number.try_cast("float64")
    return (number.isnan() | number.isinf()).ifelse(ibis.null("float64"), number)


def as_moment(raw: ibis.Value, mapped: Mapped, clock: Clock) -> ibis.Value:
    kind = raw.type()
    if mapped.format:
        moment = try_strptime(as_text(raw), mapped.format)
    elif kind.is_timestamp() and kind.timezone is None:
        moment = raw
    else:
        moment = raw.try_cast("timestamp")
    # An engine knows years that no calendar of Python does; a slip of the finger is no time.
    moment = moment.between(*CALENDAR).ifelse(moment, ibis.null(moment.type()))
    return moment if mapped.date or kind.is_date() else clock.local(moment)


def as_yes(raw: ibis.Value) -> ibis.Value:
    if raw.type().is_boolean():
        return raw
    text = as_text(raw).lower()
    return ibis.cases((text.isin(YES), True), (text.isin(NO), False), else_=ibis.null("boolean"))


def relabelled(text: ibis.Value, labels: Mapping[str, str], groups: Mapping, other: str | None) -> ibis.Value:
    """Replace codes by labels, then labels by the group that gathers them."""
    if labels:
        text = text.cases(*labels.items(), else_=text)
    if not groups:
        return text if other is None else text.coalesce(other)
    pairs = [(text.isin(list(members)), group) for group, members in groups.items()]
    return ibis.cases(*pairs, else_=text if other is None else ibis.literal(other))


def read_attribute(name: str, attribute: AttributeContract, columns: Columns) -> Reading:
    """Express an attribute: numbers as float64, yes/no as boolean, categories as their labels.

    A value that is neither declared nor "missing" is NULL where the values have an order.
    """
    if attribute.expression is not None:
        raw, source = translate_expression(attribute.expression, columns.values), None
    else:
        raw, source = columns.values[attribute.column or name], columns.sources[attribute.column or name]
    raw = without(raw, attribute.missing)
    text = raw if raw.type().is_string() else None
    if attribute.kind in ("number", "share", "count"):
        return Reading(as_number(raw, *((source.decimal, source.thousands) if source else ())), text)
    labelled = relabelled(as_text(raw), attribute.labels, {}, None)
    if attribute.kind == "binary":
        return Reading(as_yes(labelled if attribute.labels else raw), as_text(raw))
    levels = attribute.levels()
    known = labelled.isin(levels).ifelse(labelled, ibis.null("string")) if levels else labelled
    return Reading(known, as_text(raw) if levels else None)
