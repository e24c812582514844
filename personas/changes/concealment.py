"""Yes-or-no outcomes of an action, so that no group too small to be shown can be counted from what is told of them.

A share times its n is a count, and the interval of a difference gives the spread, which gives the count again. So the
answers themselves are changed before anything is worked out from them: of 100 and more, fewer than 10 yes (or no)
become 5, whoever's they are. Of fewer answers nothing is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from personas.changes.windows import Outcome
from personas.experience.disclosure import is_dominated, is_few
from personas.experience.withholding import FEWEST_ROUNDED


def conceal_few(outcome: Outcome, groups: Sequence[np.ndarray], min_group: int, paired: bool) -> Outcome | None:
    """The outcome as it may be told; None where it may not.

    groups : (n,) bool each, told beside each other; paired : what was before is told too, of those known at both times
    Few yes or no of a group become half of `min_group`, if enough answered. Money is not told where one customer
    brings in more than half of what a group spent.

    >>> few = Outcome("problem", "Late", "share", "lower", np.full(120, np.nan), np.array([1.0] * 3 + [0.0] * 117))
    >>> conceal_few(few, [np.full(120, True)], 10, paired=False).after.sum()
    np.float64(5.0)
    """
    after, before = outcome.after.copy(), outcome.before.copy()
    both = np.isfinite(after) & np.isfinite(before)
    if outcome.unit == "money":
        sides = [values[group] for group in groups for values in ((after, before) if paired else (after,))]
        return None if any(is_dominated(side) for side in sides) else outcome
    if outcome.unit != "share":
        return outcome
    for group in groups:
        for values in (after, before) if paired else (after,):
            told = group & (both if paired else np.isfinite(values))
            if not _round(values, np.flatnonzero(told), min_group):
                return None
    return replace(outcome, after=after, before=before)


def _round(values: np.ndarray, at: np.ndarray, min_group: int) -> bool:
    """Make the few of these answers half of `min_group`, in place; returns False where too few answered."""
    yes = values[at].sum()
    for answer, few in ((1.0, yes), (0.0, len(at) - yes)):
        if is_few(few, min_group):
            if len(at) < FEWEST_ROUNDED * min_group:
                return False
            own, others = at[values[at] == answer], at[values[at] != answer]
            wanted = min_group // 2
            values[own[wanted:]] = 1.0 - answer
            values[others[: max(wanted - len(own), 0)]] = answer
    return True
