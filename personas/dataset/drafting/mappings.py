"""A recognised table as a role of the contract: which column is which field, and how its values are written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from personas.dataset.doubts import METRICS
from personas.dataset.drafting.columns import Column
from personas.dataset.drafting.entries import Entry
from personas.dataset.drafting.fields import MOMENTS, Picked, Table, assign
from personas.dataset.drafting.guesses import Guess, Sureness, Todo, weakest
from personas.dataset.drafting.scales import Scale, guess_scale, metric_of
from personas.dataset.drafting.vocabulary import fit, vocabulary
from personas.dataset.engine import named, quoted

BEST_CATEGORIES = 12
# Words of SQL that a column may not be called without quotes.
IDENTIFIER = re.compile(
    r"(?!(?:all|and|as|asc|between|case|cast|column|date|day|desc|distinct|else|end|from|group|in|interval|is|limit|month|not"
    r"|null|on|or|order|select|table|then|time|timestamp|to|union|using|values?|when|where|year)$)[a-z_][a-z0-9_]*",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True)
class Joined:
    """A product table that purchases look up. left, right : key columns; fields : what it adds"""

    table: Table
    left: str
    right: str
    fields: Mapping[str, Picked]
    guess: Guess


def role_entries(table: Table, products: Table | None, zoned: bool) -> list[tuple[Entry, ...]]:
    """Write a table as one part of its role, or as several where its scores have several scales.

    zoned : True where the contract names a time zone, which calendar days are excepted from
    """
    head = [Entry("source", table.name, table.guess)]
    joined = find_products(table, products) if table.role == "transactions" and products is not None else None
    if joined is not None:
        key = joined.left if joined.left == joined.right else {"left": joined.left, "right": joined.right}
        head.append(Entry("join", {joined.table.name: key}, joined.guess))
    body = [_customer(table)] if table.id is not None else []
    fields = dict(table.fields or {})
    if table.role == "transactions":
        body += _purchase(table, fields, joined, zoned)
    elif table.role == "feedback":
        return [(*head, *body, *part) for part in _answers(table, fields, zoned)]
    else:
        body += [_field(table, field, picked, zoned) for field, picked in _in_order(table.role, fields)]
        if "satisfaction" in fields:
            scale = table.columns[fields["satisfaction"].column].scale
            body.append(Entry("scale", [scale.low, scale.high], scale.guess))
    return [(*head, *body)]


def _customer(table: Table) -> Entry:
    return mapped_entry("customer", table.columns[table.id.column], table.id)


def _in_order(role: str, fields: Mapping[str, Picked]):
    return [(field, fields[field]) for field in vocabulary()["fields"][role] if field in fields]


def _field(table: Table, field: str, picked: Picked, zoned: bool) -> Entry:
    return mapped_entry(field, table.columns[picked.column], picked, zoned)


def mapped_entry(field: str, column: Column, picked: Picked, zoned: bool = False) -> Entry:
    """Map a field to a column, with what must be said of how its values are written."""
    extra: dict = {}
    guess = picked.guess
    if picked.others:
        guess = Guess("unsure", f"{guess.why}; or {', '.join(picked.others)}")
    if field in MOMENTS and column.time is not None:
        return _moment(field, column, guess, zoned)
    if column.sign and field in ("amount", "discount", "coupon_discount", "price"):
        value = {"expression": number_expression(column)}
        return Entry(
            field, value, Guess(weakest(guess.sure, "likely"), f"{guess.why}; the sign {column.sign} taken off")
        )
    words = column.missing if field not in ("score", "satisfaction") else column.scale.missing
    if words and field != "text":
        extra["missing"] = list(words)
    if column.yes and field in ("returned", "self_service", "escalated", "reopened"):
        extra["labels"] = column.yes
    return Entry(field, {"column": column.name} | extra if extra else column.name, guess)


def _moment(field: str, column: Column, guess: Guess, zoned: bool) -> Entry:
    time = column.time
    if time.other is not None:
        needed = f'"{time.format}" or "{time.other}"? No day above 12 in what was read, so both fit'
        return Entry(field, (Entry("column", column.name, guess), Entry("format", None, Todo(needed))))
    extra: dict = {"format": time.format} if time.format else {}
    if time.missing:
        extra["missing"] = list(time.missing)
    if zoned and time.days_only:
        extra["date"] = True
    how = f", from {time.first:%Y-%m-%d} to {time.last:%Y-%m-%d} in what was read"
    return Entry(field, {"column": column.name} | extra if extra else column.name, Guess(guess.sure, guess.why + how))


def number_expression(column: Column) -> str:
    """Write a column's numbers as an expression: no currency sign, a point before fractions."""
    text = sql_name(column.name)
    if not column.stored.startswith("string"):
        return f"CAST({text} AS DOUBLE)"
    if column.sign:
        text = f"TRIM(REPLACE({text}, {quoted(column.sign)}, ''))"
    if column.writing.thousands:
        text = f"REPLACE({text}, {quoted(column.writing.thousands)}, '')"
    if column.writing.decimal != ".":
        text = f"REPLACE({text}, {quoted(column.writing.decimal)}, '.')"
    return f"CAST({text} AS DOUBLE)"


def sql_name(column: str) -> str:
    """Write a column's name in an expression, quoted where it has to be.

    >>> sql_name("price"), sql_name("unit price"), sql_name("order")
    ('price', '"unit price"', '"order"')
    """
    return column if IDENTIFIER.fullmatch(column) else named(column)


def _purchase(table: Table, fields: dict[str, Picked], joined: Joined | None, zoned: bool) -> list[Entry]:
    entries = []
    if joined is not None:
        fields = {field: picked for field, picked in joined.fields.items() if field not in fields} | fields
        fields.setdefault("product", Picked(joined.left, Guess("sure", "the key of the product table")))
    for field, picked in _in_order("transactions", fields):
        own = (picked.column in table.columns and (table.fields or {}).get(field) == picked) or field == "product"
        column = (table if own else joined.table).columns[picked.column]
        if field == "amount":
            entries.append(_amount(table, picked, fields))
        elif field in ("category", "subcategory"):
            entries.append(_category(field, column, picked, table, own, joined))
        else:
            entries.append(mapped_entry(field, column, picked, zoned))
    return entries


def _amount(table: Table, picked: Picked, fields: Mapping[str, Picked]) -> Entry:
    column = table.columns[picked.column]
    quantity = fields.get("quantity")
    if quantity is not None and fit(picked.column, vocabulary()["fields"]["unit_price"]) >= 0.9:
        price, pieces = number_expression(column), number_expression(table.columns[quantity.column])
        note = Guess("likely", f"{picked.column} seems to be the price of a piece; if not: amount: {picked.column}")
        return Entry("amount", {"expression": f"{price} * {pieces}"}, note)
    if repeats := _repeated(table, picked.column, fields):
        note = Guess("unsure", f"the same on all lines of an order ({repeats} looked at): it would count once a line")
        return Entry("amount", mapped_entry("amount", column, picked).value, note)
    return mapped_entry("amount", column, picked)


def _repeated(table: Table, amount: str, fields: Mapping[str, Picked]) -> int:
    """Count orders of several lines if all lines of each carry the same amount: then it is the order's total."""
    if "order" not in fields:
        return 0
    seen: dict[str, list[str | None]] = {}
    values = table.sample.values
    for order, paid in zip(values[fields["order"].column], values[amount], strict=True):
        if order is not None:
            seen.setdefault(order, []).append(paid)
    several = [lines for lines in seen.values() if len(lines) > 1]
    return len(several) if len(several) >= 10 and all(len(set(lines)) == 1 for lines in several) else 0


def _category(field: str, column: Column, picked: Picked, table: Table, own: bool, joined: Joined | None) -> Entry:
    name = column.name if own or column.name not in table.columns else f"{joined.table.name}.{column.name}"
    guess = picked.guess
    if field == "category" and len(column.values) > BEST_CATEGORIES:
        guess = Guess(
            "unsure", f"{len(column.values)} kinds are many; groups: {{Name: [kind, kind]}} makes 4 to 12 of them"
        )
    extra = {"missing": list(column.missing)} if column.missing else {}
    return Entry(field, {"column": name} | extra if extra else name, guess)


def find_products(table: Table, products: Table) -> Joined | None:
    """Find how purchases look up their product: by columns with the same values, once each in the product table."""
    right = products.fields["product"].column
    known = set(products.columns[right].counts)
    shares = {
        column.name: sum(value in known for value in column.counts) / len(column.counts)
        for column in table.columns.values()
        if column.counts and column.time is None and column.name != (table.id.column if table.id else None)
    }
    same = fit(right, vocabulary()["fields"]["transactions"]["product"])
    wanted = [*vocabulary()["fields"]["transactions"]["product"], right]
    left = max(shares, key=lambda name: (shares[name] > 0.3) * (shares[name] + fit(name, wanted)), default=None)
    if left is None or shares[left] <= 0.3:
        return None
    added = assign(products, "transactions", {right})
    fields: dict[str, Picked] = {field: added[field] for field in ("category", "subcategory") if field in added}
    sure: Sureness = "sure" if shares[left] > 0.9 and same else "likely"
    return Joined(products, left, right, fields, Guess(sure, f"{shares[left]:.0%} of {left} are there, once each"))


def _answers(table: Table, fields: dict[str, Picked], zoned: bool) -> list[list[Entry]]:
    """Write answers with one scale a part: a table may hold several questions."""
    rest = {field: picked for field, picked in fields.items() if field not in ("metric", "score")}
    shared = [_field(table, field, picked, zoned) for field, picked in _in_order("feedback", rest)]
    if "score" not in fields:
        return [[Entry("metric", {"value": "comment"}), *shared]]
    score, metric = table.columns[fields["score"].column], fields.get("metric")
    if metric is None or not set(table.columns[metric.column].values) <= set(METRICS):
        scale = score.scale
        kind = metric_of(score.name if table.sample.rows else "", scale)
        kind = kind if kind != "rating" else metric_of(table.name, scale)
        part = [
            Entry("metric", {"value": kind}, Guess("likely", "the names and the scale")),
            *_score(score, fields, scale),
        ]
        return [[*part, *shared]]
    parts = []
    for name in sorted(table.columns[metric.column].values):
        scale = _scale_of(table, score.name, metric.column, name)
        if scale is None:
            continue
        asked = f"{sql_name(metric.column)} = {quoted(name)}"
        when = {
            "when": f"COALESCE({sql_name(metric.column)}, '') <> {quoted(name)}",
            "reason": "another question, read beside",
        }
        set_aside = Entry("set_aside", [when])
        parts.append(
            [set_aside, Entry("metric", {"value": name}, metric.guess), *_score(score, fields, scale, asked), *shared]
        )
    return parts


def _score(column: Column, fields: Mapping[str, Picked], scale: Scale, asked: str = "") -> list[Entry]:
    """Map a score with its scale; asked : condition under which the row answers this question"""
    origin = {"expression": f"CASE WHEN {asked} THEN {sql_name(column.name)} END"} if asked else {"column": column.name}
    value = origin | {"missing": list(scale.missing)} if scale.missing else origin if asked else column.name
    return [Entry("score", value, fields["score"].guess), Entry("scale", [scale.low, scale.high], scale.guess)]


def _scale_of(table: Table, score: str, metric: str, name: str) -> Scale | None:
    rows = zip(table.sample.values[score], table.sample.values[metric], strict=True)
    counts = Counter(value for value, asked in rows if asked == name and value is not None)
    return guess_scale("recommend" if name == "nps" else score, counts)
