"""Features as questions with a handful of answers: numbers in bands with round limits, rare categories left out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from personas.customers.models import Feature
from personas.numerals import percent
from personas.segments.space import levels_of
from personas.segments.typing_tool import Answer

BANDS = 5
MOST_ANSWERS = 8


@dataclass(frozen=True)
class Option:
    """A possible question with the answer of each customer: position in `answers`, −1 where not known."""

    feature: Feature
    answers: tuple[Answer, ...]
    given: np.ndarray

    @property
    def asked(self) -> bool:
        """Customers know what the customers table says of them; the rest is worked out from records."""
        return all(column.startswith("customers.") for column in self.feature.columns)

    def take(self, rows: np.ndarray) -> Option:
        """The same question with the answers of some customers."""
        return Option(self.feature, self.answers, self.given[rows])

    def columns(self) -> np.ndarray:
        """An indicator column an answer, (n, answers)."""
        return (self.given[:, None] == np.arange(len(self.answers))).astype(float)


def option_of(feature: Feature, column: pd.Series, min_group: int) -> Option | None:
    """A feature as a question; None where fewer than two answers have `min_group` customers."""
    if feature.kind in ("category", "ordered"):
        answers, given = _words(feature, column, min_group)
    elif feature.kind == "binary":
        answers, given = _yes_or_no(column, min_group)
    else:
        answers, given = _bands(feature, column, min_group)
    return Option(feature, answers, given) if len(answers) >= 2 else None


def _words(feature: Feature, column: pd.Series, min_group: int):
    """Answers of a category, the leading ones where there are many; the others count as not known."""
    words = column.astype("string")
    counts = words.value_counts()
    levels = [level for level in levels_of(feature, column) if counts.get(level, 0) >= min_group]
    if len(levels) > MOST_ANSWERS and feature.kind == "category":
        leading = set(sorted(levels, key=lambda level: (-counts[level], level))[:MOST_ANSWERS])
        levels = [level for level in levels if level in leading]
    groups: list[tuple[str, ...]] = [(level,) for level in levels]
    while len(groups) > MOST_ANSWERS:  # neighbours on an ordered scale are told together, the smallest pair first
        sizes = [sum(counts[w] for w in (*a, *b)) for a, b in pairwise(groups)]
        i = int(np.argmin(sizes))
        groups[i : i + 2] = [groups[i] + groups[i + 1]]
    labels = [group[0] if len(group) == 1 else f"{group[0]} to {group[-1]}" for group in groups]
    answers = tuple(Answer(label=n, values=g, weights=()) for n, g in zip(labels, groups, strict=True))
    where = {word: i for i, group in enumerate(groups) for word in group}
    return answers, words.map(where).astype("Int64").fillna(-1).to_numpy(int)


def _yes_or_no(column: pd.Series, min_group: int):
    values = pd.to_numeric(column, errors="coerce").to_numpy(float)
    if min((values == 0).sum(), (values == 1).sum()) < min_group:
        return (), values
    answers = (Answer(label="no", high=0.5, weights=()), Answer(label="yes", low=0.5, weights=()))
    return answers, np.where(np.isfinite(values), values >= 0.5, -1).astype(int)


def _bands(feature: Feature, column: pd.Series, min_group: int):
    """Up to five bands of a number with about as many customers each, between round limits."""
    values = pd.to_numeric(column, errors="coerce").to_numpy(float)
    known = values[np.isfinite(values)]
    if len(known) < 2 * min_group:
        return (), values
    cuts = {round_limit(cut, feature) for cut in np.quantile(known, np.arange(1, BANDS) / BANDS)}
    limits: list[float] = []
    for cut in sorted(cuts):
        below = (known >= (limits[-1] if limits else -np.inf)) & (known < cut)
        if below.sum() >= min_group and (known >= cut).sum() >= min_group:
            limits.append(cut)
    if not limits:
        return (), values
    edges = [None, *limits, None]
    answers = tuple(
        Answer(label=band_words(low, high, feature), low=low, high=high, weights=()) for low, high in pairwise(edges)
    )
    return answers, np.where(np.isfinite(values), np.searchsorted(limits, values, side="right"), -1).astype(int)


def round_limit(cut: float, feature: Feature) -> float:
    """A limit that can be said aloud: two significant digits, whole for counts, whole per cent for shares."""
    if cut == 0 or not np.isfinite(cut):
        return 0.0
    if feature.kind == "count":
        return float(max(1, round(cut))) if cut < 100 else float(f"{cut:.2g}")
    return round(cut, 2) if feature.unit == "share" and cut >= 0.01 else float(f"{cut:.2g}")


def band_words(low: float | None, high: float | None, feature: Feature) -> str:
    """A band in words: under 20, 20 to under 50, 50 or more.

    >>> band_words(0.2, 0.5, Feature(name="s", label="s", kind="share", block="b", forms=True, unit="share"))
    '20\\xa0% to under 50\\xa0%'
    """

    def say(value: float) -> str:
        if feature.unit == "share":
            return percent(value)
        text = f"{value:,.2f}".rstrip("0").rstrip(".") if abs(value) >= 0.01 else f"{value:g}"
        return text.replace("-", "−")

    if low is None:
        return f"under {say(high)}"
    return f"{say(low)} or more" if high is None else f"{say(low)} to under {say(high)}"
