"""Themes of comments of one language and kind: TF-IDF and non-negative factors, kept only where they are found again.

The number of themes is the one with most stable themes, among those whose stable themes cover most comments. A theme
is stable if its comments are found again, on average over refits from other starts on other samples, with a Jaccard
overlap of 0.6; and all of it must beat the same comments with their words dealt out anew, in which a frequent word
alone makes a "theme" that is found again fairly well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from personas.experience.text.wording import (
    distinctive_phrases,
    function_words,
    matter_of,
    phrases_of,
    set_phrases,
)

FIT_SAMPLE, SEARCH_SAMPLE = 20_000, 4_000
COUNTS = (2, 3, 4, 5, 6, 8, 10, 12)
REFITS, KEPT = 6, 0.8
NULLS, NULL_REFITS = 5, 3
BEYOND = 3.04  # Student's t of a new draw beside five, one-sided 2.5 % as there are two tries: 2.78 · √(1 + 1/5)
CHOSEN = 0.05  # the number of themes was chosen for its stability, that of dealt-out words was not
STABLE = 0.6
SHARE = 0.35  # of a comment's weight: what makes it one of the theme's
AS_GOOD = 0.05
WIDEST, RAREST, MOST_WORDS = 0.6, 3, 4000
FEWEST_COMMENTS = 3  # times min_group
BLOCK = 50_000


@dataclass(frozen=True)
class Cluster:
    """One theme of a group of comments.

    flags : (n,) bool, its comments; nearness : (n,) cosine of each to its centre, 0 to 1
    """

    flags: np.ndarray
    nearness: np.ndarray
    stability: float
    phrases: tuple[str, ...]


@dataclass(frozen=True)
class Clusters:
    """The stable themes of one group of comments, largest first; note says why there are none, or fewer.

    unstable : themes left out; sampled : comments they were fitted on; chance : the mean stability that dealt-out words
    stay under
    """

    clusters: tuple[Cluster, ...]
    unstable: int = 0
    sampled: int = 0
    chance: float | None = None
    note: str = ""


def find_clusters(
    texts: Sequence[str], authors: np.ndarray, language: str, min_group: int = 10, seed: int = 7
) -> Clusters:
    """Find the stable themes of comments in one language; a comment may have two, or none.

    texts : cleaned; authors : (n,) numbers, for counting people rather than comments
    """
    n = len(texts)
    rng = np.random.default_rng([seed, 61])
    sample = np.sort(rng.choice(n, FIT_SAMPLE, replace=False)) if n > FIT_SAMPLE else np.arange(n)
    if len(sample) < FEWEST_COMMENTS * min_group:
        return Clusters((), note=f"{n:,} comments; themes need {FEWEST_COMMENTS * min_group}")
    chosen = [texts[i] for i in sample]
    courtesies, idle = set_phrases(chosen, language), function_words(language)
    clauses = [matter_of(text, courtesies) for text in chosen]
    words = [_content(text, idle) for text in clauses]
    phrases = [phrases_of(text, idle) for text in clauses]
    whose = authors[sample]
    if len({tuple(text) for text in words}) < 2 or not (space := _space(words)):
        return _one_cluster(n, authors, phrases, whose, min_group)
    few = np.sort(rng.choice(len(sample), SEARCH_SAMPLE, replace=False)) if len(sample) > SEARCH_SAMPLE else None
    matrix = space.transform(words)
    searched = matrix if few is None else matrix[few]
    tried = _tried(searched, whose if few is None else whose[few], min_group, seed)
    if not tried:
        return Clusters((), sampled=len(sample), note="no theme is found again from another start or sample")
    dealt = [words[i] for i in (range(len(words)) if few is None else few)]
    chance = None
    for k, stability in tried:
        chance = _chance(dealt, k, seed)
        if np.mean(stability) > chance:
            break
    else:
        note = "themes are no more stable than those of the same words dealt out at random"
        return Clusters((), unstable=k, sampled=len(sample), chance=chance, note=note)
    centres = _factors(searched, k)
    if n <= FIT_SAMPLE:
        shares, nearness = _placed(centres, matrix)
    else:

        def matter(i: int) -> list[str]:
            return _content(matter_of(texts[i], courtesies), idle)

        blocks = (range(start, min(start + BLOCK, n)) for start in range(0, n, BLOCK))
        parts = [_placed(centres, space.transform([matter(i) for i in block])) for block in blocks]
        shares, nearness = (np.vstack(part) for part in zip(*parts, strict=True))
    found = []
    for j in np.flatnonzero(np.array(stability) >= STABLE):
        flags = shares[:, j] >= SHARE
        if len(np.unique(authors[flags])) >= min_group:
            named = distinctive_phrases(phrases, flags[sample], whose, min_group)
            found.append(Cluster(flags, nearness[:, j], float(stability[j]), named))
    found = [cluster for cluster in found if cluster.phrases]
    found.sort(key=lambda cluster: (-int(cluster.flags.sum()), cluster.phrases))
    return Clusters(tuple(found), unstable=k - len(found), sampled=len(sample), chance=chance)


def filed_clusters(rows: pd.DataFrame, language: str, min_group: int = 10) -> tuple[Cluster, ...]:
    """Themes as comments were filed: a touchpoint with enough authors each, worded like any other theme.

    rows : `text`, `author` and `touchpoint`; stability is 1, since nothing was fitted
    """
    idle, found = function_words(language), []
    phrases = [phrases_of(matter_of(text, frozenset()), idle) for text in rows["text"]]
    authors = rows["author"].to_numpy()
    for touchpoint in sorted(set(rows["touchpoint"]) - {""}):
        flags = (rows["touchpoint"] == touchpoint).to_numpy()
        if len(np.unique(authors[flags])) >= min_group:
            named = distinctive_phrases(phrases, flags, authors, min_group) or (touchpoint.lower(),)
            found.append(Cluster(flags, flags.astype(np.float32), 1.0, named))
    return tuple(found)


def _content(clauses: list[list[str]], idle: frozenset[str]) -> list[str]:
    return [word for clause in clauses for word in clause if len(word) > 1 and word not in idle]


def _one_cluster(n: int, authors, phrases, whose, min_group: int) -> Clusters:
    """All say the same, or share no words at all: one theme where they do, none where they do not."""
    everybody = np.ones(len(phrases), bool)
    named = distinctive_phrases(phrases, everybody, whose, min_group)
    note = "all comments say the same" if named else "no word is used by enough people"
    if not named or len(np.unique(authors)) < min_group:
        return Clusters((), sampled=len(phrases), note=note)
    return Clusters((Cluster(np.ones(n, bool), np.ones(n), 1.0, named),), sampled=len(phrases), note=note)


def _space(words: list[list[str]]):
    """A fitted TF-IDF space over lists of words; None where no word is neither rare nor everywhere."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    space = TfidfVectorizer(analyzer=list, min_df=RAREST, max_df=WIDEST, max_features=MOST_WORDS, sublinear_tf=True)
    try:
        space.fit(words)
    except ValueError:  # no vocabulary is left
        return None
    return space


def _factors(matrix, k: int, start: int | None = None) -> np.ndarray:
    """The (k, words) centres of NMF, each of length 1; start : seed of a random start, None for the settled one."""
    import warnings

    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning

    settled = start is None
    model = NMF(
        k, init="nndsvda" if settled else "nndsvdar", random_state=0 if settled else start,
        max_iter=200 if settled else 60, tol=1e-4 if settled else 1e-3,
    )  # fmt: skip
    # A perfect fit leaves an error of "minus nothing", whose root numpy warns of.
    with warnings.catch_warnings(), np.errstate(invalid="ignore"):
        warnings.simplefilter("ignore", ConvergenceWarning)
        centres = model.fit(matrix).components_
    return centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-12)


def _shares(centres: np.ndarray, matrix) -> np.ndarray:
    """How each comment divides over the centres, (n, k), rows sum to 1 (or 0: none of its words is known).

    Non-negative least squares on the fixed centres, by coordinate descent on all comments at once.
    """
    pulls = matrix @ centres.T
    overlap = centres @ centres.T
    weights = np.maximum(pulls, 0)
    for _ in range(12):
        for j in np.flatnonzero(overlap.diagonal() > 0):
            rest = pulls[:, j] - weights @ overlap[:, j] + weights[:, j] * overlap[j, j]
            weights[:, j] = np.maximum(rest / overlap[j, j], 0)
    total = weights.sum(axis=1, keepdims=True)
    shares = np.divide(weights, total, out=np.zeros_like(weights), where=total > 1e-6)
    return shares.round(6)  # so that the order of additions in another build decides no membership


def _placed(centres: np.ndarray, matrix) -> tuple[np.ndarray, np.ndarray]:
    """Shares and cosines of comments to the centres, both (n, k) and small in memory."""
    return _shares(centres, matrix).astype(np.float32), (matrix @ centres.T).round(4).astype(np.float32)


def _stability(matrix, k: int, seed: int, refits: int = REFITS) -> tuple[np.ndarray, np.ndarray]:
    """(k,) mean best overlap of each theme over refits, and (n, k) bool who is in which."""
    reference = _shares(_factors(matrix, k), matrix) >= SHARE
    n = matrix.shape[0]
    overlaps = np.zeros((refits, k))
    for refit in range(refits):
        rows = np.sort(np.random.default_rng([seed, 62, refit]).choice(n, max(k, int(KEPT * n)), replace=False))
        other = _shares(_factors(matrix[rows], k, start=seed + refit), matrix) >= SHARE
        both = reference.astype(np.float32).T @ other.astype(np.float32)
        either = reference.sum(axis=0)[:, None] + other.sum(axis=0)[None, :] - both
        overlaps[refit] = np.divide(both, either, out=np.zeros_like(both), where=either > 0).max(axis=1)
    return overlaps.mean(axis=0), reference


def _tried(matrix, authors: np.ndarray, min_group: int, seed: int) -> list[tuple[int, np.ndarray]]:
    """The numbers of themes worth testing, with each theme's stability: at most two, the preferred first.

    First the one with most stable themes among those that cover most comments, then the stablest: where the words are
    few, many themes are no more stable than chance though a few would be. Empty where no number has a stable theme.
    No more themes are tried than leave twice `min_group` comments for each.
    """
    n, words = matrix.shape
    most = max(2, min(n // (2 * min_group), words - 1, n - 1))
    tried = {}
    for k in COUNTS:
        if k > most or k > min(n, words):
            break
        stability, member = _stability(matrix, k, seed)
        large = np.array([len(np.unique(authors[column])) >= min_group for column in member.T])
        stable = (stability >= STABLE) & large
        covered = float(member[:, stable].any(axis=1).mean()) if stable.any() else 0.0
        tried[k] = (covered, int(stable.sum()), stability)
    best = max((covered for covered, _, _ in tried.values()), default=0.0)
    if best == 0:
        return []
    good = {k: count for k, (covered, count, _) in tried.items() if covered >= best - AS_GOOD}
    most_stable = max(good, key=lambda k: (good[k], -k))
    stablest = max(good, key=lambda k: (round(float(tried[k][2].mean()), 6), k))
    return [(k, tried[k][2]) for k in dict.fromkeys((most_stable, stablest))]


def _chance(words: list[list[str]], k: int, seed: int) -> float:
    """The mean stability that comments as long, whose words were dealt out anew, stay under 39 times in 40."""
    means = []
    every = np.array([word for text in words for word in text], dtype=object)
    ends = np.cumsum([len(text) for text in words])[:-1]
    for draw in range(NULLS):
        dealt = np.random.default_rng([seed, 63, draw]).permutation(every)
        mixed = [list(text) for text in np.split(dealt, ends)]
        space = _space(mixed)
        matrix = space.transform(mixed) if space is not None else None
        if matrix is not None and min(matrix.shape) >= k:
            means.append(float(_stability(matrix, k, seed, NULL_REFITS)[0].mean()))
    return float(np.mean(means) + BEYOND * np.std(means, ddof=1) + CHOSEN) if len(means) > 1 else 0.0
