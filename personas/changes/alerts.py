"""What a scheduler is to be told of, by ``alerts`` in dataset.yml; a rule that cannot be judged says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from personas.changes.loop_models import Aim, Alert, AlertReport, TriedAction
from personas.changes.models import Change, Changes
from personas.changes.targets import missed
from personas.dataset.aims import Alerts
from personas.numerals import Numerals, day, percent
from personas.profiles.models import PersonaSet

NO_EARLIER_RUN = "there is no earlier run to compare with"


def raise_alerts(
    rules: Alerts, personas: PersonaSet, changes: Changes, actions: Sequence[TriedAction], aims: Sequence[Aim]
) -> AlertReport:
    """Judge every rule that dataset.yml has, in its order. Without rules there are no alerts, whatever happened."""
    silent: list[str] = []
    numbers = Numerals(personas.dataset.currency)
    found = [
        *_worse(rules, changes, numbers, silent),
        *_off_target(rules, aims, personas, silent),
        *_new_pains(rules, changes, silent),
        *_drifted(rules, changes, silent),
        *_unanswered(rules, personas, numbers, silent),
        *_overdue(rules, actions, silent),
    ]
    return AlertReport(
        dataset=personas.dataset.name,
        observation_end=personas.dataset.observation_end[:10],
        alerts=tuple(found),
        silent=tuple(silent),
        rules=asked_for(rules),
        exit=rules.exit,
    )


def asked_for(rules: Alerts) -> tuple[str, ...]:
    """The rules that dataset.yml has, by their keys.

    >>> asked_for(Alerts(kpi_worse=("nps",), overdue=True))
    ('kpi_worse', 'overdue')
    """
    return tuple(key for key in type(rules).model_fields if key != "exit" and getattr(rules, key))


def _worse(rules: Alerts, changes: Changes, numbers: Numerals, silent: list[str]) -> Iterator[Alert]:
    """KPIs of everybody that are worse than in the run before, tested together."""
    if not rules.kpi_worse:
        return
    if changes.first_run:
        silent.append(f"kpi_worse: {NO_EARLIER_RUN}")
        return
    figures = {figure.key: figure for figure in changes.figures if figure.persona_id is None}
    keys = [key for key in figures if figures[key].better != "neither"]
    if "all" not in rules.kpi_worse:
        silent += [f"kpi_worse: {key} is not in both runs" for key in rules.kpi_worse if key not in figures]
        keys = [key for key in rules.kpi_worse if key in figures]
    chosen = [figures[key] for key in keys if figures[key].change.measured]
    for figure in _beyond_chance(chosen):
        if figure.change.value != 0 and (figure.change.value > 0) != (figure.better != "lower"):
            told = f"{figure.label} is worse than in the run before: {numbers.say(figure.now)} after "
            yield Alert(rule="kpi_worse", subject=figure.key, sentence=f"{told}{numbers.say(figure.before)}.")


def _beyond_chance(figures: Sequence[Change]) -> list[Change]:
    """Those that changed by more than chance, adjusted over these alone: who asks for few is told of more."""
    from scipy.stats import false_discovery_control

    tested = [figure for figure in figures if figure.p is not None]
    if not tested:
        return []
    adjusted = false_discovery_control([figure.p for figure in tested])
    return [figure for figure, p in zip(tested, adjusted, strict=True) if p < 0.05]


def _off_target(rules: Alerts, aims: Sequence[Aim], personas: PersonaSet, silent: list[str]) -> Iterator[Alert]:
    keys = rules.target_missed
    silent += [
        f"target_missed: {aim.key} is not measured"
        for aim in aims
        if aim.standing == "not measured" and ("all" in keys or aim.key in keys)
    ]
    for aim in missed(aims, keys, personas.dataset.observation_end[:10]):
        yield Alert(rule="target_missed", subject=aim.key, sentence=aim.sentence)


def _new_pains(rules: Alerts, changes: Changes, silent: list[str]) -> Iterator[Alert]:
    """Pain points of everybody, each kind by itself, that have come up since the run before by more than chance."""
    if rules.new_pain_point is None:
        return
    if changes.first_run:
        silent.append(f"new_pain_point: {NO_EARLIER_RUN}")
    for pain in changes.pain_points:
        first = pain.rank_now is not None and pain.rank_now <= rules.new_pain_point
        if pain.persona_id is None and pain.status == "new" and first:
            sentence = f"A new pain point is number {pain.rank_now} of those {pain.kind}: {pain.title}."
            yield Alert(rule="new_pain_point", subject=pain.key, sentence=sentence)


def _drifted(rules: Alerts, changes: Changes, silent: list[str]) -> Iterator[Alert]:
    """Forming features that moved further than the threshold, and further than chance."""
    if rules.drift is None:
        return
    if changes.first_run:
        silent.append(f"drift: {NO_EARLIER_RUN}")
    for moved in changes.drift:
        if moved.forms and moved.psi > rules.drift and moved.p_adjusted < 0.05:
            words = f": {moved.words}" if moved.words else ""
            sentence = f"{moved.label} has moved since the run before (index {moved.psi:.2f}){words}."
            yield Alert(rule="drift", subject=moved.feature, sentence=sentence)


def _unanswered(rules: Alerts, personas: PersonaSet, numbers: Numerals, silent: list[str]) -> Iterator[Alert]:
    if rules.response_rate is None:
        return
    found = next((kpi.estimate for kpi in personas.kpis if kpi.key == "response_rate"), None)
    if found is None or not found.measured:
        silent.append("response_rate: survey invitations are not recorded, or too few")
    elif (found.value if found.high is None else found.high) < rules.response_rate:
        sentence = f"Only {numbers.say(found)} of the surveys sent were answered, below {percent(rules.response_rate)}."
        yield Alert(rule="response_rate", subject="response_rate", sentence=sentence)


def _overdue(rules: Alerts, actions: Sequence[TriedAction], silent: list[str]) -> Iterator[Alert]:
    if not rules.overdue:
        return
    if not actions:
        silent.append("overdue: there is no action register")
    for action in actions:
        if action.overdue:
            sentence = f"The check of “{action.title}” was due on {day(action.check)} and nothing has been decided."
            yield Alert(rule="overdue", subject=action.id, sentence=sentence)
