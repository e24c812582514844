"""Who buys in an account, as claims: people and roles, deciders, how long a first order takes, how accounts fare."""

from __future__ import annotations

from personas.estimates import Estimate
from personas.experience.value.value_models import BuyingCentre
from personas.numerals import Numerals, whole
from personas.profiles.claims import Ledger
from personas.profiles.models import Claim, DatasetCard

UNTESTED = "interval only: described beside the other roles, not tested"
MOST_ROLES = 4


def enter_buying_centre(
    ledger: Ledger,
    persona_id: str,
    centre: BuyingCentre | None,
    role_name: str | None,
    numbers: Numerals,
    card: DatasetCard,
) -> tuple[str, ...]:
    """Enter what is known of the people in an account; returns the claims' ids, () where accounts have no roles.

    role_name : the attribute of contacts that says what part they have; what is not measured is not told
    """
    if centre is None or role_name is None:
        return ()
    source = (f"contacts.{role_name}", "contacts.account_id")
    found: list[tuple[str, str, Estimate, tuple[str, ...], str, str]] = []

    def add(key, sentence, estimate, columns=source, condition="", kind="observed"):
        if estimate is not None and estimate.measured:
            found.append((key, sentence, estimate, columns, condition, kind))

    each, decider, cycle, healthy = centre.each, centre.decider, centre.cycle, centre.healthy
    deciding = _deciding(centre)
    if each.measured:
        said = f"On average {_say(numbers, each)} people are known in each of these {card.units}."
        add("each", said, each, source[1:])
    if decider.measured:
        said = f"Somebody who decides is known in {_say(numbers, decider)} of these {card.units}."
        add("decider", said, decider, source, f"{role_name} among {', '.join(deciding)}")
    for place, role in enumerate(centre.roles[:MOST_ROLES]):
        key = "".join(c if c.isalnum() else "_" for c in role.role.lower())
        condition = f"{role_name} among {role.role}"
        if role.accounts.measured and deciding != [role.role]:
            said = _role_sentence(role.role, role.accounts, place, numbers, card)
            add(f"role_{key}", said, role.accounts, source, condition)
        if role.nps is not None and role.nps.measured:
            said = f"Recommendation by {role.role}: {_say(numbers, role.nps)}, from {whole(role.nps.n)} answers."
            add(f"nps_{key}", said, role.nps, ("feedback.score", source[0]), f"metric nps, {condition}", "stated")
    if cycle.measured:
        said = f"Half of the {card.units} that came new ordered within {_say(numbers, cycle)} of the first contact."
        add("cycle", said, cycle, ("interactions.time", "transactions.time"), "first contact seen in the period")
    if healthy.measured:
        said = f"{_say(numbers, healthy)} of them are in good health: no rule finds them at risk."
        add("healthy", said, healthy, ("membership",), "no rule of at risk", "inferred")
    return tuple(
        ledger.enter(
            Claim(
                id=f"{persona_id}-centre-{key}", persona_id=persona_id, sentence=sentence, kind=kind,
                feature="buying_centre", estimate=estimate, test=UNTESTED, columns=columns, filter=condition,
            )
        )
        for key, sentence, estimate, columns, condition, kind in found
    )  # fmt: skip


def _role_sentence(role: str, share: Estimate, place: int, numbers: Numerals, card: DatasetCard) -> str:
    told = _say(numbers, share)
    return (
        f"{role}: one is known in {told} of the {card.units}.",
        f"In {told} of the {card.units} there is a contact with the role {role}.",
    )[place % 2]


def _deciding(centre: BuyingCentre) -> list[str]:
    from personas.experience.value.buying_centre import DECIDES

    return [role.role for role in centre.roles if any(word in role.role.lower() for word in DECIDES)]


def _say(numbers: Numerals, estimate: Estimate) -> str:
    return numbers.value(estimate)
