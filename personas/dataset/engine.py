"""The engine that reads the tables: DuckDB through Ibis, with the doors shut once the declared files are known."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from personas.errors import InputError, Problem

if TYPE_CHECKING:
    import ibis
    import pandas as pd


MEMORY = "2GB"


class EngineError(InputError):
    """The engine cannot be used, or not any more: nobody answers, the machine lacks something, it was cancelled."""

    def __init__(self, found: str, expected: str = "", fix: str = ""):
        problem = Problem("engine", found, expected, fix)
        super().__init__([problem])
        self.problem, self.args = problem, (str(problem),)


LIMITS = {
    "PERSONAS_MEMORY": ("memory_limit", MEMORY, "a size such as 2GB"),
    "PERSONAS_DISK": ("max_temp_directory_size", "", "a size such as 50GB"),
    "PERSONAS_THREADS": ("threads", "", "a whole number from 1 on"),
}


def open_engine() -> ibis.BaseBackend:
    """Open an in-memory DuckDB whose answers do not depend on the machine's time zone.

    Memory is limited to PERSONAS_MEMORY (default 2GB); what does not fit goes to a folder for temporary files.
    PERSONAS_THREADS limits the threads (default: as many as there are cores), PERSONAS_DISK those files (default: what
    is free). Raises EngineError where one of them is no size or number.
    """
    from personas.dataset.duck import open_duck

    connection = open_duck()
    spill = open_spill(Path(tempfile.gettempdir()) / f"personas-{os.getuid()}")
    weakref.finalize(connection, shutil.rmtree, spill, ignore_errors=True)
    connection.outbox = Path(tempfile.mkdtemp(prefix="outbox-", dir=spill))
    for setting in (*CLOSED, f"temp_directory = {quoted(str(spill))}"):
        connection.raw_sql(f"SET {setting}")
    for variable, (setting, usual, expected) in LIMITS.items():
        value = os.environ.get(variable) or usual
        try:
            if value:
                connection.raw_sql(f"SET {setting} = {quoted(value)}")
        except Exception:  # of DuckDB's kinds, one a setting
            raise EngineError(f"{variable} is {value}", expected, f"set it otherwise, or: unset {variable}") from None
    return connection


def open_spill(place: Path) -> Path:
    """Make a folder of its own for one engine's temporary files, and clear away those that dead processes left.

    DuckDB names these files alike in every process: two engines in one folder would write over each other's rows.
    """
    place.mkdir(mode=0o700, exist_ok=True)
    for left in place.iterdir():
        owner = left.name.partition("-")[0]
        if not owner.isdigit() or not _alive(int(owner)):
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=place))


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


CLOSED = ("autoinstall_known_extensions = false", "autoload_known_extensions = false", "TimeZone = 'UTC'")


def lock_engine(connection: ibis.BaseBackend, files: Iterable[Path]) -> None:
    """Allow the engine these files only, and its outbox: no other file, no network, no extension, and no way back."""
    allowed = ", ".join(quoted(str(file)) for file in sorted(set(files)))
    connection.raw_sql(f"SET allowed_paths = [{allowed}]")
    if outbox := getattr(connection, "outbox", None):
        connection.raw_sql(f"SET allowed_directories = [{quoted(str(outbox))}]")
    connection.raw_sql("SET enable_external_access = false")
    connection.raw_sql("SET lock_configuration = true")


def read_anew(table: ibis.Table) -> ibis.Table:
    """The same table, worked out anew wherever one query uses it several times; in other engines than DuckDB as it is.

    DuckDB first writes down a subquery that is used twice, all columns of all rows. Reading a file's few columns again
    takes a fraction of that time, and no memory.
    """
    import ibis.expr.operations as ops

    # Frames in memory are known to the engine only while a query that names them runs; tables without one to none.
    if table.op().find((ops.InMemoryTable, ops.UnboundTable)) or (connection := table.get_backend()).name != "duckdb":
        return table
    return connection.sql(connection.compile(table), schema=table.schema())


def hold(connection: ibis.BaseBackend, frame: pd.DataFrame) -> ibis.Table:
    """A frame as a table that DuckDB keeps until it is closed, rather than fetching it anew for every question."""
    import ibis

    if connection.name != "duckdb":
        return ibis.memtable(frame)
    return connection.create_table(ibis.util.gen_name("held"), frame, temp=True)


def quoted(text: str) -> str:
    """Write a text as a SQL literal.

    >>> quoted("Men's")
    "'Men''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def named(text: str) -> str:
    """Write a text as a SQL name, quotes in it doubled."""
    return '"' + text.replace('"', '""') + '"'
