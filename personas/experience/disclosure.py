"""Which groups may be shown beside each other, so that no small one can be worked out by subtraction.

A customer is in one segment, so the base less the segments shown is what is hidden. If that is a small group, hiding
it alone hides nothing: the next smallest is hidden with it [Willenborg & de Waal 2001, complementary suppression].
"""

from __future__ import annotations

from collections.abc import Mapping


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
    hidden = {segment for segment, n in counts.items() if 0 < n < min_group}
    while hidden and sum(counts[segment] for segment in hidden) < min_group:
        left = [segment for segment, n in counts.items() if segment not in hidden and n > 0]
        if not left:
            break
        hidden.add(min(left, key=lambda segment: (counts[segment], segment)))
    return set(counts) - hidden


def may_be_shown(customers: float, min_group: int) -> bool:
    """Nobody, or enough of them."""
    return customers == 0 or customers >= min_group


def shown_parts(yes: Mapping[int, float], no: Mapping[int, float], min_group: int) -> set[int]:
    """Which segments may be shown when both those who are and those who are not make a group.

    0 stands for the base, and is in the result where the base may be shown.
    """
    base = may_be_shown(sum(yes.values()), min_group) and may_be_shown(sum(no.values()), min_group)
    if not base:
        return set()
    return {0} | (shown_segments(yes, min_group) & shown_segments(no, min_group))
