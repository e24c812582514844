"""Columns that say who somebody is, which a draft leaves out, and those that nobody should be grouped by."""

from __future__ import annotations

import re
from collections import Counter

from personas.dataset.attributes import SENSITIVE
from personas.dataset.drafting.vocabulary import fit, plain, vocabulary

PATTERNS = {
    "an e-mail address": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]{2,}"),
    "a phone number": re.compile(r"(?:\+|00)\d[\d\s()/.-]{6,18}\d|\(?0\d{2,5}\)?[\s/-]\d[\d\s-]{4,12}"),
    "an account or document number": re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?"),
    "an address on the network": re.compile(r"(?:\d{1,3}\.){3}\d{1,3}"),
}
MOST = 0.5
NAMES_WORDS = {"a name", "an address", "a date of birth", "a postcode", "a place to the metre"}


def personal(name: str, counts: Counter) -> str | None:
    """Name what of a person a column tells, by its values or else by its name; None if nothing.

    >>> personal("contact", Counter({"a@b.org": 3, "c@d.org": 1}))
    'an e-mail address'
    """
    rows = sum(counts.values())
    for what, pattern in PATTERNS.items():
        if rows and sum(n for value, n in counts.items() if pattern.fullmatch(value[:100])) > MOST * rows:
            return what
    few = len(counts) <= 20 and rows >= 5 * len(counts)
    for what, phrases in vocabulary()["personal"].items():
        found = fit(name, phrases)
        # "street" in "street food liked" with yes and no is nobody's address
        if found >= 0.9 or (found > 0 and not few):
            if what == "a name" and found < 0.9 and not _person(name):
                continue
            return what
    return None


def _person(name: str) -> bool:
    """Say whether a "name" is that of a person: product name and file name are not."""
    return bool(set(plain(name).split()) & {"first", "last", "full", "sur", "given", "family", "customer", "contact"})


def sensitive(name: str, counts: Counter) -> bool:
    """Say whether a column is about gender, origin, belief, health or the like.

    >>> sensitive("q17", Counter({"Male": 4, "Female": 5}))
    True
    """
    if SENSITIVE.search(plain(name)) or fit(name, vocabulary()["sensitive"]) > 0:
        return True
    values = {value.strip().casefold() for value in counts}
    known = {word.casefold() for word in vocabulary()["gender_values"]}
    return 2 <= len(values) <= 8 and values <= known and bool(values & {"male", "female", "w", "m", "frau", "weiblich"})
