"""What was summed up by customer, place and half of the period, given out a place at a time.

Of few customers it is fetched once. Of many it stays in the engine, which puts on disk what its memory does not hold:
a million customers at a dozen touchpoints are 25 million rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import ibis
import pandas as pd

MANY = 50_000  # customers whose rows stay in the engine


class Places(Mapping):
    """name → what `made` makes of it when it is asked for; `kept` of them are kept, None: all."""

    def __init__(self, names: Iterable[str], made: Callable[[str], Any], kept: int | None = None):
        self.names, self.made = tuple(names), lru_cache(kept)(made)

    def __getitem__(self, name: str):
        if name not in self.names:
            raise KeyError(name)
        return self.made(name)

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


class AtHand:
    """The rows as a frame: row (of a customer in the customer table), `key`, later, and counts."""

    kept: int | None = None

    def __init__(self, rows: ibis.Table, key: str, stages: Mapping[str, str]):
        # Names come as categories, or those of a few places would be there as often as there are rows.
        table = rows.order_by("row", key, "later").to_pyarrow()
        table = table.set_column(table.column_names.index(key), key, table[key].dictionary_encode())
        self.frame, self.key, self.stages = table.to_pandas(), key, stages

    def names(self, half: bool | None = None) -> list[str]:
        """Where anybody was, in the whole period or in its later (True) or earlier half."""
        seen = self.frame if half is None else self.frame[self.frame["later"] == half]
        return sorted(map(str, seen[self.key].unique()))

    def counts(self, name: str, half: bool | None = None) -> pd.DataFrame:
        """A row a customer who was at one place, indexed by `row`."""
        frame = self.frame
        own = frame[(frame[self.key] == name) if half is None else (frame[self.key] == name) & (frame["later"] == half)]
        return own.drop(columns=[self.key, "later"]).groupby("row").sum()

    def by_half(self, column: str) -> pd.DataFrame:
        """row, later and the sum of a column over all places."""
        return self.frame.groupby(["row", "later"], as_index=False)[column].sum()


class InEngine:
    """The same, asked of the engine each time and kept nowhere."""

    kept = 0

    def __init__(self, rows: ibis.Table, key: str, stages: Mapping[str, str]):
        # In this order the engine passes over the rows of other places without reading them.
        self.rows, self.key, self.stages = rows.order_by(key, "later", "row").cache(), key, stages
        later = self.rows["later"]
        self._seen = self.rows.group_by(key).agg(early=(~later).any(), late=later.any()).to_pandas()

    def names(self, half: bool | None = None) -> list[str]:
        seen = self._seen if half is None else self._seen[self._seen["late" if half else "early"].astype(bool)]
        return sorted(map(str, seen[self.key]))

    def counts(self, name: str, half: bool | None = None) -> pd.DataFrame:
        own = self.rows.filter(self.rows[self.key] == name)
        own = own if half is None else own.filter(own["later"] == half)
        rows = own.drop(self.key, "later").to_pyarrow().to_pandas(self_destruct=True, split_blocks=True)
        return rows.groupby("row").sum() if half is None else rows.set_index("row").sort_index()

    def by_half(self, column: str) -> pd.DataFrame:
        sums = self.rows.group_by("row", "later").agg(**{column: self.rows[column].sum().cast("int64")})
        return sums.to_pyarrow().to_pandas()


Summed = AtHand | InEngine


def sum_up(found: ibis.Table, key: str, customers: int, stages: Mapping[str, str] | None = None) -> Summed:
    """Put sums at hand: `row` (of so many customers), `key`, later, and counts; stages : place → its stage."""
    narrow = {name: found[name].cast("int32") for name in found.columns if found[name].type().is_integer()}
    kind = AtHand if customers < MANY else InEngine
    return kind(found.mutate(**narrow), key, stages or {})
