"""Parquet files that grow block by block, so that memory does not depend on the number of customers."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq


class ParquetStreams:
    """One growing Parquet file a table; what was written appears under its name only when all is complete.

    rows : rows written so far, by table
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.rows: dict[str, int] = {}
        self._writers: dict[str, pq.ParquetWriter] = {}

    def write(self, name: str, frames: list[pd.DataFrame]) -> None:
        """Append frames of one table as one row group; the first one fixes the columns' types."""
        frames = [frame for frame in frames if len(frame.columns)]
        if not frames:
            return
        tables = [self._arrow(frame) for frame in frames]
        table = pa.concat_tables(tables)
        if name not in self._writers:
            self._writers[name] = pq.ParquetWriter(self._partial(name), table.schema, compression="zstd")
        if len(table):
            self._writers[name].write_table(table, row_group_size=max(1, len(table)))
        self.rows[name] = self.rows.get(name, 0) + len(table)

    def close(self, complete: bool) -> None:
        """Close all files; put them in place if `complete`, else remove them."""
        for name, writer in self._writers.items():
            writer.close()
            if complete:
                os.replace(self._partial(name), self.folder / f"{name}.parquet")
            else:
                self._partial(name).unlink()

    def _partial(self, name: str) -> Path:
        return self.folder / f".{name}.parquet.part"

    def _arrow(self, frame: pd.DataFrame) -> pa.Table:
        """Text is text in every block: dictionaries are looked up, and a column without any is still text."""
        table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
        wordy = (pa.types.is_null, pa.types.is_large_string, pa.types.is_dictionary)
        fields = [
            pa.field(column.name, pa.string() if any(is_(column.type) for is_ in wordy) else column.type)
            for column in table.schema
        ]
        return table.cast(pa.schema(fields))
