"""What of a comment is its matter: set phrases and function words taken out; the phrases that label a theme."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from personas.experience.text.cleaning import clauses_of, words_of
from personas.experience.text.vocabulary import read_vocabulary

SET_PHRASE_SHARE, FEWEST_REPEATS = 0.01, 5
ALONE, COMPANION = 0.05, 0.25
LONGEST_PHRASE = 3
MOST_PHRASES = 5
LONGER = 0.15  # a phrase of one word more may be as much less distinctive


def function_words(language: str) -> frozenset[str]:
    """The words of a language that carry no matter; none where the language has no list."""
    return read_vocabulary().function.get(language, frozenset())


def set_phrases(texts: Sequence[str], language: str) -> frozenset[str]:
    """Find the courtesies of these texts: clauses that many write word for word, beside anything and never alone.

    "Please fix this" goes with every complaint and says nothing of its matter. A clause is one if it stands in at least
    1 % of the texts (and 5), on its own in at most 5 % of these, and no word of matter is beside it more often than in
    texts at large by 25 points or more.
    """
    idle = function_words(language)
    split = [set(clauses_of(text)) for text in texts]
    counts = Counter(clause for clauses in split for clause in clauses)
    needed = max(FEWEST_REPEATS, SET_PHRASE_SHARE * len(split))
    often = {clause for clause, count in counts.items() if count >= needed}
    alone: Counter = Counter()
    beside: dict[str, Counter] = {clause: Counter() for clause in often}
    at_large: Counter = Counter()
    for clauses in split:
        words = {clause: set(words_of(clause)) - idle for clause in clauses}
        at_large.update(set().union(*words.values()))
        for clause in clauses & often:
            alone[clause] += len(clauses) == 1
            beside[clause].update(set().union(*(words[other] for other in clauses - {clause})))

    def drawn_by(clause: str) -> float:
        shares = (count / counts[clause] - at_large[word] / len(split) for word, count in beside[clause].items())
        return max(shares, default=0.0)

    return frozenset(
        clause for clause in often if alone[clause] <= ALONE * counts[clause] and drawn_by(clause) < COMPANION
    )


def matter_of(text: str, courtesies: frozenset[str]) -> list[list[str]]:
    """The words of a text, clause by clause, without set phrases; function words are still among them.

    >>> matter_of("It was late again. Please fix this!", frozenset({"please fix this"}))
    [['it', 'was', 'late', 'again']]
    """
    return [words_of(clause) for clause in clauses_of(text) if clause not in courtesies]


def phrases_of(clauses: Iterable[list[str]], idle: frozenset[str]) -> set[str]:
    """Runs of one to three words that neither begin nor end with a function word, nor end in a negation.

    >>> sorted(phrases_of([["the", "delivery", "was", "late"]], frozenset({"the", "was"})))
    ['delivery', 'delivery was late', 'late']
    """
    found, negation = set(), read_vocabulary().negation
    for words in clauses:
        for i, word in enumerate(words):
            if word in idle:
                continue
            for j in range(i, min(i + LONGEST_PHRASE, len(words))):
                if words[j] not in idle and words[j] not in negation and len(words[j]) > 1:
                    found.add(" ".join(words[i : j + 1]))
    return found


def distinctive_phrases(
    phrases: Sequence[set[str]], flags: np.ndarray, authors: np.ndarray, min_group: int
) -> tuple[str, ...]:
    """Choose up to five phrases that set the flagged texts apart from the others, the most distinctive first.

    phrases : per text; a phrase counts only if `min_group` authors use it, and a tenth of the flagged texts
    The measure is the root of the likelihood ratio [Dunning 1993]; phrases that share a word with a better one are left
    out.
    """
    inside = Counter(phrase for i in np.flatnonzero(flags).tolist() for phrase in phrases[i])
    outside = Counter(phrase for i in np.flatnonzero(~flags).tolist() for phrase in phrases[i])
    n, m = int(flags.sum()), int((~flags).sum())
    usual = {phrase for phrase, count in inside.items() if count >= 0.1 * n and count + outside[phrase] >= min_group}
    writers: dict[str, set] = {phrase: set() for phrase in usual}
    for text, author in zip(phrases, authors, strict=True):
        for phrase in text & usual:
            writers[phrase].add(author)
    scored = []
    for phrase in usual:
        if len(writers[phrase]) >= min_group:
            told = telling(inside[phrase], n, outside[phrase], m)
            # Among equally telling phrases, the one that more of the theme's authors use.
            scored.append((round(told * (1 + LONGER * phrase.count(" ")), 6), inside[phrase], phrase))
    chosen: list[str] = []
    for _, _, phrase in sorted(scored, key=lambda row: (-row[0], -row[1], row[2])):
        taken = {word for other in chosen for word in other.split()}
        if not taken & set(phrase.split()):
            chosen.append(phrase)
        if len(chosen) == MOST_PHRASES:
            break
    return tuple(chosen)


def telling(a: int, n: int, b: int, m: int) -> float:
    """The signed root of the likelihood ratio of `a` of `n` texts against `b` of `m` others [Dunning 1993].

    Unlike a z of log-odds it does not shrink where all of one side and none of the other hold the phrase.

    >>> round(telling(10, 10, 0, 10), 2), telling(5, 10, 5, 10)
    (5.27, 0.0)
    """
    cells = ((a, n, a + b), (n - a, n, n + m - a - b), (b, m, a + b), (m - b, m, n + m - a - b))
    parts = (count * np.log(count * (n + m) / (side * level)) for count, side, level in cells if count)
    ratio = max(2 * float(sum(parts)), 0.0)
    return float(np.sqrt(ratio)) * (1 if a * m >= b * n else -1)
