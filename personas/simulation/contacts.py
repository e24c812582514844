"""Contacts at touchpoints, of one block: campaigns, visits, checkouts, deliveries, service."""

from __future__ import annotations

import numpy as np
import pandas as pd

from personas.simulation.calendar import at, moved_in_week
from personas.simulation.people import People, Units, named, pick
from personas.simulation.plans import DAYS, MONTH, Kind, Plan
from personas.simulation.purchases import Orders

FAILED, FAILED_HURT, ABANDONED = 0.04, 0.30, 0.06
PAGE_SECONDS, PAGE_SLOWER = 1.6, 3.0
WAIT_SECONDS, WAIT_LONGER = 80.0, 6.0
LATE_SECONDS, LATE_LONGER = 420.0, 7.0


CHECKOUT = Kind("Checkout", "purchase", 0, 0, (), True, 140)
STORE = Kind("Store visit", "purchase", 0, 0, ("store",), False, 1400)
DELIVERY = Kind("Delivery", "experience", 0, 0, ("delivery",), False, 150)
FROM_ORDERS = (CHECKOUT, STORE, DELIVERY)
SEEN_CHECKOUT, SEEN_STORE, SEEN_DELIVERY = 0.30, 0.25, 0.22
PORTABLE = ("app", "social", "e-mail")
CAMPAIGNS = ("spring", "summer", "harvest", "christmas")


def interaction_table(
    plan: Plan, rng: np.random.Generator, orders: Orders, units: Units, people: People
) -> pd.DataFrame:
    """One row a contact. Waits, durations, page times in seconds; for a delivery the wait is its delay."""
    person, day, kind, channel = _browsing(plan, rng, units, people)
    more = _around_orders(plan, rng, orders, units)
    person, day, kind = (np.concatenate(pair) for pair in zip((person, day, kind), more[:3], strict=True))
    channel = np.concatenate([channel, more[3]])
    order = np.lexsort((day, person))
    person, day, kind, channel = person[order], day[order], kind[order], channel[order]
    unit = people.unit[person]
    kinds = (*plan.kinds, *FROM_ORDERS)
    touchpoint = np.array([k.touchpoint for k in kinds], dtype=object)[kind]
    online = np.isin(channel, plan.online)
    pages_hurt = units.hurt[unit, plan.slow_pages] & online
    device = np.where(channel == "app", "phone", np.where(rng.random(len(day)) < 0.7, "desktop", "tablet"))
    device = np.where(np.isin(channel, PORTABLE) & (rng.random(len(day)) < 0.85), "phone", device)
    outside = np.isin(channel, ("store", "delivery", "phone", "visit"))
    away = np.where(rng.random(len(day)) < 0.35, "on the move", "home")
    place = np.where(channel == "store", "store", np.where(device == "phone", away, "home"))
    working = (device == "desktop") & (rng.random(len(day)) < 0.25)
    campaign = np.array(CAMPAIGNS, dtype=object)[(np.floor(day / 91.4).astype(int)) % 4]
    bought = np.isin(touchpoint, ("Newsletter", "Social advertisement", "Offer page"))
    seconds = np.array([k.seconds for k in kinds])[kind] * np.exp(0.5 * rng.standard_normal(len(day)))
    noise = np.exp(0.4 * rng.standard_normal(len(day)))
    return pd.DataFrame(
        {
            "customer_id": named(people.ids, person),
            "time": at(day),
            "touchpoint": named([k.touchpoint for k in kinds], kind),
            "stage": named([k.stage for k in kinds], kind),
            "channel": channel,
            "device": pd.array(np.where(outside, None, device), dtype="str"),
            "environment": np.where(working, "work", place),
            "self_service": np.array([k.self_service for k in kinds])[kind],
            "campaign": pd.array(np.where(bought, campaign, None), dtype="str"),
            "referral": pd.array(_came_from(rng, touchpoint), dtype="str"),
            "outcome": _outcome(rng, touchpoint, pages_hurt),
            "duration": np.round(seconds, 1),
            "wait": _wait(plan, rng, touchpoint, units.hurt[unit]),
            "page_time": np.where(
                online,
                np.round(PAGE_SECONDS * np.where(pages_hurt, PAGE_SLOWER, 1) * noise, 2),
                np.nan,
            ),
        }
    )


def _came_from(rng: np.random.Generator, touchpoint: np.ndarray) -> np.ndarray:
    """Where a visit came from; empty for what is not a visit."""
    search = np.where(rng.random(len(touchpoint)) < 0.6, "search engine", "direct")
    known = {
        "Referral invite": "friend",
        "Social advertisement": "social network",
        "Offer page": "newsletter",
    }
    found = np.where(touchpoint == "Product search", search, None)
    for name, origin in known.items():
        found = np.where(touchpoint == name, origin, found)
    return found


def _browsing(plan: Plan, rng: np.random.Generator, units: Units, people: People) -> tuple:
    """What happens without an order: a person's contacts, spread over the time they are there."""
    start, stop = np.maximum(units.joined, 0)[people.unit], np.minimum(units.leave, DAYS)[people.unit]
    buys = units.buys[people.unit]
    start, stop = np.where(buys, start, 0), np.where(buys, stop, DAYS)
    parts = []
    for number, kind in enumerate(plan.kinds):
        many = kind.monthly / MONTH * np.where(buys, 1.0, kind.prospects)
        person = np.repeat(np.arange(len(start)), rng.poisson(many * np.maximum(stop - start, 0)))
        day = start[person] + rng.random(len(person)) * (stop - start)[person]
        day = moved_in_week(rng, day, np.full(len(day), 0.3), np.full(len(day), 0.4))
        day = np.clip(day, start[person], stop[person])
        if kind.channels:
            channel = rng.choice(np.array(kind.channels, dtype=object), len(person))
        else:
            channel = np.array(plan.services, dtype=object)[
                pick(rng, plan.table("service")[units.segment[people.unit[person]]])
            ]
        parts.append((person, np.minimum(day, DAYS - 1e-4), np.full(len(person), number), channel))
    return tuple(np.concatenate(columns) for columns in zip(*parts, strict=True))


def _around_orders(plan: Plan, rng: np.random.Generator, orders: Orders, units: Units) -> tuple:
    """Checkouts, store visits and deliveries, of which a part is recorded."""
    bought_in = np.array(plan.channels, dtype=object)[orders.channel]
    store, chance = bought_in == "store", rng.random(len(orders.unit))
    checkout = np.isin(bought_in, plan.online) & (chance < SEEN_CHECKOUT)
    visit = store & (chance < SEEN_STORE)
    delivered = ~store & (rng.random(len(orders.unit)) < SEEN_DELIVERY) & (orders.day < DAYS - 2)
    first = len(plan.kinds)
    rows = np.concatenate([np.flatnonzero(checkout), np.flatnonzero(visit), np.flatnonzero(delivered)])
    kind = np.repeat([first, first + 1, first + 2], [checkout.sum(), visit.sum(), delivered.sum()])
    later = np.where(kind == first + 2, rng.uniform(0.3, 1.4, len(rows)), 0.0)
    channel = np.where(kind == first + 2, "delivery", bought_in[rows])
    return units.buyer[orders.unit[rows]], orders.day[rows] + later, kind, channel


def _outcome(rng: np.random.Generator, touchpoint: np.ndarray, hurt: np.ndarray) -> np.ndarray:
    chance = rng.random(len(touchpoint))
    checkout = touchpoint == "Checkout"
    failed = np.where(checkout & hurt, FAILED_HURT, FAILED)
    left = np.where(checkout, ABANDONED, 0.02) + np.where(np.isin(touchpoint, ("Newsletter", "Offer page")), 0.15, 0)
    return np.where(chance < failed, "failed", np.where(chance < failed + left, "abandoned", "success")).astype(object)


def _wait(plan: Plan, rng: np.random.Generator, touchpoint: np.ndarray, hurt: np.ndarray) -> np.ndarray:
    noise = np.exp(0.6 * rng.standard_normal(len(touchpoint)))
    wait = np.full(len(touchpoint), np.nan)
    for name, usual, longer in (
        (plan.odd[0], WAIT_SECONDS, WAIT_LONGER),
        ("Delivery", LATE_SECONDS, LATE_LONGER),
    ):
        affected = np.zeros(len(touchpoint), dtype=bool)
        for p, pain in enumerate(plan.pains):
            if plan.touchpoints[pain.touchpoint].name == name:
                affected = hurt[:, p]
        wait = np.where(touchpoint == name, np.round(usual * np.where(affected, longer, 1) * noise), wait)
    return wait
