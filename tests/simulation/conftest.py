import json
from pathlib import Path

import pandas as pd
import pytest

from personas.simulation import simulate


class World:
    """A simulated dataset with its truth; tables are read when asked for."""

    def __init__(self, folder: Path, dataset: str, customers: int, seed: int):
        simulate(folder, dataset, customers, seed)
        self.folder = folder
        self.truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        self._tables: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._tables:
            self._tables[name] = pd.read_parquet(self.folder / f"{name}.parquet")
        return self._tables[name]

    def with_members(self, name: str) -> pd.DataFrame:
        return self[name].merge(self["truth_members"], on="customer_id")


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> World:
    return World(tmp_path_factory.mktemp("demo"), "demo", 16_000, 7)


@pytest.fixture(scope="session")
def demo_b2b(tmp_path_factory) -> World:
    return World(tmp_path_factory.mktemp("demo_b2b"), "demo_b2b", 12_000, 7)
