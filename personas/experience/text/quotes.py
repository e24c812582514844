"""Chooses what a theme is quoted with: near its centre, unlike each other, redacted, and never an abusive one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from personas.dataset import Dataset
from personas.experience.text.cleaning import words_of
from personas.experience.text.models import Quote
from personas.experience.text.redaction import id_tokens, is_abusive, name_tokens, redact

MOST, LOOKED_AT, NEAREST = 3, 40, 2000
SHORTEST, LONGEST = 15, 280
ALIKE = 0.6
LEFT = 0.5  # of a comment's words that must be left after redaction


@dataclass
class PrivacyCount:
    """Counts what was done to the quotes, for the privacy log."""

    shown: int = 0
    redacted: Counter = field(default_factory=Counter)
    withheld: int = 0
    small: int = 0


def near_centre(rows: pd.DataFrame, flags: np.ndarray, nearness: np.ndarray) -> list[int]:
    """The positions of the comments nearest to a theme's centre, one an author; of equally near ones longer first."""
    inside = np.flatnonzero(flags)
    inside = inside[np.argsort(-nearness[inside], kind="stable")][:NEAREST]
    length = np.array([min(len(rows["text"].iat[i]), LONGEST) for i in inside])
    order = inside[np.lexsort((inside, -length, -nearness[inside]))]
    authors, chosen = set(), []
    for i in order:
        text, author = rows["text"].iat[i], rows["author"].iat[i]
        if len(text) >= SHORTEST and author not in authors:
            authors.add(author)
            chosen.append(int(i))
        if len(chosen) == LOOKED_AT:
            break
    return chosen


def choose_quotes(
    rows: pd.DataFrame,
    candidates: Sequence[int],
    similar: int,
    ids: Collection[str],
    names: Collection[str],
    counted: PrivacyCount,
) -> tuple[Quote, ...]:
    """Up to three quotes of one theme; counts what was redacted and withheld.

    candidates : positions in `rows`, the best first; similar : comments of the theme
    """
    chosen: list[Quote] = []
    said: list[set[str]] = []
    for i in candidates:
        row = rows.iloc[i]
        words = set(words_of(row["text"]))
        if any(len(words & other) > ALIKE * len(words | other) for other in said):
            continue
        result = redact(row["text"], ids, names)
        if is_abusive(row["text"]) or len(words_of(_without_brackets(result.text))) < LEFT * len(words_of(row["text"])):
            counted.withheld += 1
            continue
        said.append(words)
        month = f"{row['time']:%Y-%m}" if pd.notna(row["time"]) else ""
        chosen.append(
            Quote(
                text=_shortened(result.text), language=row["language"], source=row["source"], month=month,
                similar=similar, redacted=result.pieces,
            )
        )  # fmt: skip
        counted.redacted.update(result.counts)
        if len(chosen) == MOST:
            break
    counted.shown += len(chosen)
    return tuple(chosen)


def known_ids(dataset: Dataset, texts: Sequence[str]) -> set[str]:
    """Which pieces of the texts are ids of customers, contacts, orders or products in the data, in lower case."""
    tokens = sorted(set().union(*map(id_tokens, texts))) if texts else []
    found: set[str] = set()
    for table in dataset.tables.values() if tokens else ():
        for name in ("customer_id", "contact_id", "account_id", "order_id"):
            if name in table.columns:
                column = table[name].cast("string").lower()
                rows = table.filter(column.isin(tokens)).select(id=column).distinct()
                found |= set(rows.to_pandas()["id"])
    return found


def known_names(dataset: Dataset, texts: Sequence[str]) -> set[str]:
    """Which pieces of the texts are names, or parts of names, that the contract declares, in lower case.

    Columns are declared by ``customers: {names: [name]}``; without, only names after "my name is" and the like go.
    """
    tokens = sorted(set().union(*map(name_tokens, texts))) if texts else []
    part = dataset.listed.get("customers") if tokens else None
    found: set[str] = set()
    for column in part.table.columns if part is not None else ():
        if column.startswith("private "):
            whole = part.table[column].cast("string").lower()
            both = part.table.select(id=whole).union(part.table.select(id=whole.split(" ").unnest()))
            found |= set(both.filter(both.id.isin(tokens)).distinct().to_pandas()["id"])
    return {name for name in found if len(name) > 2}


def _without_brackets(text: str) -> str:
    return " ".join(piece.partition("]")[2] if i else piece for i, piece in enumerate(text.split("[")))


def _shortened(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return text[:LONGEST].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"
