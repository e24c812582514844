"""The values that reading a dataset gives: the dataset itself, its attributes, what was set aside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from personas.errors import Problem

if TYPE_CHECKING:
    import ibis

    from personas.dataset.contract import AttributeKind, Contract
    from personas.dataset.document import Document
    from personas.dataset.lexicon import Lexicon
    from personas.dataset.normalise import Part, Role


@dataclass(frozen=True)
class Attribute:
    """A column of the customers table that says who a customer is.

    forms : True if it may help to form segments, False if it only describes them
    levels : labels, in order for `ordered`; empty for numbers and for categories that were not declared
    high, low : adjectives for customers who have much or little of it
    column : where it comes from, as source.column
    """

    name: str
    label: str
    kind: AttributeKind
    block: str
    forms: bool
    levels: tuple[str, ...] = ()
    unit: str = ""
    high: str = ""
    low: str = ""
    column: str = ""


@dataclass(frozen=True)
class Card:
    """What a reader must know of the data before believing anything."""

    name: str
    title: str
    unit: str
    units: str
    notice: str
    source: str
    licence: str
    currency: str


@dataclass(frozen=True)
class SetAsideRows:
    """Rows (or values of rows) that were read but are not used, and why."""

    table: str
    rows: int
    of: int
    reason: str


@dataclass(frozen=True)
class CheckResult:
    """What is wrong (stops), what is doubtful (is listed), what is left out (is counted), who is missing (is said)."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    set_aside: tuple[SetAsideRows, ...]
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = [f"error: {problem}" for problem in self.problems]
        parts += [f"warning: {problem}" for problem in self.warnings]
        parts += [f"left out: {row.rows:,} of {row.of:,} rows of {row.table}: {row.reason}" for row in self.set_aside]
        return "\n".join([*parts, *self.notes]) or "nothing to complain about"

    def _repr_html_(self) -> str:
        """Show all of it as a table; every word of it may come from the data and is escaped."""
        rows = [("error", problem.place, problem.found, problem.fix) for problem in self.problems]
        rows += [("warning", problem.place, problem.found, problem.fix) for problem in self.warnings]
        rows += [("left out", row.table, f"{row.rows:,} of {row.of:,} rows", row.reason) for row in self.set_aside]
        rows += [("note", "", note, "") for note in self.notes]
        body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
        head = "".join(f"<th scope='col'>{word}</th>" for word in ("kind", "where", "found", "what to do, or why"))
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


@dataclass(frozen=True)
class Dataset:
    """Tables of one business, under the same names whatever they were called.

    tables : role → Ibis table (lazy), rows within [observation_start, observation_end) only; `customers` has one row
        a customer; in B2B that is an account, and `contacts` has its people
    observation_start, observation_end : local time, half-open; the end is "today"; None without any times
    holdout : a period kept for judging usefulness, inside the observation or after it
    between : the same tables for another period
    lexicon : words that show an emotion, where the contract declares any
    left_out : customers who asked to be forgotten and of whom nothing is read
    bytes : size of the files that are read; None for databases, and where the engine holds the tables already
    """

    name: str
    contract: Contract
    folder: Path
    connection: ibis.BaseBackend
    tables: Mapping[str, ibis.Table]
    observation_start: datetime | None
    observation_end: datetime | None
    holdout: tuple[datetime, datetime] | None
    card: Card
    attributes: tuple[Attribute, ...]
    between: Callable[[datetime | None, datetime | None], Mapping[str, ibis.Table]] = field(repr=False)
    roles: Mapping[str, Role] = field(repr=False)
    listed: Mapping[str, Part] = field(repr=False)
    document: Document = field(repr=False)
    lexicon: Lexicon | None = field(default=None, repr=False)
    left_out: int = 0
    bytes: int | None = field(default=None, repr=False)

    def __str__(self) -> str:
        lines = [f"{self.name}: {self.card.title}"]
        if self.observation_start is not None and self.observation_end is not None:
            lines.append(f"{self.observation_start:%Y-%m-%d} to {self.observation_end:%Y-%m-%d} (not included)")
        lines += [f"  {role}: {', '.join(table.columns)}" for role, table in self.tables.items()]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """Show the tables and their columns; nothing is read for it."""
        rows = "".join(
            f"<tr><th scope='row'>{escape(role)}</th><td>{escape(', '.join(table.columns))}</td></tr>"
            for role, table in self.tables.items()
        )
        return f"<p>{escape(self.card.title)}</p><table><tbody>{rows}</tbody></table>"
