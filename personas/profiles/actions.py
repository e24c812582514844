"""First actions: the remedy for each pain point, whom it reaches, and the test that would show whether it works.

Nobody has tried them yet, so no effect is promised. Where it was measured what goes with a pain point, `expected` says
what the whole group would gain were that its cause and half of those affected spared; it is an upper bound that only a
test can show to be true, and the size of the test groups is worked out for the improvement that the playbook assumes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from personas.customers.feedback import rating_column
from personas.estimates import Estimate, not_measured
from personas.experience.models import PainPoint, Plan
from personas.experience.pains.holdout import holdout_size, plan_remedy
from personas.experience.pains.playbook import Signal, remedy_for
from personas.numerals import percent, whole
from personas.profiles.models import Action

__all__ = ["gain_of", "holdout_size", "plan_actions", "worth"]

SPARED = 0.5  # share of those affected whom a remedy is taken to reach, for want of a trial
LEAST_EFFECT = 0.05  # of an effect that is not measured or cannot be told from none, so that reach still orders
Z = 1.959963984540054
EFFORT = {"low": 1, "medium": 2, "high": 3}
MOST_A_PERSONA = 3
STRENGTH = {"inferred": "inferred from behaviour", "observed": "seen in the records", "stated": "said by customers"}


def plan_actions(
    pains: tuple[PainPoint, ...],
    playbook: Mapping[str, Signal],
    frame: pd.DataFrame,
    inside: np.ndarray,
    persona_id: str | None,
    most: int = MOST_A_PERSONA,
) -> tuple[Action, ...]:
    """Plan the actions of one persona (None: of everybody).

    Ordered by effect × customers reached ÷ effort (:func:`worth`), what behaviour alone hints at last; one remedy is
    named once, for its best reason. A pain whose affected later spent more gets none.
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
                expected=gain_of(pain),
                expected_words=_expected_words(pain, plan),
                measure=plan.measure,
                check_after_weeks=plan.check_after_weeks,
                holdout_each=plan.holdout_each if plan.enough else None,
                strength=f"{STRENGTH[pain.kind]}; {pain.impact_words}",
                pain_point_id=pain.id,
                claim_ids=pain.claim_ids,
                worth=round(worth(pain, plan), 4),
                worth_words=_worth_words(pain, plan),
            )
        )
    # What behaviour hints at is weighed in sales, not in points of what customers say: another scale, so it comes last.
    hinted = {pain.id for pain in pains if pain.kind == "inferred"}
    actions.sort(key=lambda a: (a.pain_point_id in hinted, -a.worth, a.id))
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


def effect_of(pain: PainPoint) -> float:
    """What goes with the pain for each customer affected, as a share of the scale: 1 is 100 points, or all sales."""
    if not pain.impact.measured or pain.impact.high is None or pain.impact.high >= 0:
        return LEAST_EFFECT
    size = abs(pain.impact.value) / (100 if pain.impact.unit == "points" else 1)
    return min(max(size, LEAST_EFFECT), 1.0)


def worth(pain: PainPoint, plan: Plan) -> float:
    """What orders the actions: effect (0 to 1) × customers reached ÷ effort (low 1, medium 2, high 3)."""
    return effect_of(pain) * pain.affected / EFFORT[plan.effort]


def _worth_words(pain: PainPoint, plan: Plan) -> str:
    """The formula with its figures."""
    return (
        f"effect {effect_of(pain):.2f} × {whole(pain.affected)} reached ÷ effort {EFFORT[plan.effort]} "
        f"= {worth(pain, plan):,.0f}"
    )


def gain_of(pain: PainPoint) -> Estimate:
    """What the whole group would gain: share affected × what goes with it × half, interval by the delta method.

    Points of the outcome, or a share of later sales; none at the lower end where chance could explain it.
    """
    impact, reach = pain.impact, pain.reach
    if not impact.measured or impact.low is None or reach.low is None:
        return not_measured("nobody has tried it, and what goes with this pain point is not measured", "share")
    loss, errors = -impact.value, [(e.high - e.low) / (2 * Z) for e in (reach, impact)]
    error = SPARED * math.hypot(loss * errors[0], reach.value * errors[1])
    value = max(SPARED * reach.value * loss, 0.0)
    low, high = max(value - Z * error, 0.0), value + Z * error
    if impact.high >= 0:
        low = 0.0
    return Estimate(
        value=value, low=low, high=max(high, 0.0), n=reach.n, unit="points" if impact.unit == "points" else "share",
        method=f"share affected × associated loss × {SPARED:g}, delta method",
    )  # fmt: skip


def _expected_words(pain: PainPoint, plan: Plan) -> str:
    """The gain in words, as what it is, and the test that would show it."""
    gain = gain_of(pain)
    if not gain.measured:
        return f"not known yet; {_test_words(plan)}"
    what = "later sales" if gain.unit == "share" else "satisfaction"
    what = "recommendation (NPS)" if "recommendation" in pain.impact_words else what
    whose = ", as measured among all customers" if pain.impact.method.startswith("among all") else ""
    if gain.low == 0:
        reach = f"from nothing to at best {_amount(gain, gain.high)}"
    else:
        reach = f"at best {_amount(gain, gain.low, bare=True)} to {_amount(gain, gain.high)}"
    return (
        f"{reach} more {what} in the whole group, were this the cause and half of those affected spared{whose}; "
        f"nobody has tried it: {_test_words(plan)}"
    )


def _amount(gain: Estimate, value: float, bare: bool = False) -> str:
    shown = 100 * value if gain.unit == "share" else value
    text = f"{shown:.1f}" if shown < 10 else f"{shown:.0f}"
    return text if bare else f"{text}\u00a0%" if gain.unit == "share" else f"{text} points"


def _test_words(plan: Plan) -> str:
    assumed = f"an improvement of {percent(plan.assumed_effect)}"
    if plan.kpi == "campaign_response":
        assumed = "one campaign in twenty answered"
    if plan.holdout_each is None:
        return "too little is measured to say how large a test must be"
    if plan.enough:
        return f"{plan.holdout_each:,} in each of two groups would show {assumed}"
    return f"{assumed} needs {plan.holdout_each:,} in each of two groups, more than there are here"
