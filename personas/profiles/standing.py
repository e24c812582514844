"""Who in a persona is loyal, who is at risk, and who would benefit next, as claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from personas.customers.models import Feature
from personas.estimates import Estimate
from personas.experience.pains.signals import in_conditions
from personas.experience.value.standing import Rule, read_standing_rules
from personas.experience.value.standing_models import RuleCount, Standing
from personas.numerals import Numerals
from personas.profiles.claims import Ledger
from personas.profiles.models import Claim
from personas.profiles.sources import columns_behind
from personas.profiles.trait_claims import lower_first

BY_RULE = "interval only: found by a stated rule, not tested"


def enter_standing(
    ledger: Ledger,
    persona_id: str,
    standing: Standing | None,
    names: Sequence[str],
    numbers: Numerals,
    features: Mapping[str, Feature] = MappingProxyType({}),
) -> tuple[str, ...]:
    """Enter loyal and at-risk customers, the neighbouring persona and prospects; returns the claims' ids.

    names : of all personas, in their order, for the neighbour; features : by name, to tell the columns of a rule
    """
    if standing is None:
        return ()
    found: list[tuple[str, str, Estimate, str]] = []
    if (loyal := standing.loyalists) is not None and loyal.found.measured:
        found.append(
            ("loyal", f"{numbers.value(loyal.found)} are loyal: they {loyal.rule}.", loyal.found, _loyal(loyal))
        )
    if (risk := standing.at_risk) is not None and risk.found.measured:
        found.append(("risk", _at_risk(risk, standing.risks, numbers), risk.found, _any_of(standing.risks)))
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
                feature="standing", estimate=estimate, test=BY_RULE, filter=rule,
                columns=columns_behind(("membership",), rule, features),
            )
        )
        for key, sentence, estimate, rule in found
    )  # fmt: skip


def _loyal(rule: RuleCount) -> str:
    """The rule for loyalists as a condition that can be counted again."""
    known = read_standing_rules().loyalists.get(rule.key)
    return rule_condition(known) if known is not None else rule.rule


def _any_of(risks: Sequence[RuleCount]) -> str:
    known = read_standing_rules().at_risk
    return " | ".join(rule_condition(known[risk.key]) for risk in risks if risk.key in known)


def rule_condition(rule: Rule) -> str:
    """Whom a rule finds, of those of whom it can be decided: "of those with known nps: nps ≥ 9"."""
    parts = [in_conditions(rule.when)] * bool(rule.when)
    parts += [f"{name} in the top {share:g} of those with any" for name, share in rule.top.items()]
    return f"of those with known {', '.join(rule.needs)}: {'; '.join(parts)}"


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
            f". In a trial on earlier months, {numbers.value(risk.confirmed)} of such customers then stopped; "
            f"of the others {numbers.value(risk.otherwise)}"
        )
    return "".join(parts) + "."
