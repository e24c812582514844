"""Which addresses of databases a contract may name: databases only, as they are, and never a way to fetch something."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from personas.dataset.engine import EngineError

# What Ibis would open besides: files by their ending, and web addresses, which the engine would fetch.
DATABASES = (
    "athena", "bigquery", "clickhouse", "databricks", "druid", "duckdb", "exasol", "flink", "impala", "motherduck",
    "mssql", "mysql", "oracle", "postgres", "postgresql", "pyspark", "redshift", "risingwave", "singlestoredb",
    "snowflake", "sqlite", "trino",
)  # fmt: skip
IN_A_FILE = ("duckdb", "sqlite")


def check_address(url: str) -> dict[str, object]:
    """Check a database's address before it is opened; returns the options to open it with.

    A database in a file is only read: it must be there, and its address says nothing else, since options can have
    the engine load code. Raises EngineError.
    """
    parts = urlsplit(url)
    if parts.scheme not in DATABASES:
        found = f"an address that begins with {parts.scheme or 'no name of a database'}"
        raise EngineError(found, f"one of {', '.join(DATABASES)}", "download files, and name them with file:")
    if parts.scheme not in IN_A_FILE:
        return {}
    if options := sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)} - {"read_only"}):
        raise EngineError(f"the option {options[0]}", "the address of a file alone", "take it out of the address")
    path = Path(unquote(parts.netloc + parts.path))
    if not path.is_file():
        raise EngineError(f"no database {path.name or 'file'}", "a file that is there", "correct the path")
    return {"read_only": True} if parts.scheme == "duckdb" else {}
