"""Do customers come back after a complaint? Against customers without one who were where these had been before.

Who is compared with whom is in :mod:`personas.experience.value.matching`. What is left is associated with the case;
who is helped fast is not drawn by lot.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import pandas as pd

from personas.estimates import Estimate, not_measured
from personas.experience.comparison import Group
from personas.experience.disclosure import shown_segments
from personas.experience.resampling import block_sums, draw_sums, percentiles
from personas.experience.value.incidents import gather_incidents, measure_causes
from personas.experience.value.matching import AFTER, BEFORE, STEP, Pairs, match_purchases, match_scores
from personas.experience.value.recovery_models import CourseStep, Recovery, RecoveryArm, RecoveryOutcome

FEWEST = 30
RESAMPLES = 1_000
ARMS = {"all": "all cases", "fast": "settled fast", "slow": "settled slowly", "open": "still open"}


def measure_recovery(
    tables: Mapping, frame: pd.DataFrame, segments: np.ndarray, members, groups: Group,
    start: datetime | None, end: datetime | None, seed: int,
) -> dict[int, Recovery]:  # fmt: skip
    """Recovery of the base (0) and of each segment with 30 matched cases; {} where nothing can be matched.

    frame, segments : the customer table and the segment of each; members : the same for the engine, see outcomes.py
    """
    incidents = gather_incidents(tables, start, end)
    if incidents is None or incidents.rows.empty:
        return {}
    found: dict[int, list[RecoveryOutcome]] = {number: [] for number in (0, *groups.segments)}
    rng = np.random.default_rng([seed, 50])
    if "transactions" in tables:
        pairs = match_purchases(tables, incidents, frame, segments, start, end, rng)
        for number, outcome in _outcomes(pairs, _purchases, groups, seed).items():
            found[number].append(outcome)
    if "feedback" in tables:
        pairs = match_scores(tables["feedback"], incidents, frame, segments, start, rng)
        for number, outcome in _outcomes(pairs, _scores, groups, seed).items():
            found[number].append(outcome)
    causes = measure_causes(tables["tickets"], members, groups) if "tickets" in tables else {}
    return {
        number: Recovery(fast=incidents.fast, outcomes=tuple(outcomes), causes=causes.get(number, ()))
        for number, outcomes in found.items()
        if outcomes or causes.get(number)
    }


def _outcomes(pairs: Pairs | None, measure, groups: Group, seed: int) -> dict[int, RecoveryOutcome]:
    """The outcome of the base and of each segment with enough matched cases, of as many customers as may be shown."""
    if pairs is None:
        return {}
    found = {}
    for number in (0, *groups.segments):
        own = np.ones(len(pairs.segment), bool) if number == 0 else pairs.segment == number
        if own.sum() >= FEWEST:
            shown = {arm: _shown(pairs, arm, number, groups) for arm in ARMS}
            found[number] = measure(pairs, own, shown, number, groups.min_group, seed)
    return found


def _shown(pairs: Pairs, arm: str, number: int, groups: Group) -> bool:
    chosen = np.ones(len(pairs.arm), bool) if arm == "all" else pairs.arm == arm
    counts = {s: len(np.unique(pairs.who[chosen & (pairs.segment == s)])) for s in groups.segments}
    base = len(np.unique(pairs.who[chosen]))
    return base >= groups.min_group and (number == 0 or number in shown_segments(counts, groups.min_group))


def _arms(pairs: Pairs, own: np.ndarray):
    kinds = [key for key in ARMS if key == "all" or (own & (pairs.arm == key)).any()]
    return [(key, own if key == "all" else own & (pairs.arm == key)) for key in kinds]


def _drawn(pairs: Pairs, rows: np.ndarray, columns: np.ndarray, rng) -> np.ndarray:
    """Bootstrap over customers: totals of `columns` (cases, c) over the chosen rows, (resamples, c)."""
    _who, at = np.unique(pairs.who[rows], return_inverse=True)
    each = np.zeros((at.max() + 1, columns.shape[1]))
    np.add.at(each, at, columns[rows])
    return draw_sums(block_sums(len(each), lambda chosen: each[chosen].sum(axis=0), rng), RESAMPLES, rng)


def shared(matched: np.ndarray, noise: np.ndarray, left: np.ndarray, slope: float) -> float:
    """How much wider intervals must be because some are matched to several cases [Abadie & Imbens 2006].

    matched, noise : as in :class:`Pairs`, noise summed over the steps; left : (cases,) own less slope × other
    The bootstrap over cases takes each case's matched for its own; the sum of squared uses beyond that is added.
    """
    each = 1 / (matched >= 0).sum(axis=1)
    uses = np.repeat(each, matched.shape[1])[matched.ravel() >= 0]
    _who, at = np.unique(matched.ravel()[matched.ravel() >= 0], return_inverse=True)
    beyond = (np.bincount(at, weights=uses) ** 2).sum() - each.sum()
    total = float((left**2).sum())
    return float(np.sqrt(1 + slope**2 * beyond * noise.mean() / total)) if total > 0 and beyond > 0 else 1.0


def _ratio(top, bottom):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom > 0, top / bottom, np.nan)


def _kept(pairs: Pairs, rows: np.ndarray, steps: slice, rng) -> tuple[Estimate, np.ndarray]:
    """Purchases after the case over those of the matched, and its resamples."""
    seen = rows & np.isfinite(pairs.own[:, steps]).all(axis=1)
    nothing = np.full(RESAMPLES, np.nan)
    if seen.sum() < FEWEST:
        return not_measured(f"fewer than {FEWEST} matched cases", "ratio", int(seen.sum())), nothing
    sums = np.column_stack([pairs.own[:, steps].sum(axis=1), pairs.other[:, steps].sum(axis=1)])
    value = _ratio(*sums[seen].sum(axis=0))
    if not np.isfinite(value):
        return not_measured("the matched bought nothing", "ratio", int(seen.sum())), nothing
    drawn = _drawn(pairs, seen, sums, rng)
    left = sums[seen, 0] - value * sums[seen, 1]
    wider = shared(pairs.matched[seen], pairs.noise[seen, steps].sum(axis=1), left, float(value))
    resampled = value + wider * (_ratio(drawn[:, 0], drawn[:, 1]) - value)
    low, high = percentiles(resampled)
    return Estimate(
        value=float(value), low=max(float(low), 0.0), high=float(high), n=int(seen.sum()), unit="ratio",
        method="orders over those of matched customers, bootstrap, wider for shared matches",
    ), resampled  # fmt: skip


def _purchases(pairs: Pairs, own, shown: Mapping[str, bool], number: int, min_group: int, seed) -> RecoveryOutcome:
    arms, resampled, values = [], {}, {}
    whole = slice(0, AFTER // STEP)
    few = not_measured(f"fewer than {min_group} customers", "ratio")
    for place, (key, rows) in enumerate(_arms(pairs, own)):
        if not shown[key]:
            arms.append(RecoveryArm(key=key, label=ARMS[key], cases=None, effect=few))
            continue
        rng = np.random.default_rng([seed, 51, number, place])
        effect, resampled[key] = _kept(pairs, rows, whole, rng)
        values[key] = effect.value
        steps = [
            CourseStep(from_day=at * STEP, to_day=(at + 1) * STEP, kept=_kept(pairs, rows, slice(at, at + 1), rng)[0])
            for at in range(pairs.own.shape[1])
        ]
        course = tuple(step for step in steps if step.kept.measured)
        past = float(pairs.past[rows].sum())
        arms.append(
            RecoveryArm(
                key=key, label=ARMS[key], cases=int(rows.sum()), effect=effect, course=course,
                before=float(pairs.own[rows, whole].sum() / past) if effect.measured else None,
                back_after=back_after(course),
            )
        )  # fmt: skip
    gap = not_measured("too few cases settled fast and slowly", "ratio")
    if values.get("fast") and values.get("slow") is not None:
        low, high = percentiles(_ratio(resampled["slow"], resampled["fast"]))
        gap = Estimate(
            value=values["slow"] / values["fast"], low=float(low), high=float(high), n=int(own.sum()), unit="ratio",
            method="slow over fast, bootstrap over customers",
        )  # fmt: skip
    return RecoveryOutcome(
        key="purchases", label=f"Purchases in the {AFTER} days after a complaint", arms=tuple(arms), gap=gap,
        matched_on=f"purchases in the {BEFORE} days before, their trend, days since last seen, segment and dates",
        unmatched=_left_out(pairs, number, min_group),
    )  # fmt: skip


def back_after(course: tuple[CourseStep, ...]) -> int | None:
    """Days until a step is no longer surely under 1; 0 where the first is not; None while the last one still is.

    A single later step under 1 is not counted: of six steps one is so by chance in one case of seven.
    """
    back = 0
    for step in course:
        if step.kept.high >= 1:
            return back
        back = step.to_day
    return None


def _scores(pairs: Pairs, own, shown: Mapping[str, bool], number: int, min_group: int, seed) -> RecoveryOutcome:
    arms, resampled, values = [], {}, {}
    change = (pairs.own - pairs.other)[:, 0]
    few = not_measured(f"fewer than {min_group} customers", "score")
    for place, (key, rows) in enumerate(_arms(pairs, own)):
        if not shown[key] or rows.sum() < FEWEST:
            why = few if not shown[key] else not_measured(f"fewer than {FEWEST} matched scores", "score")
            arms.append(RecoveryArm(key=key, label=ARMS[key], cases=None, effect=why))
            continue
        rng = np.random.default_rng([seed, 52, number, place])
        drawn = _drawn(pairs, rows, np.column_stack([change, np.ones(len(change))]), rng)
        values[key] = float(change[rows].mean())
        wider = shared(pairs.matched[rows], pairs.noise[rows, 0], change[rows] - values[key], 1.0)
        resampled[key] = values[key] + wider * (_ratio(drawn[:, 0], drawn[:, 1]) - values[key])
        low, high = percentiles(resampled[key])
        effect = Estimate(
            value=values[key], low=float(low), high=float(high), n=int(rows.sum()), unit="score",
            method="score less that of matched customers, bootstrap, wider for shared matches",
        )  # fmt: skip
        before = float((pairs.own[rows, 0] - pairs.past[rows]).mean())
        arms.append(RecoveryArm(key=key, label=ARMS[key], cases=int(rows.sum()), effect=effect, before=before))
    gap = not_measured("too few cases settled fast and slowly", "score")
    if {"fast", "slow"} <= values.keys():
        low, high = percentiles(resampled["slow"] - resampled["fast"])
        gap = Estimate(
            value=values["slow"] - values["fast"], low=float(low), high=float(high), n=int(own.sum()), unit="score",
            method="slow less fast, bootstrap over customers",
        )  # fmt: skip
    return RecoveryOutcome(
        key="recommendation", label=f"Recommendation (0 to 10) within {AFTER} days of a complaint", arms=tuple(arms),
        gap=gap,
        matched_on="the last score before with the ratings given that day, segment and dates; too few have two scores "
        "before to match a trend",
        unmatched=_left_out(pairs, number, min_group),
    )  # fmt: skip


def _left_out(pairs: Pairs, number: int, min_group: int) -> int:
    """Cases without a match; fewer than `min_group` are told as none."""
    left = sum(pairs.unmatched.values()) if number == 0 else pairs.unmatched.get(number, 0)
    return 0 if left < min_group else min_group * round(left / min_group)
