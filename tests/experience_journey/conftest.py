"""The simulated demo on its planted segments, once for all tests of the folder."""

import json

import numpy as np
import pandas as pd
import pytest

from personas.customers import build_customers
from personas.dataset import read_dataset
from personas.experience.comparison import Group
from personas.experience.kpis.outcomes import members_table
from personas.simulation import simulate


class Planted:
    """4,000 simulated customers; `segments` are the planted ones, prospects in none (0)."""

    def __init__(self, folder):
        simulate(folder, "demo", 4_000, 7)
        self.truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        members = pd.read_parquet(folder / "truth_members.parquet").set_index("customer_id")
        self.dataset = read_dataset("demo", data=folder)
        self.customers = build_customers(self.dataset)
        self.frame = self.customers.frame
        self.segments = members["segment"].reindex(self.frame["customer_id"]).fillna(0).to_numpy(int)
        self.groups = Group(tuple(range(1, 7)), self.customers.features, 10)
        self.members = members_table(self.dataset, self.frame, self.segments)
        self.period = self.dataset.observation_start, self.dataset.observation_end


@pytest.fixture(scope="session")
def planted(tmp_path_factory) -> Planted:
    return Planted(tmp_path_factory.mktemp("planted"))


@pytest.fixture
def rng():
    return np.random.default_rng(5)
