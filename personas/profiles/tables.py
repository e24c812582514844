"""Personas and claims as tables for the notebook."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from personas.errors import InputError, Problem, did_you_mean
from personas.listing import Listing
from personas.numerals import Numerals, p_words, percent
from personas.profiles.models import Claim, PersonaSet


def tabulate_personas(persona_set: PersonaSet) -> Listing:
    """A row a persona: name, size, value, stability, and the sentence that says who they are."""
    sentences = {claim.id: claim.sentence for claim in persona_set.claims}
    numbers = Numerals(persona_set.dataset.currency)
    return Listing(
        pd.DataFrame(
            {
                "persona": p.name,
                persona_set.dataset.units: p.n,
                "share": numbers.say(p.share),
                "share of sales": numbers.say(p.value_share),
                "stability": p.stability_word,
                "finding": sentences[p.finding_claim],
            }
            for p in persona_set.personas
        )
    )


SORTS: dict[str, Callable[[Claim], tuple]] = {
    "claim": lambda claim: (claim.id,),
    "effect": lambda claim: (-abs(claim.effect or 0.0),),
    "estimate": lambda claim: (-(claim.estimate.value or 0.0),),
    "n": lambda claim: (claim.estimate.n,),
    "fits": lambda claim: (claim.fits_share is None, claim.fits_share or 0.0),
    "holds in": lambda claim: (claim.refits is None, (claim.held or 0) / (claim.refits or 1)),
    "kind": lambda claim: (claim.kind,),
}


def tabulate_claims(persona_set: PersonaSet, persona_id: str | None = None, by: str = "") -> Listing:
    """A row a claim with its evidence; those of one persona, or all, in the order of the ledger.

    by : sort by effect, estimate, n (fewest first), fits or "holds in" (least first), kind or claim
    Raises InputError for another word.
    """
    if by and by not in SORTS:
        raise InputError([Problem("tabulate_claims: by", f'"{by}"', ", ".join(SORTS), did_you_mean(by, list(SORTS)))])
    numbers = Numerals(persona_set.dataset.currency)
    chosen = [c for c in persona_set.claims if persona_id is None or c.persona_id == persona_id]
    chosen = sorted(chosen, key=SORTS[by]) if by else chosen
    return Listing(
        pd.DataFrame(
            {
                "claim": c.id,
                "sentence": c.sentence,
                "estimate": numbers.say(c.estimate),
                "n": c.estimate.n,
                "others": numbers.say(c.rest) if c.rest else "",
                "effect": "" if c.effect is None else f"{c.effect:+.2f}",
                "test": p_words(c.p_adjusted) or c.test,
                "kind": c.kind,
                "fits": "" if c.fits_share is None else percent(c.fits_share),
                "holds in": f"{c.held} of {c.refits}" if c.refits else "",
            }
            for c in chosen
        )
    )


def tabulate_overrides(persona_set: PersonaSet) -> Listing:
    """What an analyst had told otherwise, a row a change, and what of ``overrides.yml`` fits nothing in this run."""
    rows: list[tuple[str, ...]] = [
        (o.kind, ", ".join(o.claim_ids), o.was, o.now or o.reason) for o in persona_set.overrides
    ]
    rows += [("not used", "", text, "") for text in persona_set.unused_overrides]
    rows = rows or [("none", "", "everything is told as the data has it", "")]
    return Listing(pd.DataFrame(rows, columns=["change", "claim", "was", "now, or why"]))


def tabulate_principles(persona_set: PersonaSet) -> Listing:
    """What holds for all personas together and what is at stake, a row a sentence with its evidence."""
    numbers = Numerals(persona_set.dataset.currency)
    claims = {claim.id: claim for claim in persona_set.claims}
    case = (persona_set.business_case,) if persona_set.business_case else ()
    told = [claims[i] for i in (*persona_set.principles, *case)]
    return Listing(
        pd.DataFrame(
            [(c.sentence, numbers.say(c.estimate), c.kind) for c in told], columns=["principle", "estimate", "kind"]
        )
    )


def tabulate_actions(persona_set: PersonaSet) -> Listing:
    """What to do first, with reach, owner, and the test that would prove it."""
    return Listing(
        pd.DataFrame(
            {
                "do": action.title,
                "because": action.why,
                persona_set.dataset.units: action.reach,
                "owner": action.owner,
                "effort": action.effort,
                "effect": action.expected_words,
                "order": action.worth_words,
                "look again after": f"{action.check_after_weeks} weeks",
            }
            for action in persona_set.actions
        )
    )
