"""How numbers are written in a file: decimal sign, signs between thousands, currency signs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SIGNS = {"€": "EUR", "EUR": "EUR", "£": "GBP", "GBP": "GBP", "$": "USD", "USD": "USD", "CHF": "CHF", "¥": "JPY"}
SURE_SIGNS = {"€", "EUR", "£", "GBP", "USD", "CHF"}
CURRENCY = re.compile(
    r"^(?P<before>[-+]?)\s*(?P<sign>€|£|\$|¥|EUR|GBP|USD|CHF)?\s*(?P<rest>.*?)\s*(?P<after>€|£|\$|¥|EUR|GBP|USD|CHF)?$"
)


@dataclass(frozen=True)
class Writing:
    """A way of writing numbers, as the contract's `decimal` and `thousands`."""

    decimal: str
    thousands: str | None = None

    def matches(self, text: str) -> bool:
        """Say whether a text is a number in this writing.

        >>> Writing(",", ".").matches("1.234,50"), Writing(".").matches("1.234,50")
        (True, False)
        """
        return _PATTERNS[self].fullmatch(text) is not None

    def read(self, text: str) -> float:
        """Read a number that matches.

        >>> Writing(",", ".").read("1.234,50")
        1234.5
        """
        text = text.replace(self.thousands, "") if self.thousands else text
        return float(text.replace(self.decimal, "."))


# In the order in which they are preferred where several fit.
WRITINGS = (
    Writing("."),
    Writing(","),
    Writing(",", "."),
    Writing(".", ","),
    Writing(",", " "),
    Writing(".", " "),
    Writing(".", "'"),
    Writing(",", "'"),
)


def _pattern(writing: Writing) -> re.Pattern:
    decimal = re.escape(writing.decimal)
    whole = r"\d+"
    if writing.thousands:
        whole = rf"(?:\d{{1,3}}(?:{re.escape(writing.thousands)}\d{{3}})+|\d+)"
    power = r"(?:[eE][-+]?\d{1,3})?" if not writing.thousands and writing.decimal == "." else ""
    return re.compile(rf"[-+]?(?:{whole}(?:{decimal}\d*)?|{decimal}\d+){power}", re.ASCII)


_PATTERNS = {writing: _pattern(writing) for writing in WRITINGS}


def without_sign(text: str) -> tuple[str, str]:
    """Split a currency sign off an amount.

    >>> without_sign("€ 12.50"), without_sign("-3,20 EUR"), without_sign("7")
    (('12.50', '€'), ('-3,20', 'EUR'), ('7', ''))
    """
    found = CURRENCY.match(text[:60].strip())
    if found is None:
        return text, ""
    sign = found["sign"] or found["after"] or ""
    return (found["before"] + found["rest"], sign) if sign else (text, "")


def writings_of(values: Iterable[str]) -> tuple[Writing, ...]:
    """List the writings in which every value is a number; none if there is none.

    >>> [w.decimal for w in writings_of(["1,5", "12"])][:1], writings_of(["a"])
    ([','], ())
    """
    left: tuple[Writing, ...] = WRITINGS
    empty = True
    for value in values:
        empty = False
        left = tuple(writing for writing in left if writing.matches(value))
        if not left:
            break
    return () if empty else left


@dataclass(frozen=True)
class FileWriting:
    """How most numeric columns of a file are written.

    open_question : True if 1,234 may be a thousand or a bit more than one
    """

    writing: Writing
    open_question: bool = False


def writing_of_file(columns: Mapping[str, tuple[Writing, ...]]) -> FileWriting:
    """Find the writing that fits the most columns; columns of whole numbers fit all.

    columns : by name, the writings that fit every value of it

    >>> writing_of_file({"a": writings_of(["1,5"]), "b": writings_of(["1.250,00"])}).writing
    Writing(decimal=',', thousands='.')
    """
    votes = Counter(writing for fitting in columns.values() for writing in fitting)
    if not votes:
        return FileWriting(WRITINGS[0])
    best = max(votes.values())
    first = [writing for writing in WRITINGS if votes[writing] == best]
    question = Writing(",") in first and Writing(".", ",") in first and Writing(".") not in first
    question |= Writing(".") in first and Writing(",", ".") in first and _all_grouped(columns.values())
    return FileWriting(first[0], question)


def _all_grouped(fitting: Iterable[tuple[Writing, ...]]) -> bool:
    """Say whether a column would be as good with a point between thousands: 1.234 and never 1.23."""
    return any(Writing(".") in one and Writing(",", ".") in one and Writing(",") not in one for one in fitting)
