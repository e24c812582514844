"""Turns segments and their experience into personas: every statement a claim, every claim with its evidence."""

from __future__ import annotations

import numpy as np

from personas.customers import Customers
from personas.estimates import Estimate, share_estimate
from personas.experience import Experience, GroupExperience, PainPoint, Signal, read_playbook
from personas.experience.kpis import kpi_values, welch_p
from personas.numerals import Numerals, percent, whole
from personas.profiles.actions import plan_actions
from personas.profiles.advice import surprise, talk_to
from personas.profiles.claims import Ledger
from personas.profiles.models import Action, Claim, DatasetCard, GlyphAxis, Kpi, Persona, PersonaSet
from personas.profiles.naming import name_personas
from personas.profiles.rules import short_rule
from personas.profiles.traits import (
    Standing,
    distribution_of,
    enter_trait,
    lower_first,
    stand,
    trait_of,
)
from personas.segments import Segmentation

PETALS = 6
WHO_BLOCKS = ("demographic", "rhythm", "time")
MOST_TRAITS, MOST_WHO, MOST_WANTS, MOST_STRUGGLES = 10, 3, 3, 2


def derive_personas(
    customers: Customers,
    segmentation: Segmentation,
    experience: Experience,
    card: DatasetCard,
    min_group: int = 10,
    seed: int = 7,
    playbook: dict[str, Signal] | None = None,
) -> PersonaSet:
    """Derive one persona a segment, and what holds for all of them.

    Returns a :class:`PersonaSet`, the whole of ``personas.json``. Raises InputError for contradictory claims.
    """
    playbook = read_playbook() if playbook is None else playbook
    frame, features = customers.frame, customers.features
    numbers = Numerals(card.currency)
    segments = segmentation.members["segment"].to_numpy()
    count = len(segmentation)
    standings = [_standings(customers, segments == number, count) for number in range(1, count + 1)]
    names = name_personas([list(own.values()) for own in standings], card.units)
    petals = _petals(standings)
    ledger = Ledger()
    kpi_p: dict[tuple[int, str], float] = {}
    personas = tuple(
        _persona(
            customers, segmentation, experience.of(number), standings[number - 1], names[number - 1], petals,
            ledger, numbers, card, min_group, seed, playbook, kpi_p,
        )
        for number in range(1, count + 1)
    )  # fmt: skip
    base_pains = _with_claims(experience.base, "all", card.units, ledger, numbers, playbook)
    headline, summary = _headline(personas, segmentation, ledger, numbers, card)
    claims = ledger.closed()
    personas = tuple(_with_adjusted(persona, claims) for persona in personas)
    return PersonaSet(
        dataset=card,
        verdict=segmentation.verdict,
        headline=headline,
        summary=summary,
        kpis=experience.base.kpis,
        pain_points=base_pains,
        actions=_first_actions(frame, base_pains, personas, playbook),
        personas=personas,
        compare_features=_compared(standings),
        journey=experience.base.journey,
        claims=claims,
        not_measured=experience.not_measured,
        represented=_represented(customers, segments, numbers, card),
        min_group=min_group,
        seed=seed,
    )


def _standings(customers: Customers, inside: np.ndarray, count: int) -> dict[str, Standing]:
    if count == 1:
        return {}
    found = ((f.name, stand(customers.frame, f, inside)) for f in customers.features)
    return {name: standing for name, standing in found if standing is not None}


def _persona(
    customers, segmentation, group: GroupExperience, standings, name, petals, ledger, numbers, card, min_group, seed,
    playbook, kpi_p,
) -> Persona:  # fmt: skip
    frame, features = customers.frame, customers.features
    number = group.segment
    size = segmentation.sizes[number - 1]
    inside = segmentation.members["segment"].to_numpy() == number
    identity = f"P{number}"
    ranked = sorted((s for s in standings.values() if s.distinct), key=lambda s: (-abs(s.gap), s.feature.name))
    ids = {s.feature.name: enter_trait(ledger, identity, s, features, numbers) for s in ranked}
    share = share_estimate(inside)
    value = _kpi(group.kpis, "value_share")
    pains = _with_claims(group, identity, card.units, ledger, numbers, playbook)
    kpis = _enter_kpis(group.kpis, identity, frame, inside, ledger, numbers)
    finding = _enter_finding(ledger, identity, name, ranked, share, value, numbers, card)
    defining = [s for s in ranked if s.feature.forms]
    who = [ids[s.feature.name] for s in ranked if s.feature.block in WHO_BLOCKS and s.feature.name != "recency"]
    wants = [ids[s.feature.name] for s in defining if s.feature.block not in WHO_BLOCKS and s.gap > 0]
    hurting = [p for p in pains if not (p.impact.measured and p.impact.low > 0)]
    unexpected = surprise(standings)
    expect = expect_claim = None
    if unexpected:
        expect, standing = unexpected
        expect_claim = _enter_surprise(ledger, identity, standing, features, numbers)
        expect = f"{expect}."
    do, dont = talk_to(standings, ids)
    in_between = share_estimate(segmentation.members["in_between"].to_numpy()[inside])
    return Persona(
        id=identity,
        number=number,
        name=name,
        finding_claim=finding,
        n=size.n,
        share=share,
        value_share=value or Estimate(value=None, unit="share", method="no sales in the data"),
        stability=size.stability,
        stability_word=size.word,
        in_between=in_between,
        glyph=_glyph(standings, petals),
        glyph_words=_glyph_words(standings, petals),
        who=tuple(who[:MOST_WHO]),
        wants=tuple(wants[:MOST_WANTS]),
        struggles=tuple(p.claim_ids[0] for p in hurting[:MOST_STRUGGLES]),
        expect=expect,
        expect_claim=expect_claim,
        traits=tuple(trait_of(s, ids[s.feature.name]) for s in ranked[:MOST_TRAITS]),
        profile=_profile(frame, features, inside, min_group, ids),
        goals=tuple(wants[:MOST_WANTS]),
        pain_points=pains,
        delights=(),
        journey=group.journey,
        kpis=kpis,
        actions=plan_actions(pains, playbook, frame, inside, identity),
        do=do,
        dont=dont,
        variety=_variety(ranked),
        rule=short_rule(frame, features, inside, seed),
        not_measured=(),
    )


def _kpi(kpis: tuple[Kpi, ...], key: str) -> Estimate | None:
    return next((kpi.estimate for kpi in kpis if kpi.key == key), None)


def _enter_finding(ledger, identity, name, ranked, share, value, numbers, card) -> str:
    """The one sentence that says who they are, from the two strongest traits of different blocks."""
    size = f"{numbers.value(share)} of {card.units}"
    worth_ = f" and {numbers.value(value)} of sales" if value is not None and value.measured else ""
    chosen: list[Standing] = []
    for standing in ranked:
        if (
            standing.feature.forms
            and not standing.level
            and all(standing.feature.block != other.feature.block for other in chosen)
        ):
            chosen.append(standing)
    if not chosen:
        sentence = f"{name} are {size}{worth_}; little sets them apart."
        estimate, rest, columns, effect = share, None, ("membership",), None
    else:
        first = chosen[0]
        parts = " and ".join(_clause(s, numbers) for s in chosen[:2])
        sentence = f"{name} {parts}. They are {size}{worth_}."
        estimate, rest, effect = first.own, first.rest, first.effect
        columns = tuple(dict.fromkeys(c for s in chosen[:2] for c in s.feature.columns))
    return ledger.enter(
        Claim(
            id=f"{identity}-finding", persona_id=identity, sentence=sentence, kind="defines",
            feature=chosen[0].feature.name if chosen else "segment", estimate=estimate, rest=rest, effect=effect,
            effect_name="d" if effect is not None else "", columns=columns, fits_share=chosen[0].fits if chosen else None,
        )
    )  # fmt: skip


def _clause(standing: Standing, numbers: Numerals) -> str:
    """What they do more or less of, with the figures in brackets."""
    feature = standing.feature
    words = feature.high_clause if standing.effect > 0 else feature.low_clause
    words = words or f"have {'more' if standing.effect > 0 else 'less'} {lower_first(feature.label)}"
    return f"{words} ({numbers.value(standing.own)}, others {numbers.value(standing.rest)})"


def _enter_surprise(ledger, identity, standing: Standing, features, numbers) -> str:
    """The claim behind "you may expect …": the standing, whether or not it is a distinct trait."""
    if standing.distinct:
        return f"{identity}-{standing.feature.name}"
    own, rest = (numbers.value(e) for e in (standing.own, standing.rest))
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


def _with_claims(group, owner, units, ledger, numbers, playbook) -> tuple[PainPoint, ...]:
    """Pain points with the claims that back them."""
    done = []
    for pain in group.pain_points:
        signal = playbook[pain.key]
        text = signal.finding.format(share=numbers.value(pain.reach))
        against = f"; others {numbers.value(pain.rest)}" if pain.rest is not None else ""
        claim_id = ledger.enter(
            Claim(
                id=f"{owner}-pain-{pain.key}",
                persona_id=None if owner == "all" else owner,
                sentence=f"{text}{against}.",
                kind="inferred",
                feature=pain.key,
                estimate=pain.reach,
                rest=pain.rest,
                effect=None,
                test="not tested: made from the columns that formed the segments, or their kin",
                fits_share=pain.reach.value,
                columns=signal.needs,
                filter=signal.filter,
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
                        columns=("transactions.amount", "transactions.time"),
                        filter=f"{signal.filter}; before the holdout, sales after it",
                    )
                )
            )
        done.append(pain.model_copy(update={"claim_ids": tuple(ids)}))
    return tuple(done)


def _enter_kpis(kpis, identity, frame, inside, ledger, numbers) -> tuple[Kpi, ...]:
    """Every KPI of a persona as a claim, so that its p-value is adjusted with all others."""
    for kpi in kpis:
        p = None
        if kpi.test.startswith("Welch"):
            values = kpi_values(kpi.key, frame)
            p = welch_p(values[inside], values[~inside])
        against = f"; others {numbers.value(kpi.rest)}" if kpi.rest is not None else ""
        ledger.enter(
            Claim(
                id=f"{identity}-kpi-{kpi.key}", persona_id=identity,
                sentence=f"{kpi.label}: {numbers.value(kpi.estimate)}{against}.", kind="describes",
                feature=kpi.key, estimate=kpi.estimate, rest=kpi.rest, effect=kpi.effect,
                effect_name="" if kpi.effect is None else "h" if kpi.estimate.method == "Wilson" else "d",
                test=kpi.test, columns=(kpi.key,),
            ),
            p,
        )  # fmt: skip
    return kpis


def _with_adjusted(persona: Persona, claims: tuple[Claim, ...]) -> Persona:
    """The persona's KPIs with the p-values that the closed ledger gives."""
    adjusted = {claim.id: claim.p_adjusted for claim in claims}
    kpis = tuple(
        kpi.model_copy(update={"p_adjusted": adjusted.get(f"{persona.id}-kpi-{kpi.key}")}) for kpi in persona.kpis
    )
    return persona.model_copy(update={"kpis": kpis})


def _petals(standings: list[dict[str, Standing]]) -> tuple[str, ...]:
    """The features on which personas differ most, the same petals for all so that flowers can be compared."""
    spread: dict[str, float] = {}
    block = {}
    for own in standings:
        for name, standing in own.items():
            if standing.feature.forms:
                spread[name] = max(spread.get(name, 0.0), abs(standing.gap))
                block[name] = standing.feature.block
    chosen: list[str] = []
    for name in sorted(spread, key=lambda n: (-spread[n], n)):
        if len(chosen) < PETALS and sum(block[name] == block[other] for other in chosen) < 2:
            chosen.append(name)
    return tuple(sorted(chosen, key=lambda n: (block[n], n)))


def _glyph(standings: dict[str, Standing], petals: tuple[str, ...]) -> tuple[GlyphAxis, ...]:
    return tuple(
        GlyphAxis(
            label=standings[name].feature.label,
            words=_gap_words(standings[name]),
            gap=float(np.clip(standings[name].gap, -2, 2)),
        )
        for name in petals
        if name in standings
    )


def _gap_words(standing: Standing) -> str:
    size = abs(standing.gap)
    amount = "much " if size >= 0.8 else "" if size >= 0.3 else None
    if amount is None:
        return "like everybody"
    return f"{amount}{'more' if standing.gap > 0 else 'less'} than everybody"


def _glyph_words(standings: dict[str, Standing], petals: tuple[str, ...]) -> str:
    parts = [f"{lower_first(standings[n].feature.label)}: {_gap_words(standings[n])}" for n in petals if n in standings]
    return "; ".join(parts) if parts else "everybody together: no differences to show"


def _compared(standings: list[dict[str, Standing]], most: int = 8) -> tuple[str, ...]:
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


def _profile(frame, features, inside, min_group, ids):
    found = (
        distribution_of(frame, f, inside, min_group, ids.get(f.name))
        for f in features
        if f.kind in ("category", "ordered")
    )
    return tuple(d for d in found if d is not None)


def _variety(ranked: list[Standing]) -> str:
    """Whom the description does not fit."""
    told = [s for s in ranked[:MOST_TRAITS] if s.feature.forms and not s.level]
    if not told:
        return "There is no trait that most of them share and others do not."
    least = min(told, key=lambda s: s.fits)
    best = max(told, key=lambda s: s.fits)
    return (
        f"No sentence fits everybody: {lower_first(best.feature.label)} is on the named side of the median for "
        f"{percent(best.fits)} of them, {lower_first(least.feature.label)} for {percent(least.fits)}."
    )


def _first_actions(frame, pains, personas, playbook, most: int = 5) -> tuple[Action, ...]:
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


def _headline(personas, segmentation, ledger, numbers, card) -> tuple[str, tuple[str, ...]]:
    """The finding of the whole set and two sentences more, each entered as a claim."""
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
    pained = [
        (pain, p) for p in personas for pain in p.pain_points[:1] if pain.impact.measured and pain.impact.high < 0
    ]
    if pained:
        pain, persona = max(pained, key=lambda pair: (pair[0].score * pair[1].n, pair[1].id))
        claim = ledger.claims[pain.claim_ids[0]]
        sentences.append(f"What hurts most: among {lower_first(persona.name)}, {lower_first(claim.sentence)}")
        _enter_set_claim(ledger, "set-pain", persona.id, sentences[-1], pain.reach, pain.key, "inferred")
    sentences.append(verdict.meaning)
    return text, tuple(sentences)


def _enter_set_claim(ledger, identity, persona_id, sentence, estimate, feature, kind="describes"):
    ledger.enter(
        Claim(
            id=identity, persona_id=persona_id, sentence=sentence, kind=kind, feature=feature, estimate=estimate,
            columns=("membership", "sales"),
        )
    )  # fmt: skip


def _represented(customers: Customers, segments: np.ndarray, numbers, card) -> tuple[str, ...]:
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
