"""What may be told of attributes, so that no group too small to show can be worked out from all that is told.

Claims and distributions tell of the same customers in several ways: a persona's share of a level, that of all others,
the numbers of known answers. Each is an equation over the counts of customers by segment and level. What the equations
fix, an attacker knows; so levels are hidden, the rarest first, until they fix no count of 1 to `min_group` − 1.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pandas as pd

from personas.customers import Customers
from personas.customers.models import Feature
from personas.experience.disclosure import is_dominated, is_few
from personas.experience.suppression import Hidden, suppress
from personas.profiles.traits import Standing, codes_told
from personas.segments.space import levels_of, numbers_of


def conceal_standings(
    standings: Sequence[dict[str, Standing]], customers: Customers, segments: np.ndarray, min_group: int
) -> list[dict[str, Standing]]:
    """The standings without those of few customers, of one who outweighs all others, or that give such away.

    standings : of segment 1, 2 … by feature; segments : (n,) int, aligned with the customer table
    """
    kept = [dict(own) for own in standings]
    for feature in customers.features:
        told = [number for number, own in enumerate(kept, start=1) if feature.name in own]
        levels = levels_of(feature, customers.frame[feature.name])
        values = numbers_of(customers.frame[feature.name], levels)
        if levels:
            own = {number: kept[number - 1][feature.name] for number in told}
            out = _out_at_levels(values, segments, own, levels, min_group)
        else:
            out = _out(feature, values, segments, told, min_group)
        for number in out:
            del kept[number - 1][feature.name]
    return kept


def _out_at_levels(values, segments, told: dict[int, Standing], levels: tuple[str, ...], min_group: int) -> set[int]:
    """Segments whose share at a level or cut may not be told, since others tell theirs at the same."""
    known = np.isfinite(values)
    alike: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for number, standing in told.items():
        alike[tuple(codes_told(standing, levels))].append(number)
    out: set[int] = set()
    for codes, numbers in alike.items():
        there = known & np.isin(values, codes)
        out |= _giving_away(numbers, (known, there, known & ~there), segments, min_group)
    return out


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
    every = (known, *sides) if feature.kind == "binary" else (known,)
    return out | _giving_away(sorted(set(told) - out), every, segments, min_group)


def _giving_away(told: list[int], sides: Sequence[np.ndarray], segments: np.ndarray, min_group: int) -> set[int]:
    """Those of the segments told, the smallest first, that leave few of a side to all that are not told.

    sides : (n,) bool each, what is counted; everybody's count is known from any segment and its rest
    """
    left = sorted(told, key=lambda s: (-(sides[0] & (segments == s)).sum(), s))
    out: set[int] = set()
    while left:
        rest = ~np.isin(segments, left)
        if not any(is_few(float((side & rest).sum()), min_group) for side in sides):
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
