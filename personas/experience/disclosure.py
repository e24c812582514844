"""Which groups may be shown beside each other, where a figure has two sides or counts customers."""

from __future__ import annotations

from collections.abc import Mapping

from personas.experience.suppression import hidden_groups


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
