"""Turns segments and their experience into personas: every statement a claim, every claim with its evidence."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from personas.customers import Customers
from personas.dataset import Dataset
from personas.estimates import Estimate, not_measured, share_estimate
from personas.experience import Experience, GroupExperience, Signal, read_playbook
from personas.experience.disclosure import shown_parts
from personas.experience.text.models import Themes
from personas.experience.value.buying_centre import role_column
from personas.numerals import Numerals
from personas.profiles.actions import plan_actions
from personas.profiles.advice import surprise, talk_to
from personas.profiles.affinity import choose_affinities, enter_affinities, fitting_offers, product_lifts, sum_products
from personas.profiles.buying_centre import enter_buying_centre
from personas.profiles.claims import Ledger
from personas.profiles.concealment import conceal_standings, hide_levels
from personas.profiles.course import enter_course
from personas.profiles.glyph import choose_petals, draw_glyph, glyph_words
from personas.profiles.goals import enter_goals, is_habit, is_stated
from personas.profiles.identity import Identities, first_identities, why_renamed
from personas.profiles.models import Claim, DatasetCard, Persona, PersonaSet
from personas.profiles.naming import name_personas
from personas.profiles.overview import choose_compared, first_actions, who_is_represented, write_headline
from personas.profiles.principles import enter_business_case, enter_principles
from personas.profiles.rules import short_rule
from personas.profiles.screening import screen_standings
from personas.profiles.sensitivity import judge_sensitivity
from personas.profiles.sources import columns_of_own_kpis
from personas.profiles.standing import enter_standing
from personas.profiles.statements import (
    back_delights,
    back_pain_points,
    enter_finding,
    enter_kpis,
    enter_surprise,
    leading_traits,
)
from personas.profiles.sureness import enter_sureness
from personas.profiles.traits import (
    Standing,
    distribution_of,
    enter_distribution,
    enter_trait,
    stand,
    trait_of,
    weigh_trait,
)
from personas.segments import Segmentation
from personas.segments.segmentation import refuse_small

WHO_BLOCKS = ("demographic", "rhythm", "time")
MOST_TRAITS, MOST_WHO, MOST_WANTS, MOST_STRUGGLES, MOST_GOALS = 10, 3, 3, 2, 2


def derive_personas(
    customers: Customers,
    segmentation: Segmentation,
    experience: Experience,
    card: DatasetCard,
    min_group: int = 10,
    seed: int = 7,
    playbook: dict[str, Signal] | None = None,
    names: Mapping[str, str] | None = None,
    refits: pd.DataFrame | None = None,
    themes: Themes | None = None,
    source: Dataset | None = None,
    identities: Identities | None = None,
) -> PersonaSet:
    """Derive one persona a segment, and what holds for all of them.

    names : an analyst's names by permanent id, as in ``names:`` of dataset.yml; a name whose persona is not there
        is kept in `unused_names`; groups that were made elsewhere keep their names unless others are given
    refits : other divisions of the same customers, a row a customer and a column each, to say which statements hold in
        them too
    themes : what was written, whose suggestions are goals; source : the dataset, whose purchases are then compared
    identities : which persona each segment is, from :func:`identify_personas`; without it, a first run

    Returns a :class:`PersonaSet`, the whole of ``personas.json``. Raises InputError for contradictory claims.
    """
    playbook = read_playbook().signals if playbook is None else playbook
    frame = customers.frame
    numbers = Numerals(card.currency)
    segments = segmentation.members["segment"].to_numpy()
    count = len(segmentation)
    refuse_small(np.bincount(segments, minlength=count + 1)[1:], min_group, "min_group")
    stood = [_standings(customers, segments == number, count, min_group) for number in range(1, count + 1)]
    standings = screen_standings(
        conceal_standings(stood, customers, segments, min_group),
        customers.features,
        [kpi.p for group in experience.groups if group.segment for kpi in group.kpis if kpi.p is not None],
    )
    identities = identities or first_identities(count)
    ids = tuple(one.persona_id for one in identities.personas)
    names = names or dict(zip(ids, segmentation.given, strict=False))
    given = {i: names[identity] for i, identity in enumerate(ids) if identity in (names or {})}
    earlier = {i: one.from_data for i, one in enumerate(identities.personas) if one.from_data}
    from_data = name_personas([list(own.values()) for own in standings], card.units, given, earlier)
    called = tuple(given.get(i, name) for i, name in enumerate(from_data))
    petals, compared = choose_petals(standings), choose_compared(standings)
    shown = tuple(dict.fromkeys((*compared, *petals)))
    ledger = Ledger()
    named = {feature.name: feature for feature in customers.features}
    own_columns = columns_of_own_kpis(source, named)
    role_name = role_column(source) if source is not None else None
    products = sum_products(source, segmentation.members) if source is not None and count > 1 else None
    hidden = hide_levels(customers.frame, customers.features, segments, standings, min_group)
    personas = tuple(
        _persona(
            customers, segmentation, experience.of(number), standings[number - 1], called, petals,
            shown, ledger, numbers, card, min_group, seed, playbook, themes, products, ids[number - 1], own_columns,
            role_name, hidden,
        )
        for number in range(1, count + 1)
    )  # fmt: skip
    base_pains = back_pain_points(experience.base, "all", ledger, numbers, named)
    headline, summary = write_headline(personas, base_pains, segmentation, ledger, numbers, card)
    in_between = share_estimate(segmentation.members["in_between"].to_numpy())
    principles = enter_principles(ledger, personas, base_pains, compared, in_between, numbers, card, named)
    business_case = enter_business_case(ledger, experience, numbers, card)
    represented = who_is_represented(customers, segments, ledger, numbers, card, min_group)
    stood = dict(zip(ids, standings, strict=True))
    claims = judge_sensitivity(ledger.closed(), customers, segments, refits, stood, min_group)
    personas = tuple(_with_adjusted(persona, claims) for persona in personas)
    personas = tuple(
        persona.model_copy(update={"named_by": "analyst", "name_from_data": from_data[i]}) if i in given else persona
        for i, persona in enumerate(personas)
    )
    personas = tuple(
        persona.model_copy(update=why_renamed(persona, one))
        for persona, one in zip(personas, identities.personas, strict=True)
    )
    return PersonaSet(
        dataset=card,
        verdict=segmentation.verdict,
        headline=headline,
        summary=summary,
        kpis=experience.base.kpis,
        pain_points=base_pains,
        actions=first_actions(frame, base_pains, personas, playbook),
        personas=personas,
        compare_features=compared,
        journey=experience.base.journey,
        claims=claims,
        not_measured=experience.not_measured,
        represented=tuple(ledger.claims[i].sentence for i in represented),
        represented_claims=represented,
        principles=principles,
        business_case=business_case,
        min_group=min_group,
        seed=seed,
        unused_names={key: name for key, name in (names or {}).items() if key not in {p.id for p in personas}},
        experience=_beside(experience),
    )


def _beside(experience: Experience) -> Experience:
    """The experience without what personas and the base carry themselves."""
    told = {"kpis": (), "pain_points": (), "journey": ()}
    groups = tuple(group.model_copy(update=told) for group in experience.groups)
    return experience.model_copy(update={"groups": groups, "not_measured": ()})


def _standings(customers: Customers, inside: np.ndarray, count: int, min_group: int) -> dict[str, Standing]:
    if count == 1:
        return {}
    found = ((f.name, stand(customers.frame, f, inside, min_group)) for f in customers.features)
    return {name: standing for name, standing in found if standing is not None}


def _persona(
    customers, segmentation, group: GroupExperience, standings, called, petals, shown, ledger, numbers, card,
    min_group, seed, playbook, themes, products, identity, own_columns, role_name, hidden,
) -> Persona:  # fmt: skip
    frame, features = customers.frame, customers.features
    named = {feature.name: feature for feature in features}
    number = group.segment
    name = called[number - 1]
    size = segmentation.sizes[number - 1]
    inside = segmentation.members["segment"].to_numpy() == number
    ranked = sorted((s for s in standings.values() if s.distinct), key=lambda s: (-abs(s.gap), s.feature.name))
    alike = [standings[name] for name in shown if name in standings and not standings[name].distinct]
    in_who = [s for s in ranked if _tells_who(s)]
    others = [s for s in ranked if s.feature.block not in WHO_BLOCKS and not _tells_who(s) and not is_stated(s)]
    in_wants = [s for s in others if s.feature.forms and s.gap > 0]
    place = {s.feature.name: i for chosen in (in_who, in_wants) for i, s in enumerate(chosen)}
    ids = {
        s.feature.name: enter_trait(ledger, identity, s, features, numbers, place.get(s.feature.name, 0))
        for s in (*ranked, *alike)
    }
    for standing in standings.values():
        if standing.feature.name not in ids:
            weigh_trait(ledger, identity, standing, features)
    share = share_estimate(inside)
    value = group.value_share
    pains = back_pain_points(group, identity, ledger, numbers, named)
    kpis = enter_kpis(group.kpis, identity, ledger, numbers, own_columns)
    finding = enter_finding(ledger, identity, name, ranked, share, value, numbers, card)
    told = {s.feature.name for s in leading_traits(ranked)}
    who = [ids[s.feature.name] for s in in_who]
    wants = [ids[s.feature.name] for s in in_wants]
    hurting = [p for p in pains if not (p.impact.measured and p.impact.low > 0)]
    unexpected = surprise(standings)
    expect = expect_claim = None
    if unexpected:
        expect, standing = unexpected
        expect_claim = enter_surprise(ledger, identity, standing, features, numbers)
        expect = f"{expect}."
    do, dont = talk_to(standings, ids)
    wanted = _untold(wants, told, ids)
    beyond = wanted[MOST_WANTS : MOST_WANTS + MOST_GOALS]
    goals = enter_goals(ledger, identity, standings, beyond, themes, numbers, number)
    things = choose_affinities(standings, product_lifts(products, number, min_group))
    buys = enter_affinities(ledger, identity, things, numbers)
    course = enter_course(ledger, identity, group, numbers)
    rule = short_rule(frame, features, inside, seed)
    in_between = _in_between(segmentation, number, min_group)
    return Persona(
        id=identity,
        number=number,
        name=name,
        finding_claim=finding,
        n=size.n,
        share=share,
        value_share=value,
        stability=size.stability,
        stability_word=size.word,
        in_between=in_between,
        glyph=draw_glyph(standings, petals),
        glyph_words=glyph_words(standings, petals),
        who=tuple((_untold(who, told, ids) or who)[:MOST_WHO]),
        wants=tuple(wanted[:MOST_WANTS] or goals[:1] or wants[:MOST_WANTS]),
        struggles=tuple(p.claim_ids[0] for p in hurting[:MOST_STRUGGLES]),
        expect=expect,
        expect_claim=expect_claim,
        traits=tuple(trait_of(s, ids[s.feature.name]) for s in _told(ranked, alike, shown)),
        profile=_profile(
            frame,
            features,
            segmentation.members["segment"].to_numpy(),
            number,
            identity,
            min_group,
            ids,
            ledger,
            numbers,
            hidden,
        ),
        goals=goals if wanted else goals[1:],
        buys=buys,
        offers=fitting_offers(standings, things, buys),
        pain_points=pains,
        delights=back_delights(group, identity, ledger, numbers, features=named),
        journey=group.journey,
        kpis=kpis,
        actions=plan_actions(pains, playbook, frame, inside, identity),
        do=do,
        dont=dont,
        journey_claims=course.journey,
        path_claims=course.path,
        rating_claims=course.ratings,
        buying_centre=enter_buying_centre(ledger, identity, group.buying_centre, role_name, numbers, card),
        standing=enter_standing(ledger, identity, group.standing, called, numbers, named),
        sure=enter_sureness(
            ledger, identity, size, in_between, ranked[:MOST_TRAITS], rule, numbers, len(called) == 1, min_group
        ),
        not_measured=(),
    )


def _untold(chosen: list[str], told: set[str], ids: Mapping[str, str]) -> list[str]:
    """The claims that the finding has not told already."""
    return [claim for claim in chosen if claim not in {ids[name] for name in told}]


def _in_between(segmentation: Segmentation, number: int, min_group: int) -> Estimate:
    """Members who lie close to another persona, as far as neither they nor the others are few."""
    segments, close = (segmentation.members[name].to_numpy() for name in ("segment", "in_between"))
    counts = [
        {s: int((side & (segments == s)).sum()) for s in range(1, len(segmentation) + 1)}
        for side in (close.astype(bool), ~close.astype(bool))
    ]
    if number not in shown_parts(*counts, min_group):
        return not_measured(f"withheld: it would tell of fewer than {min_group}", "share")
    return share_estimate(close[segments == number])


def _tells_who(standing: Standing) -> bool:
    """Whether a trait says who they are: an attribute that is neither a habit nor an answer on what matters."""
    feature = standing.feature
    if feature.block in WHO_BLOCKS:
        return feature.name != "recency"
    asked = bool(feature.columns) and feature.columns[0].startswith("customers.")
    return asked and feature.forms and not is_habit(standing) and not is_stated(standing)


def _told(ranked: list[Standing], alike: list[Standing], shown: tuple[str, ...]) -> list[Standing]:
    """The strongest traits, and every compared feature whether it sets the persona apart or not."""
    told = ranked[:MOST_TRAITS]
    return told + [s for s in (*ranked[MOST_TRAITS:], *alike) if s.feature.name in shown]


def _with_adjusted(persona: Persona, claims: tuple[Claim, ...]) -> Persona:
    """The persona's KPIs with the p-values that the closed ledger gives."""
    adjusted = {claim.id: claim.p_adjusted for claim in claims}
    kpis = tuple(
        kpi.model_copy(update={"p_adjusted": adjusted.get(f"{persona.id}-kpi-{kpi.key}")}) for kpi in persona.kpis
    )
    return persona.model_copy(update={"kpis": kpis})


def _profile(frame, features, segments, number, identity, min_group, ids, ledger, numbers, hidden):
    """Distributions, each with the claim of its standing or, where it has none, with one on its commonest level."""
    found = (
        distribution_of(frame, f, segments, number, min_group, ids.get(f.name), hidden.get(f.name))
        for f in features
        if f.kind in ("category", "ordered")
    )
    told = [d for d in found if d is not None]
    return tuple(
        d.model_copy(update={"claim_id": d.claim_id or enter_distribution(ledger, identity, d, features, numbers)})
        for d in told
    )
