"""Made-up households with friction put where the tests look for it."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from personas.customers import Customers, Feature, Rehearsal
from personas.customers.models import Quality

NOTHING_NOTED = Quality(tables=(), set_aside=(), columns=(), notes=())
AMOUNT, TIME, CAMPAIGN = "transactions.amount", "transactions.time", "interactions.campaign"


def feature(name, column, forms=False, kind="number", unit="", **words) -> Feature:
    return Feature(
        name=name, label=name.replace("_", " ").capitalize(), kind=kind, block=words.pop("block", name), forms=forms,
        unit=unit, columns=(column,), **words,
    )  # fmt: skip


FEATURES = (
    feature("sales", AMOUNT, unit="money"),
    feature("monetary_value", AMOUNT, forms=True, unit="money", high="big-basket", name_low="top-up shoppers"),
    feature("frequency", TIME, kind="count", unit="days", name_high="regulars"),
    feature("recency", TIME, kind="count", unit="days"),
    feature("coupon_share", "transactions.coupon_discount", kind="share", unit="share"),
    feature("campaigns_received", CAMPAIGN, kind="count"),
    feature("campaigns_answered", CAMPAIGN, kind="count"),
    feature("campaign_response", CAMPAIGN, kind="share", unit="share"),
)


def household_table(n: int = 600, seed: int = 4, ignored: float = 0.4) -> pd.DataFrame:
    """`ignored` of those who got campaigns never used one; the second half spends more a visit."""
    rng = np.random.default_rng(seed)
    group = np.arange(n) >= n // 2
    received = np.full(n, 5.0)
    answered = np.where(np.arange(n) % 10 < ignored * 10, 0.0, 2.0)
    frequency = rng.integers(1, 60, n).astype(float)
    value = np.exp(rng.standard_normal(n) * 0.3 + 3 + group)
    return pd.DataFrame(
        {
            "customer_id": [f"h{i:04d}" for i in range(n)], "sales": value * frequency, "monetary_value": value,
            "frequency": frequency, "recency": rng.integers(1, 200, n).astype(float),
            "coupon_share": np.where(rng.random(n) < 0.3, 0.1, 0.0), "campaigns_received": received,
            "campaigns_answered": answered, "campaign_response": answered / received,
        }
    )  # fmt: skip


def rehearse(frame: pd.DataFrame, later: np.ndarray) -> Rehearsal:
    """The same households a quarter earlier, who then spent `later`."""
    outcomes = pd.DataFrame({"customer_id": frame["customer_id"], "sales": later})
    return Rehearsal(frame, outcomes, (FEATURES[0],), datetime(2024, 10, 1), datetime(2025, 1, 1))


def customers_of(frame: pd.DataFrame, rehearsal=None, features=FEATURES) -> Customers:
    return Customers(frame, features, NOTHING_NOTED, rehearsal)
