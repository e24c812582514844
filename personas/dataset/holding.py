"""Small datasets put together once and held by the engine, instead of anew for each of dozens of queries."""

from __future__ import annotations

from dataclasses import replace

from personas.dataset.models import Dataset

MOST_BYTES = 50_000_000  # of the files: some five million purchases as Parquet, a gigabyte in the engine


def hold_tables(dataset: Dataset, most: int = MOST_BYTES) -> Dataset:
    """Have DuckDB hold the tables of a dataset whose files have at most `most` bytes.

    Every query otherwise reads the files again, casts, joins and leaves out. Larger datasets, databases and Spark
    are returned as they are. The tables are let go with the dataset that is returned.
    """
    if dataset.bytes is None or dataset.bytes > most or dataset.connection.name != "duckdb":
        return dataset
    return replace(dataset, bytes=None, tables={role: table.cache() for role, table in dataset.tables.items()})
