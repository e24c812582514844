"""What stage 03 hands over: KPIs, pain points and journey, for the base and for each segment."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from personas.estimates import Estimate, Frozen
from personas.experience.journey.journey_models import Movement, Path
from personas.experience.value.recovery_models import Recovery
from personas.experience.value.standing_models import Standing
from personas.experience.value.value_models import BusinessCase, BuyingCentre

Kind = Literal["defines", "describes", "observed", "stated", "associated", "inferred"]


class Part(Frozen):
    """A part of a whole, as promoters are of those who answered; the parts of a KPI sum to 1."""

    name: str
    share: float


class Kpi(Frozen):
    """One KPI for one group. `better` says which direction is good; `p` is the p-value before it is adjusted.

    parts : what a net figure is made of (promoters, passives, detractors); () where it has none or one is too small
    """

    key: str
    label: str
    definition: str
    better: Literal["higher", "lower", "neither"]
    estimate: Estimate
    rest: Estimate | None = None
    effect: float | None = None
    p_adjusted: float | None = None
    test: str = ""
    p: float | None = None
    parts: tuple[Part, ...] = ()


class TrendPoint(Frozen):
    """A KPI in one calendar month, written 2024-05."""

    month: str
    estimate: Estimate


class Trend(Frozen):
    """A KPI month by month in one group; months in which too few answered are left out.

    slope : change a month, in the KPI's unit; not measured below three months
    """

    key: str
    label: str
    definition: str
    better: Literal["higher", "lower", "neither"]
    points: tuple[TrendPoint, ...]
    slope: Estimate


class RetentionPoint(Frozen):
    """The share of contracts that still run `months` after they began."""

    months: int
    left: Estimate


class Rival(Frozen):
    """The own brand beside a competitor at one touchpoint, on the scale from `scale_low` to `scale_high`.

    own, other : mean ratings; difference : own less other; paired : among customers who rated both
    """

    touchpoint: str
    stage: str
    brand: str
    scale_low: float
    scale_high: float
    own: Estimate
    other: Estimate
    difference: Estimate
    paired: bool
    p: float | None = None


class StaffView(Frozen):
    """One touchpoint as staff think customers find it and as customers find it, on the same scale.

    difference : staff less customers; reading : in words, "" where the two cannot be told apart
    """

    touchpoint: str
    scale_low: float
    scale_high: float
    staff: Estimate
    customers: Estimate
    difference: Estimate
    reading: str


class TrainingNeed(Frozen):
    """How much training a team asks for, mean on the scale from `scale_low` to `scale_high`, against all other teams.

    reading : in words, "" where the team cannot be told from the others
    """

    team: str
    scale_low: float
    scale_high: float
    need: Estimate
    rest: Estimate
    reading: str


class LifetimeModel(Frozen):
    """How lifetime value was estimated, and whether its assumptions hold.

    model : of buying and leaving; parameters : name → value; customers : on whom it was fitted
    horizon_months, discount_a_year, margin : as the contract says; margin 1 is revenue
    correlation : rank correlation of spend and number of purchases; independent : small enough to be ignored
    predicted, actual : purchases a customer after the calibration period, as forecast from it and as made; None where
        there was no such period; calibrated : the two agree within a quarter
    """

    model: str
    parameters: dict[str, float]
    customers: int
    horizon_months: int
    discount_a_year: float
    margin: float
    correlation: float
    independent: bool
    predicted: float | None
    actual: float | None
    calibrated: bool | None
    words: str


class NotMeasured(Frozen):
    """Something the data cannot answer, and what would."""

    what: str
    why: str
    would_need: str


Source = Literal["problems", "ratings", "comments", "themes", "rivals", "contacts", "cases", "contracts", "behaviour"]


class Said(Frozen):
    """A redacted quote; where : "1 of 61 similar, survey, 2025-03"."""

    text: str
    where: str


class Evidence(Frozen):
    """What else points to the same pain or delight, not counted again; words : with the number in them."""

    source: str
    words: str
    customers: int | None = None
    estimate: Estimate | None = None


class Plan(Frozen):
    """What helps against a pain point, and how to find out whether it did.

    gap : the gap that it closes; holdout_each : customers in each of two groups that show an improvement by
    `assumed_effect` (power 80 %, 5 % two-sided), None where too little is measured; enough : the group has that many
    """

    title: str
    gap: str
    owner: Literal["service", "marketing", "product", "sales", "operations"]
    effort: Literal["low", "medium", "high"]
    measure: str
    kpi: str
    check_after_weeks: int
    assumed_effect: float
    holdout_each: int | None = None
    enough: bool = False


class PainPoint(Frozen):
    """Something that hurts, with how many it hurts and how badly.

    kind : stated (customers said it), observed (it was recorded) or inferred (behaviour hints at it); ranked apart
    reach : share of the persona's customers; severity : 0 to 1, how bad where it happens
    impact : associated difference of the outcome among those affected (not measured where there is none)
    among, others : the outcome itself, of the affected and of the others, with nothing held equal
    rank_low, rank_high : the ranks that the bootstrap cannot tell apart
    finding : a sentence about {share}, the reach; columns, filter : what it was found in
    trend : reach in the later half of the observation less that in the earlier; None: not measured, see trend_words
    quotes, evidence : what customers wrote of it, and what else points to it; neither is counted in the reach
    related : ids of pain points at the same touchpoint that are known in another way
    """

    id: str
    key: str
    title: str
    kind: Kind
    stage: str
    touchpoint: str
    reach: Estimate
    rest: Estimate | None
    severity: float
    severity_words: str
    impact: Estimate
    impact_words: str
    score: float
    rank: int
    rank_low: int
    rank_high: int
    affected: int
    remedy: str
    finding: str = ""
    columns: tuple[str, ...] = ()
    filter: str = ""
    claim_ids: tuple[str, ...] = ()
    source: Source = "behaviour"
    among: Estimate | None = None
    others: Estimate | None = None
    trend: Estimate | None = None
    trend_words: str = "trend not measured: known for the whole period only"
    quotes: tuple[Said, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    related: tuple[str, ...] = ()
    plan: Plan | None = None


class Delight(Frozen):
    """Something that goes well; fields as of :class:`PainPoint`. impact : the outcome's associated gain."""

    id: str
    key: str
    title: str
    kind: Kind
    stage: str
    touchpoint: str
    reach: Estimate
    rest: Estimate | None
    impact: Estimate
    impact_words: str
    score: float
    rank: int
    rank_low: int
    rank_high: int
    customers: int
    finding: str
    columns: tuple[str, ...] = ()
    filter: str = ""
    claim_ids: tuple[str, ...] = ()
    source: Source = "behaviour"
    among: Estimate | None = None
    others: Estimate | None = None
    quotes: tuple[Said, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class QuoteCounts(Frozen):
    """For the privacy log: quotes shown beside pain points and delights, pieces redacted in them, comments withheld."""

    shown: int = 0
    redacted: int = 0
    withheld: int = 0


class Withheld(Frozen):
    """For the privacy log: of all estimates looked at, those told from a rounded count, and those not told at all."""

    figures: int = 0
    rounded: int = 0
    withheld: int = 0


class ChannelShare(Frozen):
    """How large a part of the contacts came by one channel (or in one environment); shares of a cell sum to 1."""

    name: str
    share: float


class JourneyCell(Frozen):
    """One stage of the journey for one group. `kind` says whether seen, reported or inferred.

    share : customers who were there; feeling : afterwards, −2 to +2; before : the same beforehand, where asked
    channels, environments : how the contacts came about, largest first; contacts : mean a customer who was there
    kpi, kpi_label : the figure that tells how it goes here; owner : who answers for it
    dropoff : share of those at the stage who do not reach the next in the time there was (the same for a whole stage)
    motives : where the contacts came from, as far as it is recorded; delights : what pleases at this touchpoint
    """

    stage: str
    touchpoint: str
    doing: str
    share: Estimate
    rest: Estimate | None
    feeling: Estimate
    kind: Literal["observed", "reported", "inferred", "not measured"]
    before: Estimate | None = None
    channels: tuple[ChannelShare, ...] = ()
    environments: tuple[ChannelShare, ...] = ()
    contacts: float | None = None
    kpi: Estimate | None = None
    kpi_label: str = ""
    dropoff: Estimate | None = None
    owner: str = ""
    motives: tuple[ChannelShare, ...] = ()
    delights: tuple[str, ...] = ()


class ChannelRating(Frozen):
    channel: str
    rating: Estimate


class Consistency(Frozen):
    """Whether one touchpoint is the same in every channel, in points of the rating's scale.

    spread : standard deviation of the channels' means; chance : what 95 % of equal channels stay under
    beyond_chance : the spread is larger than that; odd : the channel that stands out most, then
    """

    touchpoint: str
    stage: str
    scale: str
    channels: tuple[ChannelRating, ...]
    spread: float
    chance: float
    beyond_chance: bool
    odd: str


class Driver(Frozen):
    """One touchpoint as a driver of recommendation.

    weight : its share of what all touchpoints together explain; counts : whether it beats an added random predictor
    performance : mean rating on the scale from `scale_low` to `scale_high`
    slope : points of NPS (or what `Drivers.slope_unit` names) associated with one point of the rating, the other
        touchpoints held equal
    quadrant : improve first, keep up, watch, fine as it is
    penalty, reward : the outcome of those who rate it low, or high, less that of those between, the other touchpoints
        held equal; None where too few rate it so
    nature : basic (low ratings cost more than high ones gain), performance (both), delight (high ones gain more)
    """

    key: str
    touchpoint: str
    stage: str
    weight: Estimate
    counts: bool
    performance: Estimate
    scale_low: float
    scale_high: float
    slope: Estimate
    quadrant: str
    penalty: Estimate | None = None
    reward: Estimate | None = None
    nature: Literal["basic", "performance", "delight", ""] = ""


class Drivers(Frozen):
    """What drives `outcome` among n customers, most important first.

    r2 : share of its variance that all explain; slope_unit : what the slopes count, for one point of a rating
    """

    outcome: str
    n: int
    r2: Estimate
    rows: tuple[Driver, ...]
    slope_unit: str = "points of NPS"


class Condition(Frozen):
    """What decides whether a customer has a pain point: the columns looked at and the condition on them."""

    key: str
    columns: tuple[str, ...]
    filter: str


class GroupExperience(Frozen):
    """All of stage 03 for one group: segment 0 is the base, 1 the largest segment.

    ratings : each touchpoint's rating, and its gap to what was expected where that was asked
    drivers : what moves recommendation; None where too few were asked
    pain_points : what customers named themselves (stated) first, then what was recorded (observed), then what
        behaviour gives away (inferred); each kind is ranked by itself, since they are on different scales
    delights : what goes well, in the same order of kinds
    trends : KPIs month by month; retention : contracts that still run, by months since they began
    rivals : the own brand beside each competitor that customers rated
    movement : what follows a contact, and changes of channel; path : the steps many share
    recovery : after complaints; business_case : what attitudes go with; standing : loyal, at risk, next
    buying_centre : the people of an account, in B2B; reasons : why contracts were ended
    held_equal : stated, observed → all that the joint regression behind the impacts holds equal, told or not
    """

    segment: int
    value_share: Estimate
    kpis: tuple[Kpi, ...]
    pain_points: tuple[PainPoint, ...]
    journey: tuple[JourneyCell, ...]
    ratings: tuple[Kpi, ...] = ()
    drivers: Drivers | None = None
    trends: tuple[Trend, ...] = ()
    retention: tuple[RetentionPoint, ...] = ()
    rivals: tuple[Rival, ...] = ()
    delights: tuple[Delight, ...] = ()
    movement: Movement | None = None
    path: Path | None = None
    recovery: Recovery | None = None
    business_case: BusinessCase | None = None
    standing: Standing | None = None
    buying_centre: BuyingCentre | None = None
    reasons: tuple[ChannelShare, ...] = ()
    held_equal: dict[str, tuple[Condition, ...]] = Field(default_factory=dict)


class Experience(Frozen):
    """What the data says of the experience of the base (first) and of each segment, and what it cannot say."""

    groups: tuple[GroupExperience, ...]
    not_measured: tuple[NotMeasured, ...]
    consistency: tuple[Consistency, ...] = ()
    lifetime: LifetimeModel | None = None
    staff: tuple[StaffView, ...] = ()
    training: tuple[TrainingNeed, ...] = ()
    quote_counts: QuoteCounts = QuoteCounts()
    withheld: Withheld = Withheld()

    @property
    def base(self) -> GroupExperience:
        return self.groups[0]

    def of(self, segment: int) -> GroupExperience:
        """The experience of one segment."""
        return next(group for group in self.groups if group.segment == segment)
