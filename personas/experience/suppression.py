"""Which groups stay hidden: those too small, and as many more as it takes that subtraction cannot bring them back."""

from __future__ import annotations

from collections.abc import Mapping


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
