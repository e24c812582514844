"""Words that set a segment apart: log-odds with an informative Dirichlet prior [Monroe, Colaresi & Quinn 2008].

Raw shares put rare words first, raw counts put common ones first. The prior, the words of all authors together, pulls
every word towards what is usual; z then says how far beyond chance the segment's use of it lies. Authors are counted,
not words: somebody who writes "late" forty times is one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from personas.experience.text.cleaning import words_of
from personas.experience.text.models import DistinctiveWord
from personas.experience.text.wording import function_words

PRIOR = 100.0  # authors' words that the prior is worth
SAMPLE = 50_000  # authors of a language, at most
LEVEL, MOST = 0.05, 8


def log_odds(inside: np.ndarray, outside: np.ndarray, prior: float = PRIOR) -> tuple[np.ndarray, np.ndarray]:
    """Log-odds ratio of each word, and its z.

    inside, outside : (w,) how many use it; the prior is `prior` uses spread as in both together

    >>> log_odds(np.array([5, 5]), np.array([5, 5]))[0].tolist()
    [0.0, 0.0]
    """
    inside, outside = np.asarray(inside, float), np.asarray(outside, float)
    background = prior * (inside + outside) / (inside + outside).sum()
    n, m, total = inside.sum(), outside.sum(), background.sum()
    a, b = inside + background, outside + background
    difference = np.log(a / (n + total - a)) - np.log(b / (m + total - b))
    return difference, difference / np.sqrt(1 / a + 1 / b)


def find_distinctive_words(
    texts: Sequence[str], authors: np.ndarray, segments: np.ndarray, language: str, min_group: int = 10, seed: int = 7
) -> list[DistinctiveWord]:
    """Words that authors of one segment use more than the others do, not yet adjusted (`p_adjusted` is the plain p).

    segments : (n,) of each text's author, 0 = in none. Only words that `min_group` authors of the segment use, and
    that either as many or none of the others use, so that nothing follows by subtraction. Every such word of every
    segment is returned, for :func:`adjust_words`.
    """
    from scipy.stats import norm

    idle = function_words(language)
    people, first = np.unique(authors, return_index=True)
    rng = np.random.default_rng([seed, 66])
    chosen = set(np.sort(rng.choice(people, SAMPLE, replace=False))) if len(people) > SAMPLE else None
    segment_of = dict(zip(people, segments[first], strict=True))
    used: dict[int, set[str]] = {}
    for text, author in zip(texts, authors, strict=True):
        if chosen is None or author in chosen:
            used.setdefault(author, set()).update(w for w in words_of(text) if len(w) > 1 and w not in idle)
    by_segment: dict[int, Counter] = {}
    for author in sorted(used):
        by_segment.setdefault(int(segment_of[author]), Counter()).update(used[author])
    everybody = sum(by_segment.values(), Counter())
    words = sorted(word for word, count in everybody.items() if count >= min_group)
    found = []
    for segment in sorted(number for number in by_segment if number > 0):
        inside = np.array([by_segment[segment][word] for word in words])
        outside = np.array([everybody[word] for word in words]) - inside
        if len(words) < 2 or not inside.sum() or not outside.sum():
            continue
        odds, z = log_odds(inside, outside)
        for j in np.flatnonzero((inside >= min_group) & ((outside == 0) | (outside >= min_group))):
            found.append(
                DistinctiveWord(
                    segment=segment,
                    language=language,
                    word=words[j],
                    log_odds=round(float(odds[j]), 6),
                    z=round(float(z[j]), 6),
                    authors=int(inside[j]),
                    others=int(outside[j]),
                    p_adjusted=float(2 * norm.sf(abs(z[j]))),
                )
            )
    return found


def adjust_words(words: Sequence[DistinctiveWord]) -> tuple[DistinctiveWord, ...]:
    """Adjust over all words tested [Benjamini & Hochberg]; keep the eight clearest of a segment and language.

    Only words used more are kept: what a segment does not say is told by those who do.
    """
    from scipy.stats import false_discovery_control

    if not words:
        return ()
    adjusted = false_discovery_control([word.p_adjusted for word in words])
    told = [word.model_copy(update={"p_adjusted": round(float(p), 9)}) for word, p in zip(words, adjusted, strict=True)]
    told = [word for word in told if word.p_adjusted <= LEVEL and word.z > 0]
    told.sort(key=lambda word: (word.segment, word.language, -word.z, word.word))
    kept: list[DistinctiveWord] = []
    for word in told:
        if sum((k.segment, k.language) == (word.segment, word.language) for k in kept) < MOST:
            kept.append(word)
    return tuple(kept)
