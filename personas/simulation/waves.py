"""The same shop's customers at two times, with a change planted between them that a comparison must find, or none.

Four groups differ in what they spend, how often they come, their coupons and their weekends. They are told of in the
words of the customer table, so that KPIs and pain points are measured on them as on anybody else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from personas.customers import Customers, Feature
from personas.customers.models import Quality
from personas.errors import InputError, Problem, did_you_mean

SHARES = (0.34, 0.28, 0.22, 0.16)
LOG_VALUE = (2.9, 4.1, 3.2, 4.3)  # of spend a purchase day
FREQUENCY = (42.0, 12.0, 14.0, 46.0)  # purchase days
COUPONS = (0.06, 0.05, 0.36, 0.32)  # share of baskets
WEEKEND = (0.25, 0.30, 0.28, 0.26)
IGNORED = (0.55, 0.55, 0.25, 0.35)  # share of each group that never uses a campaign's offer
CHANGES = ("none", "grown", "split", "merged", "cured", "drift")


@dataclass(frozen=True)
class Wave:
    """Customers at one time, and in `group` the planted group of each, from 0 (a part that split off is 4)."""

    customers: Customers
    group: np.ndarray


def simulate_wave(n: int, seed: int, change: str = "none", wave: int = 1, size: float = 1.0) -> Wave:
    """Simulate one wave of `n` customers.

    seed : of who the customers are; the same seed gives the same people in another wave
    change : what happened to them before this wave: "none"; "grown", a fifth of group 0 lives like group 3 now;
        "split", half of group 1 shops at weekends now; "merged", group 3 lives like group 1 now; "cured", the ignored
        campaigns of group 1 are used; "drift", everybody spends a quarter more a purchase day
    wave : of what they do, another wave, other purchases by the same people; size : of the change, 0 to 1 and beyond
    Raises InputError for an unknown change.
    """
    if change not in CHANGES:
        raise InputError([Problem("change", change, " or ".join(CHANGES), did_you_mean(change, list(CHANGES)))])
    who, does = np.random.default_rng([seed, 1]), np.random.default_rng([seed, 2, wave])
    group = who.choice(len(SHARES), n, p=SHARES)
    lot, taste = who.random(n), who.standard_normal((n, 4))
    lives = group.copy()
    if change == "grown":
        lives[(group == 0) & (lot < 0.2 * size)] = 3
    if change == "merged":
        lives[group == 3] = 1
    noise = 0.9 * taste + 0.45 * does.standard_normal((n, 4))
    value = np.exp(np.take(LOG_VALUE, lives) + 0.22 * noise[:, 0] + (np.log(1 + 0.25 * size) * (change == "drift")))
    frequency = np.maximum(np.take(FREQUENCY, lives) * np.exp(0.2 * noise[:, 1]), 1).round()
    coupons = np.clip(np.take(COUPONS, lives) + 0.05 * noise[:, 2], 0, 1)
    weekend = np.clip(np.take(WEEKEND, lives) + 0.06 * noise[:, 3], 0, 1)
    truth = lives.copy()
    if change == "split":
        parted = (group == 1) & (lot < 0.5)
        weekend[parted] = np.clip(weekend[parted] + 0.45 * size, 0, 1)
        truth[parted] = len(SHARES)
    ignored = np.array(IGNORED)
    if change == "cured":
        ignored[1] *= 1 - 0.8 * min(size, 1.0)
    never = does.random(n) < ignored[lives]
    received = does.integers(3, 8, n).astype(float)
    answered = np.where(never, 0.0, does.binomial(received.astype(int) - 1, 0.3) + 1.0)
    frame = pd.DataFrame(
        {
            "customer_id": [f"w{seed}-{i:05d}" for i in range(n)], "sales": value * frequency,
            "monetary_value": value, "frequency": frequency, "coupon_share": coupons, "weekend_share": weekend,
            "recency": does.integers(1, 90, n).astype(float), "campaigns_received": received,
            "campaigns_answered": answered, "campaign_response": answered / received,
        }
    )  # fmt: skip
    return Wave(Customers(frame, FEATURES, Quality(tables=(), set_aside=(), columns=(), notes=())), truth)


def _feature(name: str, column: str, kind="number", forms=False, **words) -> Feature:
    label = name.replace("_", " ").capitalize()
    return Feature(name=name, label=label, kind=kind, block=name, forms=forms, columns=(column,), **words)


FEATURES = (
    _feature("sales", "transactions.amount", unit="money"),
    _feature(
        "monetary_value", "transactions.amount", forms=True, unit="money", transform="log", high="big-basket",
        low="small-basket", name_high="stock-up shoppers", name_low="top-up shoppers",
    ),
    _feature(
        "frequency", "transactions.time", "count", True, unit="days", transform="log", high="frequent", low="rare",
        name_high="regulars", name_low="occasional shoppers",
    ),
    _feature(
        "coupon_share", "transactions.coupon_discount", "share", True, unit="share", high="coupon-using",
        name_high="coupon users",
    ),
    _feature("weekend_share", "transactions.time", "share", True, unit="share", high="weekend", low="weekday"),
    _feature("recency", "transactions.time", "count", unit="days"),
    _feature("campaigns_received", "interactions.campaign", "count"),
    _feature("campaigns_answered", "interactions.campaign", "count"),
    _feature("campaign_response", "interactions.campaign", "share", unit="share"),
)  # fmt: skip
