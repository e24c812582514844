"""The form of a planted truth: segments, touchpoints, pain points, actions, and how they act on one another.

A plan is data. Everything that can be recovered from the tables is written in it; the other modules only
carry it out. The scale of every effect is that of the question it moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

START = date(2024, 1, 1)
END = date(2026, 1, 1)
HOLDOUT = date(2025, 10, 1)
DAYS = (END - START).days
MONTH = 365.25 / 12

# A rating of 1 to 5 is RATING + what the person feels + what hurts, rounded; the score of 0 to 10 adds the
# touchpoints' ratings by their weights.
RATING = 3.9
RATING_PERSON, RATING_WAVE = 0.65, 0.40
PAIN_DROP = 2.0
LOYALTY, SCORE_NOISE = 0.8, 0.9
LOYALTY_ON_CHURN = 0.5
LOYALTY_ON_RESPONSE = 0.7

# Complaints: within WINDOW days an open or slowly resolved one (over SLOW days) costs score and orders.
SLOW, WINDOW = 3.0, 90.0
OPEN_DROP, SLOW_DROP, FAST_DROP = -1.5, -0.8, 0.0
ORDERS_KEPT = 0.65


@dataclass(frozen=True)
class Touchpoint:
    """Where customers meet the business.

    weight : points of the 0–10 score for one point of its 1–5 rating
    asked : share of people who can rate it; expected : whether they are asked what they expected of it
    """

    name: str
    stage: str
    weight: float
    asked: float
    expected: bool = False


@dataclass(frozen=True)
class Pain:
    """What hurts at one touchpoint. tickets : complaints it adds over two years; team : who answers them"""

    key: str
    title: str
    touchpoint: int
    tickets: float
    team: str


@dataclass(frozen=True)
class Kind:
    """One kind of contact that needs no order.

    monthly : how many a customer has; prospects : times as many for prospects
    channels : where it happens, each as often; none = where the person asks for help
    seconds : usual duration
    """

    touchpoint: str
    stage: str
    monthly: float
    prospects: float
    channels: tuple[str, ...]
    self_service: bool
    seconds: float


@dataclass(frozen=True)
class Segment:
    """What customers of one kind have in common.

    share : of the customers; rate : orders a month; basket : money an order
    channels, categories, service : shares that sum to 1 (where they buy, what, how they ask for help)
    discount, evening, weekend : shares of lines or orders
    hazard : probability of leaving, a month; base : score of somebody whom nothing hurts
    reach : share hit by each pain point; extra : what it costs in score beyond the touchpoint's weight
    answers : log-odds of answering a survey; contract : share with a subscription
    who : anything the tables of people or firms need
    blend : keys of two segments whose behaviour its members share half of, each member with one of them
    """

    key: str
    label: str
    share: float
    rate: float
    basket: float
    channels: tuple[float, ...]
    categories: tuple[float, ...]
    service: tuple[float, ...]
    discount: float
    evening: float
    weekend: float
    hazard: float
    base: float
    reach: tuple[float, ...]
    extra: tuple[float, ...]
    answers: float
    contract: float
    delight: str
    who: Mapping[str, object] = field(default_factory=dict)
    blend: tuple[str, str] | None = None


@dataclass(frozen=True)
class Action:
    """Something done about a pain point.

    score, orders : its true effect (added, multiplied) on those treated
    treated : share of the segments' customers who get it, at random; 1 = everybody, no holdout
    check : day on which somebody is to look whether it worked; decision : what was decided then, "" = nothing yet
    """

    key: str
    title: str
    day: int
    pain: str
    segments: tuple[str, ...]
    owner: str
    cost: float
    treated: float
    score: float
    orders: float
    check: int
    decision: str = ""


@dataclass(frozen=True)
class Plan:
    """A whole planted business.

    alike : share of the variance of loyalty that people of one account have in common (1 = one person each)
    spread : standard deviation of log order rate and log basket inside a segment
    focus : how alike the members' mixes are (concentration of the Dirichlet)
    odd : touchpoint, channel and rating points by which that one channel differs from the others
    spoils : the pain point that brings more returns, and of how many of the first categories
    slow_pages : the pain point of failing checkouts and slow pages
    online : channels with pages and a checkout
    contacts : people of an account beyond the first, on average; 0 = one person each
    """

    name: str
    prefix: str
    segments: tuple[Segment, ...]
    touchpoints: tuple[Touchpoint, ...]
    pains: tuple[Pain, ...]
    actions: tuple[Action, ...]
    channels: tuple[str, ...]
    services: tuple[str, ...]
    categories: Mapping[str, Mapping[str, float]]
    plans: Mapping[str, float]
    languages: Mapping[str, float]
    brand: str
    competitor: str
    odd: tuple[str, str, float]
    spoils: tuple[int, int]
    slow_pages: int
    online: tuple[str, ...]
    kinds: tuple[Kind, ...]
    waves: tuple[int, ...]
    prospects: float
    lines: float
    spread: tuple[float, float]
    focus: float
    alike: float = 1.0
    contacts: float = 0.0

    def index(self, key: str) -> int:
        return [segment.key for segment in self.segments].index(key)

    def table(self, name: str) -> np.ndarray:
        """One field of all segments as an array, a row a segment."""
        return np.array([getattr(segment, name) for segment in self.segments], dtype=float)

    def effects(self) -> np.ndarray:
        """Points of score that each pain point costs, segments × pain points, negative."""
        weights = np.array([self.touchpoints[pain.touchpoint].weight for pain in self.pains])
        return self.table("extra") - PAIN_DROP * weights

    def profiles(self) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """How members behave: (segments × 2) rows, the two kinds of a blend, else twice the same.

        Rates and baskets are blended as logarithms, shares as they are.
        """
        names = ("rate", "basket", "channels", "categories", "discount", "evening", "weekend")
        found = {name: np.repeat(self.table(name), 2, axis=0) for name in names}
        for i, segment in enumerate(self.segments):
            for kind, other in enumerate(segment.blend or ()):
                at = 2 * self.index(other)
                for name in names:
                    own, theirs = found[name][2 * i + kind], found[name][at]
                    logs = name in ("rate", "basket")
                    found[name][2 * i + kind] = np.sqrt(own * theirs) if logs else (own + theirs) / 2
        return np.repeat([segment.blend is not None for segment in self.segments], 2), found
