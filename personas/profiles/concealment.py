"""What may be told of attributes, so that no group too small to show can be worked out from all that is told.

Claims and distributions tell of the same customers in several ways: a persona's share of a level, that of all others,
the numbers of known answers. Each is an equation over the counts of customers by segment and level. What the equations
fix, an attacker knows; so levels are hidden, the rarest first, until they fix no count of 1 to `min_group` − 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from personas.customers import Customers
from personas.customers.models import Feature
from personas.experience.disclosure import is_dominated, is_few
from personas.experience.suppression import hidden_cells
from personas.profiles.traits import Standing, codes_told
from personas.segments.space import levels_of, numbers_of

Hidden = tuple[np.ndarray, np.ndarray]  # (segments, levels) and (levels,) bool: for each segment, for every rest
OPEN = 1e-9


def conceal_standings(
    standings: Sequence[dict[str, Standing]], customers: Customers, segments: np.ndarray, min_group: int
) -> list[dict[str, Standing]]:
    """The standings without those of few customers, of one who outweighs all others, or that give such away.

    standings : of segment 1, 2 … by feature; segments : (n,) int, aligned with the customer table
    """
    kept = [dict(own) for own in standings]
    for feature in customers.features:
        told = [number for number, own in enumerate(kept, start=1) if feature.name in own]
        if not told or levels_of(feature, customers.frame[feature.name]):
            continue
        values = numbers_of(customers.frame[feature.name], ())
        for number in _out(feature, values, segments, told, min_group):
            del kept[number - 1][feature.name]
    return kept


def _out(feature: Feature, values, segments, told: list[int], min_group: int) -> set[int]:
    """Segments whose mean of a number, or share of a mark, may not be told."""
    known = np.isfinite(values)
    sides = [known & (values != 0)]
    if feature.kind == "binary":
        sides.append(known & (values == 0))
    out = set()
    for number in told:
        for inside in (segments == number, segments != number):
            few = any(is_few(float((side & inside).sum()), min_group) for side in sides)
            if few or (feature.kind != "binary" and is_dominated(values[inside])):
                out.add(number)
    left = sorted(set(told) - out, key=lambda s: (-(known & (segments == s)).sum(), s))
    every = [known, *sides] if feature.kind == "binary" else [known]
    while left:
        rest = ~np.isin(segments, left)
        if not any(is_few(float((side & rest).sum()), min_group) for side in every):
            break
        out.add(left.pop())
    return out


def hide_levels(
    frame: pd.DataFrame, features: Sequence[Feature], segments: np.ndarray, standings: Sequence[dict[str, Standing]],
    min_group: int,
) -> dict[str, Hidden]:  # fmt: skip
    """Which shares of each attribute the profiles leave open, given what the standings tell at a level or cut."""
    found = {}
    for feature in features:
        levels = levels_of(feature, frame[feature.name])
        if not levels:
            continue
        counts = count_levels(frame, feature, segments)
        numbers = [int(s) for s in np.unique(segments)]
        sums = []
        for number, own in enumerate(standings, start=1):
            if (standing := own.get(feature.name)) is not None and number in numbers:
                sums.append((numbers.index(number), codes_told(standing, levels)))
        found[feature.name] = suppress(counts, min_group, sums)
    return found


def count_levels(frame: pd.DataFrame, feature: Feature, segments: np.ndarray) -> np.ndarray:
    """(segments, levels) customers whose answer is known."""
    levels = levels_of(feature, frame[feature.name])
    values = numbers_of(frame[feature.name], levels)
    known = np.isfinite(values)
    return np.array(
        [np.bincount(values[known & (segments == s)].astype(int), minlength=len(levels)) for s in np.unique(segments)]
    )


def suppress(counts: np.ndarray, min_group: int, sums: Sequence[tuple[int, Sequence[int]]] = ()) -> Hidden:
    """Hide levels as :func:`hidden_cells` does, and as many more as it takes beside what else is told.

    counts : (segments, levels); sums : (row, levels) whose sum is told of that segment and of all others

    >>> counts = np.array([[40, 30, 6], [60, 20, 20], [50, 20, 30]])
    >>> suppress(counts, 10)[0].astype(int).tolist()[1]
    [0, 0, 0]
    >>> suppress(counts, 10, [(1, [2])])[0].astype(int).tolist()[1]  # it told what the others are, and so the six
    [0, 1, 1]
    """
    own, rest = hidden_cells(counts, min_group)
    while (given := _given_away(counts, own, rest, sums, min_group)) is not None:
        row, level = given
        column = [(counts[s, level], s) for s in range(len(counts)) if counts[s, level] and not own[s, level]]
        line = [(counts[row, i], i) for i in range(counts.shape[1]) if counts[row, i] and not own[row, i]]
        if column:
            own[min(column)[1], level] = True
        elif line:
            own[row, min(line)[1]] = True
        else:
            own[:], rest[:] = True, True
            break
        wider = [_with_row(counts[s], own[s], min_group) for s in range(len(counts))]
        own, rest = np.array(wider), rest | np.array(wider).any(axis=0)
    return own, rest


def _with_row(counts: np.ndarray, hidden: np.ndarray, min_group: int) -> np.ndarray:
    """What is hidden of a segment, two levels and `min_group` customers at least."""
    hidden = hidden.copy()
    for level in np.argsort(counts, kind="stable"):
        covered = counts[hidden]
        if not hidden.any() or ((covered > 0).sum() >= 2 and covered.sum() >= min_group):
            break
        hidden[level] |= bool(counts[level])
    return hidden


def _given_away(counts, own, rest, sums, min_group: int) -> tuple[int, int] | None:
    """A small cell that all that is told fixes, or one of the cells whose small sum it fixes; None where nothing is."""
    rows, levels = counts.shape
    at = np.arange(rows * levels).reshape(rows, levels)
    equations = []

    def tell(segments, codes) -> None:
        equation = np.zeros(rows * levels)
        equation[at[np.ix_(segments, codes)].ravel()] = 1.0
        equations.append(equation)

    everything = list(range(levels))
    for row in range(rows):
        others = [other for other in range(rows) if other != row]
        for segments, hidden in (([row], own[row]), (others, rest)):
            if segments:
                tell(segments, everything)
                for code in everything:
                    if not hidden[code]:
                        tell(segments, [code])
    for row, codes in sums:
        others = [other for other in range(rows) if other != row]
        for segments in ([row], others):
            if segments:
                tell(segments, list(codes))
    if not equations:
        return None
    _u, sizes, right = np.linalg.svd(np.array(equations), full_matrices=True)
    open_ = right[int((sizes > OPEN).sum()) :].T
    flat = counts.ravel()
    fixed = np.abs(open_).max(axis=1, initial=0.0) < 1e-7
    for cell in np.flatnonzero(fixed):
        if 0 < flat[cell] < min_group:
            return int(cell) // levels, int(cell) % levels
    for cells in (*at, *at.T):
        left = cells[~fixed[cells]]
        if 0 < flat[left].sum() < min_group and np.abs(open_[left].sum(axis=0)).max(initial=0.0) < 1e-7:
            first = int(left[flat[left] > 0][0])
            return first // levels, first % levels
    return None
