"""What came of each action of the register: customers held out beside those treated, else before and after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd

from personas.changes.action_words import judge, say_effect, with_money
from personas.changes.concealment import conceal_few
from personas.changes.effects import UNLIKE, answered_alike, change_after, compare_arms, were_alike
from personas.changes.entries import Entry, find_pain, groups_of, read_register
from personas.changes.loop_models import Effect, TriedAction
from personas.changes.windows import (
    Outcome,
    Record,
    Window,
    first_purchases,
    gather_record,
    outcomes_within,
    spend_within,
)
from personas.dataset import Dataset
from personas.estimates import Estimate, not_measured
from personas.experience.models import PainPoint
from personas.numerals import Numerals
from personas.profiles.models import PersonaSet

SHORTEST = 14  # days after which a first look is worth taking
LONGEST = 365  # days that count before an action, and after it
NO_HOLDOUT = "no customers were held out, so nobody knows what they would have spent without it"


def follow_actions(
    dataset: Dataset, personas: PersonaSet, membership: pd.DataFrame | None = None
) -> tuple[TriedAction, ...]:
    """Say of every action in the register what came of it, the latest first; () where there is no register.

    membership : customer_id and segment, by which an action for one persona finds its customers
    p-values are adjusted over all outcomes of all actions together [Benjamini & Hochberg 1995].
    """
    entries = read_register(dataset)
    if not entries:
        return ()
    record = gather_record(dataset)
    found = [_follow(entry, record, personas, membership) for entry in entries]
    tests = [effect.p for action, _ in found for effect in action.effects if effect.p is not None]
    adjusted = iter(_adjust(tests))
    numbers = Numerals(personas.dataset.currency)
    told = []
    for action, margin in found:
        effects = tuple(_decided(effect, adjusted, numbers) for effect in action.effects)
        action = judge(action.model_copy(update={"effects": effects}), personas.dataset.units)
        told.append(with_money(action, margin, numbers))
    return tuple(told)


def _adjust(p_values: Sequence[float]) -> list[float]:
    from scipy.stats import false_discovery_control

    return [float(p) for p in false_discovery_control(p_values)] if p_values else []


def _decided(effect: Effect, adjusted: Iterable[float], numbers: Numerals) -> Effect:
    if effect.p is None:
        return effect
    p = next(iter(adjusted))
    beyond = effect.difference.value - (effect.elsewhere.value if effect.elsewhere is not None else 0.0)
    better = (beyond > 0) == (effect.better == "higher")
    sure = p < 0.05
    effect = effect.model_copy(update={"p_adjusted": round(p, 6), "sure": sure, "good": better if sure else None})
    return effect.model_copy(update={"sentence": say_effect(effect, numbers)})


def _follow(
    entry: Entry, record: Record, personas: PersonaSet, membership: pd.DataFrame | None
) -> tuple[TriedAction, float]:
    """One action with its effects, not yet judged, and the margin that its gain is worth."""
    dataset, least = record.dataset, personas.min_group
    end = dataset.observation_end
    pains = (*personas.pain_points, *(pain for persona in personas.personas for pain in persona.pain_points))
    pain, doubts = find_pain(entry.pain_point, pains)
    treated, held, named = groups_of(entry, personas, membership, doubts)
    days = (end - entry.day).days if end is not None else 0
    hidden, holdout = len(treated) < least, len(held) >= least
    everybody = not named
    effects: tuple[Effect, ...] = ()
    alike, balance = None, ""
    if len(treated) >= least and days >= SHORTEST:
        look = _compare if holdout else _before_and_after
        effects, alike, balance = look(entry, record, personas, treated, held, pain, doubts)
    if 0 < len(held) < least:
        doubts.append(f"fewer than {least} {personas.dataset.units} were held out: too few to compare with")
    weeks = pain.plan.check_after_weeks if pain is not None and pain.plan is not None else None
    check = entry.check or (entry.day + timedelta(weeks=weeks) if weeks else None)
    cost = not_measured("no cost in the register", "money")
    if entry.cost is not None:
        cost = Estimate(value=entry.cost, n=0 if hidden else len(treated), unit="money", method="counted")
    return TriedAction(
        id=entry.id, title=entry.title, pain_point=entry.pain_point, pain_title=pain.title if pain else "",
        owner=entry.owner, date=f"{entry.day:%Y-%m-%d}", segment=entry.segment,
        treated=None if everybody or hidden else len(treated),
        held_out=len(held) if holdout and not hidden else None,
        everybody=everybody, days=max(days, 0), effects=effects, alike=alike, balance=balance, cost=cost,
        gain=not_measured(NO_HOLDOUT, "money"), return_on_cost=not_measured(NO_HOLDOUT, "ratio"),
        check=f"{check:%Y-%m-%d}" if check else "", check_given=entry.check is not None, decision=entry.decision,
        overdue=bool(check and end and check <= end and days >= 0 and not entry.decision),
        outcome="not measured" if end is None or days >= SHORTEST else "planned" if days < 0 else "too early",
        reading="", doubts=tuple(doubts),
    ), dataset.contract.lifetime_value.margin  # fmt: skip


def _answers(entry: Entry, record: Record, ids: pd.Series, window: Window, pain: PainPoint | None):
    word = entry.pain_point.strip().casefold().removeprefix("problem_")
    code = record.codes.get(word, "") if pain is None or pain.source == "problems" else ""
    problem, place = (pain.title, pain.touchpoint) if pain is not None else (entry.pain_point, "")
    return outcomes_within(record, ids, window, place, code, problem)


def _compare(entry: Entry, record: Record, personas: PersonaSet, treated, held, pain, doubts: list[str]):
    """Effects by holdout: (effects, whether the groups were alike before, that in words)."""
    ids = pd.concat([treated, held]).sort_values(ignore_index=True)
    arm = ids.isin(set(treated)).to_numpy()
    window = _window(entry, record.dataset, LONGEST)
    asked = (*_answers(entry, record, ids, window, pain), *spend_within(record, ids, window))
    found = _may_be_told(asked, (arm, ~arm), personas, False, doubts)
    p = were_alike([outcome.before for outcome in found], arm)
    alike = p is None or p >= UNLIKE
    effects = []
    for outcome in found:
        difference, own = compare_arms(outcome.after, outcome.before, arm, outcome.unit, personas.min_group)
        if outcome.key != "spend" and difference.measured and not answered_alike(outcome.after, arm):
            doubts.append(f"{_short(outcome)}: one group answered more often, so those who answer may differ")
        effects.append(_effect(outcome, outcome.after[arm], outcome.after[~arm], difference, own, True))
    if p is None:
        return tuple(effects), None, "What the groups were like before was not measured."
    words = (
        "did not differ before by more than chance" if alike else "differed before, more than chance would make them"
    )
    return tuple(effects), alike, f"Those treated and those held out {words}."


def _before_and_after(entry: Entry, record: Record, personas: PersonaSet, treated, _held, pain, doubts: list[str]):
    """Changes of the treated, beside those of all others where there are enough of these."""
    dataset = record.dataset
    everybody = dataset.tables["customers"].select("customer_id").order_by("customer_id").to_pandas()["customer_id"]
    inside = everybody.isin(set(treated)).to_numpy()
    since, until = dataset.observation_start or entry.day, dataset.observation_end
    seen = (entry.day - since).days
    found: list[Outcome] = []
    if (days := min(LONGEST, seen, (until - entry.day).days)) >= SHORTEST:
        found += _answers(entry, record, everybody, _window(entry, dataset, days), pain)
    if (days := min(LONGEST, seen // 2, (until - entry.day).days)) >= SHORTEST and record.purchases is not None:
        window = _window(entry, dataset, days)
        # Who came in between would look like growth.
        there = (first_purchases(record, everybody) < pd.Timestamp(window.before)).to_numpy()
        (spend,) = spend_within(record, everybody, window)
        found.append(replace(spend, before=np.where(there, spend.before, np.nan)))
    if not found:
        doubts.append("too little was seen before it to compare with")
    effects = []
    for outcome in _may_be_told(found, (inside, ~inside), personas, True, doubts):
        change, p = change_after(outcome.after[inside], outcome.before[inside], outcome.unit, personas.min_group)
        others, _ = change_after(outcome.after[~inside], outcome.before[~inside], outcome.unit, personas.min_group)
        if change.measured and others.measured:
            rise = outcome.after - outcome.before
            _, p = compare_arms(rise, np.full(len(rise), np.nan), inside, outcome.unit, personas.min_group)
        kept = np.isfinite(outcome.before) & np.isfinite(outcome.after) & inside
        effect = _effect(outcome, outcome.after[kept], outcome.before[kept], change, p, False)
        effects.append(effect.model_copy(update={"elsewhere": others if others.measured else None}))
    return tuple(effects), None, ""


def _may_be_told(found, groups, personas: PersonaSet, paired: bool, doubts: list[str]) -> list[Outcome]:
    """What was measured, without what would tell of too few; that is said."""
    told = []
    for outcome in found:
        kept = conceal_few(outcome, groups, personas.min_group, paired)
        if kept is None:
            doubts.append(f"{_short(outcome)}: not told, since it would tell of fewer than {personas.min_group}")
        else:
            told.append(kept)
    return told


def _short(outcome: Outcome) -> str:
    return outcome.label.partition(",")[0]


def _window(entry: Entry, dataset: Dataset, days: int) -> Window:
    reach = timedelta(days=days)
    begins = max(entry.day - reach, dataset.observation_start or entry.day - reach)
    return Window(begins, entry.day, min(entry.day + reach, dataset.observation_end))


def _effect(outcome: Outcome, own, other, difference: Estimate, p: float | None, holdout: bool) -> Effect:
    treated, compared = (_mean(values, outcome, difference.measured) for values in (own, other))
    return Effect(
        key=outcome.key, label=outcome.label, treated=treated, compared=compared, difference=difference,
        better=outcome.better, holdout=holdout, p=p,
    )  # fmt: skip


def _mean(values: np.ndarray, outcome: Outcome, shown: bool) -> Estimate:
    values = values[np.isfinite(values)]
    if not shown or not len(values):
        return not_measured("too few to compare", outcome.unit)
    return Estimate(value=float(values.mean()), n=len(values), unit=outcome.unit, method="mean")
