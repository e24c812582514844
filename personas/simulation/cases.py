"""Service cases, subscriptions and actions of one block, and what a case does to those who had it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from personas.simulation.calendar import at
from personas.simulation.people import People, Units, pick
from personas.simulation.plans import DAYS, ORDERS_KEPT, SLOW, WINDOW, Plan

OTHER = "other"
MEDIAN_DAYS = {"Service line": 5.5, "Delivery care": 2.0, "Billing": 4.0, "Digital help": 3.0}
UNUSUAL_MEDIAN = 2.6
REASONS = ("too expensive", "moved away", "found another supplier", "no longer needed")
REVERSED = 0.004
NEVER = 0.03


@dataclass(frozen=True)
class Cases:
    """Tickets as they were, sorted by unit and day: k rows. resolved : day, inf while open"""

    unit: np.ndarray
    person: np.ndarray
    opened: np.ndarray
    resolved: np.ndarray
    category: np.ndarray

    def state(self, unit: np.ndarray, day: np.ndarray) -> np.ndarray:
        """State of the latest case of the WINDOW before `day`: 0 none, 1 open, 2 slowly, 3 soon resolved."""
        found = np.zeros(len(unit), dtype=np.int8)
        if len(self.unit) == 0:
            return found
        # One number orders by unit, then day, as long as days stay under the factor.
        factor = 10.0 * DAYS
        last = np.searchsorted(self.unit * factor + self.opened, unit * factor + day, side="right") - 1
        had = (last >= 0) & (self.unit[last] == unit) & (day - self.opened[last] <= WINDOW)
        still, slow = self.resolved[last] > day, self.resolved[last] - self.opened[last] > SLOW
        found[had] = np.where(still, 1, np.where(slow, 2, 3))[had]
        return found


def kept_after(state: np.ndarray) -> np.ndarray:
    """Share of orders that a case in that state leaves."""
    return np.where((state == 1) | (state == 2), ORDERS_KEPT, 1.0)


def draw_cases(plan: Plan, rng: np.random.Generator, units: Units, people: People) -> Cases:
    """Draw who complained, when, of what and until when: more often where more hurts."""
    start, stop = np.maximum(units.joined, 0), np.minimum(units.leave, DAYS)
    hurts = np.column_stack([units.hurt * [pain.tickets for pain in plan.pains], np.full(len(start), 0.12)])
    share = np.where(units.buys, (stop - start) / DAYS, 0.0)
    count = rng.poisson(hurts.sum(axis=1) * share)
    unit = np.repeat(np.arange(len(start)), count)
    opened = start[unit] + rng.random(len(unit)) * (stop - start)[unit]
    order = np.lexsort((opened, unit))
    unit, opened = unit[order], opened[order]
    category = pick(rng, (hurts / hurts.sum(axis=1, keepdims=True))[unit])
    teams = [pain.team for pain in plan.pains] + ["General"]
    median = np.array([MEDIAN_DAYS.get(team, UNUSUAL_MEDIAN) for team in teams])[category]
    resolved = opened + median * np.exp(0.8 * rng.standard_normal(len(unit)))
    resolved[(resolved >= DAYS) | (rng.random(len(unit)) < NEVER)] = np.inf
    sizes = np.bincount(people.unit, minlength=len(start))
    person = units.buyer[unit] + (rng.random(len(unit)) * sizes[unit]).astype(int)
    return Cases(unit, person, opened, resolved, category)


def ticket_table(plan: Plan, rng: np.random.Generator, cases: Cases, people: People, first: int) -> tuple:
    """One row a service case; returns the frame and how many were typed with resolved before opened."""
    n = len(cases.unit)
    keys = np.array([pain.key for pain in plan.pains] + [OTHER], dtype=object)
    teams = np.array([pain.team for pain in plan.pains] + ["General"], dtype=object)
    length = cases.resolved - cases.opened
    waited = np.minimum(rng.exponential(0.4, n) * np.where(np.isinf(length), 2, 1), length * 0.9)
    reversed_ = (rng.random(n) < REVERSED) & np.isfinite(length)
    resolved = np.where(reversed_, cases.opened - 1.0, cases.resolved)
    happy = np.clip(np.rint(4.6 - 0.28 * np.where(np.isinf(length), 8, length) + 0.7 * rng.standard_normal(n)), 1, 5)
    answered = (rng.random(n) < 0.35) & np.isfinite(length)
    serial = first * 4 + np.arange(n)
    frame = pd.DataFrame(
        {
            "ticket_id": pd.array([f"T{number:09d}" for number in serial], dtype="str"),
            "customer_id": people.ids[cases.person],
            "opened": at(cases.opened),
            "first_response": at(np.where(np.isinf(length) & (rng.random(n) < 0.3), np.inf, cases.opened + waited)),
            "resolved": at(resolved),
            "due": at(cases.opened + 3.0),
            "escalated": rng.random(n) < np.where(length > 5, 0.25, 0.05),
            "reopened": rng.random(n) < 0.07,
            "channel": np.array(plan.services, dtype=object)[people.service[cases.person]],
            "category": keys[cases.category],
            "team": teams[cases.category],
            "satisfaction": pd.array(np.where(answered, happy, np.nan)).astype("Int8"),
        }
    )
    return frame, int(reversed_.sum())


def subscription_table(plan: Plan, rng: np.random.Generator, units: Units, people: People) -> pd.DataFrame:
    """One row a contract; `end` is empty while it runs. The reason is what hurts, where something does."""
    rows = np.flatnonzero(units.subscribed)
    gone = np.isfinite(units.leave[rows])
    hurt = units.hurt[rows]
    heavy = hurt * -plan.effects()[units.segment[rows]]
    titles = np.array([pain.title.lower() for pain in plan.pains], dtype=object)
    blames = hurt.any(axis=1) & (rng.random(len(rows)) < 0.6)
    reason = np.where(blames, titles[heavy.argmax(axis=1)], rng.choice(np.array(REASONS, dtype=object), len(rows)))
    level = np.clip(np.rint(rng.normal(np.log(units.basket[rows] / 40), 0.4)), 0, len(plan.plans) - 1).astype(int)
    return pd.DataFrame(
        {
            "customer_id": people.ids[units.buyer[rows]],
            "start": at(units.begin[rows]),
            "end": at(units.leave[rows]),
            "plan": np.array(list(plan.plans), dtype=object)[level],
            "price": np.array(list(plan.plans.values()))[level],
            "reason": pd.array(np.where(gone, reason, None), dtype="str"),
        }
    )


def action_table(plan: Plan, units: Units, people: People) -> pd.DataFrame:
    """One row a customer concerned by an action, treated or held out."""
    parts = []
    for column, action in enumerate(plan.actions):
        rows = np.flatnonzero(units.treated[:, column] >= 0)
        treated = units.treated[rows, column] == 1
        parts.append(
            pd.DataFrame(
                {
                    "action_id": action.key,
                    "title": action.title,
                    "date": at(np.full(len(rows), float(action.day))),
                    "pain_point": action.pain,
                    "owner": action.owner,
                    "customer_id": people.ids[units.buyer[rows]],
                    "arm": np.where(treated, "treated", "holdout"),
                    "cost": np.where(treated, action.cost, 0.0),
                    "check": at(np.full(len(rows), float(action.check))),
                    "decision": pd.array([action.decision or None] * len(rows), dtype="str"),
                }
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
