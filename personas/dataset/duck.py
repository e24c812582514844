"""DuckDB with words for what a machine lacks: memory, room for temporary files, patience."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import ibis
from ibis.backends.duckdb import Backend

from personas.dataset.engine import MEMORY, EngineError, quoted


class Duck(Backend):
    """Ibis's DuckDB; what the machine lacks is raised as EngineError, what is wrong with a file as it was.

    outbox : a private folder that the engine may write to even when it is locked, and that goes with it
    """

    outbox: Path | None = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._unused: list[str] = []

    def copy(self, table: ibis.Table, to: Path, options: str = "FORMAT parquet") -> None:
        """Write a table to a place in the outbox, all threads writing."""
        self.let_go()
        with in_words():
            self._run_pre_execute_hooks(table)
            self.raw_sql(f"COPY ({self.compile(table)}) TO {quoted(str(to))} ({options})")

    def execute(self, expr: ibis.Expr, /, **kwargs):
        """Run an expression; its rows as pandas."""
        self.let_go()
        with in_words():
            return super().execute(expr, **kwargs)

    def to_pyarrow(self, expr: ibis.Expr, /, **kwargs):
        """Run an expression; its rows as Arrow."""
        self.let_go()
        with in_words():
            return super().to_pyarrow(expr, **kwargs)

    def create_table(self, name: str, /, obj=None, **kwargs):
        """Write a table down."""
        self.let_go()
        with in_words():
            return super().create_table(name, obj, **kwargs)

    def let_go(self) -> None:
        """Drop the cached tables that nobody has any more."""
        while self._unused:
            self.drop_table(self._unused.pop(), force=True)

    def _drop_cached_table(self, name: str) -> None:
        # The garbage collector calls this at any moment, in any thread: between a query and its rows, which would
        # be lost with it. Dropped before the next query.
        self._unused.append(name)


def open_duck() -> Duck:
    """Open an empty DuckDB in memory."""
    return Duck().connect()


@contextmanager
def in_words() -> Iterator[None]:
    """Say of an error what the machine lacks, if that is what it tells."""
    try:
        yield
    except duckdb.Error as error:
        told = describe_lack(error)
        if told is None:
            raise
        raise told from None


def describe_lack(error: duckdb.Error) -> EngineError | None:
    """Put an error of the engine in words; None where it tells of the data or of the query."""
    text = str(error)
    again = "then run the same command: it goes on from here"
    if "max_temp_directory_size" in text or "No space left" in text:
        found = "the folder for temporary files is full"
        return EngineError(found, "room for what does not fit into memory", f"make room or set TMPDIR, {again}")
    if isinstance(error, duckdb.OutOfMemoryException):
        found = f"not enough memory: PERSONAS_MEMORY is {os.environ.get('PERSONAS_MEMORY') or MEMORY}"
        return EngineError(found, "more of it", f"set PERSONAS_MEMORY higher or PERSONAS_THREADS lower, {again}")
    if isinstance(error, duckdb.InterruptException):
        return EngineError("the query was cancelled", fix="run the same command: it goes on from here")
    if isinstance(error, duckdb.IOException) and "Permission denied" in text:
        return EngineError("a folder that cannot be written", "the right to write temporary files", f"mend it, {again}")
    return None
