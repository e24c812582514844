"""What holds for all personas together: the headline, what to compare, what to do first, who is represented."""

from __future__ import annotations

import numpy as np

from personas.customers import Customers
from personas.estimates import mean_estimate, share_estimate
from personas.numerals import percent, whole
from personas.profiles.actions import plan_actions
from personas.profiles.models import Action, Claim
from personas.profiles.trait_claims import lower_first
from personas.profiles.traits import Standing

SOLD = ("membership", "transactions.amount")


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
        first = next((pain for pain in base_pains if pain.impact.measured and pain.impact.high < 0), None)
        if first is None:
            return text, (verdict.meaning,)
        told = f"{_worst(first)}: {lower_first(ledger.claims[first.claim_ids[0]].sentence)}"
        _enter_pain_claim(ledger, None, told, first)
        return text, (told, verdict.meaning)
    valued = [p for p in personas if p.value_share.measured]
    sentences = []
    if valued:
        star = max(valued, key=lambda p: (p.value_share.value / p.share.value, p.id))
        text = (
            f"{star.name} are {percent(star.share.value)} of {card.units} and bring in "
            f"{percent(star.value_share.value)} of sales"
        )
        _enter_set_claim(ledger, "set-headline", star.id, text, star.value_share, "share of sales", SOLD)
    else:
        star = personas[0]
        text = f"{star.name} are the largest of {len(personas)} groups: {percent(star.share.value)} of {card.units}"
        _enter_set_claim(ledger, "set-headline", star.id, text, star.share, "share of customers", SOLD[:1])
    costly = [pain for pain in base_pains if pain.impact.measured and pain.impact.high < 0]
    same = [(pain, p) for p in personas for pain in p.pain_points if costly and pain.key == costly[0].key]
    # Told of a persona only where it hits that one more than the others.
    hit = [(pain, p) for pain, p in same if pain.rest is None or pain.reach.value > pain.rest.value]
    if hit:
        pain, persona = max(hit, key=lambda pair: (pair[0].reach.value, pair[1].id))
        claim = ledger.claims[pain.claim_ids[0]]
        sentences.append(f"{_worst(costly[0])}: among {lower_first(persona.name)}, {lower_first(claim.sentence)}")
        _enter_pain_claim(ledger, persona.id, sentences[-1], pain)
    elif costly:
        sentences.append(f"{_worst(costly[0])}: {lower_first(ledger.claims[costly[0].claim_ids[0]].sentence)}")
        _enter_pain_claim(ledger, None, sentences[-1], costly[0])
    sentences.append(verdict.meaning)
    return text, tuple(sentences)


def _worst(pain) -> str:
    """How to open: a first rank that chance could give to another as well is shared."""
    return "What hurts most" if pain.rank_high <= 1 else "One of the worst pains"


def _enter_set_claim(ledger, identity, persona_id, sentence, estimate, feature, columns):
    ledger.enter(
        Claim(
            id=identity, persona_id=persona_id, sentence=sentence, kind="describes", feature=feature,
            estimate=estimate, columns=columns,
        )
    )  # fmt: skip


def _enter_pain_claim(ledger, persona_id, sentence, pain):
    backing = ledger.claims[pain.claim_ids[0]]
    told = {"id": "set-pain", "persona_id": persona_id, "sentence": sentence, "rest": None, "fits_share": None}
    ledger.enter(backing.model_copy(update=told))


def who_is_represented(
    customers: Customers, segments: np.ndarray, ledger, numbers, card, min_group: int = 10
) -> tuple[str, ...]:
    """Enter who is in the data and who is missing from it; returns the claims' ids.

    Nothing is told of a group of fewer than `min_group` whose attributes are known, or are not.
    """
    frame = customers.frame
    attributes = [f for f in customers.features if f.columns and f.columns[0].startswith("customers.")]
    partial = [f for f in attributes if frame[f.name].isna().any()]
    if not partial:
        return ()
    feature = partial[0]
    known = frame[feature.name].notna().to_numpy()
    if min(known.sum(), (~known).sum()) < min_group:
        return ()
    ids = []

    def enter(key, sentence, estimate, rest=None, columns=feature.columns):
        claim = Claim(
            id=f"set-represented-{key}", persona_id=None, sentence=sentence, kind="describes", feature=feature.name,
            estimate=estimate, rest=rest, test="not tested: says who is in the data", columns=columns,
        )  # fmt: skip
        ids.append(ledger.enter(claim))

    enter(
        "known",
        f"{feature.label} is known for {whole(known.sum())} of {whole(len(frame))} {card.units} "
        f"({percent(known.mean())}); what is said about it speaks for them only.",
        share_estimate(known),
    )
    if "sales" in frame:
        own, other = (mean_estimate(frame.loc[side, "sales"], "money") for side in (known, ~known))
        if own.measured and other.measured:
            alike = own.low is not None and own.low <= other.value <= own.high
            opening = "In sales those known are like" if alike else "Those known are not like"
            enter(
                "sales",
                f"{opening} the rest: {numbers.value(own)} each against {numbers.value(other)}.",
                own,
                other,
                (*feature.columns, "transactions.amount"),
            )
    sides = [side & (segments == s) for s in np.unique(segments) for side in (known, ~known)]
    if len(sides) > 2 and not any(0 < side.sum() < min_group for side in sides):
        shares = [share_estimate(known[segments == s]) for s in np.unique(segments)]
        least, most = min(shares, key=lambda e: e.value), max(shares, key=lambda e: e.value)
        enter(
            "spread",
            f"It is known for {percent(least.value)} to {percent(most.value)} of a persona's {card.units}; "
            "not knowing it formed none of them.",
            most,
            least,
            (*feature.columns, "membership"),
        )
    return tuple(ids)
