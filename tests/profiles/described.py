"""Each of the five datasets divided and described once a process, without the verdict's resampling."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from personas.customers import Customers, build_customers
from personas.dataset import Dataset, read_dataset
from personas.experience import measure_experience
from personas.experience.text import gather_themes
from personas.profiles import PersonaSet, derive_personas, describe_dataset
from personas.segments import Segmentation
from personas.simulation import simulate
from tests.profiles.divided import divide

SURVEYS = Path(__file__).parents[3] / "shared" / "data" / "sfo"
SIMULATED = {"demo": 900, "demo_b2b": 500}
SEGMENTS = {"demo": 4, "demo_b2b": 2, "complete_journey": 4, "sfo_2017": 3, "sfo_2018": 3}


@dataclass(frozen=True)
class Described:
    source: Dataset
    customers: Customers
    segmentation: Segmentation
    personas: PersonaSet


@cache
def described(name: str, k: int | None = None) -> Described:
    """A dataset described at `k` segments; skips the test where the files of a survey are not at hand."""
    source = opened(name)
    customers = build_customers(source)
    segmentation = divide(customers, k or SEGMENTS[name])
    segments = segmentation.members["segment"].to_numpy()
    texts = gather_themes(source, customers, segments)
    experience = measure_experience(customers, segmentation, source, texts=texts)
    themes = texts.found if texts is not None else None
    card = describe_dataset(source, customers)
    personas = derive_personas(customers, segmentation, experience, card, themes=themes, source=source)
    return Described(source, customers, segmentation, personas)


@cache
def opened(name: str) -> Dataset:
    if name in SIMULATED:
        folder = Path(tempfile.mkdtemp())
        simulate(folder, name, SIMULATED[name], 7)
        return read_dataset(name, data=folder)
    if name.startswith("sfo"):
        if not SURVEYS.exists():
            pytest.skip(f"the survey's files are not in {SURVEYS.parent.name}/{SURVEYS.name}")
        return read_dataset(name, data=SURVEYS)
    return read_dataset(name)
