"""The card of a dataset: what a reader must know of the data before believing anything."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from personas.customers import Customers
from personas.profiles.models import DatasetCard

if TYPE_CHECKING:
    from personas.dataset import Dataset


def describe_dataset(dataset: Dataset, customers: Customers) -> DatasetCard:
    """Describe a dataset for readers; the period is given by its first and last day."""
    card, start, end = dataset.card, dataset.observation_start, dataset.observation_end
    return DatasetCard(
        name=card.name,
        title=card.title,
        unit=card.unit,
        units=card.units,
        notice=card.notice,
        source=card.source,
        licence=card.licence,
        currency=card.currency,
        observation_start=start.date().isoformat() if start else "",
        observation_end=(end - timedelta(microseconds=1)).date().isoformat() if end else "",
        customers=len(customers),
    )
