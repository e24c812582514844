"""A persona's page: which of its claims, charts and figures are read at once, and which wait in a fold.

What is read without opening anything stays under 900 words; the folds hold the rest, and nothing is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from personas.experience.models import Said
from personas.profiles.models import Claim, Distribution, Kpi, PainPoint, Persona, PersonaSet
from personas.report import figures
from personas.report.figure import Figure
from personas.report.sources import by_source

# Sentences of each kind that a reader takes in within half a minute, the finding read before them.
BRIEF = {"who": 2, "wants": 2, "struggles": 1}
# What is read at once of each; the rest is folded.
TRAITS, ATTRIBUTES, PAINS, KPIS, RATINGS = 4, 2, 3, 3, 5
BASE_RATINGS = 10  # of everybody, on the overview
ALIKE = 0.05  # shares closer than this are called much the same
MASKED = 0.02  # what a hidden share takes from an attribute's place in the order


@dataclass(frozen=True)
class PersonaPage:
    """One persona with its claims looked up and its charts drawn.

    alone : the persona is the whole base, so that the overview already has its pains, journey, numbers and actions
    profile, more_profile : attributes that differ most from the rest, and the others
    pains, more_pains : the first pain points as bars, and those that follow
    leading : KPIs furthest from the rest, in the order of all `kpis`
    """

    persona: Persona
    alone: bool
    finding: Claim
    sentences: dict[str, tuple[Claim, ...]]
    expect: Claim | None
    kpi_claims: dict[str, Claim]
    kpi: Kpi | None
    kpis: tuple[Kpi, ...]
    leading: tuple[Kpi, ...]
    portrait: Figure | None
    profile: tuple[Figure, ...]
    more_profile: tuple[Figure, ...]
    pains: Figure | None
    more_pains: tuple[PainPoint, ...]
    journey: Figure | None
    ratings: Figure | None
    path: Figure | None
    quote: Said | None
    next: Persona | None

    @property
    def other_kpis(self) -> tuple[tuple[str, tuple[Kpi, ...]], ...]:
        """Measured KPIs that are not among the leading ones, by the table they come from."""
        return by_source([k for k in self.kpis if k not in self.leading])

    @property
    def quoted_by(self) -> str:
        """Ids of the claims on what the quote is about."""
        pain = next(pain for pain in self.persona.pain_points if pain.quotes)
        return " ".join(pain.claim_ids)


def persona_page(
    persona: Persona, persona_set: PersonaSet, claims: dict[str, Claim], anchors: dict[str, str], index: int
) -> PersonaPage:
    """Prepare the page of one persona, the `index`-th of the set."""
    currency, personas = persona_set.dataset.currency, persona_set.personas
    alone = len(personas) == 1
    reach = max([1.0, *(abs(t.gap) for p in personas for t in p.traits)])
    attributes = sorted(persona.profile, key=lambda d: (distance(d) < ALIKE, -telling(d)))
    drawn = [attribute_bars(d, persona) for d in attributes]
    apart = min(ATTRIBUTES, sum(distance(d) >= ALIKE for d in attributes)) or ATTRIBUTES
    pains = sorted(persona.pain_points, key=lambda p: p.rank)
    measured = tuple(k for k in persona.kpis if k.estimate.measured)
    return PersonaPage(
        persona=persona,
        alone=alone,
        finding=claims[persona.finding_claim],
        sentences={
            place: tuple(claims[i] for i in ids if i in claims) for place, ids in placed(persona, claims, alone).items()
        },
        kpi_claims={k.key: c for k in persona.kpis if (c := claims.get(f"{persona.id}-kpi-{k.key}")) is not None},
        expect=claims[persona.expect_claim] if persona.expect_claim else None,
        kpi=next((k for k in measured if "share" not in k.key), None),
        kpis=measured,
        leading=furthest(measured),
        portrait=traits_drawn(persona, currency, reach, anchors) if persona.traits else None,
        profile=tuple(drawn[:apart]),
        more_profile=tuple(drawn[apart:]),
        pains=pains_drawn(pains[:PAINS], persona, currency, anchors) if pains and not alone else None,
        more_pains=tuple(pains[PAINS:]) if not alone else (),
        journey=backed(course(persona), persona.journey_claims) if persona.journey and not alone else None,
        ratings=None if alone else backed(rated(persona_set, persona.number), persona.rating_claims),
        path=None if alone else backed(shared_path(persona_set, persona.number), persona.path_claims),
        quote=next((said for pain in persona.pain_points for said in pain.quotes), None),
        next=None if alone else personas[(index + 1) % len(personas)],
    )


def placed(persona: Persona, claims: Mapping[str, Claim], alone: bool = False) -> dict[str, tuple[str, ...]]:
    """Ids of the claims at each place of the persona's page, in the order of the page.

    What does not fit in 30 seconds, or only says again what the finding above it says, moves to ``more``, unless
    another place shows it anyway.
    """
    finding = claims.get(persona.finding_claim)
    brief = {}
    for place, most in BRIEF.items():
        ids = getattr(persona, place)[:most]
        # "You may expect …" ends with its claim's sentence: who they are need not say it just above.
        ids = tuple(i for i in ids if place != "who" or i != persona.expect_claim)
        brief[place] = tuple(i for i in ids if not says_again(claims.get(i), finding))
    brief["who"] = brief["who"] or persona.who[:1]
    shown = {
        persona.finding_claim,
        persona.expect_claim,
        *persona.goals,
        *persona.buys,
        *persona.delights,
        *persona.standing,
        *persona.buying_centre,
        *persona.sure,
    }
    shown.update(*brief.values())
    spilled = [i for place in BRIEF for i in getattr(persona, place) if i not in brief[place]]
    kpis = tuple(f"{persona.id}-kpi-{kpi.key}" for kpi in persona.kpis if kpi.estimate.measured)
    return {
        "finding": (persona.finding_claim,),
        **brief,
        "expect": (persona.expect_claim,) if persona.expect_claim else (),
        "more": tuple(dict.fromkeys(i for i in spilled if i not in shown)),
        "goals": persona.goals,
        "buys": persona.buys,
        "delights": persona.delights,
        "standing": persona.standing,
        "centre": persona.buying_centre,
        "sure": persona.sure,
        "kpis": () if alone else kpis,
    }


def says_again(claim: Claim | None, finding: Claim | None) -> bool:
    """Whether all numbers of a sentence stand in the finding already."""
    if claim is None or finding is None:
        return False
    numbers, told = (set(re.findall(r"\d[\d,.]*\d|\d", c.sentence)) for c in (claim, finding))
    return bool(numbers) and numbers <= told


def furthest(kpis: Sequence[Kpi], most: int = KPIS) -> tuple[Kpi, ...]:
    """The KPIs furthest from the rest by effect size, in the order given; the first ones where nothing is compared.

    One of them may be what formed the personas; the others were tested, as far as there are such.
    """
    apart = sorted((k for k in kpis if k.effect is not None), key=lambda k: -abs(k.effect))
    tested = [k for k in apart if k.p_adjusted is not None]
    chosen = dict.fromkeys(k.key for k in (*apart[:1], *tested, *apart))
    keys = list(chosen)[:most] or [k.key for k in kpis[:most]]
    return tuple(k for k in kpis if k.key in keys)


def traits_drawn(persona: Persona, currency: str, reach: float, anchors: dict[str, str]) -> Figure:
    """The strongest traits; the persona's name need not be said again on its own page."""
    drawn = figures.portrait(persona, currency, most=TRAITS, reach=reach, anchors=anchors)
    return replace(drawn, subtitle=f"Bars: distance from the base, ±{reach:.1f} standard deviations")


def distance(attribute: Distribution) -> float:
    """The largest gap between a share of the persona and the same of the rest."""
    pairs = zip(attribute.persona, attribute.rest, strict=True)
    return max((abs(mine - theirs) for mine, theirs in pairs if mine is not None and theirs is not None), default=0.0)


def telling(attribute: Distribution) -> float:
    """How much an attribute tells a reader: the largest gap, less a little for each share that must stay hidden."""
    return distance(attribute) - MASKED * (*attribute.persona, *attribute.rest).count(None)


def attribute_bars(attribute: Distribution, persona: Persona) -> Figure:
    """An attribute's bars with what differs most as title and how many are known below it."""
    drawn = figures.distribution_bars(attribute, persona)
    known = f"n {attribute.known:,}" + (f", rest {attribute.known_rest:,}" if attribute.known_rest else "")
    return replace(drawn, title=attribute_title(attribute), subtitle=known)


def attribute_title(attribute: Distribution) -> str:
    """Which answer is given more, or less, often than by the rest.

    >>> yes_no = Distribution(feature="kids", label="Children", levels=("yes", "no"), persona=(0.8, 0.2),
    ...     rest=(0.1, 0.9), known=90, of=100, known_rest=300)
    >>> attribute_title(yes_no)
    'Children: yes more often'
    """
    gaps = [
        (mine - theirs, level)
        for level, mine, theirs in zip(attribute.levels, attribute.persona, attribute.rest, strict=True)
        if mine is not None and theirs is not None
    ]
    if not gaps or not attribute.known_rest:
        known = [(share, level) for level, share in zip(attribute.levels, attribute.persona, strict=True) if share]
        if not known:
            return attribute.label
        return f"{attribute.label}: {answer(max(known, key=lambda pair: pair[0])[1])} most often"
    gap, level = max(gaps, key=lambda pair: abs(pair[0]))
    if abs(gap) < ALIKE:
        return f"{attribute.label}: much like the rest"
    return f"{attribute.label}: {answer(level)} {'more' if gap > 0 else 'less'} often"


def answer(level: str) -> str:
    """A level inside a sentence: a bare number is said to be an answer.

    >>> answer("5"), answer("25–34")
    ('answer 5', '25–34')
    """
    return f"answer {level}" if level.isdigit() else level


def pains_drawn(
    pains: Sequence[PainPoint], persona: Persona, currency: str, anchors: dict[str, str] | None = None
) -> Figure:
    """The first pain points as bars; what is done about them stands below under "What to do"."""
    bare = [pain.model_copy(update={"remedy": ""}) for pain in pains]
    drawn = figures.pain_bars(bare, persona.number, currency, anchors)
    return replace(drawn, subtitle="Share affected, 95 % interval; tick: the rest")


def course(persona: Persona) -> Figure:
    """The journey's lanes, short: what the overview says of every touchpoint is not said again."""
    drawn = figures.journey_lanes(persona.journey, persona.number)
    return replace(drawn, subtitle="Share who were there; tick: the rest")


def backed(figure: Figure | None, claim_ids: Sequence[str]) -> Figure | None:
    """The figure with the claims that its rows repeat."""
    return replace(figure, claim=" ".join(claim_ids)) if figure is not None and claim_ids else figure


def rated(persona_set: PersonaSet, number: int, after: int = 0) -> Figure | None:
    """How one persona (0: everybody) rates touchpoints, lowest first; None where fewer than two were rated.

    after : leaves out the lowest, which another figure has, and draws all the others
    """
    if persona_set.experience is None:
        return None
    ratings = persona_set.experience.of(number).ratings
    known = [k for k in ratings if k.key.startswith("rating") and k.estimate.measured]
    if after:
        lowest_first = sorted(known, key=lambda k: k.estimate.value)[after:]
        return figures.rating_ranges(lowest_first, number) if lowest_first else None
    return figures.rating_ranges(known, number, RATINGS if number else BASE_RATINGS) if len(known) > 1 else None


def shared_path(persona_set: PersonaSet, number: int) -> Figure | None:
    """The path that many of everybody (0), or at least half of a persona, share; None where there are no two steps.

    Undated steps stand in the order of the stages, as in the journey, and are not drawn again.
    """
    if persona_set.experience is None:
        return None
    path = persona_set.experience.of(number).path
    if path is not None and number:
        path = path.model_copy(
            update={"steps": tuple(s for s in path.steps if s.share.measured and s.share.value >= 0.5)}
        )
    dated = path is not None and path.horizon is not None and len(path.steps) > 1
    return figures.path_ranges(path, number) if dated else None
