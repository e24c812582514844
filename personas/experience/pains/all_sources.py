"""All pain points and delights of the base and of each segment, from every source, each kind ranked by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from personas.customers import Customers
from personas.dataset import Dataset
from personas.experience.disclosure import shown_parts
from personas.experience.models import Condition, Delight, Kpi, NotMeasured, PainPoint, QuoteCounts, Rival
from personas.experience.pains.comparisons import list_beaten, with_evidence
from personas.experience.pains.friction import Friction, gather_friction
from personas.experience.pains.holdout import plan_remedy
from personas.experience.pains.observed_pains import list_observed
from personas.experience.pains.pain_points import find_habits, find_pain_points
from personas.experience.pains.playbook import Playbook
from personas.experience.pains.signals import Remedy, Signal
from personas.experience.pains.stated_pains import Asked, find_named, in_order
from personas.experience.pains.theme_pains import join_themes
from personas.experience.pains.troubles import Trouble
from personas.experience.text.texts import Texts
from personas.experience.voices import Voices, midpoint

NO_DATES = NotMeasured(
    what="Trend of pain points", why="answers carry no date", would_need="a time in the feedback table"
)
Polarity = Literal["pain", "delight"]
# Pain points last: their plans need the lists that they were found in.
FINDERS: Mapping[Polarity, Any] = {"delight": find_habits, "pain": find_pain_points}
Ratings = Mapping[int, Sequence[Kpi]]
Rivals = Mapping[int, Sequence[Rival]]


@dataclass(frozen=True)
class Pains:
    """segment → pain points and delights, 0 the base; quotes : for the privacy log; missing : what could not be told

    held_equal : segment → stated, observed → the pain points that one regression holds equal
    """

    hurts: dict[int, tuple[PainPoint, ...]]
    delights: dict[int, tuple[Delight, ...]]
    held_equal: dict[int, dict[str, tuple[Condition, ...]]] = field(default_factory=dict)
    quotes: QuoteCounts = field(default_factory=QuoteCounts)
    missing: tuple[NotMeasured, ...] = ()


def measure_pains(
    customers: Customers,
    segments: np.ndarray,
    playbook: Playbook,
    dataset: Dataset | None = None,
    voices: Voices | None = None,
    texts: Texts | None = None,
    ratings: Ratings | None = None,
    rivals: Rivals | None = None,
    min_group: int = 10,
    seed: int = 7,
    weights: np.ndarray | None = None,
) -> Pains:
    """Find and rank pain points and delights of the base (0) and of each segment.

    segments : (n,) int aligned with the customer table; dataset : for contacts, cases and contracts
    weights : (n,) survey weights or None; voices have their own
    ratings, rivals : what expectations and competitors say of each touchpoint, told as evidence
    """
    frame = customers.frame
    known = voices if voices is not None else silence(len(frame))
    friction = gather_friction(dataset, frame["customer_id"]) if dataset is not None else Friction({}, {}, frame[[]])
    middle = midpoint(dataset) if dataset is not None else None
    # Rules on behaviour look at the customer table and at what contacts, cases and contracts add to it.
    more = friction.whole[[name for name in friction.whole if name not in frame]]
    frame = frame.join(more.set_axis(frame.index))
    everybody = np.ones(len(frame), bool)
    bases = {"stated": known.spoke, "observed": everybody}
    numbers = (0, *(int(s) for s in np.unique(segments) if s > 0))
    told: dict[tuple[Polarity, int], list] = {(polarity, n): [] for polarity in FINDERS for n in numbers}
    equal: dict[int, dict[str, tuple[Condition, ...]]] = {number: {} for number in numbers}
    # One polarity after the other: what is known of each customer at each place is large where there are many.
    lists: Mapping[Literal["stated", "observed"], tuple[Trouble, ...]] = {}
    for polarity, find in FINDERS.items():
        lists = {}  # lets go of the delights before the pain points are gathered
        lists = _listed(known, texts, friction, playbook, (rivals or {}).get(0, ()), middle, polarity)
        for kind, troubles in lists.items():
            tellable = _tellable(troubles, bases[kind], segments, min_group)
            asked, among_all = Asked(kind, bases[kind], polarity, tellable, playbook), None
            for number in numbers:
                inside = None if number == 0 else segments == number
                found, impacts = find_named(troubles, known, asked, inside, number, min_group, seed, among_all)
                among_all = among_all or impacts
                if polarity == "pain" and impacts.held_equal:
                    equal[number][kind] = tuple(impacts.held_equal)
                told[polarity, number].append(found)
        habits = _behaviour(playbook, polarity)
        allowed = _allowed_signals(habits, frame, segments, min_group)
        for number in numbers:
            inside = None if number == 0 else segments == number
            rules = {key: signal for key, signal in habits.items() if number in allowed.get(key, ())}
            told[polarity, number].append(
                find(frame, rules, customers.rehearsal, inside, number, min_group, seed, weights=weights)
            )
    hurts, delights = {}, {}
    for number in numbers:
        own_ratings, own_rivals = (ratings or {}).get(number, ()), (rivals or {}).get(number, ())
        pains = [with_evidence(p, own_ratings, own_rivals) for p in in_order(told["pain", number])]
        member = everybody if number == 0 else segments == number
        hurts[number] = _related([_planned(p, lists, playbook, frame, member, known) for p in pains])
        delights[number] = tuple(with_evidence(d, own_ratings, own_rivals) for d in in_order(told["delight", number]))
    dated = known.spoke_by_half is not None or not known.troubles
    return Pains(hurts, delights, equal, _count_quotes(hurts, delights, texts), () if dated else (NO_DATES,))


def silence(n: int) -> Voices:
    """The voices of customers whom nobody asked."""
    return Voices({}, {}, None, None, np.ones(n), np.zeros(n, bool))


def _listed(
    voices, texts, friction, playbook, rivals, middle, polarity: Polarity
) -> dict[Literal["stated", "observed"], tuple[Trouble, ...]]:
    """Kind → what may be told, for the worse or for the better."""
    when = (voices.spoke, voices.spoke_by_half, middle)
    observed = list_observed(friction, playbook, voices.troubles, polarity)
    if polarity == "delight":
        return {"stated": join_themes(voices.delights, texts, "praise", *when), "observed": observed}
    hurts = join_themes(voices.troubles, texts, "complaint", *when)
    return {"stated": (*hurts, *list_beaten(voices, rivals, hurts)), "observed": observed}


def _tellable(troubles: Sequence[Trouble], base: np.ndarray, segments: np.ndarray, min_group: int) -> dict:
    """key → groups in which those affected, and those spared, may be told without giving a small group away."""
    found = {}
    for trouble in troubles:
        could = base if trouble.asked is None else base & (trouble.asked | trouble.affected)
        found[trouble.key] = _shown(trouble.affected & could, ~trouble.affected & could, segments, min_group)
    return found


def _shown(yes: np.ndarray, no: np.ndarray, segments: np.ndarray, min_group: int) -> set[int]:
    numbers = [int(s) for s in np.unique(segments) if s > 0]
    hurt, spared = ({s: int((who & (segments == s)).sum()) for s in numbers} for who in (yes, no))
    return shown_parts(hurt, spared, min_group)


def _behaviour(playbook: Playbook, polarity: str) -> dict[str, Signal]:
    return {k: s for k, s in playbook.signals.items() if s.kind == "inferred" and s.polarity == polarity}


def _allowed_signals(signals: Mapping[str, Signal], frame: pd.DataFrame, segments, min_group: int) -> dict:
    found = {}
    for key, signal in signals.items():
        if signal.applies(frame):
            exposed, hurt = signal.exposed(frame), signal.affected(frame)
            # What befalls everybody has nobody to be compared with: more likely it is not recorded otherwise.
            if (exposed & ~hurt).any():
                found[key] = _shown(hurt, exposed & ~hurt, segments, min_group)
    return found


def _planned(pain: PainPoint, lists, playbook: Playbook, frame, member: np.ndarray, voices: Voices) -> PainPoint:
    """The pain point with its remedy and the size of the test that would prove it."""
    signal = playbook.signals.get(pain.key) if pain.kind == "inferred" else None
    if signal is not None:
        remedy: Remedy = signal.remedy
        rows, rating = frame[signal.affected(frame) & member], ""
    else:
        trouble = next(t for t in lists[pain.kind] if t.key == pain.key)
        remedy = trouble.remedy or playbook.remedy_for(pain.touchpoint, pain.title)
        place = next((name for name, q in voices.questions.items() if q.touchpoint == pain.touchpoint), "")
        rows, rating = frame[trouble.affected & member], trouble.rating or place
    return pain.model_copy(update={"plan": plan_remedy(remedy, rows, rating)})


def _related(pains: Sequence[PainPoint]) -> tuple[PainPoint, ...]:
    """Pain points with the others at the same touchpoint that are known in another way."""
    return tuple(
        pain.model_copy(
            update={
                "related": tuple(
                    other.id for other in pains
                    if other.kind != pain.kind and pain.touchpoint and other.touchpoint == pain.touchpoint
                )
            }
        )
        for pain in pains
    )  # fmt: skip


def _count_quotes(hurts, delights, texts: Texts | None) -> QuoteCounts:
    if texts is None:
        return QuoteCounts()
    shown = {said.text for group in (*hurts.values(), *delights.values()) for entry in group for said in entry.quotes}
    quotes = {quote.text: quote.redacted for theme in texts.found.themes for quote in theme.quotes}
    return QuoteCounts(
        shown=len(shown), redacted=sum(quotes.get(text, 0) for text in shown), withheld=texts.found.privacy.withheld
    )
