"""First actions: the remedy for each pain point, whom it reaches, and the test that would show whether it works.

Nobody has tried them yet, so no effect is promised: `expected` is not measured, and the size of the test groups
is worked out for the improvement that the playbook assumes.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from personas.customers.feedback import rating_column
from personas.estimates import not_measured
from personas.experience.models import PainPoint, Plan
from personas.experience.pains.holdout import holdout_size, plan_remedy
from personas.experience.pains.playbook import Signal, remedy_for
from personas.numerals import percent
from personas.profiles.models import Action

__all__ = ["holdout_size", "plan_actions", "worth"]

EFFORT = {"low": 1, "medium": 2, "high": 3}
MOST_A_PERSONA = 3
STRENGTH = {"inferred": "inferred from behaviour", "observed": "seen in the records", "stated": "said by customers"}
KNOWN = tuple(reversed(STRENGTH))


def plan_actions(
    pains: tuple[PainPoint, ...],
    playbook: Mapping[str, Signal],
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
        plan = pain.plan or _planned(pain, playbook, frame, inside)
        actions.append(
            Action(
                id=f"action-{persona_id or 'all'}-{pain.key}",
                persona_id=persona_id,
                title=_title(pain, plan),
                why=pain.title,
                owner=plan.owner,
                effort=plan.effort,
                reach=pain.affected,
                expected=not_measured("nobody has tried it on these customers yet", "share"),
                expected_words=_expected_words(plan),
                measure=plan.measure,
                check_after_weeks=plan.check_after_weeks,
                holdout_each=plan.holdout_each if plan.enough else None,
                strength=f"{STRENGTH[pain.kind]}; {pain.impact_words}",
                pain_point_id=pain.id,
                claim_ids=pain.claim_ids,
            )
        )
    # What customers say comes before what was recorded, and that before what behaviour hints at: different scales.
    kind = {pain.id: KNOWN.index(pain.kind) for pain in pains}
    actions.sort(key=lambda a: (kind[a.pain_point_id], -worth(a, pains), a.id))
    best = {action.title: action for action in reversed(actions)}
    return tuple(action for action in actions if best[action.title] is action)[:most]


def _planned(pain: PainPoint, playbook: Mapping[str, Signal], frame: pd.DataFrame, inside: np.ndarray) -> Plan:
    """The remedy of a pain point that came without one."""
    signal = playbook.get(pain.key)
    if signal is None:
        return plan_remedy(remedy_for(pain.touchpoint, pain.title), frame[inside], rating_column(pain.touchpoint))
    return plan_remedy(signal.remedy, frame[signal.affected(frame) & inside])


def _title(pain: PainPoint, plan: Plan) -> str:
    """The remedy; one that is general needs the touchpoint's name."""
    if pain.kind == "inferred" or not pain.touchpoint:
        return plan.title
    return f"{pain.touchpoint}: {plan.title[0].lower()}{plan.title[1:]}"


def worth(action: Action, pains: tuple[PainPoint, ...]) -> float:
    """What orders the actions: score of the pain point × customers reached ÷ effort (low 1, medium 2, high 3)."""
    pain = next(pain for pain in pains if pain.id == action.pain_point_id)
    return pain.score * action.reach / EFFORT[action.effort]


def _expected_words(plan: Plan) -> str:
    assumed = f"an improvement of {percent(plan.assumed_effect)}"
    if plan.kpi == "campaign_response":
        assumed = "one campaign in twenty answered"
    if plan.holdout_each is None:
        return "not known yet; too little is measured to say how large a test must be"
    if plan.enough:
        return f"not known yet; {plan.holdout_each:,} in each of two groups would show {assumed}"
    return f"not known yet; {assumed} needs {plan.holdout_each:,} in each of two groups, more than there are here"
