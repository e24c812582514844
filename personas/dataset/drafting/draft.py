"""From files to the text of a contract and of a README, and where they are put."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from personas.dataset.contract import STAGES
from personas.dataset.drafting.attributes import Described, describe_attributes, score_entries, words_of
from personas.dataset.drafting.columns import Column
from personas.dataset.drafting.entries import Entry, written
from personas.dataset.drafting.guesses import Guess, Todo
from personas.dataset.drafting.mappings import Joined, find_products, mapped_entry, role_entries
from personas.dataset.drafting.numbers import SIGNS, SURE_SIGNS
from personas.dataset.drafting.samples import read_samples
from personas.dataset.drafting.tables import ROLES, Picked, Table, recognise_tables
from personas.dataset.drafting.vocabulary import fit, plain, vocabulary
from personas.errors import InputError, Problem
from personas.parameters import FOLDER_NAME

LONG = timedelta(days=270)
UNITS = {
    "household": "households", "passenger": "passengers", "member": "members", "guest": "guests",
    "patient": "patients", "visitor": "visitors", "respondent": "respondents", "subscriber": "subscribers",
}  # fmt: skip


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
    described = {t.name: _described(t) for t in tables if t.role in ("customers", "survey")}
    entries = [*_card(name, tables, zoned), Entry("sources", tuple(_sources(tables, joins)))]
    left_out = {}
    if listed is not None:
        entries.append(Entry("customers", tuple(_customers(listed, described[listed.name], tables))))
    for role in ROLES:
        parts = [part for table in tables if table.role == role for part in role_entries(table, products, zoned)]
        if role == "feedback":
            parts += [p for t in tables if t.name in described for p in _comments(t, described[t.name], zoned)]
        if parts:
            entries.append(Entry(role, parts if len(parts) > 1 else parts[0]))
    ratings = [_ratings(t, described[t.name], listed, zoned) for t in tables if t.name in described]
    if ratings := [part for part in ratings if part]:
        entries.append(Entry("ratings", ratings if len(ratings) > 1 else ratings[0]))
    for table in tables:
        left_out[table.name] = _left_out(table, described.get(table.name), list(joins.values()), listed)
        entries += _left_out_lines(table, left_out[table.name])
    return entries, left_out


def _described(table: Table) -> Described:
    used = {table.id.column, *(picked.column for picked in _extras(table).values())}
    if (asked := _asked(table)) is not None:
        used.add(asked.column)
    return describe_attributes(table, used)


def _card(name: str, tables: list[Table], zoned: bool) -> Iterator[Entry]:
    yield Entry("title", f"Customers of {words_of(name)}", "say what the report shall be called")
    yield Entry("", note="source: and licence: say where the data is from; notice: is repeated on every page")
    unit = next((word for t in tables if t.id for word in plain(t.id.column).split() if word in UNITS), None)
    if unit:
        yield Entry("unit", unit, Guess("likely", "the name of the id column"))
        yield Entry("units", UNITS[unit])
    signs = {column.sign for table in tables for column in table.columns.values()} - {""}
    if len(signs) == 1:
        sign = signs.pop()
        sure = "sure" if sign in SURE_SIGNS else "unsure"
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
        note = (
            f"observation: {{start: {span[0]:%Y-%m-%d}, end: {until}}} is the default, from the first day to the last"
        )
        yield Entry("", note=note)
        if span[1] - span[0] >= LONG:
            note = (
                f"holdout: {{start: {day:%Y-%m-%d}, end: {until}}} would test on the last quarter what segments foresee"
            )
            yield Entry("", note=note)


def _span(tables: list[Table]) -> tuple[datetime, datetime] | None:
    """Find the days of purchases, if all of them were looked at."""
    times = [t.columns[t.fields["time"].column].time for t in tables if t.role == "transactions" and t.sample.complete]
    if not times or any(time.other for time in times):
        return None
    last = max(time.last for time in times).replace(hour=0, minute=0, second=0)
    return min(time.first for time in times), last + timedelta(days=1)


def _sources(tables: list[Table], joins: dict[str, Joined | None]) -> Iterator[Entry]:
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
        note = max(notes, key=lambda guess: ("sure", "likely", "unsure").index(guess.sure), default=None)
        if not table.role or (table.role == "products" and table.name not in looked_up):
            yield Entry("", note=f"{table.name}: not used; {table.guess.why or 'no purchases look it up'}")
        else:
            yield Entry(table.name, source, note)


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


def _customers(table: Table, described: Described, tables: list[Table]) -> Iterator[Entry]:
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
        note = (
            f'"{company[0]}" looks like a company: for B2B say relationship: b2b at the top and account: {company[0]}'
        )
        yield Entry("", note=note)
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
    found = {}
    for other in tables:
        if other.role == "transactions" and other.id is not None:
            ids = other.columns[other.id.column].counts
            share = sum(value not in known for value in ids) / max(1, len(ids))
            if share > 0:
                found["transactions"] = max(share, found.get("transactions", 0.0))
    return found


def _comments(table: Table, described: Described, zoned: bool) -> list[tuple[Entry, ...]]:
    parts = []
    for column in described.comments:
        note = Guess("likely", "sentences, mostly different ones; take names out before you share them")
        part = [Entry("source", table.name), mapped_entry("customer", table.columns[table.id.column], table.id)]
        if (asked := _asked(table)) is not None:
            part.append(mapped_entry("time", table.columns[asked.column], asked, zoned))
        parts.append((*part, Entry("metric", {"value": "comment"}), Entry("text", column.name, note)))
    return parts


def _ratings(table: Table, described: Described, listed: Table, zoned: bool) -> tuple[Entry, ...]:
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
