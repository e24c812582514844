"""Who in a persona is loyal, who is at risk, and who would benefit next, as claims."""

from __future__ import annotations

from collections.abc import Sequence

from personas.estimates import Estimate
from personas.experience.value.standing_models import RuleCount, Standing
from personas.numerals import Numerals
from personas.profiles.claims import Ledger
from personas.profiles.models import Claim
from personas.profiles.traits import lower_first

BY_RULE = "interval only: found by a stated rule, not tested"


def enter_standing(
    ledger: Ledger, persona_id: str, standing: Standing | None, names: Sequence[str], numbers: Numerals
) -> tuple[str, ...]:
    """Enter loyal and at-risk customers, the neighbouring persona and prospects; returns the claims' ids.

    names : of all personas, in their order, for the neighbour
    """
    if standing is None:
        return ()
    found: list[tuple[str, str, Estimate, str]] = []
    if (loyal := standing.loyalists) is not None and loyal.found.measured:
        found.append(("loyal", f"{numbers.value(loyal.found)} are loyal: they {loyal.rule}.", loyal.found, loyal.rule))
    if (risk := standing.at_risk) is not None and risk.found.measured:
        found.append(("risk", _at_risk(risk, standing.risks, numbers), risk.found, risk.rule))
    if (near := standing.neighbour) is not None and near.in_between.measured and near.segment <= len(names):
        sentence = (
            f"Next to benefit from what helps them: {lower_first(names[near.segment - 1])}, to whom "
            f"{numbers.value(near.in_between)} of them are about as near."
        )
        found.append(("neighbour", sentence, near.in_between, ""))
    if (prospects := standing.prospects) is not None and prospects.share.measured:
        sentence = f"{numbers.value(prospects.share)} of prospects resemble them by what is known of them."
        found.append(("prospects", sentence, prospects.share, ""))
    return tuple(
        ledger.enter(
            Claim(
                id=f"{persona_id}-standing-{key}", persona_id=persona_id, sentence=sentence, kind="inferred",
                feature="standing", estimate=estimate, test=BY_RULE, columns=("membership",), filter=rule,
            )
        )
        for key, sentence, estimate, rule in found
    )  # fmt: skip


def _at_risk(risk: RuleCount, risks: Sequence[RuleCount], numbers: Numerals) -> str:
    """The share at risk, its commonest sign, and whether those so found did leave."""
    parts = [f"{numbers.value(risk.found)} are at risk"]
    known = [r for r in risks if r.found.measured]
    if known:
        common = max(known, key=lambda r: (r.found.value, r.key))
        parts.append(f", most often by this sign: {lower_first(common.label)} ({numbers.value(common.found)})")
    if (
        risk.confirmed is not None
        and risk.otherwise is not None
        and risk.confirmed.measured
        and risk.otherwise.measured
    ):
        parts.append(
            f". In a trial on earlier months, {numbers.value(risk.confirmed)} of those so found then stopped buying, "
            f"of the others {numbers.value(risk.otherwise)}"
        )
    return "".join(parts) + "."
