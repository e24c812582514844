"""First actions: the remedy for each pain point, whom it reaches, and the test that would show whether it works.

Nobody has tried them yet, so no effect is promised: `expected` is not measured, and the size of the test groups
is worked out for the improvement that the playbook assumes.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from personas.customers.feedback import rating_column
from personas.estimates import not_measured
from personas.experience.kpis import kpi_values
from personas.experience.models import PainPoint
from personas.experience.playbook import Remedy, Signal, remedy_for
from personas.numerals import percent
from personas.profiles.models import Action

POWER, LEVEL = 0.8, 0.05
EFFORT = {"low": 1, "medium": 2, "high": 3}
MOST_A_PERSONA = 3
STRENGTH = {"inferred": "inferred from behaviour", "stated": "said by customers"}


def plan_actions(
    pains: tuple[PainPoint, ...],
    playbook: dict[str, Signal],
    frame: pd.DataFrame,
    inside: np.ndarray,
    persona_id: str | None,
    most: int = MOST_A_PERSONA,
) -> tuple[Action, ...]:
    """Plan the actions of one persona (None: of everybody).

    Ordered by score × customers reached ÷ effort, stated pains first; one remedy is named once, for its best reason. A
    pain whose affected later spent more gets none.
    """
    actions = []
    for pain in pains:
        if pain.impact.measured and pain.impact.low > 0:
            continue
        signal = playbook.get(pain.key)
        remedy = signal.remedy if signal else remedy_for(pain.touchpoint, pain.title)
        affected = signal.affected(frame) & inside if signal else inside
        holdout = holdout_size(remedy, frame[affected], rating_column(pain.touchpoint) if signal is None else "")
        provable = holdout is not None and 2 * holdout <= affected.sum()
        actions.append(
            Action(
                id=f"action-{persona_id or 'all'}-{pain.key}",
                persona_id=persona_id,
                title=_title(pain, remedy),
                why=pain.title,
                owner=remedy.owner,
                effort=remedy.effort,
                reach=pain.affected,
                expected=not_measured("nobody has tried it on these customers yet", "share"),
                expected_words=_expected_words(remedy, holdout, provable),
                measure=remedy.measure,
                check_after_weeks=remedy.check_after_weeks,
                holdout_each=holdout if provable else None,
                strength=f"{STRENGTH[pain.kind]}; {pain.impact_words}",
                pain_point_id=pain.id,
                claim_ids=pain.claim_ids,
            )
        )
    # What customers say comes before what behaviour hints at; their scores are not on one scale.
    actions.sort(key=lambda a: (not a.strength.startswith(STRENGTH["stated"]), -worth(a, pains), a.id))
    best = {action.title: action for action in reversed(actions)}
    return tuple(action for action in actions if best[action.title] is action)[:most]


def _title(pain: PainPoint, remedy: Remedy) -> str:
    """The remedy; one for something stated is general and needs the touchpoint's name."""
    if pain.kind != "stated" or not pain.touchpoint:
        return remedy.title
    return f"{pain.touchpoint}: {remedy.title[0].lower()}{remedy.title[1:]}"


def worth(action: Action, pains: tuple[PainPoint, ...]) -> float:
    """What orders the actions: score of the pain point × customers reached ÷ effort (low 1, medium 2, high 3)."""
    pain = next(pain for pain in pains if pain.id == action.pain_point_id)
    return pain.score * action.reach / EFFORT[action.effort]


def holdout_size(remedy: Remedy, rows: pd.DataFrame, rating: str = "") -> int | None:
    """Customers needed in each of two groups to find the assumed improvement (power 80 %, 5 % two-sided).

    From mean and spread of the watched KPI among `rows`, or of the column `rating` where one is named; None where these
    say nothing.
    """
    if rating:
        values = rows[rating].to_numpy(float) if rating in rows else np.zeros(0)
    else:
        values = kpi_values(remedy.kpi, rows)
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return None
    base, spread = float(values.mean()), float(values.std(ddof=1))
    if remedy.kpi == "campaign_response" and base == 0:
        # Those who never answered start from nothing: the test looks for one campaign in twenty answered.
        base, spread, change = 0.0, math.sqrt(0.05 * 0.95), 0.05
    else:
        change = base * remedy.assumed_effect
    if change <= 0 or spread <= 0:
        return None
    from scipy.stats import norm

    z = norm.ppf(1 - LEVEL / 2) + norm.ppf(POWER)
    return math.ceil(2 * (z * spread / change) ** 2)


def _expected_words(remedy: Remedy, holdout: int | None, provable: bool) -> str:
    assumed = f"an improvement of {percent(remedy.assumed_effect)}"
    if remedy.kpi == "campaign_response":
        assumed = "one campaign in twenty answered"
    if holdout is None:
        return "not known yet; too little is measured to say how large a test must be"
    if provable:
        return f"not known yet; {holdout:,} in each of two groups would show {assumed}"
    return f"not known yet; {assumed} needs {holdout:,} in each of two groups, more than there are here"
