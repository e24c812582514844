"""What must not be told although it is known: figures of an earlier run, and yes-or-no outcomes of an action.

An earlier run may have been made with a smaller smallest group.

Of the outcomes of an action, a share times its n is a count, and the interval of a difference gives the spread, which
gives the count again. So the answers themselves are changed before anything is worked out from them: of 100 and more,
fewer than 10 yes (or no) become 5, whoever's they are. Of fewer answers nothing is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from personas.changes.windows import Outcome
from personas.experience.disclosure import is_dominated, is_few
from personas.experience.withholding import FEWEST_ROUNDED, tells_of_few
from personas.profiles.past import PastKpi, PastPain, PastPersona, PastRun


def conceal_earlier(run: PastRun, min_group: int) -> PastRun:
    """The earlier run without the figures that this run would not show: of all groups where it would not of one.

    min_group : of this run; the earlier one has kept to its own, which may have been smaller
    """
    if run.min_group >= min_group:
        return run
    groups: tuple[PastRun | PastPersona, ...] = (run, *run.personas)
    kpis = {kpi.key for group in groups for kpi in group.kpis if tells_of_few(kpi.estimate, min_group)}
    pains = {pain.key for group in groups for pain in group.pain_points if tells_of_few(pain.reach, min_group)}

    def kept(group: PastRun | PastPersona) -> dict[str, tuple[PastKpi | PastPain, ...]]:
        return {
            "kpis": tuple(kpi for kpi in group.kpis if kpi.key not in kpis),
            "pain_points": tuple(pain for pain in group.pain_points if pain.key not in pains),
        }

    personas = tuple(persona.model_copy(update=kept(persona)) for persona in run.personas)
    return run.model_copy(update={**kept(run), "personas": personas})


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
