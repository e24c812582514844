"""The employees table: what staff think of their work and of how customers are served, and their ideas."""

from __future__ import annotations

import numpy as np
import pandas as pd

from personas.simulation.calendar import at
from personas.simulation.comments import phrases
from personas.simulation.plans import DAYS, RATING, Plan

FEWEST, MOST, CUSTOMERS_EACH = 90, 3000, 40
SMALL_TEAM = ("Sustainability", 6)
KINDER = 0.8
IDEAS = 0.45


def staff_size(customers: int) -> int:
    return int(np.clip(customers // CUSTOMERS_EACH, FEWEST, MOST))


def staff_table(plan: Plan, rng: np.random.Generator, customers: int) -> tuple[pd.DataFrame, dict[str, object]]:
    """One row an employee; also returns what was planted.

    recommends : would recommend us as an employer, 0–10
    customers_served : how well customers are served at the touchpoint, 1–5
    needs_training : 1–5, 5 = very much; idea : free text, where there is one
    Staff see the odd channel's touchpoint KINDER points better than customers do. One team is too small to be
    shown.
    """
    n = staff_size(customers)
    teams = list(dict.fromkeys(pain.team for pain in plan.pains))
    touchpoint_of = {pain.team: plan.touchpoints[pain.touchpoint].name for pain in reversed(plan.pains)}
    odd = plan.odd[0]
    team = rng.choice(np.array(teams, dtype=object), n)
    team[: SMALL_TEAM[1]] = SMALL_TEAM[0]
    place = np.array([touchpoint_of.get(name, odd) for name in team], dtype=object)
    ids = np.array([f"E{i:05d}" for i in range(n)], dtype=object)
    day = rng.integers(DAYS - 240, DAYS - 210, n).astype(float)
    strained = np.isin(team, [pain.team for pain in plan.pains if plan.touchpoints[pain.touchpoint].name == odd])
    recommends = np.clip(np.rint(rng.normal(7.4 - 1.6 * strained, 1.9, n)), 0, 10)
    seen = np.clip(np.rint(RATING + KINDER * (place == odd) - 0.2 + 0.7 * rng.standard_normal(n)), 1, 5)
    needs = np.clip(np.rint(2.2 + 1.8 * strained + 0.8 * rng.standard_normal(n)), 1, 5)
    ideas = np.flatnonzero(rng.random(n) < IDEAS)
    text = np.full(n, None, dtype=object)
    text[ideas] = _ideas(plan, rng, place[ideas])
    frame = pd.DataFrame(
        {
            "employee_id": ids,
            "time": at(day),
            "team": team,
            "touchpoint": place,
            "recommends": recommends.astype(np.int8),
            "customers_served": seen.astype(np.int8),
            "needs_training": needs.astype(np.int8),
            "idea": pd.array(text, dtype="str"),
        }
    )
    planted = {
        "employees": n,
        "kinder_than_customers": {"touchpoint": odd, "points": KINDER},
        "too_small_to_show": {"team": SMALL_TEAM[0], "staff": SMALL_TEAM[1]},
        "needs_training": sorted(set(team[strained])),
    }
    return frame, planted


def _ideas(plan: Plan, rng: np.random.Generator, place: np.ndarray) -> list[str]:
    ways = phrases()["en"]["suggestion"]
    options = {plan.touchpoints[pain.touchpoint].name: ways[pain.key] for pain in plan.pains}
    days = phrases()["en"]["days"]
    draws = rng.random((len(place), 2))
    chosen = [options[name][int(a * len(options[name]))] for name, a in zip(place, draws[:, 0], strict=True)]
    return [text.format(day=days[int(b * 6)]) for text, b in zip(chosen, draws[:, 1], strict=True)]
