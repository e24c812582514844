"""Columns chosen for what a role asks for: whose row it is, when, how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from personas.dataset.drafting.columns import Column
from personas.dataset.drafting.guesses import Guess, Sureness
from personas.dataset.drafting.numbers import FileWriting
from personas.dataset.drafting.samples import Sample
from personas.dataset.drafting.vocabulary import fit, plain, speaks_of, vocabulary

MOMENTS = {"time", "opened", "resolved", "first_response", "due", "start", "end"}
NUMBERS = {"amount", "quantity", "discount", "coupon_discount", "duration", "wait", "page_time", "price"}
YES = {"returned", "self_service", "escalated", "reopened"}
IDS = {"order", "product", "store", "campaign"}
SCORES = {"score", "satisfaction"}
UNKNOWN = Guess("unsure", "looks like no table that the contract knows")
MANY = {"metric": 20, "subcategory": 2000, "campaign": 10_000, "reason": 2000, "touchpoint": 500}


@dataclass(frozen=True)
class Picked:
    """A column chosen for a field. others : columns that would do nearly as well"""

    column: str
    guess: Guess
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A sample with its columns described.

    role : what it is, "" if nothing fits; guess : how sure that is
    id : column of the customer; fields : field of the role → column
    """

    sample: Sample
    columns: Mapping[str, Column]
    writing: FileWriting
    role: str = ""
    guess: Guess = UNKNOWN
    id: Picked | None = None
    fields: Mapping[str, Picked] | None = None

    @property
    def name(self) -> str:
        return self.sample.name


def hint(name: str, role: str) -> float:
    """Say how well a file's name fits a role: 1, or 0.

    >>> hint("orders_2024", "transactions"), hint("orders_2024", "tickets")
    (1.0, 0.0)
    """
    return float(fit(name, vocabulary()["tables"][role]) > 0)


def customer_column(table: Table, ids: Mapping[str, set[str]]) -> Picked | None:
    """Find the column that says whose row it is: by its name, and by values that a list of customers knows."""
    others = [known for name, known in ids.items() if name != table.name]
    lists = max(hint(table.name, "customers"), hint(table.name, "survey")) > 0
    ranked = []
    for column in table.columns.values():
        if not column.identifies and column.person != "an e-mail address":
            continue
        words = fit(column.name, vocabulary()["customer"])
        if not words and column.unique and plain(column.name) in vocabulary()["identifier"]:
            words = 0.4
        share = max((_share(column, known) for known in others), default=0.0)
        if column.name_taken_by_another_key():
            share = min(share, 0.4)
        if words or share > 0.5:
            points = words + share - 0.5 * bool(column.person) + 0.3 * (lists and column.unique)
            ranked.append((points, words, share, column))
    if not ranked:
        return None
    ranked.sort(key=lambda row: -row[0])
    points, words, share, column = ranked[0]
    close = tuple(row[3].name for row in ranked[1:4] if row[0] > points - 0.15)
    if column.person and not speaks_of(column.name, "identifier"):
        guess = Guess("unsure", f"{column.person}, but nothing else says whose row it is; a number would be better")
    elif share > 0.5:
        guess = Guess("sure", f"{share:.0%} of its values are in the list of customers")
    elif words >= 0.9 and not close:
        guess = Guess("sure" if not others else "unsure", "its name" + _apart(others, share))
    elif words:
        guess = Guess("unsure" if close or others else "likely", "its name" + _apart(others, share))
    return Picked(column.name, guess, close)


def _apart(others: list, share: float) -> str:
    return f"; but only {share:.0%} of its values are in the list of customers" if others else ""


def _share(column: Column, known: set[str]) -> float:
    return sum(value in known for value in column.counts) / len(column.counts) if column.counts else 0.0


def suits(field: str, column: Column, role: str) -> bool:
    """Say whether a column can be what a field asks for, whatever its name."""
    if not column.known:
        return False
    if field in MOMENTS:
        return column.time is not None
    if column.time is not None:
        return False
    if field in NUMBERS:
        return column.numeric and column.person is None
    if field in YES:
        return column.yes is not None
    if field in SCORES:
        return column.scale is not None
    if field in IDS:
        return not column.text and (column.whole or not column.numeric)
    if field == "text":
        return not column.numeric and column.yes is None and len(column.counts) >= 2
    if column.person is not None or (column.numeric and field not in ("category", "plan", "touchpoint", "team")):
        return False
    if field == "touchpoint" and column.numeric:
        return False
    return len(column.values) <= MANY.get(field, 200) and not column.text


def assign(table: Table, role: str, taken: set[str]) -> dict[str, Picked]:
    """Choose a column for each field of a role, best fit first; no column serves twice."""
    words = vocabulary()["fields"][role]
    ranked = sorted(
        (
            (fit(column.name, phrases), -place, field, column.name)
            for place, (field, phrases) in enumerate(words.items())
            for column in table.columns.values()
            if column.name not in taken and fit(column.name, phrases) and suits(field, column, role)
        ),
        key=lambda row: (-row[0], -row[1], row[3]),
    )
    chosen: dict[str, Picked] = {}
    used = set(taken)
    for points, _, field, name in ranked:
        if field in chosen or name in used:
            continue
        near = [n for p, _, f, n in ranked if f == field and n != name and n not in used and p > points - 0.15]
        near = [n for n in near if not any(f != field and n == m and p >= 0.9 for p, _, f, m in ranked)]
        sure: Sureness = "sure" if points >= 0.9 and not near else "unsure" if near else "likely"
        chosen[field] = Picked(name, Guess(sure, "its name and its values"), tuple(near[:3]))
        used.add(name)
    return chosen


def only_one(table: Table, field: str, role: str, fields: Mapping[str, Picked], who: Picked | None) -> Picked | None:
    """Take the only column that could be it, though its name does not say so."""
    used = {picked.column for picked in fields.values()} | ({who.column} if who else set())
    free = [c for c in table.columns.values() if c.name not in used and suits(field, c, role)]
    if field == "amount":
        free = [c for c in free if not c.whole or c.sign]
    if field == "touchpoint":
        free = [c for c in free if c.category and len(c.values) <= 60]
        return (
            None
            if not hint(table.name, role) or len(free) != 1
            else Picked(free[0].name, Guess("likely", "the only column with few values"))
        )
    if len(free) != 1:
        return None
    return Picked(free[0].name, Guess("likely", f"the only column that can be the {field}"))
