"""The simulated demo, its comments gathered once for all tests of this folder."""

import json

import numpy as np
import pandas as pd
import pytest

from personas.customers import build_customers
from personas.dataset import read_dataset
from personas.experience.text import gather_themes
from personas.simulation import simulate


class Demo:
    """4,000 simulated customers; `segments` are the planted ones, prospects in none (0)."""

    def __init__(self, folder):
        simulate(folder, "demo", 4_000, 7)
        self.truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        self.written = pd.read_parquet(folder / "recommendations.parquet").dropna(subset="comment")
        self.problems = pd.read_parquet(folder / "problems.parquet")
        members = pd.read_parquet(folder / "truth_members.parquet").set_index("customer_id")
        self.dataset = read_dataset("demo", data=folder)
        self.customers = build_customers(self.dataset)
        self.ids = self.customers.frame["customer_id"]
        self.segments = members["segment"].reindex(self.ids).fillna(0).to_numpy(int)
        self.texts = gather_themes(self.dataset, self.customers, self.segments)


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Demo:
    return Demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def nobody() -> pd.Series:
    return pd.Series(np.array([], dtype=object))
