"""Which table is what: customers, purchases, contacts, answers, cases, contract periods, products or a survey."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from personas.dataset.drafting.columns import describe_columns
from personas.dataset.drafting.fields import UNKNOWN, Picked, Table, assign, customer_column, hint, only_one
from personas.dataset.drafting.guesses import Guess, Sureness
from personas.dataset.drafting.samples import Sample
from personas.dataset.drafting.vocabulary import fit, speaks_of, vocabulary

ROLES = ("transactions", "tickets", "subscriptions", "interactions", "feedback")
REQUIRED = {
    "transactions": ("time", "amount"),
    "interactions": ("time", "touchpoint"),
    "feedback": (),
    "tickets": ("opened",),
    "subscriptions": ("start",),
}
HINT = 3.0
ENOUGH = 2.0


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


def _as_role(table: Table, role: str, who: Picked | None) -> tuple[float, Table] | None:
    fields = assign(table, role, {who.column} if who else set())
    for field in REQUIRED[role]:
        if field not in fields and (only := only_one(table, field, role, fields, who)):
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
    sure: Sureness = "sure" if points >= 5 else "likely"
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
