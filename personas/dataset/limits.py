"""How large a file may be in every way that a reader cannot bound itself: a small file must not exhaust the machine.

Looked at before any reader opens a file, in what costs little: the archive's list of contents, the Parquet footer,
the first megabytes of a text.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from personas.dataset.contract import Source
from personas.errors import Problem

COLUMNS = 2_000
LINE = 2_000_000  # bytes of a row in a text file
SAMPLE = 20_000_000  # bytes of a text file that are looked at; the engine refuses longer rows behind them
DEPTH = 32  # objects within objects
WORKBOOK = 250_000_000  # bytes of a workbook, unpacked
CELLS = 10_000_000  # of a sheet
IN_MEMORY = 200_000_000  # bytes of a text file that the engine cannot read itself
NATIVE = ("utf-8", "utf8", "ascii", "us-ascii", "utf-16", "utf16", "latin-1", "latin1", "iso-8859-1", "iso8859-1")
SIGNS = (b",", b";", b"\t", b"|")


def check_limits(place: str, source: Source, kind: str, paths: tuple[Path, ...]) -> list[Problem]:
    """Name the first file of a source that is larger than can be read safely; empty if none is.

    place : where the contract names the source; kind : csv, parquet, jsonl or excel
    """
    check = {"csv": check_csv, "jsonl": check_json, "parquet": check_parquet, "excel": check_workbook}[kind]
    for path in paths:
        try:
            found = check(path, source)
        except (OSError, ValueError, zipfile.BadZipFile):  # not what it claims to be: its reader will say so
            continue
        if found:
            what, most, fix = found
            return [Problem(place, f"{path.name} has {what}", f"at most {most}", fix)]
    return []


Found = tuple[str, str, str] | None


def check_csv(path: Path, source: Source) -> Found:
    if path.stat().st_size > IN_MEMORY and source.encoding.lower().replace("_", "-") not in NATIVE:
        return f"{path.stat().st_size:,} bytes in {source.encoding}", f"{IN_MEMORY:,}", "save it as UTF-8"
    for number, line in enumerate(first_lines(path)):
        if len(line) > LINE:
            return long_line(number)
        signs = (source.separator.encode(),) if source.separator else SIGNS
        if number == 0 and (columns := 1 + max(line.count(sign) for sign in signs)) > COLUMNS:
            return many_columns(columns)
    return None


def check_json(path: Path, source: Source) -> Found:
    for number, line in enumerate(first_lines(path)):
        if len(line) > LINE:
            return long_line(number)
        if line.count(b"[") + line.count(b"{") > DEPTH and depth_of(line) > DEPTH:
            return f"values nested deeper in line {number + 1:,}", f"{DEPTH} levels", "write plain values, a key each"
        if line.count(b'":') > COLUMNS:
            return many_columns(line.count(b'":'))
    return None


def check_parquet(path: Path, source: Source) -> Found:
    import pyarrow
    import pyarrow.parquet

    try:
        columns = pyarrow.parquet.read_metadata(path, memory_map=False).num_columns
    except pyarrow.ArrowException:
        return None
    return many_columns(columns) if columns > COLUMNS else None


def check_workbook(path: Path, source: Source) -> Found:
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > WORKBOOK:
        return f"{unpacked:,} bytes when unpacked", f"{WORKBOOK:,}", "save it as CSV"
    return None


def many_columns(columns: int) -> Found:
    return f"{columns:,} columns", f"{COLUMNS:,}", "keep those that the contract names"


def long_line(number: int) -> Found:
    fix = "see whether a quote is not closed, or shorten the text"
    return f"more than {LINE:,} bytes in line {number + 1:,}", f"{LINE:,} a row", fix


def first_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file's beginning; a line that is too long is cut one byte behind what is allowed."""
    left = SAMPLE
    with path.open("rb") as file:
        while left > 0 and (line := file.readline(LINE + 1)):
            left -= len(line)
            yield line


STEPS = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[{]|[\]}]')


def depth_of(line: bytes) -> int:
    """Count how deep brackets stand in one another, strings aside.

    >>> depth_of(b'{"a": [1, {"b": "[[["}]}')
    3
    """
    depth = deepest = 0
    for found in STEPS.finditer(line):
        sign = found.group()
        if sign in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in b"]}":
            depth -= 1
    return deepest
