"""Who is in which segment, written by the engine itself: no row passes through this process's memory at once."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from personas.dataset.engine import EngineError, named
from personas.errors import InputError, Problem

if TYPE_CHECKING:
    from ibis.expr.types import Table

PIECE = 100_000  # rows on their way from the engine to the file


def write_assignment(scored: Table, folder: str | Path, by: str = "") -> None:
    """Write an assignment as Parquet files in a new folder, one folder below it for each value of `by`.

    scored : what :func:`score_customers` gives; by : one of its columns, such as segment
    folder : on Spark a place that the cluster writes to, such as s3a://crm/personas; else here, readable by its owner
    alone. All or nothing: the folder is there when it is whole. Raises InputError where it is there already, where
    there is no such column, and where it cannot be written.
    """
    if by and by not in scored.columns:
        raise InputError([Problem("by", f"no column {by}", "one of " + ", ".join(scored.columns))])
    connection = scored.get_backend()
    if connection.name == "pyspark":
        _by_spark(connection, scored, str(folder), by)
        return
    place = Path(folder)
    if place.exists():
        raise _not_written(folder, "it is there already", "a new folder", "remove it, or name another")
    part = place.with_name(f".{place.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(mode=0o700, parents=True)
        if getattr(connection, "outbox", None):
            _by_duckdb(connection, scored, part, by)
        else:
            _by_arrow(connection.to_pyarrow_batches(scored, chunk_size=PIECE), part, by)
        os.replace(part, place)
    except OSError as error:
        raise _not_written(folder, error.strerror or str(error), "a folder with room that can be written") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _by_spark(connection, scored: Table, folder: str, by: str) -> None:
    from personas.dataset.spark import first_line, in_words

    here = None if "://" in folder else Path(folder).resolve()
    begun = "" if here else f"remove what was begun at {folder}, then run it again"
    rows = connection.raw_sql(connection.compile(scored))
    new = here is not None and not here.exists()
    try:
        with in_words():
            rows.write.mode("error").parquet(f"file://{here}" if here else folder, partitionBy=by or None)
    except Exception as error:  # of PySpark, of the way to Java, of Java
        found = error.problem.found if isinstance(error, EngineError) else first_line(error)
        raise _not_written(folder, found, "a new folder that the cluster can write to", begun) from None
    finally:
        # Spark itself leaves the folder, and the next run would find it there already.
        if here and new and not (here / "_SUCCESS").exists():
            shutil.rmtree(here, ignore_errors=True)


def _by_duckdb(connection, scored: Table, part: Path, by: str) -> None:
    """By all threads of the engine; it may write to its own folder only, from which the files are moved."""
    made = connection.outbox / "assigned"
    shutil.rmtree(made, ignore_errors=True)
    try:
        # Order costs memory and time, and a warehouse asks for none.
        options = f"PARTITION_BY ({named(by)})" if by else "PER_THREAD_OUTPUT true"
        connection.copy(scored, made, f"FORMAT parquet, COMPRESSION zstd, {options}")
        for number, file in enumerate(sorted(made.rglob("*.parquet"))):
            os.chmod(file, 0o600)
            folder = part / file.parent.relative_to(made)
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.move(file, folder / f"part-{number}.parquet")
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _by_arrow(batches, part: Path, by: str) -> None:
    import pyarrow.dataset

    pyarrow.dataset.write_dataset(
        batches, part, format="parquet", partitioning=[by] if by else None, partitioning_flavor="hive" if by else None,
        basename_template="part-{i}.parquet", file_visitor=lambda file: os.chmod(file.path, 0o600),
    )  # fmt: skip


def _not_written(folder: str | Path, found: str, expected: str, fix: str = "") -> InputError:
    return InputError([Problem(f"folder {folder}", found, expected, fix)])
