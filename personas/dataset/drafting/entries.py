"""Lines of a YAML file with a comment each, written so that the contract's reader gets back what was meant."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from yaml.reader import Reader

from personas.dataset.drafting.guesses import Guess, Todo

WIDTH = 120
PLAIN = re.compile(r"/?[^\W\d_][\w./+-]*(?: [\w./+-]+)*|\d+\+")
WORDS_OF_YAML = {"true", "false", "null"}


@dataclass(frozen=True)
class Entry:
    """A key with its value and a comment; without a key, the comment alone.

    value : None, a scalar, a flow list or dict, a tuple of entries (a block), or a list of such tuples
    """

    key: str
    value: Any = None
    note: Guess | Todo | str | None = None


def written(entries: Sequence[Entry], indent: int = 0) -> list[str]:
    """Write entries as the lines of a block.

    >>> print("\\n".join(written([Entry("id", "no: 1", Guess("sure", "its name")), Entry("x", ({"a": 1},))])))
    id: "no: 1"                                     # sure: its name
    x: [{a: 1}]
    """
    return [line for entry in entries for line in _entry(entry, indent)]


def _entry(entry: Entry, indent: int) -> Iterator[str]:
    before = " " * indent
    value = entry.value
    if not entry.key:
        yield from _comment(str(entry.note), before)
        return
    head = f"{before}{scalar(entry.key)}:"
    if _block(value):
        yield from _noted(head, entry.note, before)
        yield from written(value, indent + 2)
    elif isinstance(value, list) and value and all(_block(part) for part in value):
        yield from _noted(head, entry.note, before)
        for part in value:
            lines = written(part, indent + 4)
            first = next(at for at, line in enumerate(lines) if not line.lstrip().startswith("#"))
            lines[first] = f"{before}  - {lines[first].lstrip()}"
            yield from lines
    elif isinstance(value, dict | list) and len(head) + len(flow(value)) >= WIDTH:
        yield from _noted(head, entry.note, before)
        yield from _long(value, indent + 2)
    else:
        shown = "" if value is None else " " + flow(value)
        yield from _noted(head + shown, entry.note, before)


def _block(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and all(isinstance(item, Entry) for item in value)


def _long(value: dict | list, indent: int) -> Iterator[str]:
    before = " " * indent
    if isinstance(value, list):
        yield from (f"{before}- {flow(item)}" for item in value)
        return
    yield from written([Entry(str(key), item) for key, item in value.items()], indent)


def _noted(line: str, note: Guess | Todo | str | None, before: str) -> Iterator[str]:
    """Put a comment behind a line where there is room, else above it."""
    if note is None or note == "":
        yield line
        return
    text = one_line(str(note))
    if max(len(line) + 2, 48) + len(text) + 2 <= WIDTH:
        yield f"{line:<46}  # {text}" if len(line) < 46 else f"{line}  # {text}"
    else:
        yield from _comment(text, before)
        yield line


def _comment(text: str, before: str) -> list[str]:
    room = max(40, WIDTH - len(before) - 2)
    parts = textwrap.wrap(one_line(text), room, break_long_words=True, break_on_hyphens=False) or [""]
    return [f"{before}# {part}".rstrip() for part in parts]


def one_line(text: str) -> str:
    """Write a text so that it stays inside a comment, whatever signs were in it.

    >>> one_line("a\\nsource: evil\\x00")
    'a source: evil'
    """
    return " ".join(Reader.NON_PRINTABLE.sub(" ", text).replace("\ufeff", " ").split())


def flow(value: Any) -> str:
    """Write a value on one line.

    >>> flow({"file": "a.csv", "order": ["1", "5+"], "forms": False})
    '{file: a.csv, order: ["1", 5+], forms: false}'
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(str(key))}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return "null" if value is None else scalar(value)


def scalar(text: str) -> str:
    """Write a text so that it is read as the same text: quoted unless it is plain words.

    >>> print(scalar("order date"), scalar("true"), scalar("5+"), scalar('a"b'))
    order date "true" 5+ 'a"b'
    """
    if PLAIN.fullmatch(text) and text.lower() not in WORDS_OF_YAML and text.isprintable():
        return text
    if '"' in text and all(_escaped(sign) == sign for sign in text) and "\\" not in text:
        return "'" + text.replace("'", "''") + "'"
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(_escaped(sign) for sign in quoted)


def _escaped(sign: str) -> str:
    if sign.isprintable() and not Reader.NON_PRINTABLE.search(sign) and sign != "\ufeff":
        return sign
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"
