"""The words that the reading of free text needs, from ``vocabulary.yml``: data, so that a language is added there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True)
class Vocabulary:
    """What ``vocabulary.yml`` lists.

    names : language code → its name in English; function : language code → words that carry no matter
    negation : words that turn a matter round, in any language
    abusive : finds a comment that is not quoted; name_follows : finds what a name comes after
    telephone : finds a word beside which digits are a telephone number
    """

    names: dict[str, str]
    function: dict[str, frozenset[str]]
    negation: frozenset[str]
    abusive: re.Pattern
    name_follows: re.Pattern
    telephone: re.Pattern


@cache
def read_vocabulary() -> Vocabulary:
    """Read the words once."""
    given = yaml.safe_load(files(__package__).joinpath("vocabulary.yml").read_text(encoding="utf-8"))
    abusive = sorted({word for words in given["abusive"].values() for word in words})
    return Vocabulary(
        names=given["names"],
        function={language: frozenset(words) for language, words in given["function"].items()},
        negation=frozenset(given["negation"]),
        abusive=_whole_words(abusive),
        name_follows=_whole_words(given["name_follows"]),
        telephone=_whole_words(given["telephone"]),
    )


def language_name(code: str) -> str:
    """Name a language in English: ``de`` → German; an unknown code stays as it is."""
    return read_vocabulary().names.get(code, code)


def _whole_words(words: list[str]) -> re.Pattern:
    """A pattern of whole words, longest first; * stands for any ending, a blank for any space."""
    parts = [re.escape(word).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for word in sorted(words, key=len)[::-1]]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)
