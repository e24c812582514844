"""Gives each number of segments its word, chooses one, and says what chance could still change.

natural       structure, every segment holds, and one half of the customers predicts the other
reproducible  structure and every segment holds: stable cuts through a continuum
constructive  no structure, but useful beyond chance and not worse than the best single variable
none          neither: one persona, the whole base

Structure means that tables without segments, drawn and treated alike, rarely look as separated *and* rarely
repeat as well, at their largest excess over all numbers of segments. Each alone misleads.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from personas.segments.figures import (
    BY_PAIRS,
    SEPARATION,
    SMALLEST,
    STABILITY,
    STRENGTH,
    STRUCTURE,
    USE,
    WEAKEST,
    Figure,
    figures_of,
)
from personas.segments.null_test import NullTest, compare_with_null
from personas.segments.resampling import Resampled
from personas.segments.usefulness import Usefulness

LEVELLED_OFF = 0.9  # share of the most that any admissible k explains, from which on more segments add little
LEVELLED_ERROR = 0.02  # how far that share moves between seeds on the shipped data: the starts of k-means


@dataclass(frozen=True)
class Lever:
    """A figure that would change the answer if it lay on the other side of its threshold: to `k` segments, `word`."""

    figure: Figure
    k: int
    word: str


@dataclass(frozen=True)
class Judgement:
    """The verdict's word for each k, and the figures that decided.

    words : k → word, k = 1 is "none"; why : k → reason in words
    borderline : k → could chance in the resampling change its word or, for the chosen one, the choice?
    figures : all deciding figures; moving : those of them whose interval spans their threshold and that would change
        the word of the chosen number or the choice; rivals : numbers of segments that would be chosen then
    """

    separation: NullTest | None
    stability: NullTest | None
    words: dict[int, str]
    why: dict[int, str]
    borderline: dict[int, bool]
    chosen: int
    figures: tuple[Figure, ...] = ()
    moving: tuple[Figure, ...] = ()
    rivals: dict[int, str] = field(default_factory=dict)
    levers: tuple[Lever, ...] = ()

    def open_pairs(self) -> tuple[int, ...]:
        """The k for which more bootstrap pairs could change the answer."""
        return tuple(sorted({figure.k for figure in self.moving if figure.name in BY_PAIRS}))

    def open_nulls(self, name: str) -> bool:
        """Whether more null tables for the test of this name could change the answer."""
        return any(figure.name == name for figure in self.moving)


def separation_test(resampled: Resampled) -> NullTest:
    """Is less left within segments than in tables without segments?"""
    return compare_with_null(resampled.within, resampled.null_within, -1)


def stability_test(resampled: Resampled) -> NullTest:
    """Do solutions repeat better than in tables without segments?"""
    medians = {k: float(np.median(found)) for k, found in resampled.agreement.items()}
    return compare_with_null(medians, resampled.null_agreement, +1)


def judge(
    resampled: Resampled,
    useful: dict[int, Usefulness],
    sizes: dict[int, np.ndarray],
    min_segment_share: float,
    min_group: int,
) -> Judgement:
    """Give each number of segments its word, and choose one.

    sizes : k → customers a segment, largest first
    With structure the largest k whose segments all hold is chosen, since a reader can merge but not split; groups
    that exist in the data go before finer cuts through them.
    Without, the smallest k from which on more segments add little use, those preferred whose segments hold.
    """
    if not resampled.agreement:
        return Judgement(None, None, {1: "none"}, {1: "customers do not differ enough to divide"}, {1: False}, 1)
    separation, stability = separation_test(resampled), stability_test(resampled)
    figures = []  # type: ignore[var-annotated]
    for k in sorted(resampled.agreement):
        least = max(min_group, min_segment_share * sizes[k].sum())
        figures += figures_of(k, resampled, separation, stability, useful.get(k), sizes[k], least)
    passed = {(figure.k, figure.name): figure.passes for figure in figures}
    words, chosen = _answer(passed, useful)
    changed, moving, rivals = _other_answers(figures, passed, useful, words, chosen)
    why = {1: "everybody in one segment"}
    for k in sorted(resampled.agreement):
        means = resampled.jaccard[k].mean(axis=0)
        why[k] = _why({name: passed[(k, name)] for j, name in passed if j == k}, means, sizes[k], useful.get(k))
    borderline = {k: k in changed for k in words}
    borderline[chosen] = bool(moving)
    levers = _levers(figures, passed, useful, words, chosen)
    return Judgement(separation, stability, words, why, borderline, chosen, tuple(figures), moving, rivals, levers)


def _answer(passed: dict[tuple[int, str], bool], useful, tolerance: float = 0.0) -> tuple[dict[int, str], int]:
    """The word of each k and the k that is chosen, from what passes."""
    words = {1: "none"}
    for k in sorted({k for k, _name in passed}):
        fit = passed[(k, SMALLEST)]
        if fit and passed[(k, WEAKEST)] and all(passed[(k, name)] for name in STRUCTURE):
            words[k] = "natural" if passed[(k, STRENGTH)] else "reproducible"
        elif fit and all(passed.get((k, name), False) for name in USE):
            words[k] = "constructive"
        else:
            words[k] = "none"
    for word in ("natural", "reproducible"):
        if word in words.values():
            return words, max(k for k in words if words[k] == word)
    found = [k for k, word in words.items() if word == "constructive"]
    found = [k for k in found if passed[(k, WEAKEST)]] or found
    if not found:
        return words, 1
    most = max(useful[k].explained.value for k in found)
    return words, min(k for k in found if useful[k].explained.value >= (LEVELLED_OFF + tolerance) * most)


def _other_answers(figures, passed, useful, words, chosen):
    """What the answer would be if figures that chance could move fell on the other side of their threshold.

    They are moved one at a time, then all to the better and all to the worse.
    Returns (the k whose own word may change, the figures that would change the answer, other choice → its word)
    """
    doubtful = [figure for figure in figures if figure.undecided]
    worlds = [((figure,), passed | {(figure.k, figure.name): not figure.passes}) for figure in doubtful]
    for side in (True, False):
        turned = tuple(figure for figure in doubtful if figure.passes != side)
        if len(turned) > 1:
            worlds.append((turned, passed | {(figure.k, figure.name): side for figure in turned}))
    for name in STRUCTURE:
        # One lot of null tables serves every k, so chance moves them together.
        turned = tuple(figure for figure in doubtful if figure.name == name)
        if len(turned) > 1:
            worlds.append((turned, passed | {(figure.k, figure.name): not figure.passes for figure in turned}))
    changed, moving, rivals = set(), [], {}
    for turned, world in worlds:
        other, choice = _answer(world, useful)
        changed |= {k for k in words if other[k] != words[k]}
        if choice != chosen or other[choice] != words[chosen]:
            moving += [figure for figure in turned if figure not in moving]
            rivals[choice] = other[choice]
    for tolerance in (-LEVELLED_ERROR, LEVELLED_ERROR):
        _words, choice = _answer(passed, useful, tolerance)
        if choice != chosen:
            rivals[choice] = words[choice]
            moving += [_levelling(k, useful, passed) for k in (min(choice, chosen),)]
    return changed, tuple(moving), rivals


def _levers(figures, passed, useful, words, chosen) -> tuple[Lever, ...]:
    found = []
    for figure in figures:
        other, choice = _answer(passed | {(figure.k, figure.name): not figure.passes}, useful)
        if choice != chosen or other[choice] != words[chosen]:
            found.append(Lever(figure, choice, other[choice]))
    return tuple(sorted(found, key=lambda lever: (not lever.figure.undecided, abs(lever.figure.margin))))


def _levelling(k: int, useful, passed) -> Figure:
    """The figure that decides between numbers of segments which are all of use."""
    found = [j for j in useful if all(passed.get((j, name), False) for name in (SMALLEST, *USE))]
    found = [j for j in found if passed[(j, WEAKEST)]] or found
    share = useful[k].explained.value / max(useful[j].explained.value for j in found)
    return Figure(k, "share of the most use", share, share - LEVELLED_ERROR, share + LEVELLED_ERROR, LEVELLED_OFF)


def _why(passed: dict[str, bool], jaccard, sizes, use) -> str:
    lacking = [word for word, name in (("separation", SEPARATION), ("stability", STABILITY)) if not passed[name]]
    parts = [f"{' and '.join(lacking)} as in tables without segments"] if lacking else []
    parts = parts or ["structure beyond tables without segments"]
    if passed[WEAKEST]:
        parts.append("every segment holds")
    else:
        parts.append(f"segment {int(jaccard.argmin()) + 1} does not hold ({jaccard.min():.2f})")
    if not passed[SMALLEST]:
        parts.append(f"smallest segment too small ({sizes.min():,})")
    if use is not None:
        parts.append(use.lacking or "useful")
    return "; ".join(parts)
