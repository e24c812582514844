"""One persona put together: which of a segment's standings, pains and figures it tells, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from personas.customers import Customers
from personas.customers.models import Feature
from personas.estimates import Estimate, not_measured, share_estimate
from personas.experience import GroupExperience, Signal
from personas.experience.disclosure import shown_parts
from personas.experience.suppression import Hidden
from personas.experience.text.models import Themes
from personas.numerals import Numerals
from personas.profiles.actions import plan_actions
from personas.profiles.advice import surprise, talk_to
from personas.profiles.affinity import choose_affinities, enter_affinities, fitting_offers, product_lifts
from personas.profiles.buying_centre import enter_buying_centre
from personas.profiles.claims import Ledger
from personas.profiles.course import enter_course
from personas.profiles.distributions import distribution_of, enter_distribution
from personas.profiles.glyph import draw_glyph, glyph_words
from personas.profiles.goals import enter_goals, is_habit, is_stated
from personas.profiles.models import DatasetCard, Distribution, PainPoint, Persona
from personas.profiles.rules import short_rule
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
from personas.profiles.trait_claims import enter_trait, trait_of, weigh_trait
from personas.profiles.traits import Standing
from personas.profiles.weighing import share_among
from personas.segments import Segmentation

WHO_BLOCKS = ("demographic", "rhythm", "time")
MOST_TRAITS, MOST_WHO, MOST_WANTS, MOST_STRUGGLES, MOST_GOALS = 10, 3, 3, 2, 2


@dataclass(frozen=True)
class Setting:
    """What all personas of a run have in common while they are put together.

    ids, called : permanent id and name by segment; petals, compared : features of the glyph and of the comparison
    products : sums by kind of product, or None; hidden : levels to leave open, by feature
    own_columns : columns of the contract's own KPIs; role_name : the attribute of contacts that says their part
    weights : (n,) survey weights or None
    """

    customers: Customers
    segmentation: Segmentation
    card: DatasetCard
    ledger: Ledger
    numbers: Numerals
    ids: tuple[str, ...]
    called: tuple[str, ...]
    petals: tuple[str, ...]
    compared: tuple[str, ...]
    playbook: Mapping[str, Signal]
    themes: Themes | None
    products: pd.DataFrame | None
    own_columns: Mapping[str, tuple[str, ...]]
    role_name: str | None
    hidden: Mapping[str, Hidden]
    weights: np.ndarray | None
    min_group: int
    seed: int

    @property
    def features(self) -> dict[str, Feature]:
        return {feature.name: feature for feature in self.customers.features}

    @property
    def segments(self) -> np.ndarray:
        """(n,) int, the segment of each customer."""
        return self.segmentation.members["segment"].to_numpy()


def compose_persona(run: Setting, group: GroupExperience, standings: Mapping[str, Standing]) -> Persona:
    """Put one persona together and enter its statements; standings : of its segment, by feature."""
    number, features, ledger, numbers = group.segment, run.customers.features, run.ledger, run.numbers
    identity, name, named = run.ids[number - 1], run.called[number - 1], run.features
    size, inside = run.segmentation.sizes[number - 1], run.segments == number
    shown = tuple(dict.fromkeys((*run.compared, *run.petals)))
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
    share = share_among(inside, run.weights)
    pains = back_pain_points(group, identity, ledger, numbers, named)
    kpis = enter_kpis(group.kpis, identity, ledger, numbers, run.own_columns)
    finding = enter_finding(ledger, identity, name, ranked, share, group.value_share, numbers, run.card)
    told = {s.feature.name for s in leading_traits(ranked)}
    who = [ids[s.feature.name] for s in in_who]
    wants = [ids[s.feature.name] for s in in_wants]
    hurting = [p for p in pains if not (p.impact.measured and p.impact.low > 0)]
    hurting = [p for i, p in enumerate(hurting) if i == 0 or _matters(p)]
    unexpected = surprise(standings)
    expect = expect_claim = None
    if unexpected:
        expect, standing = unexpected
        expect_claim = enter_surprise(ledger, identity, standing, features, numbers)
        expect = f"{expect}."
    do, dont = talk_to(standings, ids)
    wanted = _untold(wants, told, ids)
    beyond = wanted[MOST_WANTS : MOST_WANTS + MOST_GOALS]
    goals = enter_goals(ledger, identity, standings, beyond, run.themes, numbers, number)
    things = choose_affinities(standings, product_lifts(run.products, number, run.min_group))
    buys = enter_affinities(ledger, identity, things, numbers)
    course = enter_course(ledger, identity, group, numbers)
    rule = short_rule(run.customers.frame, features, inside, run.seed)
    in_between = _in_between(run.segmentation, number, run.min_group)
    return Persona(
        id=identity,
        number=number,
        name=name,
        finding_claim=finding,
        n=size.n,
        share=share,
        value_share=group.value_share,
        stability=size.stability,
        stability_word=size.word,
        in_between=in_between,
        glyph=draw_glyph(standings, run.petals),
        glyph_words=glyph_words(standings, run.petals),
        who=tuple((_untold(who, told, ids) or who)[:MOST_WHO]),
        wants=tuple(wanted[:MOST_WANTS] or goals[:1] or wants[:MOST_WANTS]),
        struggles=tuple(p.claim_ids[0] for p in hurting[:MOST_STRUGGLES]),
        expect=expect,
        expect_claim=expect_claim,
        traits=tuple(trait_of(s, ids[s.feature.name]) for s in _told(ranked, alike, shown)),
        profile=_profile(run, number, identity, ids),
        goals=goals if wanted else goals[1:],
        buys=buys,
        offers=fitting_offers(standings, things, buys),
        pain_points=pains,
        delights=back_delights(group, identity, ledger, numbers, features=named),
        journey=group.journey,
        kpis=kpis,
        actions=plan_actions(pains, run.playbook, run.customers.frame, inside, identity),
        do=do,
        dont=dont,
        journey_claims=course.journey,
        path_claims=course.path,
        rating_claims=course.ratings,
        buying_centre=enter_buying_centre(ledger, identity, group.buying_centre, run.role_name, numbers, run.card),
        standing=enter_standing(ledger, identity, group.standing, run.called, numbers, named),
        sure=enter_sureness(
            ledger, identity, size, in_between, ranked[:MOST_TRAITS], rule, numbers, len(run.called) == 1, run.min_group
        ),
        not_measured=(),
    )


def _matters(pain: PainPoint) -> bool:
    """Whether a loss goes with it that is no chance, or it hits the persona more than the others."""
    costs = pain.impact.measured and pain.impact.high < 0
    return bool(costs or (pain.rest is not None and pain.reach.low > pain.rest.value))


def _untold(chosen: Sequence[str], told: set[str], ids: Mapping[str, str]) -> list[str]:
    """The claims that the finding has not told already."""
    return [claim for claim in chosen if claim not in {ids[name] for name in told}]


def _in_between(segmentation: Segmentation, number: int, min_group: int) -> Estimate:
    """Members who lie close to another persona, as far as neither they nor the others are few."""
    segments, close = (segmentation.members[name].to_numpy() for name in ("segment", "in_between"))
    there, elsewhere = (
        {s: int((side & (segments == s)).sum()) for s in range(1, len(segmentation) + 1)}
        for side in (close.astype(bool), ~close.astype(bool))
    )
    if number not in shown_parts(there, elsewhere, min_group):
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


def _profile(run: Setting, number: int, identity: str, ids: Mapping[str, str]) -> tuple[Distribution, ...]:
    """Distributions, each with the claim of its standing or, where it has none, with one on its commonest level."""
    frame, inside = run.customers.frame, run.segments == number
    told = []
    for feature in run.customers.features:
        if feature.kind not in ("category", "ordered"):
            continue
        claim_id, hidden = ids.get(feature.name), run.hidden.get(feature.name)
        shares = distribution_of(frame, feature, run.segments, number, run.min_group, claim_id, hidden, run.weights)
        if shares is None:
            continue
        if claim_id is None:
            claim_id = enter_distribution(
                run.ledger, identity, shares, frame, feature, inside, run.numbers, run.weights
            )
        told.append(shares.model_copy(update={"claim_id": claim_id}))
    return tuple(told)
