"""Which groups may be shown beside each other, where a figure has two sides or counts customers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from personas.experience.moments import Moments, total_of
from personas.experience.suppression import hidden_groups

MOST_OF_ONE = 0.5  # of a sum that one customer may bring in, for its mean or share to be shown
EXACT = 1e-6


def may_be_shown(customers: float, min_group: int) -> bool:
    """Nobody, or enough of them."""
    return customers == 0 or customers >= min_group


def shown_segments(counts: Mapping[int, float], min_group: int) -> set[int]:
    """Say which segments may be shown when the base is; none where the base itself is too small.

    counts : segment → customers behind its figure; nobody at all may be said

    >>> sorted(shown_segments({1: 40, 2: 25, 3: 4}, 10))
    [1]
    >>> sorted(shown_segments({1: 40, 2: 25, 3: 0}, 10))
    [1, 2, 3]
    """
    if not may_be_shown(sum(counts.values()), min_group):
        return set()
    return set(counts) - hidden_groups(counts, min_group)


def shown_parts(yes: Mapping[int, float], no: Mapping[int, float], min_group: int) -> set[int]:
    """Say which segments may be shown where both those who are and those who are not make a group.

    0 stands for the base, and is in the result where the base may be shown.

    >>> sorted(shown_parts({1: 40, 2: 25}, {1: 3, 2: 60}, 10))
    [0]
    """
    base = may_be_shown(sum(yes.values()), min_group) and may_be_shown(sum(no.values()), min_group)
    if not base:
        return set()
    return {0} | (shown_segments(yes, min_group) & shown_segments(no, min_group))


def is_few(count: float, min_group: int) -> bool:
    """Somebody, but fewer than may be shown."""
    return EXACT < count < min_group - EXACT


def is_dominated(values) -> bool:
    """Whether one customer brings in more than half of a sum: who knows the sum then knows about that one.

    This is the rule of statistical offices for n = 1 and k = 50 % [Hundepool et al. 2012].

    >>> is_dominated([1_000.0, 200.0, 300.0]), is_dominated([400.0, 300.0, 300.0])
    (True, False)
    """
    sizes = np.abs(np.asarray(values, float))
    sizes = sizes[np.isfinite(sizes)]
    return bool(len(sizes) and sizes.max() > MOST_OF_ONE * sizes.sum())


def sides_of(share: Moments) -> tuple[float, float]:
    """Customers behind a share of answers: (those with any, those without), counted by what they contribute.

    Sums of squares give the number that would contribute as much each [Kish 1965]: it is the number of customers where
    each has one answer, and fewer where some have most of the answers.
    """
    yes, no = share.total, share.count - share.total
    no_squares = share.cc - 2 * share.cx + share.xx
    return (
        yes**2 / share.xx if yes > EXACT and share.xx > 0 else 0.0,
        no**2 / no_squares if no > EXACT and no_squares > 0 else 0.0,
    )


def hidden_shares(found: Mapping[int, Moments], min_group: int) -> set[int]:
    """Segments whose share may not be shown, since those with it or without it are few there or among all others.

    found : segment → sums of 0 and 1; 0 is among the hidden where the base itself may not be shown
    """
    base = sides_of(total_of(found))
    if any(is_few(side, min_group) for side in base):
        return {0, *found}
    sides = {segment: sides_of(own) for segment, own in found.items()}
    hidden: set[int] = set()
    for side in (0, 1):
        hidden |= hidden_groups({segment: own[side] for segment, own in sides.items()}, min_group)
    for segment in found:
        rest = total_of({other: own for other, own in found.items() if other != segment})
        if any(is_few(side, min_group) for side in sides_of(rest)):
            hidden.add(segment)
    return hidden


def hidden_votes(found: Mapping[int, Moments], min_group: int) -> set[int]:
    """Segments in which promoters, passives or detractors are few, here or among all others, and as many more.

    found : segment → sums of votes of 1, 0 and −1; their net score may be told, but not how many voted how
    """
    hidden: set[int] = set()
    votes = {segment: _votes(own) for segment, own in found.items()}
    total = _votes(total_of(found))
    for place in range(3):
        hidden |= hidden_groups({segment: own[place] for segment, own in votes.items()}, min_group)
        hidden |= {s for s, own in votes.items() if is_few(total[place] - own[place], min_group)}
    return hidden | ({0} if any(is_few(count, min_group) for count in total) else set())


def _votes(votes: Moments) -> tuple[float, float, float]:
    """Customers as promoters, passives and detractors, by their shares of the answers."""
    if votes.count <= 0:
        return 0.0, 0.0, 0.0
    voted, net, n = votes.squares / votes.count, votes.mean, votes.customers
    return round((voted + net) / 2 * n, 6), round((1 - voted) * n, 6), round((voted - net) / 2 * n, 6)
