"""Everything that is measured in both runs, compared and adjusted together: KPIs, pain points, statements, inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.stats import norm

from personas.changes.differences import LEVEL, adjust, compare, judged
from personas.changes.drift import Moved, level_of, where_to
from personas.changes.models import Change, Drift, PainChange, StatementChange
from personas.customers.models import Feature
from personas.estimates import Estimate, not_measured
from personas.profiles.past import PastPersona, PastRun, PastStanding

OVER_PERIOD = {"repeat_rate", "coupon_users", "feedback_share", "referrers", "never_answered", "word_of_mouth"}
OVER_PERIOD_UNITS = {"money", "count"}
BASE, PERSONAS, INPUTS = 0.5, 0.3, 0.2  # of the false alarms: what everybody reads first must not drown in the rest
SAME_LENGTH = 0.05  # periods whose lengths differ by less count as equal


@dataclass(frozen=True)
class Figures:
    """All that was compared, p-values adjusted in three families that share the level; `shares` by persona id."""

    kpis: tuple[Change, ...]
    shares: dict[str, Change]
    pain_points: tuple[PainChange, ...]
    statements: tuple[StatementChange, ...]
    drift: tuple[Drift, ...]


def compare_figures(
    now: PastRun,
    before: PastRun,
    matched: tuple[str, ...],
    moved: list[Moved],
    held: dict[str, Estimate],
    paired: dict[str, tuple[Estimate, float]],
) -> Figures:
    """Compare the base and the personas of `matched`, which are in both runs.

    moved : inputs; held : share of today's customers that the earlier definition of a persona gives it
    paired : change of that share and its p-value, where the same customers can be compared with themselves
    Variables that formed the segments are described and not tested; what counts over periods of other lengths is not
    compared.
    """
    sizes = []
    alike = same_length(now, before)
    several = max(len(now.personas), len(before.personas)) > 1  # a single persona is the base
    pairs = [(one, _of(now, one), _of(before, one)) for one in matched if several]
    kpis = [c for who, new, old in [(None, now, before), *pairs] for c in _kpis(who, new, old, alike)]
    for who, _new, old in pairs:
        if who in held:
            size = compare(who, "share", "Share", "neither", held[who], old.share)
            change, p = paired.get(who, (size.change, size.p))
            sizes.append(size.model_copy(update={"change": change, "p": p}))
    pains = [c for who, new, old in [(None, now, before), *pairs] for c in _pains(who, new, old)]
    said = [c for who, new, old in pairs for c in _statements(who, new, old)]
    tested = [(change.persona_id, change.p) for change in (*sizes, *kpis, *(pain.reach for pain in pains))]
    base = iter(adjust([p for who, p in tested if who is None], BASE))
    own = iter(adjust([p for who, p in tested if who is not None] + [p for _said, p in said], PERSONAS))
    inputs = adjust([one.p for one in moved], INPUTS)
    adjusted = iter([next(base if who is None else own) for who, _p in tested])
    shares = {change.persona_id: judged(change, next(adjusted)) for change in sizes}
    kpis = [judged(change, next(adjusted)) for change in kpis]
    pains = [_pain_judged(pain, next(adjusted)) for pain in pains]
    said = [_sure(one, p) for (one, _p), p in zip(said, own, strict=True)]  # type: ignore[misc]  # without its p now
    drift = [_drift(one, p) for one, p in zip(moved, inputs, strict=True)]
    return Figures(tuple(kpis), shares, tuple(pains), tuple(said), tuple(sorted(drift, key=lambda d: -d.psi)))  # type: ignore[arg-type]


def same_length(now: PastRun, before: PastRun) -> bool:
    """Whether the periods that the runs cover are about as long as each other; true where there are no dates."""
    lengths = []
    for run in (now, before):
        try:
            days = date.fromisoformat(run.observation_end[:10]) - date.fromisoformat(run.observation_start[:10])
        except ValueError:
            return True
        lengths.append(max(days.days, 1))
    return abs(lengths[0] - lengths[1]) <= SAME_LENGTH * max(lengths)


def comparable(alike: bool):
    """A test of features: does one mean the same in both runs?"""

    def means_the_same(feature: Feature) -> bool:
        counts = any(column.split(".")[0] in ("transactions", "interactions") for column in feature.columns)
        return alike or not counts or feature.unit == "share"

    return means_the_same


def _of(run: PastRun, persona_id: str) -> PastPersona:
    return next(persona for persona in run.personas if persona.id == persona_id)


def _kpis(who, now, before, alike) -> Iterator[Change]:
    earlier = {kpi.key: kpi for kpi in before.kpis}
    for kpi in now.kpis:
        if kpi.key in earlier:
            estimate = kpi.estimate
            over = estimate.unit in OVER_PERIOD_UNITS or kpi.key in OVER_PERIOD
            yield compare(who, kpi.key, kpi.label, kpi.better, estimate, earlier[kpi.key].estimate, alike or not over)


def _pains(who, now, before) -> Iterator[PainChange]:
    old, new = ({pain.key: pain for pain in run.pain_points} for run in (before, now))
    for key in dict.fromkeys([*new, *old]):
        told = new.get(key) or old[key]
        absent = not_measured("too few or not found", "share")
        ours, theirs = (run[key].reach if key in run else absent for run in (new, old))
        yield PainChange(
            persona_id=who, key=key, title=told.title, kind=told.kind, status="as before",
            rank_before=old[key].rank if key in old else None, rank_now=new[key].rank if key in new else None,
            reach=compare(who, key, told.title, "lower", ours, theirs),
        )  # fmt: skip


def _pain_judged(pain: PainChange, p_adjusted: float | None) -> PainChange:
    reach = judged(pain.reach, p_adjusted)
    if pain.rank_before is None or pain.rank_now is None:
        # Not found means too few or too mild to be told, not nought: only that much can be said.
        status = "new" if pain.rank_before is None else "gone"
    elif reach.beyond_chance:
        status = "grown" if reach.change.value > 0 else "eased"
    else:
        status = "as before"
    return pain.model_copy(update={"reach": reach, "status": status})


def _statements(who, now, before) -> Iterator[tuple[StatementChange, float | None]]:
    old = {standing.feature: standing for standing in before.standings}
    new = {standing.feature: standing for standing in now.standings}
    for name in dict.fromkeys([*new, *old]):
        ours, theirs = new.get(name), old.get(name)
        said, was_said = bool(ours and ours.sentence), bool(theirs and theirs.sentence)
        p = None if ours is None or theirs is None or ours.forms else _p_of_effects(ours, theirs)
        turned = said and was_said and theirs.level == ours.level and ours.effect * theirs.effect < 0
        if was_said and (not said or turned):
            yield _statement(who, theirs, "stopped being true", ours), p
        if said and (not was_said or turned):
            yield _statement(who, ours, "became true", theirs).model_copy(update={"turned": turned}), p


def _p_of_effects(ours: PastStanding, theirs: PastStanding) -> float | None:
    if ours.level != theirs.level:
        return None
    return float(2 * norm.sf(abs(ours.effect - theirs.effect) / np.hypot(ours.error, theirs.error)))


def _statement(who, told: PastStanding, status, other: PastStanding | None) -> StatementChange:
    if told.forms:
        why = "it formed the segments: described, not tested"
    elif other is None:
        why = "too few answered in one of the runs to compare"
    elif other.level != told.level:
        why = "another answer sets it apart now; the two are not compared"
    else:
        why = "the difference from the others moved within chance"
    return StatementChange(
        persona_id=who, feature=told.feature, sentence=told.sentence, status=status, sure=False, why=why
    )


def _sure(said: StatementChange, p_adjusted: float | None) -> StatementChange:
    if p_adjusted is None or p_adjusted > LEVEL:
        return said
    return said.model_copy(update={"sure": True, "why": "the difference from the others moved beyond chance"})


def _drift(moved: Moved, p_adjusted: float) -> Drift:
    level = level_of(moved.psi, p_adjusted <= LEVEL)
    return Drift(
        feature=moved.shape.feature, label=moved.shape.label, forms=moved.shape.forms, psi=moved.psi,
        p_adjusted=p_adjusted, level=level, words="" if level == "none" else where_to(moved),
    )  # fmt: skip
