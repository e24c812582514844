"""Customers divided without the verdict's resampling, which the personas do not need."""

from __future__ import annotations

from functools import cache

import numpy as np

from personas.customers import Customers
from personas.experience import measure_experience
from personas.profiles import DatasetCard, PersonaSet, derive_personas, describe_dataset
from personas.segments import Segmentation, SegmentSize, Verdict, fit_space
from personas.segments.kmeans import fit_kmeans
from personas.segments.layout import canonical
from personas.segments.membership import assign_members
from tests.customers.journey import build_journey, read_journey

CARD = DatasetCard(
    name="made_up", title="Made-up shop", unit="customer", units="customers", notice="", source="", licence="",
    currency="EUR", observation_start="2024-01-01", observation_end="2024-12-31", customers=0,
)  # fmt: skip


def divide(customers: Customers, k: int) -> Segmentation:
    space = fit_space(customers.frame, customers.features)
    points = space.points(customers.frame)
    clustering = canonical(fit_kmeans(points, k, np.random.default_rng(7), n_init=10), points)
    return published(customers, space, clustering.centres, points)


def published(customers, space, centres, points) -> Segmentation:
    members = assign_members(customers.frame["customer_id"], points, centres)
    counts = np.bincount(members["segment"], minlength=len(centres) + 1)[1:]
    sizes = tuple(
        SegmentSize(
            segment=i + 1, n=int(n), share=n / len(members), stability=0.8, word="stable",
            in_between=float(members["in_between"][members["segment"] == i + 1].mean()),
        )
        for i, n in enumerate(counts)
    )  # fmt: skip
    verdict = Verdict(
        word="reproducible", borderline=False, k=len(centres), asked=None, sentence="s", meaning="m", reasons=()
    )
    return Segmentation(members, space, centres, sizes, verdict)


def describe(customers: Customers, segmentation: Segmentation, card: DatasetCard = CARD, **more) -> PersonaSet:
    experience = measure_experience(customers, segmentation, ("customers", "transactions"), **more)
    return derive_personas(customers, segmentation, experience, card, **more)


@cache
def divided_journey() -> Segmentation:
    return divide(build_journey(), 4)


@cache
def described_journey() -> PersonaSet:
    card = describe_dataset(read_journey(), build_journey())
    return describe(build_journey(), divided_journey(), card)
