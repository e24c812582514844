"""What a column looks like: times, numbers, yes or no, scores, words in an order, codes, text, or a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from personas.dataset.drafting.numbers import FileWriting, Writing, without_sign, writing_of_file, writings_of
from personas.dataset.drafting.privacy import personal, sensitive
from personas.dataset.drafting.samples import Sample
from personas.dataset.drafting.scales import (
    Scale,
    guess_scale,
    missing_words,
    order_of_bands,
    order_of_words,
    yes_labels,
)
from personas.dataset.drafting.times import TimeWriting, guess_time
from personas.dataset.drafting.vocabulary import fit, plain, vocabulary

LEVELS = 30
MANY_LEVELS = 200
ALMOST = 0.98


@dataclass(frozen=True)
class Column:
    """A column of a sample. Nothing is looked at before it is asked for.

    counts : value → rows, without blanks; rows : of the sample, blanks included
    writing : how numbers are written in its file; day_first : what other columns say of day and month
    """

    name: str
    stored: str
    rows: int
    counts: Counter
    writing: Writing
    day_first: bool | None = None

    @cached_property
    def known(self) -> int:
        return sum(self.counts.values())

    @cached_property
    def blank(self) -> float:
        """Share of rows without a value."""
        return 1 - self.known / self.rows

    @cached_property
    def unique(self) -> bool:
        """Say whether every value stands once, and hardly a row has none."""
        return self.known == len(self.counts) and self.known >= 2 and self.blank <= 0.05

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """Words for "not known": more of them where all else is numbers."""
        among = missing_words(self.counts, among_numbers=True)
        rest = [value for value in self.counts if value not in among]
        if among and rest and any(w in writings_of(map(_amount, rest)) for w in (self.writing,)):
            return among
        return missing_words(self.counts)

    @cached_property
    def values(self) -> Counter:
        """Counts without the words for "not known"."""
        return Counter({value: n for value, n in self.counts.items() if value not in self.missing})

    @cached_property
    def time(self) -> TimeWriting | None:
        if self.stored in ("boolean",) or self.stored.startswith(("int", "uint", "float", "decimal")):
            name_says = fit(self.name, ["date", "day", "datum", "time"])
            if not (self.stored.startswith("int") and name_says):
                return None
        return guess_time(self.values, self.day_first)

    @cached_property
    def sign(self) -> str:
        """Currency sign that its amounts carry, "" if none."""
        signs = {without_sign(value)[1] for value in list(self.values)[:500]}
        signs.discard("")
        return signs.pop() if len(signs) == 1 and self._fits(map(_amount, self.values)) else ""

    @cached_property
    def numeric(self) -> bool:
        """Say whether every value is a number as this file writes them, a currency sign apart."""
        return bool(self.values) and self._fits(self.values if not self.sign else map(_amount, self.values))

    def _fits(self, values) -> bool:
        return all(self.writing.matches(value) for value in values)

    @cached_property
    def numbers(self) -> Counter:
        """Number → rows."""
        found: Counter = Counter()
        for value, n in self.values.items():
            found[self.writing.read(_amount(value))] += n
        return found

    @cached_property
    def whole(self) -> bool:
        return self.numeric and all(number == int(number) for number in self.numbers if abs(number) < 1e15)

    @cached_property
    def yes(self) -> dict[str, str] | None:
        """Labels for yes and no; None if it is something else, or always the same."""
        return yes_labels(list(self.values)) if len({v.casefold() for v in self.values}) == 2 else None

    @cached_property
    def scale(self) -> Scale | None:
        return guess_scale(self.name, self.counts)

    @cached_property
    def order(self) -> tuple[str, ...] | None:
        """Values from low to high where they are bands or words of a known scale."""
        if not 2 <= len(self.values) <= LEVELS or self.numeric:
            return None
        return order_of_bands(list(self.values)) or order_of_words(list(self.values))

    @cached_property
    def person(self) -> str | None:
        return personal(self.name, self.values)

    @cached_property
    def sensitive(self) -> bool:
        return sensitive(self.name, self.values if len(self.values) <= LEVELS else Counter())

    @cached_property
    def category(self) -> bool:
        """Say whether few values stand in many rows each."""
        return 2 <= len(self.values) <= MANY_LEVELS and self.known >= 3 * len(self.values)

    @cached_property
    def text(self) -> bool:
        """Say whether it is what somebody wrote: sentences, mostly different ones."""
        if self.numeric or self.time or not self.values:
            return False
        words = sum(len(value.split()) * n for value, n in self.values.items()) / self.known
        return words >= 2.5 and len(self.values) > min(20, 0.3 * self.known)

    def name_taken_by_another_key(self) -> bool:
        """Say whether its name is that of an order, a product or a store, whose numbers may be customers' by chance."""
        words = vocabulary()["fields"]["transactions"]
        keys = [*words["order"], *words["product"], *words["store"], "ticket id", "case id", "event id", "row id"]
        return fit(self.name, keys) > max(0.0, fit(self.name, vocabulary()["customer"]))

    @cached_property
    def identifies(self) -> bool:
        """Say whether it can be an id: no time, no fraction, many values, and no sentence."""
        if self.time or self.text or self.yes is not None or len(self.counts) < 2:
            return False
        if self.numeric and not self.whole:
            return False
        named = any(plain(self.name).split()[-1:] == [word] for word in vocabulary()["identifier"])
        return named or len(self.counts) >= max(2, min(50, self.known // 20))


def _amount(value: str) -> str:
    return without_sign(value)[0]


def describe_columns(sample: Sample) -> tuple[dict[str, Column], FileWriting]:
    """Look at every column of a sample, after finding how its numbers are written."""
    fitting: dict[str, tuple[Writing, ...]] = {}
    if _is_text(sample):
        for name, counts in sample.columns.items():
            words = missing_words(counts, among_numbers=True)
            found = writings_of(_amount(value) for value in counts if value not in words)
            if found:
                fitting[name] = found
    writing = writing_of_file(_telling(fitting))
    columns = {
        name: Column(name, sample.stored[name], sample.rows, counts, writing.writing)
        for name, counts in sample.columns.items()
    }
    return _settled(columns), writing


def _settled(columns: dict[str, Column]) -> dict[str, Column]:
    """Let columns that have a day above 12 decide for those of the same file that have none."""
    open_ones = [name for name, column in columns.items() if column.time and column.time.other]
    if not open_ones:
        return columns
    decided = {c.time.day_first for c in columns.values() if c.time and c.time.format and not c.time.other} - {None}
    if len(decided) != 1:
        return columns
    first = decided.pop()
    return columns | {name: replace(columns[name], day_first=first) for name in open_ones}


def _telling(fitting: Mapping[str, tuple[Writing, ...]]) -> dict[str, tuple[Writing, ...]]:
    """Keep the columns that say something of how fractions are written, if there are any."""
    most = max(map(len, fitting.values()), default=0)
    telling = {name: found for name, found in fitting.items() if len(found) < most}
    return telling or dict(fitting)


def _is_text(sample: Sample) -> bool:
    """Say whether numbers of a file are text, whose writing must be found out, or numbers already."""
    return sample.path.suffix.lower() in (".csv", ".tsv", ".txt")
