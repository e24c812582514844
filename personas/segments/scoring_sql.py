"""The assignment as one SQL text that stands alone: paste it into a warehouse, no library needed."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from personas.errors import InputError, Problem, did_you_mean
from personas.segments.scoring import columns_needed, score_customers

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from personas.segments.segmentation import Segmentation

Dialect = Literal["duckdb", "spark"]
DIALECTS = ("duckdb", "spark")
WIDTH = 116


def assignment_sql(
    segmentation: Segmentation,
    personas: Sequence = (),
    dialect: Dialect = "duckdb",
    table: str = "customers",
    about: Sequence[str] = (),
) -> str:
    """Write the assignment of every customer as one SELECT.

    personas : objects with `number`, `id` and `name`; dialect : "duckdb" or "spark"
    table : what the customer table is called there, as in ``crm.customers``
    about : lines for the comment at the head, such as the title and the date of the data
    Returns SQL that ends with a semicolon; its columns are those of :func:`score_customers`.
    Raises InputError for a dialect that is not known.

    >>> print(assignment_sql(segmentation).splitlines()[0])
    -- Assigns every row of customers to its persona (DuckDB).
    """
    if dialect not in DIALECTS:
        raise InputError([Problem("dialect", f'"{dialect}"', " or ".join(DIALECTS), did_you_mean(dialect, DIALECTS))])
    import ibis
    import sqlglot

    scored = score_customers(_declared(segmentation, table), segmentation, personas)
    query = str(ibis.to_sql(scored, dialect="duckdb"))
    if dialect != "duckdb":
        query = sqlglot.transpile(query, read="duckdb", write=dialect, pretty=True)[0]
    return f"{_head(segmentation, personas, dialect, table, about)}\n{query};\n"


def _declared(segmentation: Segmentation, name: str) -> Table:
    """The customer table as the text sees it: numbers declared so loosely that every one of them is cast."""
    import ibis

    schema = {
        column: "string" if column == "customer_id" or levels else "decimal(38, 9)"
        for column, levels in columns_needed(segmentation).items()
    }
    *place, name = name.split(".")
    where = dict(zip(("database", "catalog"), reversed(place), strict=False))
    return ibis.table(schema, name=name, **where)


def _head(segmentation: Segmentation, personas: Sequence, dialect: str, table: str, about: Sequence[str]) -> str:
    """The comment at the head: what it does, which columns it needs, what it gives."""
    names = {"duckdb": "DuckDB", "spark": "Spark SQL"}
    lines = [*about, f"Assigns every row of {table} to its persona ({names[dialect]}).", ""]
    lines.append("Columns needed, one row a customer; null where not known:")
    for column, levels in columns_needed(segmentation).items():
        holds = " | ".join(levels) or ("id" if column == "customer_id" else "number")
        lines += textwrap.wrap(f"  {column}: {holds}", WIDTH, subsequent_indent="    ")
    lines += ["", "Columns given: customer_id, segment, persona_id, persona, confidence and in_between."]
    if segmentation.classes is None:
        lines.append("confidence: 0.5 on a border, 1 at the centre; in_between: hardly nearer to its own persona than")
        lines.append("to the next.")
    else:
        lines.append("confidence: probability of the persona; in_between: less than twice as probable as the next.")
    lines += [f"  {p.number}  {p.id}  {p.name}" for p in sorted(personas, key=lambda p: p.number)]
    return "\n".join(f"-- {one_line(line)}".rstrip() for line in lines)


def one_line(text: str) -> str:
    """Keep a comment on its line, whatever the words from the data hold.

    >>> one_line("a\\n; DROP TABLE customers")
    'a ; DROP TABLE customers'
    """
    return "".join(sign if sign.isprintable() else " " for sign in text)
