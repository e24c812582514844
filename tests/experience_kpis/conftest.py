"""The simulated demo with its planted truth, measured on the true segments, once for all tests."""

import json

import numpy as np
import pandas as pd
import pytest

from personas.customers import build_customers
from personas.dataset import read_dataset
from personas.experience.kpis.outcomes import measure_outcomes
from personas.experience.voices import gather_voices
from personas.simulation import simulate


class Demo:
    """4,000 simulated customers; `segments` are the planted ones, prospects in none (0)."""

    def __init__(self, folder):
        simulate(folder, "demo", 4_000, 7)
        self.truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        members = pd.read_parquet(folder / "truth_members.parquet").set_index("customer_id")
        self.dataset = read_dataset("demo", data=folder)
        self.customers = build_customers(self.dataset)
        found = members["segment"].reindex(self.customers.frame["customer_id"])
        self.segments = found.fillna(0).to_numpy(int)
        self.outcomes = measure_outcomes(self.dataset, self.customers, self.segments, 10)
        self.voices = gather_voices(self.dataset, self.customers, None)
        self.numbers = tuple(int(s) for s in np.unique(self.segments) if s > 0)

    def kpi(self, key, segment=0):
        kpis = (*self.outcomes.kpis[segment], *self.outcomes.ratings[segment])
        return next(k for k in kpis if k.key == key)


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Demo:
    return Demo(tmp_path_factory.mktemp("demo"))
