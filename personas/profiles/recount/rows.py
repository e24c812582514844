"""The customers and the rows of every table as plain frames, which is all that counting again needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from personas.customers import Customers
from personas.customers.models import Feature
from personas.dataset import Dataset
from personas.segments import Segmentation

CONDITION = re.compile(r"([A-Za-z_]\w*) (≥|≤|>|<) (-?[\d.]+(?:e-?\d+)?)")
AMONG = re.compile(r"^of those with (.*?): ")


@dataclass(frozen=True)
class Counted:
    """What came out: the figure in the persona, the others' (None: not compared), and customers or answers (or None)"""

    own: float
    rest: float | None = None
    n: int | None = None


@dataclass
class Rows:
    """Frames aligned with the customer table.

    numbers : persona id → number of its segment; weighted : whether a customer counts as its survey weight says
    segments : (n,) int; weights : (n,) survey weights, 1 where they do not count; seed : of the run
    """

    customers: Customers
    segmentation: Segmentation
    source: Dataset | None = None
    numbers: Mapping[str, int] = field(default_factory=dict)
    weighted: bool = False
    seed: int = 7
    _tables: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)
    _made: dict[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        frame = self.customers.frame
        self.frame: pd.DataFrame = frame.reset_index(drop=True)
        self.features: Mapping[str, Feature] = {feature.name: feature for feature in self.customers.features}
        self.segments = self.segmentation.members["segment"].to_numpy(int)
        self.weights = np.ones(len(frame))
        if self.weighted and "weight" in frame:
            self.weights = frame["weight"].fillna(1.0).to_numpy(float)

    def once(self, key: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, made once."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def member(self, persona_id: str | None) -> np.ndarray:
        """(n,) bool, who belongs to the persona; everybody for None."""
        return np.ones(len(self.frame), bool) if persona_id is None else self.segments == self.numbers[persona_id]

    def has(self, role: str, *columns: str) -> bool:
        return (
            self.source is not None
            and role in self.source.tables
            and set(columns) <= set(self.source.tables[role].columns)
        )

    def table(self, role: str) -> pd.DataFrame:
        """The rows of known customers, with `place` (row of the customer table) and `weight`."""
        if role not in self._tables:
            if self.source is None or role not in self.source.tables:
                raise KeyError(role)
            table = self.source.tables[role]
            exact = {name: table[name].cast("float64") for name, kind in table.schema().items() if kind.is_decimal()}
            # As decimals, a million amounts would take minutes to hand over.
            rows = self.source.connection.to_pandas(table.mutate(**exact) if exact else table)
            rows["place"] = pd.Index(self.frame["customer_id"]).get_indexer(rows["customer_id"])
            rows = rows[rows["place"] >= 0].reset_index(drop=True)
            rows["weight"] = self.weights[rows["place"]]
            self._tables[role] = rows
        return self._tables[role]

    def share(self, found: np.ndarray, among: np.ndarray, persona_id: str | None) -> Counted:
        """Of the customers `among`, the weighted share who are `found`; both (n,) bool."""
        return self.of_customers(np.where(among, found.astype(float), np.nan), persona_id)

    def of_customers(self, values: np.ndarray, persona_id: str | None) -> Counted:
        """The mean of what each customer counts for; (n,) float, NaN where it is unknown."""
        return self._compared(values, self.weights, self.member(persona_id))

    def of_rows(self, rows: pd.DataFrame, values: np.ndarray, persona_id: str | None) -> Counted:
        """The mean over rows of a table, each with its customer's weight."""
        inside = self.member(persona_id)[rows["place"].to_numpy(int)]
        return self._compared(np.asarray(values, float), rows["weight"].to_numpy(float), inside)

    def part(self, persona_id: str | None) -> float:
        """The share of all customers that are the persona's."""
        return mean(self.member(persona_id).astype(float), self.weights)

    def _compared(self, values: np.ndarray, weights: np.ndarray, inside: np.ndarray) -> Counted:
        known = np.isfinite(values)
        own = known & inside
        rest = None if not (known & ~inside).any() else mean(values[known & ~inside], weights[known & ~inside])
        return Counted(mean(values[own], weights[own]), rest, int(own.sum()))

    def sums(self, rows: pd.DataFrame, values) -> np.ndarray:
        """(n,) the sum of each customer's rows, 0 without any."""
        return np.bincount(rows["place"].to_numpy(int), weights=np.asarray(values, float), minlength=len(self.frame))

    def seen(self, rows: pd.DataFrame) -> np.ndarray:
        """(n,) bool, who has a row."""
        return self.sums(rows, np.ones(len(rows))) > 0


def mean(values: np.ndarray, weights: np.ndarray) -> float:
    return float(values @ weights / weights.sum()) if weights.sum() else float("nan")


def meeting(words: str, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """(who could be, who is) by a condition such as "of those with orders ≥ 5: discount_share ≥ 0.2".

    Raises KeyError where the frame has no such column, ValueError where the words hold no condition.

    >>> meeting("visits ≥ 2", pd.DataFrame({"visits": [1.0, 3.0]}))[1].tolist()
    [False, True]
    """
    among = AMONG.match(words)
    could = _all_of(among[1], frame) if among else np.ones(len(frame), bool)
    asked = words[among.end() :] if among else words
    if not CONDITION.search(asked):
        raise ValueError(words)
    return could, could & _all_of(asked, frame)


def _all_of(words: str, frame: pd.DataFrame) -> np.ndarray:
    kept = np.ones(len(frame), bool)
    for name, sign, bound in CONDITION.findall(words):
        values = frame[name].to_numpy(float)
        with np.errstate(invalid="ignore"):
            limit = float(bound)
            kept &= {"≥": values >= limit, "≤": values <= limit, ">": values > limit, "<": values < limit}[sign]
    return kept
