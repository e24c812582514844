"""Turns segments and their experience into personas: every statement a claim, every claim with its evidence."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from personas.customers import Customers
from personas.dataset import Dataset
from personas.estimates import share_estimate
from personas.experience import Experience, Signal, read_playbook
from personas.experience.text.models import Themes
from personas.experience.value.buying_centre import role_column
from personas.numerals import Numerals
from personas.profiles.affinity import sum_products
from personas.profiles.claims import Ledger
from personas.profiles.composition import Setting, compose_persona
from personas.profiles.concealment import conceal_standings, hide_levels
from personas.profiles.glyph import choose_petals
from personas.profiles.identities import Identities, first_identities, why_renamed
from personas.profiles.models import Claim, DatasetCard, Persona, PersonaSet
from personas.profiles.naming import name_personas
from personas.profiles.overview import choose_compared, first_actions, who_is_represented, write_headline
from personas.profiles.principles import enter_business_case, enter_principles
from personas.profiles.screening import screen_standings
from personas.profiles.sensitivity import judge_sensitivity
from personas.profiles.sources import columns_of_own_kpis
from personas.profiles.statements import back_pain_points
from personas.profiles.traits import Standing
from personas.profiles.weighing import mark_weighted, standing_of, weights_of
from personas.segments import Segmentation
from personas.segments.segmentation import refuse_small


def derive_personas(
    customers: Customers,
    segmentation: Segmentation,
    experience: Experience,
    card: DatasetCard,
    min_group: int = 10,
    seed: int = 7,
    playbook: Mapping[str, Signal] | None = None,
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

    >>> persona_set = derive_personas(customers, segmentation, experience, card, source=dataset)
    >>> [persona.name for persona in persona_set.personas]
    ['Small-basket regulars', 'Big-basket occasional buyers']
    """
    playbook = read_playbook().signals if playbook is None else playbook
    frame = customers.frame
    numbers = Numerals(card.currency)
    segments = segmentation.members["segment"].to_numpy()
    count = len(segmentation)
    refuse_small(np.bincount(segments, minlength=count + 1)[1:], min_group, "min_group")
    weights = weights_of(customers)
    stood = [_standings(customers, segments == number, count, min_group, weights) for number in range(1, count + 1)]
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
    named = {feature.name: feature for feature in customers.features}
    ledger, compared = Ledger(), choose_compared(standings)
    run = Setting(
        customers=customers, segmentation=segmentation, card=card, ledger=ledger, numbers=numbers, ids=ids,
        called=called, petals=choose_petals(standings), compared=compared, playbook=playbook, themes=themes,
        products=sum_products(source, segmentation.members, weights) if source is not None and count > 1 else None,
        own_columns=columns_of_own_kpis(source, named),
        role_name=role_column(source) if source is not None else None,
        hidden=hide_levels(frame, customers.features, segments, standings, min_group),
        weights=weights, min_group=min_group, seed=seed,
    )  # fmt: skip
    personas = tuple(
        compose_persona(run, experience.of(number), standings[number - 1]) for number in range(1, count + 1)
    )
    base_pains = back_pain_points(experience.base, "all", ledger, numbers, named)
    headline, summary = write_headline(personas, base_pains, segmentation, ledger, numbers, card)
    in_between = share_estimate(segmentation.members["in_between"].to_numpy())
    principles = enter_principles(ledger, personas, base_pains, compared, in_between, numbers, card, named)
    business_case = enter_business_case(ledger, experience, numbers, card)
    represented = who_is_represented(customers, segments, ledger, numbers, card, min_group)
    by_persona = dict(zip(ids, standings, strict=True))
    claims = judge_sensitivity(ledger.closed(), customers, segments, refits, by_persona, min_group, weights)
    claims = claims if weights is None else mark_weighted(claims)
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


def _standings(customers: Customers, inside: np.ndarray, count: int, min_group: int, weights) -> dict[str, Standing]:
    if count == 1:
        return {}
    found = ((f.name, standing_of(customers.frame, f, inside, min_group, weights)) for f in customers.features)
    return {name: standing for name, standing in found if standing is not None}


def _with_adjusted(persona: Persona, claims: tuple[Claim, ...]) -> Persona:
    """The persona's KPIs with the p-values that the closed ledger gives."""
    adjusted = {claim.id: claim.p_adjusted for claim in claims}
    kpis = tuple(
        kpi.model_copy(update={"p_adjusted": adjusted.get(f"{persona.id}-kpi-{kpi.key}")}) for kpi in persona.kpis
    )
    return persona.model_copy(update={"kpis": kpis})
