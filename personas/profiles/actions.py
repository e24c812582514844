"""First actions: the remedy for each pain point, whom it reaches, and the test that would show whether it works.

Nobody has tried them yet, so no effect is promised: `expected` is not measured, and the size of the test groups
is worked out for the improvement that the playbook assumes.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from personas.estimates import not_measured
from personas.experience.kpis import kpi_values
from personas.experience.models import PainPoint
from personas.experience.playbook import Signal
from personas.profiles.models import Action

POWER, LEVEL = 0.8, 0.05
EFFORT = {"low": 1, "medium": 2, "high": 3}
MOST_A_PERSONA = 3


def plan_actions(
    pains: tuple[PainPoint, ...],
    playbook: dict[str, Signal],
    frame: pd.DataFrame,
    inside: np.ndarray,
    persona_id: str | None,
    most: int = MOST_A_PERSONA,
) -> tuple[Action, ...]:
    """Plan the actions of one persona (None: of everybody).

    Ordered by score × customers reached ÷ effort; a pain whose affected later spent more gets none.
    """
    actions = []
    for pain in pains:
        signal = playbook.get(pain.key)
        if signal is None or (pain.impact.measured and pain.impact.low > 0):
            continue
        affected = signal.affected(frame) & inside
        holdout = holdout_size(signal, frame[affected])
        provable = holdout is not None and 2 * holdout <= affected.sum()
        actions.append(
            Action(
                id=f"action-{persona_id or 'all'}-{pain.key}",
                persona_id=persona_id,
                title=signal.remedy.title,
                why=pain.title,
                owner=signal.remedy.owner,
                effort=signal.remedy.effort,
                reach=pain.affected,
                expected=not_measured("nobody has tried it on these customers yet", "share"),
                expected_words=_expected_words(signal, holdout, provable),
                measure=signal.remedy.measure,
                check_after_weeks=signal.remedy.check_after_weeks,
                holdout_each=holdout if provable else None,
                strength=f"inferred from behaviour; {pain.impact_words}",
                pain_point_id=pain.id,
                claim_ids=pain.claim_ids,
            )
        )
    return tuple(sorted(actions, key=lambda a: (-worth(a, pains), a.id))[:most])


def worth(action: Action, pains: tuple[PainPoint, ...]) -> float:
    """What orders the actions: score of the pain point × customers reached ÷ effort (low 1, medium 2, high 3)."""
    pain = next(pain for pain in pains if pain.id == action.pain_point_id)
    return pain.score * action.reach / EFFORT[action.effort]


def holdout_size(signal: Signal, rows: pd.DataFrame) -> int | None:
    """Customers needed in each of two groups to find the assumed improvement (power 80 %, 5 % two-sided).

    From mean and spread of the watched KPI among the affected; None where these say nothing.
    """
    values = kpi_values(signal.remedy.kpi, rows)
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return None
    base, spread = float(values.mean()), float(values.std(ddof=1))
    if signal.remedy.kpi == "campaign_response" and base == 0:
        # Those who never answered start from nothing: the test looks for one campaign in twenty answered.
        base, spread, change = 0.0, math.sqrt(0.05 * 0.95), 0.05
    else:
        change = base * signal.remedy.assumed_effect
    if change <= 0 or spread <= 0:
        return None
    from scipy.stats import norm

    z = norm.ppf(1 - LEVEL / 2) + norm.ppf(POWER)
    return math.ceil(2 * (z * spread / change) ** 2)


def _expected_words(signal: Signal, holdout: int | None, provable: bool) -> str:
    assumed = f"{signal.remedy.assumed_effect:.0%}"
    if signal.remedy.kpi == "campaign_response":
        assumed = "one campaign in twenty answered"
    else:
        assumed = f"an improvement of {assumed}"
    if holdout is None:
        return "not known yet; too little is measured to say how large a test must be"
    if provable:
        return f"not known yet; {holdout:,} in each of two groups would show {assumed}"
    return f"not known yet; {assumed} needs {holdout:,} in each of two groups, more than there are here"
