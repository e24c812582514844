"""What holds for all personas together, in plain words: what they share, what divides them, what is at stake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from personas.customers.models import Feature
from personas.estimates import Estimate
from personas.experience.models import Experience
from personas.numerals import Numerals, percent
from personas.profiles.claims import Ledger
from personas.profiles.models import Claim, DatasetCard, PainPoint, Persona
from personas.profiles.sources import columns_behind
from personas.profiles.trait_claims import lower_first

UNTESTED = "interval only: a principle repeats what others show"
CONCENTRATED = 1.25  # share of sales over share of customers
MOST = 5


def enter_principles(
    ledger: Ledger,
    personas: Sequence[Persona],
    pains: Sequence[PainPoint],
    compared: Sequence[str],
    in_between: Estimate,
    numbers: Numerals,
    card: DatasetCard,
    features: Mapping[str, Feature] | None = None,
) -> tuple[str, ...]:
    """Enter the guiding principles, five at most; returns the claims' ids.

    pains : of everybody; compared : features by how far apart they hold the personas, widest first
    in_between : share of all customers who lie close to a second persona; features : by name
    """
    found = [
        _shared_pain(personas, pains, numbers, features or {}),
        _widest_gap(personas, compared, numbers, features or {}),
        _worth_most(personas, numbers, card),
        _same_first_action(personas),
        _soft_borders(personas, in_between, numbers, card),
    ]
    return tuple(
        ledger.enter(
            Claim(
                id=f"set-principle-{key}", persona_id=None, sentence=sentence, kind=kind, feature=feature,
                estimate=estimate, rest=rest, test=UNTESTED, columns=columns,
            )
        )
        for key, sentence, kind, feature, estimate, rest, columns in [f for f in found if f is not None][:MOST]
    )  # fmt: skip


def _shared_pain(personas, pains, numbers, features):
    """A pain that at least three in ten of everybody and one in five of every persona have."""
    for pain in pains:
        reach = [p.reach.value for persona in personas for p in persona.pain_points if p.key == pain.key]
        if pain.impact.measured and pain.impact.low > 0:
            continue
        if len(reach) == len(personas) and pain.reach.value >= 0.3 and min(reach) >= 0.2:
            text = pain.finding.replace("{share}", numbers.value(pain.reach)) if pain.finding else pain.title
            spread = f", from {percent(min(reach))} to {percent(max(reach))} over the personas" * (len(personas) > 1)
            sentence = f"Mend first what every persona has: {lower_first(text)}{spread}."
            return (
                "shared",
                sentence,
                pain.kind,
                pain.key,
                pain.reach,
                None,
                columns_behind(pain.columns, pain.filter, features),
            )
    return None


def _widest_gap(personas, compared, numbers, features):
    """The feature that holds the personas furthest apart, and its two ends."""
    for name in compared:
        told = [(t, p) for p in personas for t in p.traits if t.feature == name]
        if len(told) < 2:
            continue
        (high, most), (low, least) = (
            max(told, key=lambda pair: (pair[0].persona.value, pair[1].id)),
            min(told, key=lambda pair: (pair[0].persona.value, pair[1].id)),
        )
        a, b = numbers.alike([high.persona, low.persona])
        sentence = (
            f"Do not treat everybody alike: {lower_first(high.label)} runs from {b} among {lower_first(least.name)} "
            f"to {a} among {lower_first(most.name)}."
        )
        return (
            "apart",
            sentence,
            "describes",
            name,
            high.persona,
            low.persona,
            features[name].columns if name in features else (),
        )
    return None


def _worth_most(personas, numbers, card):
    valued = [p for p in personas if p.value_share.measured and p.share.measured and len(personas) > 1]
    if not valued:
        return None
    star = max(valued, key=lambda p: (p.value_share.value / p.share.value, p.id))
    if star.value_share.value < CONCENTRATED * star.share.value:
        return None
    sentence = (
        f"Look after {lower_first(star.name)} before anybody else: {numbers.value(star.share)} of {card.units}, "
        f"{numbers.value(star.value_share)} of sales."
    )
    return "worth", sentence, "describes", "value_share", star.value_share, None, ("membership", "transactions.amount")


def _same_first_action(personas):
    """The same remedy comes first for most personas."""
    firsts = [p.actions[0].title for p in personas if p.actions]
    if len(personas) < 3 or not firsts:
        return None
    common = max(sorted(set(firsts)), key=firsts.count)
    count = firsts.count(common)
    if count * 2 <= len(personas):
        return None
    estimate = Estimate(value=count, n=len(personas), method="counted over the personas")
    sentence = f"One piece of work serves most: “{common}” comes first for {count} of {len(personas)} personas."
    return "work", sentence, "inferred", "actions", estimate, None, ()


def _soft_borders(personas, in_between, numbers, card):
    if len(personas) < 2 or not in_between.measured or in_between.value < 0.05:
        return None
    sentence = (
        f"Speak to a leaning, not to a type: {numbers.value(in_between)} of {card.units} are nearly as close to a "
        "second persona."
    )
    return "borders", sentence, "describes", "segment", in_between, None, ("membership",)


def enter_business_case(ledger: Ledger, experience: Experience, numbers: Numerals, card: DatasetCard) -> str | None:
    """Enter what good and bad experience are worth apart; returns the claim's id, None where it was not measured.

    What the interval cannot tell from nothing is said to be so.
    """
    case = experience.base.business_case
    spend = next((a for a in case.apart if a.key == "spend" and a.difference.measured), None) if case else None
    if spend is None or len(case.classes) < 2:
        return None
    best, worst = case.classes[0], case.classes[-1]
    sure = spend.difference.low is not None and (spend.difference.low > 0 or spend.difference.high < 0)
    apart = numbers.value(
        spend.difference.model_copy(update={"value": abs(spend.difference.value), "low": None, "high": None})
    )
    way = "more" if spend.difference.value > 0 else "less"
    told = f"spent {apart} {way} each than {worst.label}"
    doubt = "an association, not a cause" if sure else "which chance alone could also give"
    return ledger.enter(
        Claim(
            id="set-business-case", persona_id=None, kind="associated", feature="spend", estimate=spend.difference,
            sentence=f"What is at stake ({case.basis}; {case.later}): {best.label} {told}, {doubt}.",
            columns=(*(() if case.basis.startswith("what they do") else ("feedback.score",)), "transactions.amount"),
            test="interval only; association, not cause", filter=f"{case.basis}; {case.later}",
        )
    )  # fmt: skip
