"""A list of customers, or a survey with a row each, as the contract's customers, ratings and comments."""

from __future__ import annotations

from collections.abc import Iterator

from personas.dataset.contract import STAGES
from personas.dataset.drafting.attributes import Described, describe_attributes, score_entries
from personas.dataset.drafting.columns import Column
from personas.dataset.drafting.entries import Entry
from personas.dataset.drafting.fields import Picked, Table
from personas.dataset.drafting.guesses import Guess
from personas.dataset.drafting.mappings import mapped_entry
from personas.dataset.drafting.vocabulary import fit, plain, vocabulary


def describe_list(table: Table) -> Described:
    """Say what becomes of the columns of a list of customers or a survey."""
    used = {table.id.column, *(picked.column for picked in _extras(table).values())}
    if (asked := _asked(table)) is not None:
        used.add(asked.column)
    return describe_attributes(table, used)


def _extras(table: Table) -> dict[str, Picked]:
    """Find survey weight and referrer of a list of customers."""
    found = {}
    words = vocabulary()["customers"]
    for column in table.columns.values():
        if column.name == table.id.column:
            continue
        if column.numeric and fit(column.name, words["weight"]) >= 0.9 and not column.whole:
            mean = sum(number * n for number, n in column.numbers.items()) / max(1, column.known)
            if 0.5 <= mean <= 2 and min(column.numbers) >= 0:
                found["weight"] = Picked(column.name, Guess("likely", f"its name, and numbers around {mean:.2f}"))
        if fit(column.name, words["referred_by"]):
            known = table.columns[table.id.column].counts
            if column.counts and sum(value in known for value in column.counts) > 0.5 * len(column.counts):
                found["referred_by"] = Picked(column.name, Guess("sure", "its values are ids of customers"))
    return found


def _asked(table: Table) -> Picked | None:
    """Find when a survey was answered."""
    if table.role != "survey":
        return None
    words = vocabulary()["fields"]["feedback"]["time"]

    times = [c for c in table.columns.values() if c.time is not None and not c.person]
    best = max(times, key=lambda column: fit(column.name, words), default=None)
    if best is None or not (fit(best.name, words) or len(times) == 1):
        return None
    return Picked(best.name, Guess("sure" if len(times) == 1 else "likely", "when it was answered"))


def customer_entries(table: Table, described: Described, tables: list[Table]) -> Iterator[Entry]:
    """Write the customers: where they are listed, who else counts, what is known of them."""
    yield Entry("source", table.name, table.guess)
    yield mapped_entry("id", table.columns[table.id.column], table.id)
    for role, share in _strangers(table, tables).items():
        note = Guess("likely", f"{share:.0%} of the ids there are not listed; they stay in, as not known")
        if share > 0.5:
            note = Guess("unsure", f"{share:.0%} of the ids there are not listed: are these the same ids?")
        yield Entry("also_from", [role], note)
    for field, picked in _extras(table).items():
        yield mapped_entry(field, table.columns[picked.column], picked)
    company = [c.name for c in table.columns.values() if c.name != table.id.column and _company(c)]
    if company:
        said = (
            f'"{company[0]}" looks like a company: for B2B say relationship: b2b at the top and account: {company[0]}'
        )
        yield Entry("", note=said)
    if described.attributes:
        yield Entry(
            "", note="forms: false describes segments and never forms them; high: and low: name who has much or little"
        )
        yield Entry("attributes", tuple(described.attributes))


def _company(column: Column) -> bool:
    words = set(plain(column.name).split())
    return bool(words & {"account", "company", "firm", "organisation", "organization", "firma"}) and not column.numeric


def _strangers(table: Table, tables: list[Table]) -> dict[str, float]:
    """Say for purchases which share of their customers is not listed, where the whole list was read."""
    if not table.sample.complete:
        return {}
    known = set(table.columns[table.id.column].counts)
    found: dict[str, float] = {}
    for other in tables:
        if other.role == "transactions" and other.id is not None:
            ids = other.columns[other.id.column].counts
            share = sum(value not in known for value in ids) / max(1, len(ids))
            if share > 0:
                found["transactions"] = max(share, found.get("transactions", 0.0))
    return found


def comment_entries(table: Table, described: Described, zoned: bool) -> list[tuple[Entry, ...]]:
    """Write columns of free text as parts of the feedback."""
    parts = []
    for column in described.comments:
        note = Guess("likely", "sentences, mostly different ones; take names out before you share them")
        part = [Entry("source", table.name), mapped_entry("customer", table.columns[table.id.column], table.id)]
        if (asked := _asked(table)) is not None:
            part.append(mapped_entry("time", table.columns[asked.column], asked, zoned))
        parts.append((*part, Entry("metric", {"value": "comment"}), Entry("text", column.name, note)))
    return parts


def rating_entries(table: Table, described: Described, listed: Table, zoned: bool) -> tuple[Entry, ...]:
    """Write the scores of a survey; nothing where there are none."""
    if not described.scores:
        return ()
    head = []
    if table is not listed:
        head = [
            Entry("source", table.name, table.guess),
            mapped_entry("customer", table.columns[table.id.column], table.id),
        ]
    if (asked := _asked(table)) is not None:
        head.append(mapped_entry("time", table.columns[asked.column], asked, zoned))
    stages = ", ".join(STAGES)
    head.append(Entry("", note=f"stage: beside an item puts it into the journey; one of {stages}"))
    return (*head, *score_entries(described.scores))
