"""Which groups stay hidden: those too small, and as many more as it takes that subtraction cannot bring them back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

Hidden = tuple[np.ndarray, np.ndarray]  # (segments, levels) and (levels,) bool: for each segment, for every rest
OPEN = 1e-9
MOST_CELLS = 400


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


def hidden_cells(counts: np.ndarray, min_group: int) -> Hidden:
    """Say which shares must stay hidden so that no group of 1 to `min_group` − 1 can be read or worked out.

    counts : (segments, levels) customers; returns (hidden for each segment, (segments, levels) bool; hidden for the
    rest of every segment, (levels,) bool)
    In every row the hidden levels are two at least and hold `min_group` customers at least, or subtracting would give
    them away. The rests hide alike, and whatever a segment hides: a segment and its rest together give the total,
    from which the other segments could be subtracted.
    """
    own = np.array([_hide(row[None], min_group, (row > 0) & (row < min_group)) for row in counts])
    rest = counts.sum(axis=0) - counts
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


def suppress(
    counts: np.ndarray, min_group: int, sums: Sequence[tuple[int, Sequence[int]]] = (), base: np.ndarray | None = None
) -> Hidden:
    """Hide levels so that all that is told together fixes no count of 1 to `min_group` − 1.

    counts : (segments, levels); sums : (row, levels) whose sum is told of that segment and of all others
    base : (levels,) counts of everybody, where the segments stand beside the base and not each beside its rest; what
        is hidden of the base comes second then

    >>> counts = np.array([[40, 30, 6], [60, 20, 20], [50, 20, 30]])
    >>> suppress(counts, 10)[0].astype(int).tolist()[1]
    [0, 0, 0]
    >>> suppress(counts, 10, [(1, [2])])[0].astype(int).tolist()[1]  # it told what the others are, and so the six
    [0, 1, 1]
    """
    total = counts.sum(axis=0) if base is None else base
    rare = (total > 0) & (total < min_group)
    if rare.sum() > 1:  # hidden everywhere: what is told of them together is one level as good as many
        return _with_rare_as_one(counts, min_group, sums, base, rare)
    own, rest = hidden_cells(counts, min_group)
    if counts.size > MOST_CELLS:  # too many to solve: whoever has a few of anything tells of nothing
        few = ((counts > 0) & (counts < min_group)).any(axis=1)
        own[few], rest = True, rest | few.any()
        return own, rest
    if base is not None:
        rest = _hide(base[None], min_group, (base > 0) & (base < min_group))
    while (given := _given_away(counts, own, rest, sums, min_group, base is None)) is not None:
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
        own = np.array(wider)
        rest = rest | own.any(axis=0) if base is None else rest
    return own, rest


def _with_rare_as_one(counts, min_group: int, sums, base, rare) -> Hidden:
    """What to hide where all levels that few have count as one."""
    kept = np.flatnonzero(~rare)
    place = {int(level): at for at, level in enumerate(kept)} | dict.fromkeys(np.flatnonzero(rare).tolist(), len(kept))

    def merged(rows):
        return np.concatenate([rows[..., kept], rows[..., rare].sum(axis=-1, keepdims=True)], axis=-1)

    told = [(row, sorted({place[code] for code in codes})) for row, codes in sums]
    found = suppress(merged(counts), min_group, told, None if base is None else merged(base))
    own, rest = np.ones(counts.shape, bool), np.ones(counts.shape[1], bool)
    own[:, kept], rest[kept] = found[0][:, :-1], found[1][:-1]
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


def _given_away(counts, own, rest, sums, min_group: int, beside_rest: bool) -> tuple[int, int] | None:
    """A small cell that all that is told fixes, or one of the cells whose small sum it fixes; None where nothing is."""
    rows, levels = counts.shape
    at = np.arange(rows * levels).reshape(rows, levels)
    equations = []

    def tell(segments, codes) -> None:
        equation = np.zeros(rows * levels)
        equation[at[np.ix_(segments, codes)].ravel()] = 1.0
        equations.append(equation)

    everything, all_rows = list(range(levels)), list(range(rows))
    if not beside_rest:
        tell(all_rows, everything)
        for code in everything:
            if not rest[code]:
                tell(all_rows, [code])
    for row in all_rows:
        others = [other for other in all_rows if other != row] if beside_rest else []
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
