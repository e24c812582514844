"""The first part of a contract: what the dataset is called, its money and times, where its files are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from personas.dataset.drafting.attributes import words_of
from personas.dataset.drafting.entries import Entry
from personas.dataset.drafting.fields import Table
from personas.dataset.drafting.guesses import ORDER, Guess, Sureness
from personas.dataset.drafting.mappings import Joined
from personas.dataset.drafting.numbers import SIGNS, SURE_SIGNS
from personas.dataset.drafting.vocabulary import plain

LONG = timedelta(days=270)
UNITS = {
    "household": "households", "passenger": "passengers", "member": "members", "guest": "guests",
    "patient": "patients", "visitor": "visitors", "respondent": "respondents", "subscriber": "subscribers",
}  # fmt: skip


def card_entries(name: str, tables: list[Table], zoned: bool) -> Iterator[Entry]:
    """Name the dataset, its unit, money, zone and period, as far as the files tell."""
    yield Entry("title", f"Customers of {words_of(name)}", "say what the report shall be called")
    yield Entry("", note="source: and licence: say where the data is from; notice: is repeated on every page")
    unit = next((word for t in tables if t.id for word in plain(t.id.column).split() if word in UNITS), None)
    if unit:
        yield Entry("unit", unit, Guess("likely", "the name of the id column"))
        yield Entry("units", UNITS[unit])
    signs = {column.sign for table in tables for column in table.columns.values()} - {""}
    if len(signs) == 1:
        sign = signs.pop()
        sure: Sureness = "sure" if sign in SURE_SIGNS else "unsure"
        yield Entry("currency", SIGNS[sign], Guess(sure, f"the sign {sign} in amounts"))
    elif any(table.role == "transactions" for table in tables):
        yield Entry(
            "", note="currency: EUR would name the money; the files do not, so amounts are shown without a sign"
        )
    if zoned:
        note = Guess("unsure", "times say how far they are from UTC; name the customers' zone, such as Europe/Berlin")
        yield Entry("timezone", {"stored": "UTC", "local": "UTC"}, note)
    if span := _span(tables):
        day, until = span[1] - timedelta(days=91), f"{span[1]:%Y-%m-%d}"
        said = (
            f"observation: {{start: {span[0]:%Y-%m-%d}, end: {until}}} is the default, from the first day to the last"
        )
        yield Entry("", note=said)
        if span[1] - span[0] >= LONG:
            said = (
                f"holdout: {{start: {day:%Y-%m-%d}, end: {until}}} would test on the last quarter what segments foresee"
            )
            yield Entry("", note=said)


def _span(tables: list[Table]) -> tuple[datetime, datetime] | None:
    """Find the days of purchases, if all of them were looked at."""
    times = [t.columns[t.fields["time"].column].time for t in tables if t.role == "transactions" and t.sample.complete]
    if not times or any(time.other for time in times):
        return None
    last = max(time.last for time in times).replace(hour=0, minute=0, second=0)
    return min(time.first for time in times), last + timedelta(days=1)


def source_entries(tables: list[Table], joins: dict[str, Joined | None]) -> Iterator[Entry]:
    """Name the files and how they are written; those that no role uses stay out as comments."""
    if any(Path(table.sample.file).is_absolute() for table in tables):
        yield Entry(
            "", note="whole paths: the files stay where they are; names alone are looked for here, or in DATA=folder"
        )
    looked_up = {joined.table.name for joined in joins.values() if joined is not None}
    for table in tables:
        source: dict = {"file": table.sample.file}
        notes = [guess for _, guess in table.sample.options.values() if guess.why]
        source |= {key: value for key, (value, _) in table.sample.options.items()}
        writing = table.writing.writing
        if writing.decimal != ".":
            source["decimal"] = writing.decimal
        if writing.thousands:
            source["thousands"] = writing.thousands
        if table.writing.open_question:
            notes.append(Guess("unsure", "is 1,234 (or 1.234) a thousand, or a bit more than one?"))
        elif writing.decimal != "." or writing.thousands:
            notes.append(Guess("sure", "numbers that can be nothing else"))
        note = max(notes, key=lambda guess: ORDER.index(guess.sure), default=None)
        if not table.role or (table.role == "products" and table.name not in looked_up):
            yield Entry("", note=f"{table.name}: not used; {table.guess.why or 'no purchases look it up'}")
        else:
            yield Entry(table.name, source, note)
