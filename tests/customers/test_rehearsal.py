"""What is known before the holdout must not depend on what came after; what is handed over comes back."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from personas.customers import build_customers, read_customers, write_customers
from personas.dataset import read_dataset
from personas.errors import InputError
from personas.handover import open_workspace

CONTRACT = """
title: Greengrocer
observation: {start: 2024-01-01, end: END}
holdout: {start: 2024-10-01, end: 2025-01-01}
sources:
  people: {file: people.csv}
  orders: {file: orders.csv}
customers:
  source: people
  id: id
  also_from: [transactions]
  attributes:
    age: {kind: ordered, order: [young, old]}
transactions: {source: orders, customer: id, time: time, amount: amount, order: order, category: category}
"""


def sales(seed: int = 3, customers: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = customers * 12
    days = rng.integers(0, 366, n)
    return pd.DataFrame(
        {
            "id": [f"k{i:02d}" for i in rng.integers(0, customers, n)],
            "time": [str(datetime(2024, 1, 1) + pd.Timedelta(days=int(d), hours=9)) for d in days],
            "amount": rng.integers(100, 5000, n) / 100,
            "order": range(n),
            "category": rng.choice(["fruit", "bread", "milk", "tea", "rice", "salt", "fish"], n),
        }
    )


def read_shop(root: Path, orders: pd.DataFrame, end: str = "2025-01-01"):
    (root / "notebooks").mkdir(parents=True)
    folder = root / "data" / "shop"
    folder.mkdir(parents=True)
    (folder / "dataset.yml").write_text(CONTRACT.replace("END", end), encoding="utf-8")
    orders.to_csv(folder / "orders.csv", index=False)
    people = pd.DataFrame({"id": [f"k{i:02d}" for i in range(20)] + ["never bought"], "age": ["young"] * 20 + ["old"]})
    people.to_csv(folder / "people.csv", index=False)
    return read_dataset("shop", root=root)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return build_customers(read_shop(tmp_path_factory.mktemp("shop"), sales()))


def test_a_rehearsal_never_sees_the_holdout(shop, tmp_path):
    changed = sales()
    later = changed["time"] >= "2024-10-01"
    changed.loc[later, "amount"] *= 1000
    changed.loc[later, "category"] = "yachts"
    other = build_customers(read_shop(tmp_path, changed))
    pd.testing.assert_frame_equal(shop.rehearsal.frame, other.rehearsal.frame, check_exact=True)
    assert not shop.frame["sales"].equals(other.frame["sales"]), "the year as a whole did change"


def test_outcomes_are_those_of_the_holdout_alone(shop):
    orders = sales()
    later = orders[orders["time"] >= "2024-10-01"].groupby("id")["amount"].sum()
    outcomes = shop.rehearsal.outcomes.set_index("customer_id")["sales"]
    assert np.allclose(outcomes, later.reindex(outcomes.index).fillna(0.0))


def test_a_holdout_after_the_observation_is_looked_at_too(tmp_path):
    """The contract allows the holdout to follow the observation: its purchases are outcomes all the same."""
    orders = sales()
    after = build_customers(read_shop(tmp_path, orders, end="2024-10-01"))
    later = orders[orders["time"] >= "2024-10-01"].groupby("id")["amount"].sum()
    outcomes = after.rehearsal.outcomes.set_index("customer_id")["sales"]
    assert outcomes.sum() > 0
    assert np.allclose(outcomes, later.reindex(outcomes.index).fillna(0.0))
    earlier = orders[orders["time"] < "2024-10-01"]["amount"].sum()
    assert after.frame["sales"].sum() == pytest.approx(earlier)


def test_customers_without_attributes_and_without_purchases_stay_in(shop):
    frame = shop.frame.set_index("customer_id")
    assert frame["age"].notna().sum() == 21
    assert frame.loc["never bought", ["frequency", "orders", "sales"]].tolist() == [0, 0, 0]
    assert np.isnan(frame.loc["never bought", "recency"])
    assert len(frame) == 41


def test_what_is_written_is_read_again(shop, tmp_path):
    (tmp_path / "notebooks").mkdir()
    workspace = open_workspace("shop", "batch", root=tmp_path)
    write_customers(workspace, shop)
    back = read_customers(workspace)
    pd.testing.assert_frame_equal(back.frame, shop.frame, check_exact=True, check_dtype=False)
    pd.testing.assert_frame_equal(back.rehearsal.outcomes, shop.rehearsal.outcomes, check_exact=True)
    assert (back.features, back.quality) == (shop.features, shop.quality)
    assert (back.rehearsal.split, back.rehearsal.end) == (shop.rehearsal.split, shop.rehearsal.end)


def test_reading_before_writing_names_the_notebook_to_run(tmp_path):
    with pytest.raises(InputError, match="01_customers"):
        read_customers(open_workspace("shop", "batch", root=tmp_path))
