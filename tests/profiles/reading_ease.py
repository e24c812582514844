"""How hard a text is to read: Flesch and Kincaid's grade [Kincaid et al. 1975], syllables counted by vowel groups."""

from __future__ import annotations

import re

WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
END = re.compile(r"[.!?]+(?:\s|$)")


def syllables(word: str) -> int:
    """Groups of vowels, a silent final e not counted; one at least.

    >>> [syllables(word) for word in ("home", "customer", "purchase", "table")]
    [1, 3, 2, 2]
    """
    word = word.lower().strip("'’-")
    groups = len(re.findall(r"[aeiouy]+", word))
    silent = word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1
    silent |= word.endswith("ed") and not word.endswith(("ted", "ded")) and groups > 1
    return max(groups - silent, 1)


def grade(sentences: list[str]) -> float:
    """School years that it takes to read these sentences; figures count as words of one syllable."""
    text = [part for sentence in sentences for part in END.split(sentence) if part and part.strip()]
    words = [word for part in text for word in part.split() if re.search(r"\w", word)]
    sounds = sum(syllables(word) if (word := "".join(WORD.findall(token))) else 1 for token in words)
    return 0.39 * len(words) / len(text) + 11.8 * sounds / len(words) - 15.59
