"""The first rows of each file, opened as the contract will open it."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from personas.dataset.contract import Contract, Source
from personas.dataset.document import Document
from personas.dataset.drafting.guesses import Guess
from personas.dataset.drafting.vocabulary import plain
from personas.dataset.files import FORMATS
from personas.dataset.sources import broken, engine_errors, open_sources
from personas.errors import InputError, Problem, did_you_mean

ROWS = 20_000
CELLS = 2_000_000
MAX_COLUMNS = 1_000
HEAD = 1_000_000
SEPARATORS = ",;\t|"


@dataclass(frozen=True)
class Sample:
    """The first rows of a file, every value as the contract will compare it: as text.

    name : what the source is called in the contract; file : as it is written there
    columns : name → values, None where there is none; stored : name → the type in the file
    complete : True if these are all rows
    options : encoding and separator, as the contract's source says them, with why
    """

    name: str
    path: Path
    file: str
    rows: int
    complete: bool
    columns: dict[str, Counter]
    values: dict[str, tuple[str | None, ...]]
    stored: dict[str, str]
    options: dict[str, tuple[str, Guess]]

    @property
    def seen(self) -> str:
        """Say how many rows were looked at."""
        return f"{self.rows:,} rows" if self.complete else f"the first {self.rows:,} rows"


def read_samples(paths: Sequence[Path], folder: Path) -> list[Sample]:
    """Open files and take their first rows.

    folder : the dataset's folder; files in it are named relative to it, others by their whole path
    Raises InputError for what cannot be opened, all files at once.
    """
    problems = [found for path in paths if (found := _cannot_open(path))]
    if problems:
        raise InputError(problems)
    options, sources = {}, {}
    names: dict[str, Path] = {}
    for path in paths:
        name = _source_name(path, names)
        names[name] = path
        options[name] = _dialect(path) if FORMATS[path.suffix.lower()] == "csv" else {}
        written = {key: value for key, (value, _) in options[name].items()}
        sources[name] = Source(file=_named(path, folder), **written)
    if too_wide := [found for name, path in names.items() if (found := _too_wide(path, options[name]))]:
        raise InputError(too_wide)
    document = Document("FROM", {}, yaml.compose("{}"))
    contract = Contract.model_construct(sources=sources)  # type: ignore[call-arg]  # only the sources are needed
    engine, tables, problems = open_sources(
        contract, {name: (path.resolve(),) for name, path in names.items()}, document
    )
    samples = []
    for name, table in tables.items():
        try:
            samples.append(_take(table, name, names[name], sources[name].file, options[name]))
        except engine_errors(engine) as error:
            problems.append(broken(f"FROM: {names[name].name}", error))
        except InputError as error:
            problems += error.problems
    engine.disconnect()
    if problems:
        raise InputError(problems)
    return samples


def _take(table, name: str, path: Path, file: str, options: dict) -> Sample:
    stored = {column: str(kind) for column, kind in table.schema().items()}
    if len(stored) > MAX_COLUMNS:
        raise InputError([_width(path, len(stored))])
    limit = max(1, min(ROWS, CELLS // max(1, len(stored))))
    text = table.limit(limit + 1).select(*[table[column].cast("string").name(column) for column in stored])
    rows = text.to_pyarrow()
    if not rows.num_rows:
        found = Problem(f"FROM: {path.name}", "no rows", "a header and at least one row")
        raise InputError([found])
    complete = rows.num_rows <= limit
    columns = rows.slice(0, limit).to_pydict()
    values = {column: tuple(_text(value) for value in cells) for column, cells in columns.items()}
    counts = {column: Counter(v for v in cells if v is not None) for column, cells in values.items()}
    return Sample(name, path, file, min(rows.num_rows, limit), complete, counts, values, stored, options)


def _text(value: str | None) -> str | None:
    return value if value is not None and value.strip() else None


def _cannot_open(path: Path) -> Problem | None:
    place = f"FROM: {path.name}"
    if not path.exists():
        near = [file.name for file in path.parent.iterdir()] if path.parent.is_dir() else []
        fix = did_you_mean(path.name, [file for file in near if Path(file).suffix.lower() in FORMATS])
        fix = fix if "did you mean" in fix else "FROM=customers.csv,orders.csv: files separated by commas"
        return Problem(place, "no such file", f"a file in {path.parent}", fix)
    if not path.is_file():
        return Problem(place, "a folder", "files, separated by commas", "name the files in it")
    if path.suffix.lower() not in FORMATS:
        return Problem(place, f'the ending "{path.suffix}"', "one of " + " ".join(FORMATS), "export it as CSV")
    if not path.stat().st_size:
        return Problem(place, "an empty file", "a header and at least one row", "export it again")
    return None


def _source_name(path: Path, taken: dict[str, Path]) -> str:
    """Name a source after its file: small letters, digits and _, once."""
    base = re.sub(r"[^a-z0-9]+", "_", plain(path.stem)).strip("_") or "table"
    base = base if base[0].isalpha() else f"table_{base}"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    return name


def _named(path: Path, folder: Path) -> str:
    """Name a file as the contract finds it: inside the dataset's folder by the way from there, else wholly."""
    path, folder = path.resolve(), folder.resolve()
    return path.relative_to(folder).as_posix() if folder in path.parents else str(path)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)


def _dialect(path: Path) -> dict[str, tuple[str, Guess]]:
    """Find encoding and separator from the first bytes, as far as they differ from what is usual."""
    head = _head(path)
    encoding, guess = _encoding(head)
    found = {} if encoding == "utf-8" else {"encoding": (encoding, guess)}
    separator = _separator(_first_lines(head, encoding))
    if separator is not None and separator != ",":
        words = {";": "semicolons", "\t": "tabs", "|": "bars"}
        found["separator"] = (separator, Guess("sure", f"{words[separator]} separate the header's columns"))
    return found


def _encoding(head: bytes) -> tuple[str, Guess]:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", Guess("sure", "the file says so in its first bytes")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        if any(0x80 <= byte <= 0x9F for byte in head):
            return "cp1252", Guess("likely", "not UTF-8, with signs that Windows writes; look at names with accents")
        return "latin-1", Guess("likely", "not UTF-8; look at names with accents")
    return "utf-8", Guess("sure", "")


def _first_lines(head: bytes, encoding: str) -> list[str]:
    text = head.decode(encoding, errors="replace").lstrip("\ufeff")
    return text.splitlines()[:20]


def _separator(lines: list[str]) -> str | None:
    """Choose the sign that stands in the header most often, outside quotes."""
    if not lines:
        return None
    header = re.sub(r'"(?:[^"]|"")*"', "", lines[0])
    counts = {sign: header.count(sign) for sign in SEPARATORS}
    best = max(counts, key=counts.get)
    return best if counts[best] else None


def _too_wide(path: Path, options: dict) -> Problem | None:
    """Count the columns before the engine sees them: it takes minutes for ten thousand."""
    kind = FORMATS[path.suffix.lower()]
    if kind == "csv":
        encoding = options["encoding"][0] if "encoding" in options else "utf-8"
        lines = _first_lines(_head(path), encoding)
        separator = options["separator"][0] if "separator" in options else ","
        width = re.sub(r'"(?:[^"]|"")*"', "", lines[0]).count(separator) + 1 if lines else 0
    elif kind == "parquet":
        import pyarrow.parquet

        try:
            width = len(pyarrow.parquet.read_schema(path).names)
        except (OSError, ValueError):  # not Parquet: opening it will say so
            return None
    else:
        return None
    return _width(path, width) if width > MAX_COLUMNS else None


def _width(path: Path, width: int) -> Problem:
    fix = "export those that say something about a customer, or put one answer a row"
    return Problem(f"FROM: {path.name}", f"{width:,} columns", f"at most {MAX_COLUMNS:,}", fix)
