"""Who there is in one block of customers: the hidden state that every table of the block is drawn from.

A unit is what buys (a person in B2C, an account in B2B); people answer, ask for help and are named in tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from personas.simulation.plans import (
    DAYS,
    LOYALTY_ON_CHURN,
    LOYALTY_ON_RESPONSE,
    MONTH,
    PAIN_DROP,
    RATING,
    RATING_PERSON,
    Plan,
)


@dataclass(frozen=True)
class Units:
    """What buys: m rows. Days count from the observation's start and may lie before it.

    kind : 0 or 1, which of its two neighbours a member of the blended segment takes after
    begin, leave : days between which the chance to leave is there, and the day of leaving (inf = never)
    subscribed : whether `begin` and `leave` stand in the subscriptions
    hurt : m × pain points; treated : m × actions, −1 not concerned, 0 held out, 1 treated
    """

    segment: np.ndarray
    kind: np.ndarray
    rate: np.ndarray
    basket: np.ndarray
    channels: np.ndarray
    categories: np.ndarray
    discount: np.ndarray
    evening: np.ndarray
    weekend: np.ndarray
    loyalty: np.ndarray
    joined: np.ndarray
    begin: np.ndarray
    leave: np.ndarray
    subscribed: np.ndarray
    buys: np.ndarray
    hurt: np.ndarray
    treated: np.ndarray
    buyer: np.ndarray


@dataclass(frozen=True)
class People:
    """Who answers: n rows.

    unit : row of the unit; ratings : n × touchpoints, the lasting part of a rating on its open scale
    service : column of the plan's services that the person uses; willing : chance to answer when asked
    """

    ids: np.ndarray
    unit: np.ndarray
    loyalty: np.ndarray
    ratings: np.ndarray
    service: np.ndarray
    willing: np.ndarray
    language: np.ndarray


def pick(rng: np.random.Generator, shares: np.ndarray) -> np.ndarray:
    """Draw a column for each row of `shares` (rows sum to 1)."""
    return (rng.random(len(shares))[:, None] > np.cumsum(shares, axis=1)[:, :-1]).sum(axis=1)


def named(names: Sequence[str] | np.ndarray, codes: np.ndarray) -> pd.Categorical:
    """Look each code up in the names; as a dictionary, which is many times faster than rows of text."""
    distinct, position = np.unique(np.asarray(names, dtype=object), return_inverse=True)
    return pd.Categorical.from_codes(position[codes], distinct)


def draw_people(plan: Plan, rng: np.random.Generator, n: int, first: int) -> tuple[Units, People]:
    """Draw `n` people, numbered from `first`, and the units they belong to."""
    unit = _unit_of(plan, rng, n)
    units = _draw_units(plan, rng, int(unit[-1]) + 1, np.unique(unit, return_index=True)[1])
    own = rng.standard_normal(n)
    loyalty = np.sqrt(plan.alike) * units.loyalty[unit] + np.sqrt(1 - plan.alike) * own
    segment = units.segment[unit]
    service = pick(rng, plan.table("service")[segment])
    willing = 1 / (1 + np.exp(-(plan.table("answers")[segment] + LOYALTY_ON_RESPONSE * loyalty)))
    language = rng.choice(list(plan.languages), n, p=list(plan.languages.values()))
    ids = np.array([f"{plan.prefix}{number:08d}" for number in range(first, first + n)], dtype=object)
    return units, People(ids, unit, loyalty, _ratings(plan, rng, units, unit, service), service, willing, language)


def _unit_of(plan: Plan, rng: np.random.Generator, n: int) -> np.ndarray:
    if plan.contacts == 0:
        return np.arange(n)
    sizes = 1 + rng.poisson(plan.contacts, n)
    return np.repeat(np.arange(n), sizes)[:n]


def _ratings(plan: Plan, rng: np.random.Generator, units: Units, unit: np.ndarray, service: np.ndarray) -> np.ndarray:
    """RATING, a general mood (correlation .16), the person's own part, what hurts, the odd channel."""
    n, width = len(unit), len(plan.touchpoints)
    felt = 0.4 * rng.standard_normal((n, 1)) + np.sqrt(1 - 0.16) * rng.standard_normal((n, width))
    ratings = RATING + RATING_PERSON * felt
    for p, pain in enumerate(plan.pains):
        ratings[:, pain.touchpoint] -= PAIN_DROP * units.hurt[unit, p]
    touchpoint, channel, points = plan.odd
    at = [t.name for t in plan.touchpoints].index(touchpoint)
    ratings[:, at] += points * (service == plan.services.index(channel))
    return ratings


def _beta(rng: np.random.Generator, mean: np.ndarray, focus: float) -> np.ndarray:
    return rng.beta(mean * focus, (1 - mean) * focus)


def _mix(rng: np.random.Generator, shares: np.ndarray, focus: float) -> np.ndarray:
    parts = rng.standard_gamma(np.maximum(shares, 0.004) * focus)
    return parts / parts.sum(axis=1, keepdims=True)


def _draw_units(plan: Plan, rng: np.random.Generator, m: int, buyer: np.ndarray) -> Units:
    shares = plan.table("share")
    segment = rng.choice(len(shares), m, p=shares / shares.sum())
    blended, profiles = plan.profiles()
    kind = rng.integers(0, 2, m)
    row = 2 * segment + kind
    kind = np.where(blended[row], kind, 0)
    noise = rng.multivariate_normal([0, 0], [[1, -0.3], [-0.3, 1]], m)
    loyalty = rng.standard_normal(m)
    new = rng.random(m) < 0.55
    joined = np.where(new, rng.uniform(0, DAYS - 130, m), -rng.exponential(500, m).clip(1, 1500))
    begin = np.where(new, joined, rng.uniform(0, 150, m))
    # The last term keeps the mean hazard at the planted one when loyalty varies.
    hazard = plan.table("hazard")[segment] * np.exp(-LOYALTY_ON_CHURN * loyalty - LOYALTY_ON_CHURN**2 / 2)
    leave = begin + rng.exponential(MONTH / hazard)
    buys = rng.random(m) >= plan.prospects
    leave = np.where(leave < DAYS, leave, np.inf)
    return Units(
        segment=segment,
        kind=kind,
        rate=profiles["rate"][row] * np.exp(plan.spread[0] * noise[:, 0]),
        basket=profiles["basket"][row] * np.exp(plan.spread[1] * noise[:, 1]),
        channels=_mix(rng, profiles["channels"][row], plan.focus),
        categories=_mix(rng, profiles["categories"][row], plan.focus),
        discount=_beta(rng, profiles["discount"][row], plan.focus),
        evening=_beta(rng, profiles["evening"][row], plan.focus),
        weekend=_beta(rng, profiles["weekend"][row], plan.focus),
        loyalty=loyalty,
        joined=joined,
        begin=begin,
        leave=leave,
        subscribed=buys & (rng.random(m) < plan.table("contract")[segment]),
        buys=buys,
        hurt=buys[:, None] & (rng.random((m, len(plan.pains))) < plan.table("reach")[segment]),
        treated=_treated(plan, rng, segment, buys & (joined < DAYS), leave),
        buyer=buyer,
    )


def _treated(
    plan: Plan, rng: np.random.Generator, segment: np.ndarray, buys: np.ndarray, leave: np.ndarray
) -> np.ndarray:
    """Who of the concerned (still there on the day) is treated, drawn at random, an action a column."""
    columns = []
    for action in plan.actions:
        concerned = buys & np.isin(segment, [plan.index(key) for key in action.segments]) & (leave > action.day)
        columns.append(np.where(concerned, rng.random(len(segment)) < action.treated, -1))
    return np.column_stack(columns) if columns else np.zeros((len(segment), 0), dtype=int)


def member_table(plan: Plan, units: Units, people: People) -> pd.DataFrame:
    """One row a person: planted segment (number of ``truth.json``, 0 for prospects), its kind, what hurts."""
    unit = people.unit
    keys = np.array([segment.key for segment in plan.segments], dtype=object)
    frame = pd.DataFrame(
        {
            "customer_id": people.ids,
            "unit": people.ids[units.buyer[unit]],
            "segment": np.where(units.buys, units.segment + 1, 0)[unit].astype(np.int16),
            "segment_key": np.where(units.buys, keys[units.segment], "prospect")[unit],
            "like_segment": (units.segment + 1)[unit].astype(np.int16),
            "kind": units.kind[unit].astype(np.int8),
            "loyalty": people.loyalty,
        }
    )
    for p, pain in enumerate(plan.pains):
        frame[pain.key] = units.hurt[unit, p]
    return frame
