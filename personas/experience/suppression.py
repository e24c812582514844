"""Which groups stay hidden: those too small, and as many more as it takes that subtraction cannot bring them back."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np


def hidden_groups(sizes: Mapping[int, float], min_group: int) -> set[int]:
    """Groups of one figure that may not be shown beside the figure of them all.

    sizes : group → customers who answered; group 0 are those in no segment, never shown by themselves
    A group of fewer than `min_group` is hidden. Where all that is hidden is together still so few, the total less
    what is shown would give it away: the next smallest group is hidden too.

    >>> sorted(hidden_groups({1: 400, 2: 90, 3: 60, 4: 4}, 10))
    [3, 4]
    >>> sorted(hidden_groups({1: 400, 2: 90, 3: 7, 4: 4}, 10))
    [3, 4]
    """
    there = {group: size for group, size in sizes.items() if size > 0}
    hidden = {group for group, size in there.items() if group == 0 or size < min_group}
    shown = sorted((size, -group) for group, size in there.items() if group not in hidden)
    while shown and 0 < sum(there[group] for group in hidden) < min_group:
        hidden.add(-shown.pop(0)[1])
    return hidden - {0}


def hidden_cells(counts: np.ndarray, min_group: int, beside_rest: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Say which shares must stay hidden so that no group of 1 to `min_group` − 1 can be read or worked out.

    counts : (segments, levels) customers; returns (hidden for each segment, (segments, levels) bool; hidden for the
    rest of every segment, (levels,) bool, or for the base if the segments do not stand beside their rests)
    In every row the hidden levels are two at least and hold `min_group` customers at least, or subtracting would give
    them away. The rests hide alike, and whatever a segment hides: a segment and its rest together give the total,
    from which the other segments could be subtracted. So does the base.
    """
    own = np.array([_hide(row[None], min_group, (row > 0) & (row < min_group)) for row in counts])
    rest = counts.sum(axis=0) - counts if beside_rest else counts.sum(axis=0)[None]
    few = ((rest > 0) & (rest < min_group)).any(axis=0)
    return own, _hide(rest, min_group, own.any(axis=0) | few)


def _hide(rows: np.ndarray, min_group: int, hidden: np.ndarray) -> np.ndarray:
    """`hidden` levels and the next smallest, until in every row two levels and `min_group` customers are hidden."""
    hidden = hidden.copy()
    if not hidden.any():
        return hidden
    for level in np.argsort(rows.sum(axis=0), kind="stable"):
        covered = rows[:, hidden]
        if ((covered > 0).sum(axis=1) >= 2).all() and (covered.sum(axis=1) >= min_group).all():
            break
        hidden[level] |= bool(rows[:, level].any())
    return hidden
