"""From personas and evidence to what the page needs: claims looked up, sections decided, headings as findings.

Nothing is measured here and no statement about a persona is made: sentences come from claims, headings repeat
numbers that are given. The result is frozen, and the templates only lay it out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from personas.customers.models import Feature, Quality
from personas.customers.quality import tell_coarsely
from personas.experience.models import Delight
from personas.experience.text.models import Themes
from personas.numerals import Numerals
from personas.profiles.models import Action, Claim, Kpi, NotMeasured, PainPoint, Persona, PersonaSet
from personas.report import figures
from personas.report.comparison import ComparedRow, comparison
from personas.report.figure import Figure
from personas.report.headings import Heading, headings, plain_verdict
from personas.report.persona_page import BASE_RATINGS, PersonaPage, persona_page, placed, rated, shared_path
from personas.report.sources import in_rows
from personas.segments.models import Evidence, MapPoint, SegmentSize
from personas.segments.typing_tool import TypingTool

BASE_DRIVERS = 8  # of everybody, drawn at once; the others are folded
DELIGHTS = 4  # of the whole base, beside what hurts


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
    themes: Themes | None = None

    @property
    def several(self) -> bool:
        return len(self.pages) > 1

    @property
    def worth(self) -> bool:
        """Whether anything is known of what attitudes and complaints go with, or of who stays."""
        return any(name in self.charts for name in ("case", "recovery", "retention"))

    @property
    def worth_words(self) -> str:
        """How far the best and the worst attitude are apart, in words."""
        return figures.case_words(self.set.experience.base.business_case, self.numbers)

    @property
    def matters(self) -> bool:
        """Whether anything is known of what moves customers, or of how others see the touchpoints."""
        return any(name in self.charts for name in ("drivers", "ratings", "rivals", "staff", "training"))

    @property
    def plain_verdict(self) -> str:
        """The verdict in plain words, for the first screen."""
        return plain_verdict(self.set.verdict)

    @property
    def kpi_groups(self) -> tuple[tuple[str, tuple[Kpi, ...]], ...]:
        """The base's measured KPIs by the table they come from."""
        return in_rows(self.set.kpis)

    @property
    def delights(self) -> tuple[Delight, ...]:
        """What goes well in the whole base, first those that rank first; none where there are no experiences."""
        found = self.set.experience.base.delights if self.set.experience is not None else ()
        return tuple(sorted((d for d in found if d.reach.measured), key=lambda d: d.rank)[:DELIGHTS])

    @property
    def further_by(self) -> tuple[tuple[str, tuple[Claim, ...]], ...]:
        """The claims that no sentence of the page shows, persona by persona, those of everybody first."""
        groups = {None: f"All {self.set.dataset.units}"} | {p.id: p.name for p in self.set.personas}
        found = {one: tuple(c for c in self.further if c.persona_id == one) for one in groups}
        others = tuple(c for c in self.further if c.persona_id not in groups)
        return (
            *((groups[one], claims) for one, claims in found.items() if claims),
            *((("Others", others),) if others else ()),
        )

    @property
    def hidden_shares(self) -> int:
        """Shares in the personas' profiles that are withheld, since a small group could be worked out."""
        return sum(share is None for p in self.set.personas for d in p.profile for share in d.persona)


def summarise(
    persona_set: PersonaSet,
    evidence: Evidence,
    sizes: Sequence[SegmentSize],
    map_points: Sequence[MapPoint],
    quality: Quality,
    features: Sequence[Feature],
    tool: TypingTool | None = None,
    themes: Themes | None = None,
) -> Summary:
    """Prepare a report. Raises ValueError if personas refer to claims that the set does not have."""
    numbers = Numerals(persona_set.dataset.currency)
    claims = {c.id: c for c in persona_set.claims}
    check_references(persona_set, claims)
    personas = persona_set.personas
    anchors, homes = anchors_of(persona_set), homes_of(persona_set, claims)
    compared = comparison(persona_set)
    drawn = charts(persona_set, evidence, sizes, map_points, themes)
    return Summary(
        set=persona_set,
        numbers=numbers,
        pages=tuple(persona_page(p, persona_set, claims, anchors, i) for i, p in enumerate(personas)),
        claims=claims,
        anchors=anchors,
        homes=homes,
        further=tuple(c for c in persona_set.claims if c.id not in homes),
        headings=headings(persona_set, compared, drawn.get("journey"), tool),
        charts=drawn,
        compare=compared,
        missing=missing(persona_set),
        evidence=evidence,
        sizes=tuple(sizes),
        quality=tell_coarsely(quality, persona_set.min_group),
        features=tuple(features),
        themes=themes,
    )


def homes_of(persona_set: PersonaSet, claims: dict[str, Claim]) -> dict[str, str]:
    """Claim id → the place on the page that shows its evidence; claims without one stand in the appendix."""
    homes: dict[str, str] = {}
    alone = len(persona_set.personas) == 1
    for persona in persona_set.personas:
        for place, ids in placed(persona, claims, alone).items():
            for claim_id in ids if place != "kpis" else [i for i in ids if i in claims]:
                homes.setdefault(claim_id, f"{persona.id} {place}")
        # Their estimate, interval and number stand in the rows of the figure itself.
        drawn = () if alone else (*persona.journey_claims, *persona.path_claims, *persona.rating_claims)
        homes = dict.fromkeys(drawn, f"{persona.id} figure") | homes
    return homes | dict.fromkeys(told_of_all(persona_set), "set")


def anchors_of(persona_set: PersonaSet) -> dict[str, str]:
    """Claim id → id on the page. Numbered, since a claim's own id may hold anything."""
    return {claim.id: f"claim-{i}" for i, claim in enumerate(persona_set.claims, 1)}


def told_of_all(persona_set: PersonaSet) -> tuple[str, ...]:
    """Ids of the claims on all personas together that have a place of their own on the page."""
    case = (persona_set.business_case,) if persona_set.business_case else ()
    return (*persona_set.principles, *case, *persona_set.represented_claims)


def backed(of: Persona | PersonaSet) -> tuple[PainPoint | Action, ...]:
    """Pain points and actions, each of which names its claims."""
    return (*of.pain_points, *of.actions)


def check_references(persona_set: PersonaSet, claims: dict[str, Claim]) -> None:
    """Raise ValueError naming every reference to a claim that does not exist."""
    wanted: list[tuple[str, str]] = []
    for p in persona_set.personas:
        wanted += [(p.id, i) for i in (*p.who, *p.wants, *p.struggles)]
        wanted += [(p.id, i) for place, ids in placed(p, claims).items() if place != "kpis" for i in ids]
        wanted += [(p.id, t.claim_id) for t in p.traits]
        wanted += [(p.id, d.claim_id) for d in p.profile if d.claim_id]
        wanted += [(p.id, a.claim_id) for a in (*p.do, *p.dont, *p.offers)]
        wanted += [(p.id, i) for i in (*p.journey_claims, *p.path_claims, *p.rating_claims)]
        wanted += [(p.id, i) for item in backed(p) for i in item.claim_ids]
    wanted += [("the base", i) for i in told_of_all(persona_set)]
    wanted += [("the base", i) for item in backed(persona_set) for i in item.claim_ids]
    lost = [f"{owner}: {claim_id}" for owner, claim_id in wanted if claim_id not in claims]
    if lost:
        raise ValueError("statements without a claim: " + "; ".join(lost[:20]))


def charts(
    persona_set: PersonaSet,
    evidence: Evidence,
    sizes: Sequence[SegmentSize],
    map_points: Sequence[MapPoint],
    themes: Themes | None = None,
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
        drawn = figures.journey_lanes(persona_set.journey, personas=personas if len(personas) > 1 else ())
        alone = replace(drawn, subtitle="Share who were there, with 95 % interval")
        found["journey"] = drawn if len(personas) > 1 else alone
    experience = persona_set.experience
    if experience is not None:
        if experience.base.drivers is not None:
            drivers = experience.base.drivers
            found["drivers"] = figures.driver_ranges(drivers, most=BASE_DRIVERS)
            if len(drivers.rows) > BASE_DRIVERS:
                found["more drivers"] = figures.driver_ranges(drivers, after=BASE_DRIVERS)
        if (ratings := rated(persona_set, 0)) is not None:
            found["ratings"] = ratings
        if (ratings := rated(persona_set, 0, after=BASE_RATINGS)) is not None:
            found["more ratings"] = ratings
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
        if (drawn := figures.retention_panels(experience, personas)) is not None:
            found["retention"] = drawn
        if experience.staff:
            found["staff"] = figures.staff_ranges(experience.staff)
        if experience.training:
            found["training"] = figures.training_ranges(experience.training)
    if themes is not None and (drawn := figures.theme_bars(themes)) is not None:
        found["themes"] = drawn
    if any(r.stability is not None for r in evidence.rows):
        found["stability"] = figures.stability_chart(evidence)
    return found


def missing(persona_set: PersonaSet) -> tuple[NotMeasured, ...]:
    """What the data cannot answer, each said once, however many personas say it."""
    items = [*persona_set.not_measured, *(n for p in persona_set.personas for n in p.not_measured)]
    return tuple({n.what: n for n in reversed(items)}.values())[::-1]
