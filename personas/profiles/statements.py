"""Enters the statements of a persona as claims: the finding, the surprise, pain points, KPIs."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from personas.estimates import Estimate
from personas.experience import Kpi, PainPoint
from personas.numerals import Numerals
from personas.profiles.models import Claim
from personas.profiles.sources import columns_behind, source_of
from personas.profiles.trait_claims import clause_of, figure_of, lower_first
from personas.profiles.traits import Standing


def enter_finding(ledger, identity, name, ranked, share, value, numbers, card) -> str:
    """The one sentence that says who they are, from the two strongest traits of different blocks."""
    size = f"{numbers.value(share)} of {card.units}"
    worth_ = f" and {numbers.value(value)} of sales" if value.measured else ""
    chosen = leading_traits(ranked)
    columns: tuple[str, ...]
    if not chosen:
        alone = share.value == 1
        sentence = f"{name}: {share.n:,}, read as one group." if alone else f"{name} are {size}{worth_}."
        estimate, rest, columns, effect = share, None, ("membership",), None
    else:
        first = chosen[0]
        parts = " and ".join(_with_figures(s, numbers) for s in chosen)
        sentence = f"{name} {parts}. They are {size}{worth_}."
        estimate, rest, effect = first.own, first.rest, first.effect
        columns = tuple(dict.fromkeys(c for s in chosen for c in s.feature.columns))
    return ledger.enter(
        Claim(
            id=f"{identity}-finding", persona_id=identity, sentence=sentence, kind="defines",
            feature=chosen[0].feature.name if chosen else "segment", estimate=estimate, rest=rest, effect=effect,
            effect_name="d" if effect is not None else "", columns=columns,
            fits_share=chosen[0].fits if chosen else None,
        )
    )  # fmt: skip


def leading_traits(ranked: Sequence[Standing]) -> list[Standing]:
    """The two strongest forming traits of different blocks, which the finding tells; ranked : strongest first."""
    chosen: list[Standing] = []
    for standing in ranked:
        if (
            standing.feature.forms
            and not standing.level
            and all(standing.feature.block != other.feature.block for other in chosen)
        ):
            chosen.append(standing)
    return chosen[:2]


def _with_figures(standing: Standing, numbers: Numerals) -> str:
    own, rest = numbers.alike([standing.own, standing.rest])
    figure = figure_of(standing, own)
    needed = figure.startswith(lower_first(standing.feature.label)) or figure == f"{own} {standing.feature.unit}"
    told = figure if needed else own
    return f"{clause_of(standing)} ({told}, others {rest})"


def enter_surprise(ledger, identity, standing: Standing, features, numbers) -> str:
    """The claim behind "you may expect …": the standing, whether or not it is a distinct trait."""
    if standing.distinct:
        return f"{identity}-{standing.feature.name}"
    own, rest = numbers.alike([standing.own, standing.rest])
    figure = standing.feature.phrase.replace("<value>", own)
    return ledger.enter(
        Claim(
            id=f"{identity}-expect-{standing.feature.name}", persona_id=identity,
            sentence=f"{standing.feature.label}: {figure}; others {rest}.",
            kind="describes", feature=standing.feature.name, estimate=standing.own, rest=standing.rest,
            effect=standing.effect, effect_name=standing.effect_name, columns=standing.feature.columns,
            test="not tested: shows the absence of a difference that matters", fits_share=standing.fits,
        )
    )  # fmt: skip


def back_pain_points(group, owner, ledger, numbers, features=MappingProxyType({})) -> tuple[PainPoint, ...]:
    """Pain points with the claims that back them; features : by name, to tell the columns of a condition."""
    done = []
    for pain in group.pain_points:
        finding = pain.finding or f"{pain.title}: {{share}} affected"
        columns = columns_behind(pain.columns, pain.filter, features)
        text = _beside_others(finding, pain.reach, pain.rest, numbers)
        claim_id = ledger.enter(
            Claim(
                id=f"{owner}-pain-{pain.key}",
                persona_id=None if owner == "all" else owner,
                sentence=f"{text}.",
                kind=pain.kind,
                feature=pain.key,
                estimate=pain.reach,
                rest=pain.rest,
                effect=None,
                test="interval only: what hurts is described, not tested",
                fits_share=pain.reach.value,
                columns=columns,
                filter=pain.filter,
            )
        )
        ids = [claim_id]
        if pain.impact.measured:
            ids.append(
                ledger.enter(
                    Claim(
                        id=f"{owner}-impact-{pain.key}",
                        persona_id=None if owner == "all" else owner,
                        sentence=f"{pain.title}: {pain.impact_words}.",
                        kind="associated",
                        feature=pain.key,
                        estimate=pain.impact,
                        test="interval only; association, not cause",
                        columns=_with_outcome(columns, pain.impact.method),
                        filter=pain.filter,
                    )
                )
            )
        done.append(pain.model_copy(update={"claim_ids": tuple(ids)}))
    return tuple(done)


def _beside_others(finding: str, reach: Estimate, rest: Estimate | None, numbers: Numerals) -> str:
    """A finding with the share in it, the others' right behind, where it cannot be taken for part of what was said."""
    against = f" (others {numbers.value(rest, [reach])})" if rest is not None else ""
    return finding.replace("{share}", f"{numbers.value(reach, [rest])}{against}")


def _with_outcome(columns: tuple[str, ...], method: str) -> tuple[str, ...]:
    """The columns of a loss: those of the pain point, and of what was lost."""
    lost = "transactions.amount" if "sales" in method else "feedback.score"
    return tuple(dict.fromkeys((*columns, lost)))


def _more_than_others(delight) -> bool:
    return delight.rest is not None and delight.reach.low > delight.rest.value


def back_delights(group, owner, ledger, numbers, most: int = 3, features=MappingProxyType({})) -> tuple[str, ...]:
    """Ids of the claims that say what delights a persona: what does so more than the others first, then what pays.

    Left out is what goes with a loss, and what clearly delights the others more.
    """
    glad = [d for d in group.delights if not (d.impact.measured and d.impact.high < 0)]
    glad = [d for d in glad if d.rest is None or d.reach.high >= d.rest.value]
    glad.sort(key=lambda d: (not _more_than_others(d), not (d.impact.measured and d.impact.low > 0), d.rank))
    ids = []
    for delight in glad[:most]:
        text = _beside_others(delight.finding, delight.reach, delight.rest, numbers)
        ids.append(
            ledger.enter(
                Claim(
                    id=f"{owner}-delight-{delight.key}", persona_id=owner, sentence=f"{text}.",
                    kind=delight.kind, feature=delight.key, estimate=delight.reach, rest=delight.rest,
                    test="interval only: what delights is described, not tested", fits_share=delight.reach.value,
                    columns=columns_behind(delight.columns, delight.filter, features), filter=delight.filter,
                )
            )
        )  # fmt: skip
    return tuple(ids)


def enter_kpis(kpis, identity, ledger, numbers, own=MappingProxyType({})) -> tuple[Kpi, ...]:
    """Every KPI of a persona as a claim, so that its p-value is adjusted with all others.

    own : the columns that own KPIs of the contract use, by key
    """
    for kpi in kpis:
        against = f"; others {numbers.value(kpi.rest, [kpi.estimate])}" if kpi.rest is not None else ""
        columns, condition = source_of(kpi.key, kpi.label, own)
        ledger.enter(
            Claim(
                id=f"{identity}-kpi-{kpi.key}", persona_id=identity,
                sentence=f"{kpi.label}: {numbers.value(kpi.estimate, [kpi.rest])}{against}.", kind="describes",
                feature=kpi.key, estimate=kpi.estimate, rest=kpi.rest, effect=kpi.effect,
                effect_name="" if kpi.effect is None else "h" if kpi.estimate.method == "Wilson" else "d",
                test=kpi.test, columns=columns, filter=condition,
            ),
            kpi.p,
        )  # fmt: skip
    return kpis
