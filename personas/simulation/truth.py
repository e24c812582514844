"""What was planted, and what the whole population would show if nobody were silent: ``truth.json``.

Two kinds of figures: *planted* ones are parameters of the simulation; *population* ones are sums over
everybody at every wave, answered or not, so that an analysis of the answers can be scored against them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from personas.simulation.answers import Answers
from personas.simulation.cases import Cases
from personas.simulation.expectations import relative_weights, retention
from personas.simulation.people import People, Units
from personas.simulation.plans import (
    DAYS,
    END,
    FAST_DROP,
    HOLDOUT,
    LOYALTY_ON_RESPONSE,
    OPEN_DROP,
    ORDERS_KEPT,
    SLOW,
    SLOW_DROP,
    START,
    WINDOW,
    Plan,
)
from personas.simulation.surveys import COMMENTED, NAMED

LOW = 2
PROMOTER, DETRACTOR = 9, 6


@dataclass
class Ledger:
    """Running sums over the blocks of one simulation; blocks come in by :meth:`add`."""

    plan: Plan
    sums: dict[str, np.ndarray] = field(default_factory=dict)
    noise: dict[str, int] = field(default_factory=dict)

    def _sum(self, name: str, values: np.ndarray) -> None:
        self.sums[name] = self.sums.get(name, 0) + values

    def count(self, noise: dict[str, int]) -> None:
        for name, rows in noise.items():
            self.noise[name] = self.noise.get(name, 0) + rows

    def add(self, units: Units, people: People, answers: Answers, cases: Cases) -> None:
        k = len(self.plan.segments)
        member = np.where(units.buys, units.segment, k)
        self._sum("units", np.bincount(member, minlength=k + 1))
        self._sum("people", np.bincount(member[people.unit], minlength=k + 1))
        self._sum("hurt", _by_group(member, units.hurt, k))
        self._sum("subscribed", np.bincount(units.segment[units.subscribed], minlength=k))
        ended = units.subscribed & np.isfinite(units.leave)
        self._sum("ended", np.bincount(units.segment[ended], minlength=k))
        months = (np.minimum(units.leave, DAYS) - units.begin) / 30.4375
        self._sum("months", np.bincount(units.segment, weights=np.where(units.subscribed, months, 0), minlength=k))
        self._sum("cases", np.bincount(units.segment[cases.unit], minlength=k))
        self._answers(units, people, answers, k)

    def _answers(self, units: Units, people: People, answers: Answers, k: int) -> None:
        unit = people.unit[answers.person]
        segment, score = units.segment[unit], answers.score.astype(float)
        points = np.where(score >= PROMOTER, 100.0, np.where(score <= DETRACTOR, -100.0, 0.0))
        design = np.column_stack([np.ones(len(unit)), units.hurt[unit].astype(float)])
        low = (answers.ratings <= LOW).astype(float)
        for name, rows in (("everybody", np.full(len(unit), True)), ("answered", answers.given)):
            for s in range(k):
                x, y = design[rows & (segment == s)], np.column_stack([score, points])[rows & (segment == s)]
                self._sum(f"xx {name} {s}", x.T @ x)
                self._sum(f"xy {name} {s}", x.T @ y)
            self._sum(f"low {name}", _by_group(segment[rows], low[rows], k)[:k])
            both = np.column_stack([np.ones(rows.sum()), answers.ratings[rows], score[rows]])
            self._sum(f"moments {name}", both.T @ both)
        at = [touchpoint.name for touchpoint in self.plan.touchpoints].index(self.plan.odd[0])
        channel = people.service[answers.person]
        services = len(self.plan.services)
        self._sum("channel n", np.bincount(channel, minlength=services))
        self._sum("channel sum", np.bincount(channel, weights=answers.ratings[:, at], minlength=services))

    def truth(self, customers: int, seed: int, rows: dict[str, int], staff: dict) -> dict:
        """Everything planted, as one JSON-ready value."""
        plan = self.plan
        prospects = int(self.sums["people"][-1])
        return {
            "dataset": plan.name,
            "seed": seed,
            "customers": customers,
            "prospects": prospects,
            "units": int(self.sums["units"][:-1].sum()),
            "observation": {"start": f"{START}", "end": f"{END}", "holdout_from": f"{HOLDOUT}"},
            "rows": rows,
            "segments": [self._segment(i) for i in range(len(plan.segments))],
            "mixture": self._mixture(),
            "drivers": self._drivers(),
            "pain_points": self._pain_points(),
            "churn": self._churn(),
            "recovery": {
                "score_while_open": OPEN_DROP,
                "score_after_slow": SLOW_DROP,
                "score_after_fast": FAST_DROP,
                "slow_means_days_over": SLOW,
                "lasts_days": WINDOW,
                "orders_kept_while_open_or_after_slow": ORDERS_KEPT,
                "orders_kept_after_fast": 1.0,
            },
            "channel_inconsistency": self._odd_channel(),
            "actions": [self._action(action) for action in plan.actions],
            "employees": staff,
            "likeness_of_people_of_one_account": plan.alike if plan.contacts else None,
            "mistyped_rows": self.noise,
            "missing": {
                "feedback": f"not at random: log-odds of answering rise by {LOYALTY_ON_RESPONSE} a standard "
                "deviation of loyalty, which also raises the score; touchpoints' ratings do not depend on it",
                "problems": f"each problem is ticked by {NAMED:.0%} of those whom it hurts, by nobody else",
                "comments": f"{COMMENTED:.0%} of those who answer, at random",
                "attributes": "income is refused more often where it is high; attitudes are answered less "
                "by the less loyal" if plan.contacts == 0 else "at random",
            },
        }  # fmt: skip

    def _segment(self, i: int) -> dict:
        segment = self.plan.segments[i]
        nps = {}
        for name in ("everybody", "answered"):
            n, (mean, points) = self.sums[f"xx {name} {i}"][0, 0], self.sums[f"xy {name} {i}"][0]
            nps[name] = {"nps": _ratio(points, n), "mean": _ratio(mean, n), "answers": int(n)}
        return {
            "number": i + 1,
            "key": segment.key,
            "label": segment.label,
            "units": int(self.sums["units"][i]),
            "people": int(self.sums["people"][i]),
            "share": segment.share,
            "mixture": segment.blend is not None,
            "score": nps,
        }

    def _mixture(self) -> dict | None:
        for i, segment in enumerate(self.plan.segments):
            if segment.blend:
                return {"number": i + 1, "key": segment.key, "takes_after": list(segment.blend)}
        return None

    def _drivers(self) -> list[dict]:
        """Planted weights and, from all ratings, Johnson's relative weights of the whole population."""
        shares = {name: relative_weights(self.sums[f"moments {name}"]) for name in ("everybody", "answered")}
        rows = [
            {
                "touchpoint": touchpoint.name,
                "weight": touchpoint.weight,
                "relative_weight": {name: round(float(values[t]), 5) for name, values in shares.items()},
            }
            for t, touchpoint in enumerate(self.plan.touchpoints)
        ]
        return sorted(rows, key=lambda row: -row["weight"])

    def _pain_points(self) -> list[dict]:
        plan, rows = self.plan, []
        effects = plan.effects()
        order = (-plan.table("reach") * effects).argsort(axis=1)[:, ::-1].argsort(axis=1)
        found = {
            name: [self._regressed(name, s) for s in range(len(plan.segments))] for name in ("everybody", "answered")
        }
        for s, segment in enumerate(plan.segments):
            weight = -self.sums["hurt"][s] * found["everybody"][s][1:, 0]
            seen = weight.argsort()[::-1].argsort()
            for p, pain in enumerate(plan.pains):
                rows.append(
                    {
                        "segment": s + 1,
                        "segment_key": segment.key,
                        "pain_point": pain.key,
                        "touchpoint": plan.touchpoints[pain.touchpoint].name,
                        "order": int(order[s, p]) + 1,
                        "order_in_population": int(seen[p]) + 1,
                        "reach": segment.reach[p],
                        "reach_in_data": _ratio(self.sums["hurt"][s, p], self.sums["units"][s]),
                        "effect_on_score": round(float(effects[s, p]), 4),
                        "population_effect": {
                            name: {
                                "score": round(float(found[name][s][p + 1, 0]), 4),
                                "nps": round(float(found[name][s][p + 1, 1]), 3),
                            }
                            for name in found
                        },
                        "rates_touchpoint_1_or_2": {
                            name: _ratio(
                                self.sums[f"low {name}"][s, pain.touchpoint],
                                self.sums[f"xx {name} {s}"][0, 0],
                            )
                            for name in found
                        },
                    }
                )
        return rows

    def _regressed(self, name: str, s: int) -> np.ndarray:
        """Least squares of score and NPS points on all pain points inside a segment."""
        return np.linalg.pinv(self.sums[f"xx {name} {s}"]) @ self.sums[f"xy {name} {s}"]

    def _churn(self) -> list[dict]:
        return [
            {
                "segment": i + 1,
                "segment_key": segment.key,
                "hazard_a_month": segment.hazard,
                "kept_after_12_months": round(retention(segment.hazard, 12), 4),
                "kept_after_6_months": round(retention(segment.hazard, 6), 4),
                "subscriptions": int(self.sums["subscribed"][i]),
                "ended": int(self.sums["ended"][i]),
                "ended_a_month_in_data": _ratio(self.sums["ended"][i], self.sums["months"][i]),
            }
            for i, segment in enumerate(self.plan.segments)
        ]

    def _odd_channel(self) -> dict:
        touchpoint, channel, points = self.plan.odd
        means = {
            name: _ratio(total, n)
            for name, total, n in zip(self.plan.services, self.sums["channel sum"], self.sums["channel n"], strict=True)
        }
        return {"touchpoint": touchpoint, "channel": channel, "points": points, "mean_rating_in_data": means}

    def _action(self, action) -> dict:
        return {
            "action_id": action.key,
            "date": f"{np.datetime64(START.isoformat(), 'D') + action.day}",
            "pain_point": action.pain,
            "segments": list(action.segments),
            "share_treated": action.treated,
            "holdout": action.treated < 1,
            "effect_on_score": action.score,
            "effect_on_orders": action.orders,
            "cost_each": action.cost,
        }


def _by_group(group: np.ndarray, columns: np.ndarray, k: int) -> np.ndarray:
    return np.column_stack([np.bincount(group, weights=column, minlength=k + 1) for column in columns.T])


def _ratio(part: float, whole: float) -> float | None:
    return round(float(part / whole), 5) if whole else None
