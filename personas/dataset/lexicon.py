"""The dataset's own lexicon of emotions: a file with one word a row, or a few words in ``dataset.yml``."""

from __future__ import annotations

import csv
import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from personas.dataset.contract import Contract, Emotions
from personas.dataset.document import Document
from personas.errors import Problem, did_you_mean

LARGEST = 20_000_000  # bytes; published lexicons of a hundred languages stay below
ENDINGS = (".csv", ".tsv", ".txt")
SEPARATORS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Entry:
    """A word and its emotion. word : in lower case, * at its end for any ending; language : as given, "" = any."""

    word: str
    emotion: str
    language: str = ""


@dataclass(frozen=True)
class Lexicon:
    """Words by language and word, each with one emotion in a language.

    name : of the file; left_out : rows without word, emotion or a weight above 0
    """

    entries: tuple[Entry, ...]
    name: str
    left_out: int = 0


@dataclass(frozen=True)
class _Row:
    line: int
    word: str
    emotion: str
    language: str = ""
    weight: str = "1"


def read_lexicon(
    contract: Contract, folder: Path, data: str | Path | None, document: Document
) -> tuple[Lexicon | None, list[Problem]]:
    """Read the words that ``emotions:`` declares; None where it is not there.

    folder : the dataset's, where a file is looked for first; data : where it is looked for then
    Returns a problem for each reason why it cannot be used: no file, unreadable, no such columns, weights that are no
    numbers, one word with two emotions, nothing usable.
    """
    declared = contract.emotions
    if declared is None:
        return None, []
    if declared.file is None:
        rows = [_Row(0, word, emotion) for emotion, words in declared.words.items() for word in words]
        return _lexicon(rows, "dataset.yml", document.place(("emotions", "words")))
    place = document.place(("emotions", "file"))
    path, problems = _located(declared.file, folder, data, place)
    if path is None:
        return None, problems
    try:
        with path.open(encoding=declared.encoding, newline="") as file:
            lines = list(_lines(file.read().removeprefix("\ufeff")))
    except LookupError:
        return None, [Problem(place, f"encoding {declared.encoding}", "an encoding such as utf-8, latin-1 or cp1252")]
    except (UnicodeError, OSError, csv.Error):
        found = f"{path.name} is not text in the encoding {declared.encoding}"
        return None, [Problem(place, found, "a CSV file in its own encoding", "say encoding: latin-1 (or cp1252)")]
    columns, problems = _columns(lines[0][1] if lines else [], declared, path.name, document)
    if problems:
        return None, problems
    return _lexicon(list(_rows(lines[1:], columns)), path.name, place)


def _located(name: str, folder: Path, data: str | Path | None, place: str) -> tuple[Path | None, list[Problem]]:
    folders = [folder] if data is None else [folder, Path(data).expanduser()]
    path = next((base / name for base in folders if _inside(base, name)), None)
    if path is None:
        near = sorted(file.name for base in folders if base.is_dir() for file in base.glob("*.*") if _readable(file))
        fix = did_you_mean(PurePath(name).name, near) if near else "put it beside dataset.yml"
        return None, [Problem(place, f"no file {name}", "a CSV file beside dataset.yml, or in DATA", fix)]
    if not _readable(path):
        found = f"a file of the kind {path.suffix or 'no ending'}"
        return None, [Problem(place, found, f"one of {', '.join(ENDINGS)}", "save it as CSV")]
    if path.stat().st_size > LARGEST:
        found = f"{path.stat().st_size:,} bytes"
        return None, [Problem(place, found, f"at most {LARGEST:,}", "keep the languages that customers write in")]
    return path, []


def _inside(base: Path, name: str) -> bool:
    """Say whether a folder has such a file: in itself, not by a way out of it."""
    try:
        return (base / name).is_file() and base.resolve() in (base / name).resolve().parents
    except (OSError, ValueError):  # a name longer than any can be
        return False


def _readable(path: Path) -> bool:
    return path.suffix.lower() in ENDINGS


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Lines that hold anything, with their numbers; the separator is the sign most frequent in the header."""
    header = text.lstrip("\r\n").split("\n", 1)[0]
    reader = csv.reader(text.splitlines(keepends=True), delimiter=max(SEPARATORS, key=header.count))
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, [cell.strip() for cell in cells]


def _columns(
    header: list[str], declared: Emotions, name: str, document: Document
) -> tuple[dict[str, int], list[Problem]]:
    """Field → position of its column, and the columns that are not there."""
    wanted = {"word": declared.word, "emotion": declared.emotion, "weight": declared.weight}
    if declared.language is not None or "language" in header:
        wanted["language"] = declared.language or "language"
    columns, problems = {}, []
    for field, column in wanted.items():
        if column in header:
            columns[field] = header.index(column)
        elif column is not None:
            fix = did_you_mean(column, header) if header else "write one word a row below a header"
            place = document.place(("emotions", field if getattr(declared, field) != field else "file"))
            problems.append(Problem(place, f'no column "{column}" in {name}', f"a column of {name}", fix))
    return columns, problems


def _rows(lines: list[tuple[int, list[str]]], columns: dict[str, int]) -> Iterator[_Row]:
    for line, cells in lines:
        yield _Row(line, **{field: cells[at] if at < len(cells) else "" for field, at in columns.items()})


def _lexicon(rows: list[_Row], name: str, place: str) -> tuple[Lexicon | None, list[Problem]]:
    problems = []
    wrong = [row for row in rows if row.weight and not _number(row.weight)]
    if wrong:
        shown = ", ".join(f'"{row.weight}" in line {row.line}' for row in wrong[:3])
        problems.append(Problem(place, f"{len(wrong):,} weights that are no numbers: {shown}", "a number, or nothing"))
    usable = [row for row in rows if _plain(row.word).strip("*") and row.emotion.split() and _weight(row) > 0]
    if not usable and not wrong:
        found = f"no row with a word and an emotion in {name}"
        problems.append(Problem(place, found, "a word and its emotion in each row", "fill in the two columns"))
    spelt: dict[str, str] = {}
    held: dict[tuple[str, str], list[tuple[float, str, int]]] = {}
    for row in usable:
        emotion = " ".join(row.emotion.split())
        emotion = spelt.setdefault(emotion.casefold(), emotion)
        held.setdefault((row.language.lower(), _plain(row.word)), []).append((_weight(row), emotion, row.line))
    entries, torn = [], []
    for (language, word), meant in sorted(held.items()):
        heaviest = max(weight for weight, _, _ in meant)
        emotions = {emotion: line for weight, emotion, line in reversed(meant) if weight == heaviest}
        if len(emotions) > 1:
            torn.append((word, language, emotions))
        entries.append(Entry(word, next(iter(emotions)), language))
    if torn:
        expected = "one emotion for a word of a language, or weights that tell the main one"
        problems.append(Problem(place, _torn_words(torn), expected, "remove all but one row of each"))
    if problems:
        return None, problems
    return Lexicon(tuple(entries), name, len(rows) - len(usable)), []


def _torn_words(torn: list[tuple[str, str, dict[str, int]]]) -> str:
    def words(word: str, language: str, emotions: dict[str, int]) -> str:
        where = [f"{emotion} (line {line})" if line else emotion for emotion, line in sorted(emotions.items())]
        return f'"{word}"{f" in {language}" if language else ""}: {", ".join(where)}'

    more = f" and {len(torn) - 3:,} more" if len(torn) > 3 else ""
    return f"{len(torn):,} words with several emotions: " + "; ".join(words(*one) for one in torn[:3]) + more


def _plain(word: str) -> str:
    """As comments are compared: composed, in lower case, one kind of apostrophe; a stem keeps one asterisk."""
    plain = unicodedata.normalize("NFC", word).replace("’", "'").casefold().strip()
    stem = plain.rstrip("* ")
    return f"{stem}*" if plain.endswith("*") else stem


def _number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _weight(row: _Row) -> float:
    return float(row.weight) if row.weight and _number(row.weight) else 0.0
