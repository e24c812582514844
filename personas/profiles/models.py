"""What a persona is made of. Everything here is written to ``personas.json`` and read by the report.

A sentence about a persona exists only as the ``sentence`` of a :class:`Claim`; all other fields point to
claims by id.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from personas.estimates import Estimate, Frozen
from personas.experience.models import Experience, JourneyCell, Kind, Kpi, NotMeasured, PainPoint
from personas.segments.models import Verdict


class Claim(Frozen):
    """One sentence and all that is needed to doubt it.

    estimate : in the persona; rest : among everybody else (None where there is nobody else)
    effect : standardised difference, Cohen's d for means and h for shares, positive = persona higher
    p_adjusted : Benjamini-Hochberg over all tested claims of the run; None where not tested
    test : how it was tested, or "not tested: used to form the segments"
    fits_share : share of the persona's customers for whom the statement is true (variety), 0 to 1
    columns, filter : where the number comes from
    held, refits : in how many of the other divisions that were tried it would be said too; None where it was not tried
    weighted : the numbers count each customer with its survey weight; `n` counts customers or answers all the same
    """

    id: str
    persona_id: str | None
    sentence: str
    kind: Kind
    feature: str
    estimate: Estimate
    rest: Estimate | None = None
    effect: float | None = None
    effect_name: Literal["d", "h", ""] = ""
    p_adjusted: float | None = None
    test: str = "not tested: used to form the segments"
    fits_share: float | None = None
    columns: tuple[str, ...] = ()
    filter: str = ""
    held: int | None = None
    refits: int | None = None
    weighted: bool = False


class Trait(Frozen):
    """How the persona stands on one feature. `gap` is in standard deviations of the base, clipped to ±3."""

    feature: str
    label: str
    block: str
    gap: float
    persona: Estimate
    rest: Estimate
    claim_id: str


class GlyphAxis(Frozen):
    """One petal: `gap` in standard deviations from the base (0 = like everybody), clipped to ±2."""

    label: str
    words: str
    gap: float


class Distribution(Frozen):
    """A categorical or ordered attribute: shares over known answers, persona against the rest.

    persona, rest : shares aligned with `levels`, each summing to 1; None where hidden for privacy
    known, of : customers of the persona with a known value, customers of the persona
    """

    feature: str
    label: str
    levels: tuple[str, ...]
    persona: tuple[float | None, ...]
    rest: tuple[float | None, ...]
    known: int
    of: int
    known_rest: int
    claim_id: str | None = None


class Action(Frozen):
    """What to do about a pain point, who does it and how to know that it worked.

    reach : customers concerned; expected : what the group would gain were the pain point the cause of what goes with
    it and half of those affected spared, see expected_words
    worth : what orders them, effect × reach ÷ effort; worth_words : the formula with its figures
    holdout_each : customers needed in each of two groups to prove it (power 80 %, 5 % two-sided);
    None where the persona is too small to prove it
    """

    id: str
    persona_id: str | None
    title: str
    why: str
    owner: str
    effort: Literal["low", "medium", "high"]
    reach: int
    expected: Estimate
    expected_words: str
    measure: str
    check_after_weeks: int
    holdout_each: int | None
    strength: str
    pain_point_id: str | None
    claim_ids: tuple[str, ...]
    worth: float = 0.0
    worth_words: str = ""


class Advice(Frozen):
    """How to talk to the persona, and the claim it rests on."""

    text: str
    claim_id: str


class Persona(Frozen):
    """A segment described.

    finding_claim, who, wants, struggles, goals, delights : ids of the claims to be shown there
    traits : strongest first, then compared features on which the persona does not stand out
    buys : ids of the claims on what it buys more of than the others; offers : what to offer, each with its claim
    journey_claims, path_claims, rating_claims : ids of the claims behind the rows of these figures
    buying_centre : ids of the claims on who decides in an account, how long it takes, and how accounts fare
    standing : ids of the claims on who in it is loyal, at risk, and next to benefit
    sure : ids of the claims that say how sure the description is, the rule that points to its customers among them
    named_by : "data", or "analyst" where dataset.yml names it; name_from_data : what it would be called then
    name_before, name_reason : where its name is another one than in the run before, that name and why
    variety, rule : sentences of files of version 1.0, among the claims of `sure` since
    """

    id: str
    number: int
    name: str
    finding_claim: str
    n: int
    share: Estimate
    value_share: Estimate
    stability: float | None
    stability_word: str
    in_between: Estimate
    glyph: tuple[GlyphAxis, ...]
    glyph_words: str
    who: tuple[str, ...]
    wants: tuple[str, ...]
    struggles: tuple[str, ...]
    expect: str | None
    expect_claim: str | None
    traits: tuple[Trait, ...]
    profile: tuple[Distribution, ...]
    goals: tuple[str, ...]
    pain_points: tuple[PainPoint, ...]
    delights: tuple[str, ...]
    journey: tuple[JourneyCell, ...]
    kpis: tuple[Kpi, ...]
    actions: tuple[Action, ...]
    do: tuple[Advice, ...]
    dont: tuple[Advice, ...]
    sure: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()
    buys: tuple[str, ...] = ()
    offers: tuple[Advice, ...] = ()
    buying_centre: tuple[str, ...] = ()
    journey_claims: tuple[str, ...] = ()
    path_claims: tuple[str, ...] = ()
    rating_claims: tuple[str, ...] = ()
    not_measured: tuple[NotMeasured, ...]
    named_by: Literal["data", "analyst"] = "data"
    name_from_data: str = ""
    name_before: str = ""
    name_reason: str = ""
    variety: str = Field("", exclude=True)
    rule: str = Field("", exclude=True)


class DatasetCard(Frozen):
    """What the reader must know of the data before believing anything."""

    name: str
    title: str
    unit: str
    units: str
    notice: str
    source: str
    licence: str
    currency: str
    observation_start: str
    observation_end: str
    customers: int


class Override(Frozen):
    """A change that an analyst made to what is told, on record.

    claim_ids : the claims it is about; was : what the data alone said; now : what is told instead, "" where left out
    """

    kind: Literal["suppressed", "reworded", "merged"]
    claim_ids: tuple[str, ...]
    was: str
    now: str = ""
    reason: str = ""


class PersonaSet(Frozen):
    """All of ``personas.json``.

    experience : what stage 03 measured beyond the KPIs, pain points and journeys that stand with the personas and the
        base: drivers, ratings, consistency …; group 0 is the base, group n the persona of that number
    principles : ids of the claims on what holds for all personas together; business_case : id of the claim on what
        good and bad experience are worth apart, None where that is not measured
    represented_claims : ids of the claims whose sentences `represented` are
    unused_names : names that dataset.yml gives to ids that are not among the personas of this run
    overrides : what an analyst had told otherwise in overrides.yml; unused_overrides : what of it fits nothing here
    """

    schema_version: Literal["1.0", "1.1"] = "1.1"
    dataset: DatasetCard
    verdict: Verdict
    headline: str
    summary: tuple[str, ...]
    kpis: tuple[Kpi, ...]
    pain_points: tuple[PainPoint, ...]
    actions: tuple[Action, ...]
    personas: tuple[Persona, ...]
    compare_features: tuple[str, ...]
    journey: tuple[JourneyCell, ...]
    claims: tuple[Claim, ...]
    not_measured: tuple[NotMeasured, ...]
    represented: tuple[str, ...]
    min_group: int
    seed: int
    experience: Experience | None = None
    principles: tuple[str, ...] = ()
    business_case: str | None = None
    represented_claims: tuple[str, ...] = ()
    unused_names: dict[str, str] = Field(default_factory=dict)
    overrides: tuple[Override, ...] = ()
    unused_overrides: tuple[str, ...] = ()


__all__ = [
    "Action",
    "Advice",
    "Claim",
    "DatasetCard",
    "Distribution",
    "GlyphAxis",
    "JourneyCell",
    "Kind",
    "Kpi",
    "NotMeasured",
    "Override",
    "PainPoint",
    "Persona",
    "PersonaSet",
    "Trait",
    "Verdict",
]
