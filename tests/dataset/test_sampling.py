"""A sample is drawn by the ids alone: the same customers whatever the order of rows, and small groups kept."""

import hashlib

import ibis
import numpy as np
import pandas as pd
import pytest

from personas.customers import build_customers, table_like
from personas.dataset import read_dataset
from personas.dataset.sampling import keep_share, sample_customers
from personas.simulation import simulate

PEOPLE = pd.DataFrame(
    {
        "customer_id": [f"C{i:05d}" for i in range(5_000)],
        "place": np.where(np.arange(5_000) % 1_000 == 0, "islands", np.where(np.arange(5_000) % 4 == 0, None, "land")),
    }
)


def drawn(frame, n, **more):
    return sample_customers(ibis.memtable(frame), n, **more).to_pandas()


def test_those_with_the_smallest_hash_are_drawn():
    by_hand = sorted(PEOPLE["customer_id"], key=lambda who: hashlib.md5(f"{who}:3".encode()).hexdigest())[:200]
    assert set(drawn(PEOPLE, 200, seed=3)["customer_id"]) == set(by_hand)


def test_order_of_rows_does_not_matter_and_the_seed_does():
    first = set(drawn(PEOPLE, 300)["customer_id"])
    assert set(drawn(PEOPLE.sample(frac=1, random_state=1), 300)["customer_id"]) == first
    assert len(first & set(drawn(PEOPLE, 300, seed=8)["customer_id"])) < 60


def test_a_larger_sample_holds_the_smaller_one():
    assert set(drawn(PEOPLE, 100)["customer_id"]) < set(drawn(PEOPLE, 101)["customer_id"])


def test_a_sample_larger_than_the_table_is_everybody():
    assert len(drawn(PEOPLE, 10_000)) == len(drawn(PEOPLE, 10_000, by="place")) == 5_000


def test_small_groups_are_kept_and_their_share_says_how_much_they_stand_for():
    found = drawn(PEOPLE, 500, by="place", at_least=4)
    counts = found["place"].fillna("unknown").value_counts()
    assert counts.to_dict() == {"land": 375, "unknown": 125, "islands": 4}
    stands_for = (1 / found["sampled_share"]).groupby(found["place"].fillna("unknown")).sum()
    np.testing.assert_allclose(stands_for[["islands", "land", "unknown"]], [5, 3_750, 1_245], rtol=1e-12)


def test_a_share_is_kept_by_hash_alone_and_nested():
    table = ibis.memtable(PEOPLE)
    tenth, fifth = (set(keep_share(table, share).to_pandas()["customer_id"]) for share in (0.1, 0.2))
    assert tenth < fifth
    assert abs(len(tenth) - 500) < 4 * np.sqrt(5_000 * 0.1 * 0.9)
    assert len(keep_share(table, 1.0).to_pandas()) == 5_000


@pytest.mark.parametrize("share", [0.0, -0.1, 1.5])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(ValueError, match="a share above 0"):
        keep_share(ibis.memtable(PEOPLE), share)


def shop(root, listed):
    place = root / "data" / "shop"
    place.mkdir(parents=True)
    (root / "notebooks").mkdir()
    PEOPLE.to_parquet(place / "people.parquet")
    orders = pd.DataFrame({"who": PEOPLE["customer_id"].repeat(3), "paid": 1.5})
    orders["when"] = pd.date_range("2024-01-01", periods=len(orders), freq="min")
    orders.to_parquet(place / "orders.parquet")
    people = ["  people: {file: people.parquet}", "customers: {source: people, id: customer_id}"] if listed else []
    (place / "dataset.yml").write_text("\n".join([
        "title: A shop", "notice: Made up.", "sources:", "  orders: {file: orders.parquet}", *people,
        "transactions: {source: orders, customer: who, time: when, amount: paid}",
    ]))  # fmt: skip


@pytest.mark.parametrize("listed", [True, False])
def test_a_dataset_read_as_a_sample_has_the_rows_of_its_customers_alone(tmp_path, listed):
    shop(tmp_path, listed)
    whole, tenth = (read_dataset("shop", root=tmp_path, share=share) for share in (None, 0.1))
    kept = tenth.tables["customers"].customer_id.to_pandas()
    assert set(kept) == set(keep_share(whole.tables["customers"], 0.1).customer_id.to_pandas())
    assert 400 < len(kept) < 600
    lines = tenth.tables["transactions"].group_by("customer_id").agg(n=lambda rows: rows.count()).to_pandas()
    assert set(lines["customer_id"]) == set(kept)
    assert (lines["n"] == 3).all()
    assert tenth.observation_end == whole.observation_end
    assert tenth.card.notice == "Made up. A sample of 10 % of all customers, by their ids."


def test_everybody_gets_the_columns_of_the_sample_they_are_placed_by(tmp_path):
    simulate(tmp_path, "demo", 500, 7)
    sample = build_customers(read_dataset("demo", data=tmp_path, share=0.5))
    everybody = table_like(sample, read_dataset("demo", data=tmp_path))
    assert set(sample.frame["customer_id"]) < set(everybody.customer_id.to_pandas())
    forming = [feature.name for feature in sample.features if feature.forms]
    theirs = everybody.select("customer_id", *forming).to_pandas().set_index("customer_id")
    numbers = [name for name in forming if sample.frame[name].dtype == float]
    theirs[numbers] = theirs[numbers].astype(float)
    ours = sample.frame.set_index("customer_id")[forming]
    pd.testing.assert_frame_equal(theirs.loc[ours.index], ours, check_dtype=False)
