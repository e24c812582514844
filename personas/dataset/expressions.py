"""The SQL that a contract may use: translated word by word, so that what is not listed here cannot be run.

A contract may come from somebody else. Its expressions are parsed, never passed on as text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, cast

import sqlglot
from sqlglot import exp

if TYPE_CHECKING:
    import ibis


class ExpressionError(ValueError):
    """The expression cannot be used; the message says which part of it."""


BINARY: dict[type, Callable] = {
    exp.EQ: lambda a, b: a == b,
    exp.NEQ: lambda a, b: a != b,
    exp.GT: lambda a, b: a > b,
    exp.GTE: lambda a, b: a >= b,
    exp.LT: lambda a, b: a < b,
    exp.LTE: lambda a, b: a <= b,
    exp.And: lambda a, b: a & b,
    exp.Or: lambda a, b: a | b,
    exp.Add: lambda a, b: a + b,
    exp.Sub: lambda a, b: a - b,
    exp.Mul: lambda a, b: a * b,
    exp.Div: lambda a, b: a / b.nullif(0),
    exp.Mod: lambda a, b: a % b.nullif(0),
    exp.DPipe: lambda a, b: a.cast("string") + b.cast("string"),
    exp.Like: lambda a, b: a.like(b),
    exp.ILike: lambda a, b: a.ilike(b),
    exp.Pow: lambda a, b: a**b,
    exp.Nullif: lambda a, b: a.nullif(b),
}
UNARY: dict[type, Callable] = {
    exp.Not: lambda a: ~a,
    exp.Neg: lambda a: -a,
    exp.Abs: lambda a: a.abs(),
    exp.Sqrt: lambda a: a.sqrt(),
    exp.Ln: lambda a: a.ln(),
    exp.Floor: lambda a: a.floor(),
    exp.Ceil: lambda a: a.ceil(),
    exp.Lower: lambda a: a.lower(),
    exp.Upper: lambda a: a.upper(),
    exp.Trim: lambda a: a.strip(),
    exp.Length: lambda a: a.length(),
    exp.Year: lambda a: a.year(),
    exp.Month: lambda a: a.month(),
    exp.Day: lambda a: a.day(),
}
AGGREGATE: dict[type, Callable] = {
    exp.Sum: lambda a, where: a.sum(where=where),
    exp.Avg: lambda a, where: a.mean(where=where),
    exp.Min: lambda a, where: a.min(where=where),
    exp.Max: lambda a, where: a.max(where=where),
    exp.Median: lambda a, where: a.median(where=where),
    exp.Stddev: lambda a, where: a.std(where=where),
}
TYPES = {
    exp.DataType.Type.INT: "int64",
    exp.DataType.Type.BIGINT: "int64",
    exp.DataType.Type.DOUBLE: "float64",
    exp.DataType.Type.VARCHAR: "string",
    exp.DataType.Type.TEXT: "string",
    exp.DataType.Type.DATE: "date",
    exp.DataType.Type.TIMESTAMP: "timestamp",
    exp.DataType.Type.TIMESTAMPNTZ: "timestamp",
    exp.DataType.Type.BOOLEAN: "boolean",
}
ALLOWED = (
    "= <> < <= > >= AND OR NOT IN BETWEEN LIKE ILIKE IS NULL CASE WHEN + - * / % || CAST (to INTEGER, DOUBLE, VARCHAR, "
    "DATE, TIMESTAMP, BOOLEAN), ABS ROUND FLOOR CEIL SQRT LN POWER GREATEST LEAST COALESCE NULLIF LOWER UPPER TRIM "
    "LENGTH REPLACE SUBSTRING CONCAT YEAR MONTH DAY; over the rows of a role: SUM AVG COUNT MIN MAX MEDIAN STDDEV, "
    "with DISTINCT in COUNT and FILTER (WHERE …)"
)
MAX_LENGTH = 5_000


def parse_expression(text: str) -> exp.Expr:
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"{len(text):,} characters, at most {MAX_LENGTH:,}")
    try:
        return sqlglot.parse_one(text, dialect="duckdb")
    except (sqlglot.errors.SqlglotError, RecursionError) as error:
        first = (str(error).splitlines() or ["nothing to read"])[0]
        raise ExpressionError(f"not an expression: {first[:120]}") from None


def columns_of(text: str) -> tuple[str, ...]:
    """Name the columns that an expression reads.

    >>> columns_of("price * quantity > 10 AND products.brand = 'Own'")
    ('price', 'quantity', 'products.brand')
    """
    return tuple(dict.fromkeys(_name(column) for column in parse_expression(text).find_all(exp.Column, bfs=False)))


def _name(column: exp.Column) -> str:
    return f"{column.table}.{column.name}" if column.table else column.name


def translate_expression(text: str, columns: Mapping[str, ibis.Value]) -> ibis.Value:
    """Turn a SQL expression into an Ibis one over `columns`.

    Raises ExpressionError for a column that is not there, for anything that is not allowed and for types that do
    not go together.
    """
    from ibis.common.exceptions import IbisError

    node = parse_expression(text)
    try:
        return _translate(node, columns)
    except ExpressionError:
        raise
    except (IbisError, TypeError, AttributeError, ValueError, RecursionError):
        raise ExpressionError(f"types that do not go together: {text[:80]}") from None


def _translate(node: exp.Expr, columns: Mapping[str, ibis.Value]) -> ibis.Value:
    import ibis

    def inner(child):
        return _translate(child, columns)

    kind = type(node)
    if kind is exp.Paren:
        return inner(node.this)
    if kind is exp.Column:  # and no subclass of it
        name = _name(cast(exp.Column, node))
        if name not in columns:
            raise ExpressionError(f'no column "{name}"')
        return columns[name]
    if kind is exp.Literal:
        text = node.this
        return ibis.literal(text if node.is_string else int(text) if text.isdigit() else float(text))
    if kind is exp.Null:
        return ibis.null()
    if kind is exp.Boolean:
        return ibis.literal(bool(node.this))
    if kind in BINARY:
        sides = inner(node.this), inner(node.expression)
        return BINARY[kind](*(sides if kind in (exp.DPipe, exp.Like, exp.ILike) else _alike(*sides)))
    if kind in UNARY:
        return UNARY[kind](inner(node.this))
    if kind in (*AGGREGATE, exp.Count, exp.Filter):
        return _aggregate(node, columns)
    if kind is exp.Is and isinstance(node.expression, exp.Null):
        return inner(node.this).isnull()
    if kind is exp.In and node.expressions:
        value = inner(node.this)
        return value.isin([_alike(inner(item), value, text=True)[0] for item in node.expressions])
    if kind is exp.Between:
        value = inner(node.this)
        low, high = inner(node.args["low"]), inner(node.args["high"])
        return _alike(value, low)[0].between(low, high)
    if kind in (exp.Cast, exp.TryCast) and node.args["to"].this in TYPES:
        return inner(node.this).try_cast(TYPES[node.args["to"].this])
    if kind is exp.Case:
        subject = node.this
        pairs = [
            (exp.EQ(this=subject, expression=when.this) if subject else when.this, when) for when in node.args["ifs"]
        ]
        default = node.args.get("default")
        other = {"else_": inner(default)} if default is not None else {}
        return ibis.cases(*[(inner(test), inner(when.args["true"])) for test, when in pairs], **other)
    several = [item for item in (node.this, *node.expressions) if isinstance(item, exp.Expression)]
    if kind is exp.Coalesce:
        return ibis.coalesce(*map(inner, several))
    if kind is exp.Greatest:
        return ibis.greatest(*map(inner, several))
    if kind is exp.Least:
        return ibis.least(*map(inner, several))
    if kind is exp.Concat:
        return reduce(lambda a, b: a + b, [inner(item).cast("string") for item in node.expressions])
    if kind is exp.Round:
        return inner(node.this).round(inner(node.args["decimals"]) if node.args.get("decimals") else 0)
    if kind is exp.Replace:
        return inner(node.this).replace(inner(node.expression), inner(node.args["replacement"]))
    if kind is exp.Substring:
        return inner(node.this).substr(inner(node.args["start"]) - 1, inner(node.args["length"]))
    raise ExpressionError(f"{node.sql(dialect='duckdb')[:60]} is not allowed")


def _alike(left: ibis.Value, right: ibis.Value, text: bool = False) -> tuple[ibis.Value, ibis.Value]:
    """Read text beside a number as a number (or, with `text`, the number as text): a CSV file is all text."""
    if left.type().is_string() and right.type().is_numeric() and not text:
        return left.try_cast("float64"), right
    if right.type().is_string() and left.type().is_numeric():
        return (left.cast("string"), right) if text else (left, right.try_cast("float64"))
    return left, right


def _aggregate(node: exp.Expr, columns: Mapping[str, ibis.Value]) -> ibis.Value:
    """Sum up the rows of a customer, those that FILTER keeps."""
    where = None
    if isinstance(node, exp.Filter):
        where = _translate(node.expression.this, columns)
        node = node.this
    if isinstance(node, exp.Count):
        if isinstance(node.this, exp.Star):
            first = next(iter(columns.values()))
            return ((first.isnull() | first.notnull()) if where is None else where).ifelse(1, 0).sum()
        if isinstance(node.this, exp.Distinct):
            values = [_translate(item, columns) for item in node.this.expressions]
            return values[0].nunique(where=where)
        known = _translate(node.this, columns).notnull()
        return reduce(and_, [known] if where is None else [known, where]).ifelse(1, 0).sum()
    if type(node) not in AGGREGATE:
        raise ExpressionError(f"{node.sql(dialect='duckdb')[:60]} is not allowed")
    value = _translate(node.this, columns)
    if value.type().is_string() and type(node) not in (exp.Min, exp.Max):
        value = value.try_cast("float64")
    return AGGREGATE[type(node)](value, where)
