"""What holds for all personas together: the headline, what to compare, what to do first, who is represented."""

from __future__ import annotations

import numpy as np

from personas.customers import Customers
from personas.estimates import Estimate
from personas.numerals import percent, whole
from personas.profiles.actions import plan_actions
from personas.profiles.models import Action, Claim
from personas.profiles.traits import Standing, lower_first


def choose_compared(standings: list[dict[str, Standing]], most: int = 8) -> tuple[str, ...]:
    """The features for the small multiples: those with the widest spread of gaps, at most three a block."""
    gaps: dict[str, list[float]] = {}
    block = {}
    for own in standings:
        for name, standing in own.items():
            if standing.feature.kind not in ("category", "ordered"):
                gaps.setdefault(name, []).append(standing.gap)
                block[name] = standing.feature.block
    chosen: list[str] = []
    for name in sorted(gaps, key=lambda n: (-(max(gaps[n]) - min(gaps[n])), n)):
        if len(chosen) < most and sum(block[name] == block[other] for other in chosen) < 3:
            chosen.append(name)
    return tuple(chosen)


def first_actions(frame, pains, personas, playbook, most: int = 5) -> tuple[Action, ...]:
    """What to do first: the remedies for the whole base, each saying which persona it concerns most."""
    everybody = np.ones(len(frame), bool)
    actions = []
    for action in plan_actions(pains, playbook, frame, everybody, None, most):
        key = next(pain.key for pain in pains if pain.id == action.pain_point_id)
        hit = [(p.reach.value, persona.name) for persona in personas for p in persona.pain_points if p.key == key]
        if len(personas) > 1 and hit:
            share, name = max(hit)
            action = action.model_copy(
                update={"why": f"{action.why}: most common among {lower_first(name)} ({percent(share)})"}
            )
        actions.append(action)
    return tuple(actions)


def write_headline(personas, base_pains, segmentation, ledger, numbers, card) -> tuple[str, tuple[str, ...]]:
    """The finding of the whole set and two sentences more, each entered as a claim.

    What hurts most is the first pain point of the base (ranked) with a measured loss, told of the persona it hits most:
    the same that comes first among the priorities.
    """
    verdict = segmentation.verdict
    if len(personas) == 1:
        text = f"{card.units.capitalize()} here are best read as one group"
        return text, (verdict.meaning,)
    valued = [p for p in personas if p.value_share.measured]
    sentences = []
    if valued:
        star = max(valued, key=lambda p: (p.value_share.value / p.share.value, p.id))
        text = (
            f"{star.name} are {percent(star.share.value)} of {card.units} and bring in "
            f"{percent(star.value_share.value)} of sales"
        )
        _enter_set_claim(ledger, "set-headline", star.id, text, star.value_share, "share of sales")
    else:
        star = personas[0]
        text = f"{star.name} are the largest of {len(personas)} groups: {percent(star.share.value)} of {card.units}"
        _enter_set_claim(ledger, "set-headline", star.id, text, star.share, "share of customers")
    costly = [pain.key for pain in base_pains if pain.impact.measured and pain.impact.high < 0]
    hit = [(pain, p) for p in personas for pain in p.pain_points if costly and pain.key == costly[0]]
    if hit:
        pain, persona = max(hit, key=lambda pair: (pair[0].reach.value, pair[1].id))
        claim = ledger.claims[pain.claim_ids[0]]
        sentences.append(f"What hurts most: among {lower_first(persona.name)}, {lower_first(claim.sentence)}")
        _enter_set_claim(ledger, "set-pain", persona.id, sentences[-1], pain.reach, pain.key, pain.kind)
    sentences.append(verdict.meaning)
    return text, tuple(sentences)


def _enter_set_claim(ledger, identity, persona_id, sentence, estimate, feature, kind="describes"):
    ledger.enter(
        Claim(
            id=identity, persona_id=persona_id, sentence=sentence, kind=kind, feature=feature, estimate=estimate,
            columns=("membership", "sales"),
        )
    )  # fmt: skip


def who_is_represented(customers: Customers, segments: np.ndarray, numbers, card) -> tuple[str, ...]:
    """Who is in the data and who is missing from it, in sentences."""
    frame = customers.frame
    sentences = []
    attributes = [f for f in customers.features if f.columns and f.columns[0].startswith("customers.")]
    partial = [f for f in attributes if frame[f.name].isna().any()]
    if partial:
        known = frame[partial[0].name].notna().to_numpy()
        sentences.append(
            f"{partial[0].label} is known for {whole(known.sum())} of {whole(len(frame))} {card.units} "
            f"({percent(known.mean())}); what is said about it speaks for them only."
        )
        if "sales" in frame and 1 < known.sum() < len(frame) - 1:
            own = Estimate(value=float(frame.loc[known, "sales"].mean()), unit="money")
            other = Estimate(value=float(frame.loc[~known, "sales"].mean()), unit="money")
            sentences.append(
                f"Those with known attributes are not like the rest: {numbers.value(own)} of sales a "
                f"{card.unit}, the others {numbers.value(other)}."
            )
        if len(np.unique(segments)) > 1:
            shares = [float(known[segments == s].mean()) for s in np.unique(segments)]
            sentences.append(
                f"The share with known attributes runs from {percent(min(shares))} to {percent(max(shares))} "
                "over the personas; not knowing them formed none."
            )
    return tuple(sentences)
