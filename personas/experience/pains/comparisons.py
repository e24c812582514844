"""What expectations and competitors say of a touchpoint: pain points of their own, and evidence for others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from personas.experience.models import Evidence, Kpi, PainPoint, Rival
from personas.experience.pains.troubles import Trouble
from personas.experience.voices import Voices
from personas.numerals import Numerals


def list_beaten(voices: Voices, rivals: Sequence[Rival], told: Sequence[Trouble]) -> Iterator[Trouble]:
    """Touchpoints rated worse than a competitor's that nothing else tells of; where something does, it is evidence."""
    covered = {trouble.touchpoint for trouble in told}
    for name, question in voices.questions.items():
        worse = [r for r in rivals if r.touchpoint == question.touchpoint and _below(r.difference)]
        if not worse or question.touchpoint in covered:
            continue
        rival = min(worse, key=lambda r: (r.difference.value, r.brand))
        width = (question.high - question.low) / (rival.scale_high - rival.scale_low)
        bound = question.low + (rival.other.value - rival.scale_low) * width
        rated = np.isfinite(voices.ratings[name])
        with np.errstate(invalid="ignore"):
            under = voices.ratings[name] < bound
        yield Trouble(
            key=name.replace("rating", "rival", 1), title=f"{question.touchpoint} rated worse than {rival.brand}",
            touchpoint=question.touchpoint, stage=question.stage, affected=under, rating=name,
            finding=f"{{share}} of those who rate {question.touchpoint} rate it below the average of {rival.brand}",
            columns=("feedback.score", "feedback.brand"), filter=f"mean rating under {bound:.2f}", source="rivals",
            asked=rated,
        )  # fmt: skip


def with_evidence(entry, ratings: Sequence[Kpi], rivals: Sequence[Rival]):
    """What expectations and competitors say of the same touchpoint; only what points the same way is told."""
    if not entry.touchpoint or entry.kind == "inferred":
        return entry
    pain = isinstance(entry, PainPoint)
    points, numbers = _below if pain else _above, Numerals()
    more = []
    for kpi in ratings:
        if kpi.label == f"{entry.touchpoint}: against expectation" and points(kpi.estimate):
            word = "short of" if pain else "beyond"
            words = f"{word} what they expected by {numbers.say(_plain(kpi.estimate))} points of the scale"
            more.append(Evidence(source="expectations", words=words, estimate=kpi.estimate))
    for rival in rivals:
        if rival.touchpoint == entry.touchpoint and points(rival.difference) and entry.source != "rivals":
            word = "lower" if pain else "higher"
            gap = numbers.say(_plain(rival.difference))
            words = f"rated {word} than {rival.brand} by {gap} points of the scale"
            more.append(Evidence(source="rivals", words=words, estimate=rival.difference))
    return entry.model_copy(update={"evidence": (*entry.evidence, *more)}) if more else entry


def _below(estimate) -> bool:
    return estimate.measured and estimate.high is not None and estimate.high < 0


def _above(estimate) -> bool:
    return estimate.measured and estimate.low is not None and estimate.low > 0


def _plain(estimate):
    """The size of a difference, without its sign."""
    if estimate.value >= 0:
        return estimate
    return estimate.model_copy(update={"value": -estimate.value, "low": -estimate.high, "high": -estimate.low})
