"""Files as tables of Spark: Parquet and CSV read where Spark runs, small formats read here and handed over as Arrow."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import TYPE_CHECKING

from personas.dataset.contract import Source

if TYPE_CHECKING:
    import ibis
    import pyarrow

    from personas.dataset.spark import Spark

# The encodings that Spark's reader of CSV shares with ours; others are read here.
NATIVE = {"utf-8": "UTF-8", "ascii": "UTF-8", "utf-16": "UTF-16", "iso8859-1": "ISO-8859-1"}


def spark_table(connection: Spark, name: str, source: Source, paths: tuple[Path, ...], kind: str) -> ibis.Table:
    """Make the files of a source a view of Spark's session, in the form in which DuckDB would read them.

    kind : parquet or csv; a folder on a cluster must be at the same place on every machine of it
    """
    session = connection._session
    places = [f"file://{path}" for path in paths]
    if kind == "parquet":
        rows = session.read.option("mergeSchema", True).parquet(*places)
        rows = rows.selectExpr(*[_plain(field) for field in rows.schema.fields])
    else:
        separator = source.separator or separator_of(paths[0], source.encoding)
        options = {
            "header": True, "sep": separator, "quote": '"', "escape": '"', "multiLine": True, "mode": "FAILFAST",
            "encoding": NATIVE[codecs.lookup(source.encoding).name], "columnPruning": False,
        }  # fmt: skip
        parts = [session.read.options(**options).csv(place) for place in places]
        parts = [part.selectExpr(*[_trimmed(column) for column in part.columns]) for part in parts]
        rows = parts[0]
        for part in parts[1:]:
            rows = rows.unionByName(part, allowMissingColumns=True)
    rows.createOrReplaceTempView(name)
    return connection.table(name)


def hand_over(connection: Spark, name: str, rows: pyarrow.Table) -> ibis.Table:
    """Give Spark a table that was read here."""
    connection.view(name, rows)
    return connection.table(name)


def separator_of(path: Path, encoding: str) -> str:
    """Find what stands between the columns of a CSV file, from its first line.

    Raises ValueError where the line has no separator at all and several of them are elsewhere.
    """
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline()
    counts = {sign: _outside_quotes(first, sign) for sign in ",;\t|"}
    return max(counts, key=counts.__getitem__) if any(counts.values()) else ","


def _outside_quotes(line: str, sign: str) -> int:
    return sum(part.count(sign) for part in line.split('"')[::2])


def _name(column: str) -> str:
    return "`" + column.replace("`", "``") + "`"


def _plain(field) -> str:
    value = _name(field.name)
    if field.dataType.typeName() in ("struct", "map", "array", "variant"):
        value = f"to_json({value})"
    return f"{value} AS {_name(field.name.strip())}"


def _trimmed(column: str) -> str:
    return f"nullif(trim({_name(column)}), '') AS {_name(column.strip())}"
