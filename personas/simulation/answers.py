"""What people of one block would answer at every wave, were all of them asked, and who does answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from personas.simulation.cases import Cases
from personas.simulation.people import People, Units
from personas.simulation.plans import (
    FAST_DROP,
    LOYALTY,
    OPEN_DROP,
    RATING,
    RATING_WAVE,
    SCORE_NOISE,
    SLOW_DROP,
    Plan,
)

INVITED = 0.5


@dataclass(frozen=True)
class Answers:
    """Potential answers, a row a person and wave at which the person was a customer.

    ratings : rows × touchpoints, 1 to 5; rated : whether the touchpoint was answered; score : 0 to 10
    invited, given : who was asked, who did answer
    case : state of the latest service case at the time, as :meth:`Cases.state` has it
    """

    person: np.ndarray
    day: np.ndarray
    score: np.ndarray
    ratings: np.ndarray
    rated: np.ndarray
    case: np.ndarray
    invited: np.ndarray
    given: np.ndarray


def draw_answers(plan: Plan, rng: np.random.Generator, units: Units, people: People, cases: Cases) -> Answers:
    """Draw ratings and scores of everybody at every wave, and who lets us know."""
    n, waves = len(people.unit), len(plan.waves)
    person = np.repeat(np.arange(n), waves)
    day = np.tile(np.array(plan.waves, dtype=float), n) + rng.uniform(0, 14, n * waves)
    unit = people.unit[person]
    there = units.buys[unit] & (np.maximum(units.joined, 0)[unit] + 21 < day) & (units.leave[unit] > day)
    person, day, unit = person[there], day[there], unit[there]
    felt = people.ratings[person] + RATING_WAVE * rng.standard_normal((len(person), len(plan.touchpoints)))
    weights = np.array([touchpoint.weight for touchpoint in plan.touchpoints])
    segment = units.segment[unit]
    case = cases.state(unit, day)
    score = plan.table("base")[segment] + (felt - RATING) @ weights
    score += (units.hurt[unit] * plan.table("extra")[segment]).sum(axis=1)
    score += LOYALTY * people.loyalty[person] + SCORE_NOISE * rng.standard_normal(len(person))
    score += np.array([0.0, OPEN_DROP, SLOW_DROP, FAST_DROP])[case]
    for column, action in enumerate(plan.actions):
        score += np.where((units.treated[unit, column] == 1) & (day >= action.day), action.score, 0.0)
    asked = np.array([touchpoint.asked for touchpoint in plan.touchpoints])
    invited = rng.random(len(person)) < INVITED
    given = invited & (rng.random(len(person)) < people.willing[person])
    return Answers(
        person=person,
        day=day,
        score=np.clip(np.rint(score), 0, 10).astype(np.int8),
        ratings=np.clip(np.rint(felt), 1, 5).astype(np.int8),
        rated=rng.random(felt.shape) < asked,
        case=case,
        invited=invited,
        given=given,
    )
