"""From personas and evidence to what the page needs: claims looked up, sections decided, headings as findings.

Nothing is measured here and no statement about a persona is made: sentences come from claims, headings repeat
numbers that are given. The result is frozen, and the templates only lay it out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from personas.customers.models import Feature, Quality
from personas.experience.models import Said
from personas.numerals import Numerals, in_words, percent
from personas.profiles.models import Claim, Kpi, NotMeasured, PainPoint, Persona, PersonaSet
from personas.report import figures
from personas.report.comparison import ComparedRow, comparison
from personas.report.figure import Figure, lower_first
from personas.report.figures.differences import traits_by_feature
from personas.segments.models import Evidence, MapPoint, SegmentSize

# Sentences of each kind that a reader takes in within half a minute.
PERSONA_RATINGS = 5  # touchpoints on a persona's page, lowest first; the overview has all
BRIEF = {"who": 3, "wants": 2, "struggles": 2}


@dataclass(frozen=True)
class Heading:
    """A section's title as a finding, with the claims it repeats ("" where it speaks of no persona)."""

    text: str
    claims: str = ""


@dataclass(frozen=True)
class PersonaPage:
    """One persona with its claims looked up and its charts drawn."""

    persona: Persona
    finding: Claim
    sentences: dict[str, tuple[Claim, ...]]
    expect: Claim | None
    kpi_claims: dict[str, Claim]
    kpi: Kpi | None
    portrait: Figure | None
    profile: tuple[Figure, ...]
    pains: Figure | None
    journey: Figure | None
    ratings: Figure | None
    path: Figure | None
    quote: Said | None
    next: Persona | None

    @property
    def quoted_by(self) -> str:
        """Ids of the claims on what the quote is about."""
        pain = next(pain for pain in self.persona.pain_points if pain.quotes)
        return " ".join(pain.claim_ids)


@dataclass(frozen=True)
class Summary:
    """All that the templates read. `homes` says where on the page a claim's evidence stands."""

    set: PersonaSet
    numbers: Numerals
    pages: tuple[PersonaPage, ...]
    claims: dict[str, Claim]
    anchors: dict[str, str]
    homes: dict[str, str]
    further: tuple[Claim, ...]
    headings: dict[str, Heading]
    charts: dict[str, Figure]
    compare: tuple[ComparedRow, ...]
    missing: tuple[NotMeasured, ...]
    evidence: Evidence
    sizes: tuple[SegmentSize, ...]
    quality: Quality
    features: tuple[Feature, ...]

    @property
    def several(self) -> bool:
        return len(self.pages) > 1

    @property
    def worth(self) -> bool:
        """Whether anything is known of what attitudes and complaints go with."""
        return "case" in self.charts or "recovery" in self.charts

    @property
    def worth_words(self) -> str:
        """How far the best and the worst attitude are apart, in words."""
        return figures.case_words(self.set.experience.base.business_case, self.numbers)

    @property
    def matters(self) -> bool:
        """Whether anything is known of what moves customers, or of how others see the touchpoints."""
        return any(name in self.charts for name in ("drivers", "ratings", "rivals", "staff", "training"))


def summarise(
    persona_set: PersonaSet,
    evidence: Evidence,
    sizes: Sequence[SegmentSize],
    map_points: Sequence[MapPoint],
    quality: Quality,
    features: Sequence[Feature],
) -> Summary:
    """Prepare a report. Raises ValueError if personas refer to claims that the set does not have."""
    numbers = Numerals(persona_set.dataset.currency)
    claims = {c.id: c for c in persona_set.claims}
    check_references(persona_set, claims)
    personas = persona_set.personas
    homes = {}
    for persona in personas:
        for place, ids in placed(persona).items():
            for claim_id in ids if place != "kpis" else [i for i in ids if i in claims]:
                homes.setdefault(claim_id, f"{persona.id} {place}")
        # Their estimate, interval and number stand in the rows of the figure itself.
        drawn = (*persona.journey_claims, *persona.path_claims, *persona.rating_claims)
        homes = dict.fromkeys(drawn, f"{persona.id} figure") | homes
    homes |= dict.fromkeys(told_of_all(persona_set), "set")
    return Summary(
        set=persona_set,
        numbers=numbers,
        pages=tuple(persona_page(p, persona_set, claims, i) for i, p in enumerate(personas)),
        claims=claims,
        anchors=anchors_of(persona_set),
        homes=homes,
        further=tuple(c for c in persona_set.claims if c.id not in homes),
        headings=headings(persona_set),
        charts=charts(persona_set, evidence, sizes, map_points),
        compare=comparison(persona_set),
        missing=missing(persona_set),
        evidence=evidence,
        sizes=tuple(sizes),
        quality=quality,
        features=tuple(features),
    )


def anchors_of(persona_set: PersonaSet) -> dict[str, str]:
    """Claim id → id on the page. Numbered, since a claim's own id may hold anything."""
    return {claim.id: f"claim-{i}" for i, claim in enumerate(persona_set.claims, 1)}


def placed(persona: Persona) -> dict[str, tuple[str, ...]]:
    """Ids of the claims at each place of the persona's page, in the order of the page.

    What does not fit in 30 seconds moves to ``more``, unless another place shows it anyway.
    """
    brief = {place: getattr(persona, place)[:most] for place, most in BRIEF.items()}
    shown = {
        persona.finding_claim,
        persona.expect_claim,
        *persona.goals,
        *persona.buys,
        *persona.delights,
        *persona.standing,
        *persona.sure,
    }
    shown.update(*brief.values())
    spilled = [i for place, most in BRIEF.items() for i in getattr(persona, place)[most:]]
    return {
        "finding": (persona.finding_claim,),
        **brief,
        "expect": (persona.expect_claim,) if persona.expect_claim else (),
        "more": tuple(dict.fromkeys(i for i in spilled if i not in shown)),
        "goals": persona.goals,
        "buys": persona.buys,
        "delights": persona.delights,
        "standing": persona.standing,
        "sure": persona.sure,
        "kpis": tuple(f"{persona.id}-kpi-{kpi.key}" for kpi in persona.kpis if kpi.estimate.measured),
    }


def told_of_all(persona_set: PersonaSet) -> tuple[str, ...]:
    """Ids of the claims on all personas together that have a place of their own on the page."""
    case = (persona_set.business_case,) if persona_set.business_case else ()
    return (*persona_set.principles, *case, *persona_set.represented_claims)


def check_references(persona_set: PersonaSet, claims: dict[str, Claim]) -> None:
    """Raise ValueError naming every reference to a claim that does not exist."""
    wanted: list[tuple[str, str]] = []
    for p in persona_set.personas:
        wanted += [(p.id, i) for i in (*p.who, *p.wants, *p.struggles)]
        wanted += [(p.id, i) for place, ids in placed(p).items() if place != "kpis" for i in ids]
        wanted += [(p.id, t.claim_id) for t in p.traits]
        wanted += [(p.id, d.claim_id) for d in p.profile if d.claim_id]
        wanted += [(p.id, a.claim_id) for a in (*p.do, *p.dont, *p.offers)]
        wanted += [(p.id, i) for i in (*p.journey_claims, *p.path_claims, *p.rating_claims)]
        wanted += [(p.id, i) for item in (*p.pain_points, *p.actions) for i in item.claim_ids]
    wanted += [("the base", i) for i in told_of_all(persona_set)]
    wanted += [("the base", i) for item in (*persona_set.pain_points, *persona_set.actions) for i in item.claim_ids]
    lost = [f"{owner}: {claim_id}" for owner, claim_id in wanted if claim_id not in claims]
    if lost:
        raise ValueError("statements without a claim: " + "; ".join(lost[:20]))


def persona_page(persona: Persona, persona_set: PersonaSet, claims: dict[str, Claim], index: int) -> PersonaPage:
    currency, personas = persona_set.dataset.currency, persona_set.personas
    anchors = anchors_of(persona_set)
    reach = max([1.0, *(abs(t.gap) for p in personas for t in p.traits)])
    return PersonaPage(
        persona=persona,
        finding=claims[persona.finding_claim],
        sentences={place: tuple(claims[i] for i in ids if i in claims) for place, ids in placed(persona).items()},
        kpi_claims={k.key: c for k in persona.kpis if (c := claims.get(f"{persona.id}-kpi-{k.key}")) is not None},
        expect=claims[persona.expect_claim] if persona.expect_claim else None,
        kpi=next((k for k in persona.kpis if k.estimate.measured and "share" not in k.key), None),
        portrait=figures.portrait(persona, currency, reach=reach, anchors=anchors) if persona.traits else None,
        profile=tuple(figures.distribution_bars(d, persona) for d in persona.profile),
        pains=figures.pain_bars(remedied(persona), persona.number, currency, anchors) if persona.pain_points else None,
        journey=backed(
            figures.journey_lanes(persona.journey, persona.number) if persona.journey else None, persona.journey_claims
        ),
        ratings=backed(rated(persona_set, persona.number), persona.rating_claims),
        path=backed(shared_path(persona_set, persona.number), persona.path_claims),
        quote=next((said for pain in persona.pain_points for said in pain.quotes), None),
        next=personas[(index + 1) % len(personas)] if len(personas) > 1 else None,
    )


def backed(figure: Figure | None, claim_ids: Sequence[str]) -> Figure | None:
    """The figure with the claims that its rows repeat."""
    return replace(figure, claim=" ".join(claim_ids)) if figure is not None and claim_ids else figure


def rated(persona_set: PersonaSet, number: int) -> Figure | None:
    """How one persona (0: everybody) rates each touchpoint; None where fewer than two were rated."""
    if persona_set.experience is None or (number and len(persona_set.personas) == 1):
        return None
    ratings = persona_set.experience.of(number).ratings
    known = [k for k in ratings if k.key.startswith("rating") and k.estimate.measured]
    most = PERSONA_RATINGS if number else None
    return figures.rating_ranges(known, number, most) if len(known) > 1 else None


def shared_path(persona_set: PersonaSet, number: int) -> Figure | None:
    """The path that most of a persona (0: everybody) share; None where it is not known or has a single step.

    Undated steps stand in the order of the stages, as in the journey, and are not drawn again; nor is the path of
    everybody on the page of the only persona.
    """
    if persona_set.experience is None or (number and len(persona_set.personas) == 1):
        return None
    path = persona_set.experience.of(number).path
    dated = path is not None and path.horizon is not None and len(path.steps) > 1
    return figures.path_ranges(path, number) if dated else None


def remedied(persona: Persona) -> tuple[PainPoint, ...]:
    """Pain points with the remedy in words: the title of the action against it, where there is one."""
    titles = {a.pain_point_id: a.title for a in persona.actions}
    return tuple(p.model_copy(update={"remedy": titles.get(p.id, spoken(p.remedy))}) for p in persona.pain_points)


def spoken(remedy: str) -> str:
    """A remedy unless it is only the playbook's key, which says nothing to a reader."""
    return remedy if " " in remedy else ""


def charts(
    persona_set: PersonaSet, evidence: Evidence, sizes: Sequence[SegmentSize], map_points: Sequence[MapPoint]
) -> dict[str, Figure]:
    """The overview's charts by name; those without data are left out."""
    personas, card = persona_set.personas, persona_set.dataset
    found: dict[str, Figure] = {}
    if len(personas) > 1:
        found["shares"] = figures.share_bars(personas, card)
        if any(p.traits for p in personas):
            found["multiples"] = figures.dot_multiples(personas, persona_set.compare_features, card.currency)
            found["heat"] = figures.heat_table(personas, (), card.currency)
    if map_points and len(personas) > 1:
        found["map"] = figures.segment_map(map_points, personas, card, sizes)
    if persona_set.pain_points:
        found["priorities"] = figures.priorities(persona_set.pain_points, card.currency)
    if persona_set.journey:
        found["journey"] = figures.journey_lanes(persona_set.journey, personas=personas if len(personas) > 1 else ())
    experience = persona_set.experience
    if experience is not None:
        if experience.base.drivers is not None:
            found["drivers"] = figures.driver_ranges(experience.base.drivers)
        if (ratings := rated(persona_set, 0)) is not None:
            found["ratings"] = ratings
        if experience.consistency:
            found["consistency"] = figures.consistency_rows(experience.consistency)
        if any(t.slope.measured for t in experience.base.trends):
            found["trend"] = figures.trend_panels(experience.base.trends, card.currency)
        if experience.base.rivals:
            found["rivals"] = figures.rival_ranges(experience.base.rivals)
        if (drawn := shared_path(persona_set, 0)) is not None:
            found["path"] = drawn
        if experience.base.recovery and (drawn := figures.recovery_ranges(experience.base.recovery, card.currency)):
            found["recovery"] = drawn
        if experience.base.business_case and experience.base.business_case.classes:
            found["case"] = figures.case_ranges(experience.base.business_case, card.currency)
        if experience.staff:
            found["staff"] = figures.staff_ranges(experience.staff)
        if experience.training:
            found["training"] = figures.training_ranges(experience.training)
    if any(r.stability is not None for r in evidence.rows):
        found["stability"] = figures.stability_chart(evidence)
    return found


def headings(persona_set: PersonaSet) -> dict[str, Heading]:
    """Each section's title, built from the numbers given."""
    card, personas, verdict = persona_set.dataset, persona_set.personas, persona_set.verdict
    count = in_words(len(personas)).capitalize()
    shares = [p.share.value for p in personas if p.share.measured]
    found = {
        "actions": Heading(
            f"{in_words(len(persona_set.actions)).capitalize()} moves, the strongest first" if persona_set.actions
            else "No action follows from these data yet"
        ),
        "kpis": Heading(f"All {card.customers:,} {card.units} in numbers"),
        "personas": Heading(
            f"{count} personas, from {percent(min(shares))} to {percent(max(shares))} of {card.units}"
            if len(shares) > 1 else f"One persona: all {card.units}"
        ),
        "compare": Heading("Any two, side by side"),
        "trust": Heading(verdict.sentence.removesuffix(".")),
    }  # fmt: skip
    by_feature = [next(iter(t.values())) for t in traits_by_feature(personas, persona_set.compare_features).values()]
    if len(personas) > 1 and by_feature:
        labels = " and ".join([by_feature[0].label, *(lower_first(t.label) for t in by_feature[1:2])])
        found["differences"] = Heading(f"{labels} separate{'s' if len(by_feature) == 1 else ''} them most")
    return found


def missing(persona_set: PersonaSet) -> tuple[NotMeasured, ...]:
    """What the data cannot answer, each said once, however many personas say it."""
    items = [*persona_set.not_measured, *(n for p in persona_set.personas for n in p.not_measured)]
    return tuple({n.what: n for n in reversed(items)}.values())[::-1]
