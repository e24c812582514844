"""Sources as lazy tables: files through DuckDB, database tables through their own engine."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
import pyarrow

from personas.dataset.connections import filled, masked, unset_variables
from personas.dataset.contract import Contract, Source
from personas.dataset.databases import SPARK, connect, open_database, short
from personas.dataset.document import Document
from personas.dataset.engine import lock_engine, named, open_engine, quoted
from personas.dataset.files import FORMATS, kinds_of
from personas.dataset.limits import CELLS, DEPTH
from personas.errors import Problem

if TYPE_CHECKING:
    from ibis import BaseBackend

# The encodings that DuckDB reads without an extension; others are read by Python.
NATIVE = {"utf-8": "utf-8", "ascii": "utf-8", "utf-16": "utf-16", "iso8859-1": "latin-1"}


def open_sources(
    contract: Contract, files: Mapping[str, tuple[Path, ...]], document: Document, engine: str = "duckdb"
) -> tuple[BaseBackend | None, dict[str, ibis.Table], list[Problem]]:
    """Open every source that can be opened; no rows are read but a sample of each CSV file.

    engine : what reads files and, where a source names none, is the database of its table
    Returns the engine (None if it cannot be reached), the tables by the source's name, and what went wrong.
    """
    urls = {source.connection or engine for source in contract.sources.values() if source.file is None}
    if not urls:
        return _open_files(contract, files, document, engine)
    place = document.place(["sources"])
    if "duckdb" in urls:
        fix = "say connection:, or engine: for the whole dataset"
        return None, {}, [Problem(place, "a table of no database", "the address of the database", fix)]
    if len(urls) > 1 or any(source.file is not None for source in contract.sources.values()):
        found = "sources of several databases" if len(urls) > 1 else "files and a database together"
        fix = "load one into the other, or make two datasets"
        return None, {}, [Problem(place, found, "all sources files, or all in one database", fix)]
    return open_database(contract, urls.pop(), document)


def _open_files(contract, files, document, engine):
    place = document.place(["engine"])
    if engine != "duckdb" and not SPARK.fullmatch(filled(engine) if not unset_variables(engine) else engine):
        found = f"files, to be read by {masked(engine)}"
        fix = "load them into the database, or leave engine: out"
        return None, {}, [Problem(place, found, "duckdb, spark or sc://host:port for files", fix)]
    connection, problems = connect(engine, place)
    if connection is None:
        return None, {}, problems
    if connection.name != "duckdb":
        return connection, *_open_files_in_spark(connection, contract, files, document)
    tables, problems = {}, []
    for name, paths in readable(contract, files):
        place = document.place(["sources", name])
        try:
            tables[name] = _open_file(connection, name, contract.sources[name], paths)
        except Exception as error:  # any reader's own error: the file is not what it claims to be
            problems.append(_unreadable(place, contract.sources[name], error))
    lock_engine(connection, [path for paths in files.values() for path in paths])
    return connection, tables, problems


def readable(contract: Contract, files: Mapping[str, tuple[Path, ...]]) -> Iterator[tuple[str, tuple[Path, ...]]]:
    """Leave out the sources of which it was said already, where names are checked, that they cannot be read."""
    seen: set[str] = set()
    for name, paths in files.items():
        kinds = kinds_of(contract.sources[name], paths)
        if name.casefold() not in seen and len(kinds) == 1 and kinds <= set(FORMATS.values()):
            seen.add(name.casefold())
            yield name, paths


def _open_files_in_spark(connection: BaseBackend, contract: Contract, files, document: Document):
    """Parquet and CSV are read where Spark runs; what it reads otherwise than DuckDB, by DuckDB, here."""
    from personas.dataset.spark_files import NATIVE as ENCODINGS
    from personas.dataset.spark_files import hand_over, spark_table

    tables, problems = {}, []
    for name, paths in readable(contract, files):
        source = contract.sources[name]
        [kind] = kinds_of(source, paths)
        try:
            if kind == "parquet" or (kind == "csv" and codecs.lookup(source.encoding).name in ENCODINGS):
                if kind == "csv" and not any(path.stat().st_size for path in paths):
                    raise ValueError("the file is empty")
                tables[name] = spark_table(connection, name, source, paths, kind)
            else:
                here = _open_file(open_engine(), name, source, paths)
                tables[name] = hand_over(connection, name, here.to_pyarrow())
        except Exception as error:  # any reader's own error: the file is not what it claims to be
            problems.append(_unreadable(document.place(["sources", name]), source, error))
    return tables, problems


def _open_file(connection: BaseBackend, name: str, source: Source, paths: tuple[Path, ...]) -> ibis.Table:
    kind = source.format or FORMATS[paths[0].suffix.lower()]
    listed = "[" + ", ".join(quoted(str(path)) for path in paths) + "]"
    if kind == "parquet":
        return _view(connection, name, f"read_parquet({listed}, union_by_name = true)")
    if kind == "jsonl":
        return _view(
            connection,
            name,
            f"read_json({listed}, format = 'newline_delimited', union_by_name = true, maximum_depth = {DEPTH})",
        )
    if kind == "excel":
        return connection.create_table(name, _read_excel(paths, source), temp=True)
    if not any(path.stat().st_size for path in paths):
        raise ValueError("the file is empty")
    encoding = codecs.lookup(source.encoding).name
    if encoding not in NATIVE:
        return connection.create_table(name, _read_csv(paths, source), temp=True)
    options = [
        "all_varchar = true",
        "header = true",
        "union_by_name = true",
        f"encoding = {quoted(NATIVE[encoding])}",
    ]
    if source.separator:
        options.append(f"delim = {quoted(source.separator)}")
    return _view(connection, name, f"read_csv({listed}, {', '.join(options)})")


def _view(connection: BaseBackend, name: str, reader: str) -> ibis.Table:
    """Make a view with clean column names, blanks around text removed and empty text as NULL in CSV files."""
    found = connection.raw_sql(f"DESCRIBE SELECT * FROM {reader}").fetchall()
    if reader.startswith("read_json") and [column for column, *_ in found] == ["json"]:
        raise ValueError("JSON Lines has an object a line; this has none, or one array around all of them")
    trim = reader.startswith("read_csv")
    if trim and len(found) == 1 and any(sign in found[0][0] for sign in ",;\t|"):
        raise ValueError(
            "one column only: the separator is another, a quote is not closed, "
            "or rows have more or fewer cells than the header"
        )
    columns = []
    for column, kind, *_ in found:
        value = named(column)
        if trim:
            value = f"nullif(trim({value}), '')"
        elif kind.startswith(("STRUCT", "MAP", "UNION")) or kind.endswith("]"):
            value = f"to_json({value})::VARCHAR"
        elif kind == "JSON":
            value = f"{value}::VARCHAR"
        columns.append(f"{value} AS {named(column.strip())}")
    connection.raw_sql(f"CREATE VIEW {named(name)} AS SELECT {', '.join(columns)} FROM {reader}")
    return connection.table(name)


def _read_excel(paths: tuple[Path, ...], source: Source) -> pyarrow.Table:
    """Read a sheet as text, as one reads a CSV file; a date becomes 2024-05-31 00:00:00."""
    import openpyxl

    parts, sheet = [], source.sheet
    for path in paths:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        if sheet is not None and sheet not in book.sheetnames:
            raise ValueError(f"no sheet {sheet}; sheets: {', '.join(book.sheetnames)}")
        rows = _rows_of(book[sheet] if sheet else book.worksheets[0])
        book.close()
        parts.append(_text_table(rows, source.decimal))
    return pyarrow.concat_tables(parts, promote_options="default")


def _rows_of(sheet) -> list[tuple]:
    """Take the rows that hold anything; what a sheet says of its size may be millions of cells that are not there."""
    sheet.reset_dimensions()
    rows: list[tuple] = []
    cells = 0
    for row in sheet.iter_rows(values_only=True):
        if row or not rows:
            rows.append(row)
        cells += len(row)
        if cells > CELLS:
            raise ValueError(f"more than {CELLS:,} cells; save the sheet as CSV")
    return rows


def _read_csv(paths: tuple[Path, ...], source: Source) -> pyarrow.Table:
    """Read a CSV file in an encoding that the engine does not know."""
    import csv

    parts = []
    for path in paths:
        with path.open(encoding=source.encoding, newline="") as file:
            sample = file.read(65_536)
            file.seek(0)
            separator = source.separator or csv.Sniffer().sniff(sample, ",;\t|").delimiter
            parts.append(_text_table(list(csv.reader(file, delimiter=separator))))
    return pyarrow.concat_tables(parts, promote_options="default")


def _text_table(rows: list, decimal: str = ".") -> pyarrow.Table:
    """Make texts of cells, numbers with the decimal sign that the source's texts have; a column without a name goes."""
    if not rows:
        raise ValueError("no header")
    header = [(at, str(name).strip()) for at, name in enumerate(rows[0]) if name is not None and str(name).strip()]
    names = [name for _, name in header]
    if len(set(names)) < len(names):
        raise ValueError("a column name twice in the header")

    def text(value):
        written = "" if value is None else str(value).strip()
        if isinstance(value, float):
            written = written.replace(".", decimal)
        return written or None

    body = [row for row in rows[1:] if any(text(value) for value in row)]
    columns = [[text(row[at]) if at < len(row) else None for row in body] for at, _ in header]
    return pyarrow.table(
        {name: pyarrow.array(values, pyarrow.string()) for name, values in zip(names, columns, strict=True)}
    )


def _unreadable(place: str, source: Source, error: Exception) -> Problem:
    text = " ".join(str(error).split())
    if isinstance(error, LookupError):
        return Problem(place, f"encoding {source.encoding}", "an encoding such as utf-8, latin-1 or cp1252")
    if isinstance(error, UnicodeError) or "not utf-8" in text.lower() or "unicode" in text.lower():
        fix = "say encoding: latin-1 (or cp1252, utf-16)"
        return Problem(place, f"{source.file} is not in the encoding {source.encoding}", "its own encoding", fix)
    return Problem(
        place,
        f"{source.file} cannot be read: {short(text)}",
        "a readable file",
        "see whether it is complete",
    )


def engine_errors(connection: BaseBackend) -> tuple[type[Exception], ...]:
    """Name what the engine raises for a file that is broken further down; databases have errors of their own."""
    if connection.name == "duckdb":
        import duckdb

        return (duckdb.Error,)
    if connection.name == "pyspark":
        from pyspark.errors import PySparkException

        return (PySparkException,)
    return (Exception,)


def broken(place: str, error: Exception) -> Problem:
    """Say that a source turned out to be broken while it was read."""
    text = short(" ".join(str(error).split()))
    return Problem(place, f"a source cannot be read to its end: {text}", "a complete file", "export it again")
