"""The KPIs that come from the customer table and its purchases: the registry's, own ones, lifetime value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from personas.customers import Customers
from personas.dataset import Dataset
from personas.experience.kpis.custom_kpis import define_custom_kpis
from personas.experience.kpis.customer_kpis import Definition, few_behind, hide_small, measure_kpis
from personas.experience.kpis.outcomes import survey_weights
from personas.experience.kpis.registry import KEYS
from personas.experience.models import Kpi, LifetimeModel, NotMeasured


@dataclass(frozen=True)
class Counted:
    """KPIs by segment (0 the base), how lifetime value was estimated, and why it was not."""

    kpis: dict[int, tuple[Kpi, ...]]
    lifetime: LifetimeModel | None = None
    missing: NotMeasured | None = None


def count_customers(
    customers: Customers, dataset: Dataset | None, segments: np.ndarray, min_group: int, seed: int
) -> Counted:
    """Measure what the customer table tells; with the dataset also own KPIs and lifetime value.

    segments : (n,) int, aligned with the customer table. Raises InputError for own KPIs that cannot be worked out.
    """
    frame, features = customers.frame, customers.features
    weights = survey_weights(dataset, frame) if dataset is not None else None
    own: tuple[Definition, ...] = ()
    wider = frame
    if dataset is not None and dataset.contract.kpis:
        wider, own = define_custom_kpis(dataset.contract.kpis, frame, features, dataset.document, KEYS)
    numbers = (0, *(int(s) for s in np.unique(segments) if s > 0))
    kpis = {}
    for number in numbers:
        inside = None if number == 0 else segments == number
        kpis[number] = measure_kpis(frame, features, inside, weights)
        kpis[number] += measure_kpis(wider, features, inside, weights, own)
    few = few_behind(frame, segments, min_group) | few_behind(wider, segments, min_group, own)
    kpis = hide_small(kpis, min_group, few)
    if dataset is None or "transactions" not in dataset.tables or dataset.observation_end is None:
        return Counted(kpis)
    from personas.experience.kpis.lifetime_value import measure_lifetimes

    period = (dataset.observation_start, dataset.observation_end)
    values, model, missing = measure_lifetimes(
        dataset.tables["transactions"], frame, segments, features, dataset.contract.lifetime_value, period,
        dataset.holdout[0] if dataset.holdout else None, weights, min_group, seed,
    )  # fmt: skip
    return Counted({number: (*kpis[number], *values.get(number, ())) for number in numbers}, model, missing)
