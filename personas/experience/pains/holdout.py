"""How many customers it takes to find out whether a remedy works: two groups, one of them held back."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from personas.experience.kpis.customer_kpis import REGISTRY, kpi_values
from personas.experience.models import Plan
from personas.experience.pains.signals import Remedy

POWER, LEVEL = 0.8, 0.05
ANSWERED = 0.05  # one campaign in twenty
SCORES = ("nps", "csat", "ces")


def plan_remedy(remedy: Remedy, affected: pd.DataFrame, rating: str = "") -> Plan:
    """The remedy with the size of the test that would prove it; affected : rows of the customer table."""
    each = holdout_size(remedy, affected, rating)
    return Plan(
        title=remedy.title, gap=remedy.gap, owner=remedy.owner, effort=remedy.effort, measure=remedy.measure,
        kpi=remedy.kpi, check_after_weeks=remedy.check_after_weeks, assumed_effect=remedy.assumed_effect,
        holdout_each=each, enough=each is not None and 2 * each <= len(affected),
    )  # fmt: skip


def holdout_size(remedy: Remedy, rows: pd.DataFrame, rating: str = "") -> int | None:
    """Customers needed in each of two groups to find the assumed improvement (power 80 %, 5 % two-sided).

    From mean and spread of the watched KPI among `rows`, or of the column `rating` where the remedy is for what
    customers stated; None where these say nothing.
    """
    values = watched_values(remedy.kpi, rows, rating)
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return None
    base, spread = float(values.mean()), float(values.std(ddof=1))
    if remedy.kpi == "campaign_response" and base == 0:
        # Those who never answered start from nothing: the test looks for one campaign in twenty answered.
        base, spread, change = 0.0, math.sqrt(ANSWERED * (1 - ANSWERED)), ANSWERED
    else:
        change = base * remedy.assumed_effect
    if change <= 0 or spread <= 0:
        return None
    from scipy.stats import norm

    z = norm.ppf(1 - LEVEL / 2) + norm.ppf(POWER)
    return math.ceil(2 * (z * spread / change) ** 2)


def watched_values(kpi: str, rows: pd.DataFrame, rating: str = "") -> np.ndarray:
    """What each customer contributes to the KPI that is watched; empty where the customer table does not have it.

    "rating" is that of the touchpoint, else the willingness to recommend
    """
    if kpi in ("rating", *SCORES) or rating:
        for column in (rating, kpi, "nps", "csat"):
            if column and column in rows and rows[column].notna().sum() >= 2:
                return rows[column].to_numpy(float)
        return np.zeros(0)
    definition = next((d for d in REGISTRY if d.key == kpi), None)
    if definition is None or not set(definition.needs) <= set(rows.columns):
        return np.zeros(0)
    return kpi_values(kpi, rows)
