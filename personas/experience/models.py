"""What stage 03 hands over: KPIs, pain points and journey, for the base and for each segment."""

from __future__ import annotations

from typing import Literal

from personas.estimates import Estimate, Frozen

Kind = Literal["defines", "describes", "observed", "stated", "associated", "inferred"]


class Kpi(Frozen):
    """One KPI for one group. `better` says which direction is good; `p` is the p-value before it is adjusted."""

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


class NotMeasured(Frozen):
    """Something the data cannot answer, and what would."""

    what: str
    why: str
    would_need: str


class PainPoint(Frozen):
    """Something that hurts, with how many it hurts and how badly.

    reach : share of the persona's customers; severity : 0 to 1, how bad where it happens
    impact : associated difference of the outcome among those affected (not measured where there is none)
    rank_low, rank_high : the ranks that the bootstrap cannot tell apart
    finding : a sentence about {share}, the reach; columns, filter : what it was found in
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


class ChannelShare(Frozen):
    """How large a part of the contacts came by one channel (or in one environment); shares of a cell sum to 1."""

    name: str
    share: float


class JourneyCell(Frozen):
    """One stage of the journey for one group. `kind` says whether seen, reported or inferred.

    share : customers who were there; feeling : afterwards, −2 to +2; before : the same beforehand, where asked
    channels, environments : how the contacts came about, largest first; contacts : mean a customer who was there
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
    slope : points of NPS associated with one point of the rating, the other touchpoints held equal
    quadrant : improve first, keep up, watch, fine as it is
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


class Drivers(Frozen):
    """What drives `outcome` among n customers, most important first; r2 : share of its variance that all explain."""

    outcome: str
    n: int
    r2: Estimate
    rows: tuple[Driver, ...]


class GroupExperience(Frozen):
    """All of stage 03 for one group: segment 0 is the base, 1 the largest segment.

    ratings : each touchpoint's rating, and its gap to what was expected where that was asked
    drivers : what moves recommendation; None where too few were asked
    pain_points : what customers named themselves (stated) first, then what behaviour gives away (inferred); each kind
        is ranked by itself, since they are on different scales
    """

    segment: int
    value_share: Estimate
    kpis: tuple[Kpi, ...]
    pain_points: tuple[PainPoint, ...]
    journey: tuple[JourneyCell, ...]
    ratings: tuple[Kpi, ...] = ()
    drivers: Drivers | None = None


class Experience(Frozen):
    """What the data says of the experience of the base (first) and of each segment, and what it cannot say."""

    groups: tuple[GroupExperience, ...]
    not_measured: tuple[NotMeasured, ...]
    consistency: tuple[Consistency, ...] = ()

    @property
    def base(self) -> GroupExperience:
        return self.groups[0]

    def of(self, segment: int) -> GroupExperience:
        """The experience of one segment."""
        return next(group for group in self.groups if group.segment == segment)
