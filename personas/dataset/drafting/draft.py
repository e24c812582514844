"""From files to the text of a contract and of a README, and where they are put."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from personas.dataset.drafting.attributes import Described
from personas.dataset.drafting.columns import Column
from personas.dataset.drafting.customers import comment_entries, customer_entries, describe_list, rating_entries
from personas.dataset.drafting.entries import Entry, written
from personas.dataset.drafting.fields import Table
from personas.dataset.drafting.guesses import Guess, Todo
from personas.dataset.drafting.header import card_entries, source_entries
from personas.dataset.drafting.mappings import Joined, find_products, role_entries
from personas.dataset.drafting.samples import read_samples
from personas.dataset.drafting.tables import ROLES, recognise_tables
from personas.errors import InputError, Problem
from personas.parameters import FOLDER_NAME


@dataclass(frozen=True)
class Draft:
    """A drafted contract.

    text : of dataset.yml; entries : the same as values; tables : what each file was taken for
    left_out : table → column → why it is not in the contract
    """

    name: str
    text: str
    entries: tuple[Entry, ...]
    tables: tuple[Table, ...]
    left_out: dict[str, dict[str, str]]

    def notes(self) -> Iterator[tuple[str, Guess | Todo]]:
        """Walk through all guesses: (keys that lead there, guess)."""
        yield from _notes(self.entries, "")

    @property
    def todos(self) -> list[tuple[str, Todo]]:
        return [(place, note) for place, note in self.notes() if isinstance(note, Todo)]

    @property
    def doubts(self) -> list[tuple[str, Guess]]:
        return [(place, note) for place, note in self.notes() if isinstance(note, Guess) and note.sure == "unsure"]


def _notes(entries: Sequence[Entry], above: str) -> Iterator[tuple[str, Guess | Todo]]:
    for entry in entries:
        place = f"{above}.{entry.key}".strip(".") if entry.key else above
        if isinstance(entry.note, Guess | Todo):
            yield place, entry.note
        if isinstance(entry.value, tuple):
            yield from _notes(entry.value, place)
        elif isinstance(entry.value, list):
            for part in entry.value:
                if isinstance(part, tuple):
                    yield from _notes(part, place)


def draft_dataset(name: str, files: Sequence[str | Path], root: str | Path) -> Draft:
    """Draft a contract from files; only their first rows are read, nothing is written.

    name : of the dataset, a folder under data/; files : CSV, Parquet, JSON Lines or Excel
    Raises InputError with all that stops a draft: a name or file that cannot be used, no column that names customers.
    """
    problems = _unusable(name, files)
    if problems:
        raise InputError(problems)
    folder = Path(root) / "data" / name
    tables = recognise_tables(read_samples([Path(file) for file in files], folder))
    if not any(table.id is not None and table.role for table in tables):
        raise InputError(_nobody(tables))
    entries, left_out = _contract(name, tables)
    return Draft(name, _text(entries, tables), tuple(entries), tuple(tables), left_out)


def _unusable(name: str, files: Sequence[str | Path]) -> list[Problem]:
    problems = []
    if not FOLDER_NAME.fullmatch(name):
        found = f'"{name}"' if name else "nothing"
        problems.append(Problem("NAME", found, "a folder's name: letters, digits, _ and -", "NAME=acme"))
    if not files:
        problems.append(Problem("FROM", "nothing", "files, separated by commas", "FROM=customers.csv,orders.csv"))
    twice = sorted({Path(file).name for file in files if [Path(f) for f in files].count(Path(file)) > 1})
    if twice:
        problems.append(Problem("FROM", f"{', '.join(twice)} twice", "every file once"))
    return problems


def _nobody(tables: list[Table]) -> list[Problem]:
    """Say for each file why its rows cannot be given to customers, with the columns that come nearest."""
    problems = []
    for table in tables:
        keys = [
            column.name
            for column in table.columns.values()
            if column.identifies and not column.person and not column.scale
        ]
        place = f"FROM: {table.sample.path.name}"
        if table.id is None:
            shown = ", ".join(f'"{key[:40]}"' for key in keys[:5])
            fix = f"if one of {shown} is it, name it customer_id in the file" if keys else "export it with an id"
            found = "no column that says whose row it is"
            problems.append(Problem(place, found, "an id of the customer, such as customer_id", fix))
        else:
            found = "an id of customers, and nothing else that the contract knows"
            expected = (
                "purchases with time and amount, contacts with time and touchpoint, scores, or one row a customer"
            )
            problems.append(Problem(place, found, expected, "see docs/contract.md for what a table may be"))
    return problems


def _contract(name: str, tables: list[Table]) -> tuple[list[Entry], dict[str, dict[str, str]]]:
    zoned = any(column.time and column.time.offset for table in tables for column in table.columns.values())
    listed = next((t for t in tables if t.role == "customers"), None)
    listed = listed or next((t for t in tables if t.role == "survey"), None)
    products = next((t for t in tables if t.role == "products"), None)
    joins = {t.name: find_products(t, products) for t in tables if t.role == "transactions" and products is not None}
    described = {t.name: describe_list(t) for t in tables if t.role in ("customers", "survey")}
    entries = [*card_entries(name, tables, zoned), Entry("sources", tuple(source_entries(tables, joins)))]
    left_out = {}
    if listed is not None:
        entries.append(Entry("customers", tuple(customer_entries(listed, described[listed.name], tables))))
    for role in ROLES:
        parts = [part for table in tables if table.role == role for part in role_entries(table, products, zoned)]
        if role == "feedback":
            parts += [p for t in tables if t.name in described for p in comment_entries(t, described[t.name], zoned)]
        if parts:
            entries.append(Entry(role, parts if len(parts) > 1 else parts[0]))
    ratings = [rating_entries(t, described[t.name], listed, zoned) for t in tables if t.name in described]
    if ratings := [part for part in ratings if part]:
        entries.append(Entry("ratings", ratings if len(ratings) > 1 else ratings[0]))
    for table in tables:
        left_out[table.name] = _left_out(table, described.get(table.name), list(joins.values()), listed)
        entries += _left_out_lines(table, left_out[table.name])
    return entries, left_out


def _left_out(
    table: Table, described: Described | None, joins: list[Joined | None], listed: Table | None
) -> dict[str, str]:
    """List the columns of a table that the contract does not name, and why."""
    if described is not None:
        more = {}
        if table is not listed:
            more = {
                e.key: f"an attribute in a second table; customers: join: {{{table.name}: …}} brings it in"
                for e in described.attributes
            }
        return described.left_out | more
    if not table.role:
        return {}
    used = {picked.column for picked in (table.fields or {}).values()} | ({table.id.column} if table.id else set())
    for joined in filter(None, joins):
        if table.role == "transactions":
            used.add(joined.left)
        if table is joined.table:
            used |= {picked.column for picked in joined.fields.values()}
    rest = [column for column in table.columns.values() if column.name not in used]
    return {column.name: _why_not(column) for column in rest}


def _why_not(column: Column) -> str:
    if column.person:
        return f"{column.person}: says who somebody is"
    return "no field of the role fits" if column.known else "no values"


def _left_out_lines(table: Table, left_out: dict[str, str]) -> Iterator[Entry]:
    if not left_out:
        return
    yield Entry("", note=f"Left out of {table.name}:")
    for name, why in list(left_out.items())[:40]:
        yield Entry("", note=f"  {name[:60]}: {why}")
    if len(left_out) > 40:
        yield Entry("", note=f"  and {len(left_out) - 40:,} more")


def _text(entries: list[Entry], tables: list[Table]) -> str:
    seen = "; ".join(f"{table.sample.path.name} ({table.sample.seen})" for table in tables)
    head = [
        "# yaml-language-server: $schema=../../docs/dataset.schema.json",
        *written(
            [
                Entry(
                    "",
                    note=f"A draft, made from {seen}. Correct what is wrong; comments say how sure a guess is.",
                )
            ]
        ),
        *written([Entry("", note="A line with TODO needs you. docs/contract.md has every key.")]),
        "",
    ]
    lines = []
    for entry in entries:
        if isinstance(entry.value, tuple | list) or (entry.note or "").__str__().startswith("Left out"):
            lines.append("")
        lines += written([entry])
    return "\n".join([*head, *lines]) + "\n"


def write_draft(draft: Draft, readme: str, root: str | Path) -> tuple[Path, Path]:
    """Write contract and README into the dataset's folder; what is there is never overwritten.

    Returns where they are: dataset.yml, or dataset.draft.yml beside an older one (then .draft-2 and so on).
    """
    folder = Path(root) / "data" / draft.name
    folder.mkdir(parents=True, exist_ok=True)
    return _put(folder, "dataset", "yml", draft.text), _put(folder, "README", "md", readme)


def _put(folder: Path, stem: str, ending: str, text: str) -> Path:
    names = [f"{stem}.{ending}", f"{stem}.draft.{ending}"]
    names += [f"{stem}.draft-{number}.{ending}" for number in range(2, 1000)]
    for name in names:
        path = folder / name
        if not path.exists():
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
            return path
        if path.read_bytes() == text.encode("utf-8") and name != names[0]:
            return path
    raise InputError([Problem(f"data/{folder.name}", "a thousand drafts", "fewer", "remove the old ones")])
