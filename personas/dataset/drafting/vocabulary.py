"""Names of tables and columns compared with the words of ``vocabulary.yml``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def vocabulary() -> dict[str, Any]:
    """Read the words; every scalar that is compared is text in small letters."""
    import yaml

    text = files(__package__).joinpath("vocabulary.yml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.BaseLoader)


@cache
def plain(name: str) -> str:
    """Write a name in small words without accents or signs, at most 200 characters of it.

    >>> plain("CustomerID"), plain("Stückpreis (€)"), plain("order_no2")
    ('customer id', 'stueckpreis', 'order no2')
    """
    name = name[:200]
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("Ä", "Ae"), ("Ö", "Oe"), ("Ü", "Ue"), ("ß", "ss")):
        name = name.replace(umlaut, letters)
    text = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def fit(name: str, phrases: Iterable[str]) -> float:
    """Say how well the best of some phrases fits a name: 1 the whole name, 0 not at all.

    >>> fit("OrderDate", ["order date"]), fit("colour", ["order date"])
    (1.0, 0.0)
    >>> 0.5 < fit("order_date_utc", ["order date"]) < 1
    True
    """
    words = plain(name).split()
    joined = "".join(words)
    best = 0.0
    for place, phrase in enumerate(phrases):
        wanted = _words(phrase)
        if not wanted or not words:
            continue
        if joined == "".join(wanted):
            best = max(best, 1 - place / 1000)
        elif any(words[at : at + len(wanted)] == wanted for at in range(len(words) - len(wanted) + 1)):
            best = max(best, 0.5 + 0.4 * len(wanted) / len(words) - place / 1000)
    return best


@cache
def _words(phrase: str) -> list[str]:
    return plain(phrase).split()


def speaks_of(name: str, topic: str) -> bool:
    """Say whether a name contains a phrase of one of the plain lists, such as `counts`.

    >>> speaks_of("number_of_kids", "counts"), speaks_of("wants", "counts")
    (True, False)
    """
    return fit(name, vocabulary()[topic]) > 0
