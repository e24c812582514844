"""Which table is what: customers, purchases, contacts, answers, cases, contract periods, products or a survey."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from personas.dataset.drafting.columns import Column, describe_columns
from personas.dataset.drafting.guesses import Guess
from personas.dataset.drafting.numbers import FileWriting
from personas.dataset.drafting.samples import Sample
from personas.dataset.drafting.vocabulary import fit, plain, speaks_of, vocabulary

ROLES = ("transactions", "tickets", "subscriptions", "interactions", "feedback")
REQUIRED = {
    "transactions": ("time", "amount"),
    "interactions": ("time", "touchpoint"),
    "feedback": (),
    "tickets": ("opened",),
    "subscriptions": ("start",),
}
MOMENTS = {"time", "opened", "resolved", "first_response", "due", "start", "end"}
NUMBERS = {"amount", "quantity", "discount", "coupon_discount", "duration", "wait", "page_time", "price"}
YES = {"returned", "self_service", "escalated", "reopened"}
IDS = {"order", "product", "store", "campaign"}
SCORES = {"score", "satisfaction"}
UNKNOWN = Guess("unsure", "looks like no table that the contract knows")
HINT = 3.0
ENOUGH = 2.0


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


def recognise_tables(samples: list[Sample]) -> list[Table]:
    """Say for every sample what it is, with the columns of the role; two at most are lists of customers."""
    tables = [Table(sample, *describe_columns(sample)) for sample in samples]
    ids = listed_ids(tables)
    found = [recognise(table, ids) for table in tables]
    if not any(table.role in ("customers", "survey") for table in found):
        return found
    best = max((t for t in found if t.role in ("customers", "survey")), key=lambda t: _list_points(t))
    return [
        table
        if table.role != "customers" or table is best
        else replace(table, role="", guess=Guess("unsure", f"a second list of customers beside {best.name}"))
        for table in found
    ]


def _list_points(table: Table) -> float:
    return hint(table.sample.name, "customers") * 2 + (table.role == "customers") + table.sample.rows / 1e9


def hint(name: str, role: str) -> float:
    """Say how well a file's name fits a role: 1, or 0.

    >>> hint("orders_2024", "transactions"), hint("orders_2024", "tickets")
    (1.0, 0.0)
    """
    return float(fit(name, vocabulary()["tables"][role]) > 0)


def listed_ids(tables: list[Table]) -> dict[str, set[str]]:
    """Collect the values of columns that name each customer once, by table: other tables' ids should be among them."""
    found = {}
    for table in tables:
        if hint(table.name, "products") and not hint(table.name, "customers"):
            continue
        keys = [c for c in table.columns.values() if c.unique and c.identifies]
        best = max(keys, key=lambda c: fit(c.name, vocabulary()["customer"]), default=None)
        named = best is not None and fit(best.name, vocabulary()["customer"]) > 0
        if named or (best is not None and hint(table.name, "customers")):
            found[table.name] = set(best.counts)
    return found


def recognise(table: Table, ids: Mapping[str, set[str]]) -> Table:
    """Try every role on a table and keep the one for which most speaks."""
    who = customer_column(table, ids)
    options = [option for role in ROLES if (option := _as_role(table, role, who)) is not None]
    for option in (_as_list(table, who), _as_products(table)):
        if option is not None:
            options.append(option)
    points, best = max(options, key=lambda option: option[0], default=(0.0, table))
    if points < ENOUGH:
        return replace(table, guess=UNKNOWN, id=who)
    return best


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


MANY = {"metric": 20, "subcategory": 2000, "campaign": 10_000, "reason": 2000, "touchpoint": 500}


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
        sure = "sure" if points >= 0.9 and not near else "unsure" if near else "likely"
        chosen[field] = Picked(name, Guess(sure, "its name and its values"), tuple(near[:3]))
        used.add(name)
    return chosen


def _as_role(table: Table, role: str, who: Picked | None) -> tuple[float, Table] | None:
    fields = assign(table, role, {who.column} if who else set())
    for field in REQUIRED[role]:
        if field not in fields and (only := _only_one(table, field, role, fields, who)):
            fields[field] = only
    if role == "transactions" and "amount" not in fields:
        return None
    if any(field not in fields for field in REQUIRED[role]):
        return None
    if who is None and role != "feedback":
        return None
    named = hint(table.name, role)
    points = HINT * named + sum(0.5 for picked in fields.values() if picked.guess.sure != "unsure")
    points += sum(1.0 for field in REQUIRED[role] if fields[field].guess.sure == "sure")
    once = who is not None and table.columns[who.column].unique
    if role == "feedback":
        if not fields.keys() & {"score", "text"}:
            return None
        scored = [c for c in table.columns.values() if c.scale is not None and speaks_of(c.name, "scores")]
        points += 1.0 - (2.0 if "score" in fields and len(scored) > 1 else 0.0) - 0.2 * len(table.columns)
    if role == "transactions":
        points += 2.0
    if role == "tickets":
        if not named and not fields.keys() & {"resolved", "first_response", "due"}:
            return None
        points += 1.5 * ("resolved" in fields)
    if role == "subscriptions":
        if not named and "end" not in fields:
            return None
        points += 0.5 * ("end" in fields) + 0.5 * ("plan" in fields)
    if role == "interactions" and not named:
        points -= 0.5
    if once and table.sample.rows >= 20 and not named:
        points -= 2.0
    if hint(table.name, "customers"):
        points -= HINT
    why = (
        "its file's name and its columns"
        if named
        else "its columns " + ", ".join(fields[field].column for field in REQUIRED[role])
    )
    guess = Guess("sure" if named and points >= HINT + 2 else "likely", why)
    return points, replace(table, role=role, guess=guess, id=who, fields=fields)


def _only_one(table: Table, field: str, role: str, fields: Mapping[str, Picked], who: Picked | None) -> Picked | None:
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


def _as_list(table: Table, who: Picked | None) -> tuple[float, Table] | None:
    """See it as a list of customers, or as a survey with a row each."""
    if who is None or not table.columns[who.column].unique:
        return None
    rated = [c for c in table.columns.values() if c.scale is not None and speaks_of(c.name, "scores")]
    survey = len(rated) >= 2 or bool(hint(table.name, "survey"))
    described = [c for c in table.columns.values() if c.name != who.column and not c.person and not c.time]
    points = 2.0 + HINT * max(hint(table.name, "customers"), hint(table.name, "survey")) + 0.1 * len(described)
    points += 1.5 * (len(rated) >= 2)
    role = "survey" if survey and not hint(table.name, "customers") else "customers"
    why = "every row has another id" + ("; several columns are scores" if len(rated) >= 2 else "")
    sure = "sure" if points >= 5 else "likely"
    return points, replace(table, role=role, guess=Guess(sure, why), id=who, fields={})


def _as_products(table: Table) -> tuple[float, Table] | None:
    key = _product_key(table)
    if key is None:
        return None
    points = HINT * hint(table.name, "products") + 1.5 * fit(key, vocabulary()["fields"]["transactions"]["product"])
    picked = Picked(key, Guess("sure", "every row has another value"))
    guess = Guess("sure" if points > HINT else "likely", "every row has another product")
    return points, replace(table, role="products", guess=guess, id=None, fields={"product": picked})


def _product_key(table: Table) -> str | None:
    unique = [column.name for column in table.columns.values() if column.unique and not column.time]
    phrases = [*vocabulary()["fields"]["transactions"]["product"], "id", "code", "no"]
    best = max(unique, key=lambda name: fit(name, phrases), default=None)
    return best if best is not None and fit(best, phrases) else None
