"""The rows of a persona's journey, path and ratings as claims, so that each figure drawn has its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from personas.estimates import Estimate
from personas.experience import GroupExperience
from personas.experience.kpis.customer_kpis import ACTIVE_DAYS
from personas.numerals import Numerals
from personas.profiles.claims import Ledger
from personas.profiles.models import Claim
from personas.profiles.sources import source_of

UNTESTED = "interval only: described beside the others, not tested"
WALKED = ("interactions.stage", "interactions.touchpoint", "interactions.time")
SAID = ("feedback.stage", "feedback.touchpoint", "feedback.score")
BOUGHT = ("transactions.time",)
SENT = ("interactions.campaign", "interactions.stage")
# What the customer table tells of the journey where contacts are campaigns alone.
OF_CUSTOMERS = {
    "were sent at least one campaign": (SENT, "campaigns_received ≥ 1"),
    "used an offer, of those who were sent one": (SENT, "of those with campaigns_received ≥ 1: campaigns_answered ≥ 1"),
    "bought at least twice": (BOUGHT, "frequency ≥ 2"),
    f"still bought in the last {ACTIVE_DAYS} days": (BOUGHT, f"recency ≤ {ACTIVE_DAYS}"),
}


@dataclass(frozen=True)
class Course:
    """Ids of the claims behind the figures, in the order of their rows; what is not measured has none."""

    journey: tuple[str, ...]
    path: tuple[str, ...]
    ratings: tuple[str, ...]


def enter_course(ledger: Ledger, persona_id: str, group: GroupExperience, numbers: Numerals) -> Course:
    """Enter each stage and touchpoint of the journey, each step of the path and each rating."""
    journey: list[str] = []
    for number, cell in enumerate(group.journey, start=1):
        place = _place(cell.stage, cell.touchpoint)
        kind, (columns, where) = _kind(cell.kind), _source(cell.kind, cell.doing, cell.stage, cell.touchpoint)
        sides = _sides(cell.share, cell.rest, numbers)
        what = f" ({cell.doing})" if cell.doing else ""
        told = (f"At {place}: {sides}{what}.", cell.share, cell.rest, columns, where)
        there = _where(cell.stage, cell.touchpoint)
        felt = (
            f"After {place} they feel {numbers.value(cell.feeling)} from −2 to +2.",
            cell.feeling,
            None,
            SAID,
            there,
        )
        for name, (sentence, estimate, rest, source, condition) in (("share", told), ("feeling", felt)):
            if estimate.measured:
                identity = f"{persona_id}-journey-{number}-{name}"
                journey.append(
                    _enter(
                        ledger, identity, persona_id, sentence, kind, place, estimate, rest, source, condition,
                    )
                )  # fmt: skip
    path: list[str] = []
    for number, step in enumerate(group.path.steps if group.path else (), start=1):
        place = _place(step.stage, ", ".join(filter(None, (step.touchpoint, step.channel))))
        taken = (f"Step {number}, {place}: {numbers.value(step.share)} take it.", step.share)
        when = (f"Step {number}, {place}: after {numbers.value(step.days)}, half of them sooner.", step.days)
        for name, (sentence, estimate) in (("share", taken), ("days", when)):
            if estimate.measured:
                identity = f"{persona_id}-path-{number}-{name}"
                source = (*WALKED, *BOUGHT) if group.path.horizon else SAID
                condition = _where(step.stage, step.touchpoint)
                path.append(
                    _enter(
                        ledger, identity, persona_id, sentence, "observed", place, estimate, None, source, condition,
                    )
                )  # fmt: skip
    ratings: list[str] = []
    for kpi in group.ratings:
        if kpi.estimate.measured:
            sentence = f"Rating, {kpi.label}: {_sides(kpi.estimate, kpi.rest, numbers)}."
            columns, condition = source_of(kpi.key, kpi.label)
            identity = f"{persona_id}-rated-{kpi.key}"
            ratings.append(
                _enter(
                    ledger, identity, persona_id, sentence, "describes", kpi.key, kpi.estimate, kpi.rest, columns,
                    condition,
                )
            )  # fmt: skip
    return Course(tuple(journey), tuple(path), tuple(ratings))


def _source(kind: str, doing: str, stage: str, touchpoint: str) -> tuple[tuple[str, ...], str]:
    """The columns of a cell of the journey and the condition on their rows."""
    if doing in OF_CUSTOMERS:
        return OF_CUSTOMERS[doing]
    return {"observed": WALKED[:2], "reported": SAID}.get(kind, ()), _where(stage, touchpoint)


def _where(stage: str, touchpoint: str) -> str:
    return f"stage {stage}, touchpoint {touchpoint}" if touchpoint else f"stage {stage}"


def _place(stage: str, touchpoint: str) -> str:
    return f"{touchpoint} ({stage})" if touchpoint and stage else touchpoint or stage


def _kind(kind: str) -> str:
    return {"reported": "stated", "not measured": "describes"}.get(kind, kind)


def _sides(own: Estimate, rest: Estimate | None, numbers: Numerals) -> str:
    against = f"; others {numbers.value(rest, [own])}" if rest is not None and rest.measured else ""
    return f"{numbers.value(own, [rest])}{against}"


def _enter(
    ledger: Ledger, identity: str, persona_id: str, sentence: str, kind, feature: str, estimate: Estimate,
    rest: Estimate | None, columns: Sequence[str], condition: str = "",
) -> str:  # fmt: skip
    return ledger.enter(
        Claim(
            id=identity, persona_id=persona_id, sentence=sentence, kind=kind, feature=feature, estimate=estimate,
            rest=rest, test=UNTESTED, columns=tuple(columns), filter=condition,
        )
    )  # fmt: skip
