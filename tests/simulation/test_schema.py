"""The files themselves: columns, ids, times, determinism, sizes, memory, refusals."""

import subprocess
import sys

import pandas as pd
import pyarrow.parquet as pq
import pytest

from personas.errors import InputError
from personas.simulation import simulate
from personas.simulation.__main__ import main

START, END = pd.Timestamp("2024-01-01"), pd.Timestamp("2026-01-01")
COLUMNS = {
    "customers": "customer_id status name email joined referred_by language city region age gender household_size "
    "children income newsletter cares_price cares_quality cares_time cares_digital",
    "transactions": "order_id customer_id time product_id quantity amount discount channel returned",
    "products": "product_id product category price",
    "interactions": "customer_id time touchpoint stage channel device environment self_service campaign referral "
    "outcome duration wait page_time",
    "invitations": "customer_id time answered",
    "recommendations": "customer_id time source score language comment comment_kind",
    "problems": "customer_id time problem",
    "ratings": "customer_id time brand touchpoint stage channel rating expected",
    "ease": "customer_id time touchpoint stage channel ease",
    "feelings": "customer_id time touchpoint stage moment feeling",
    "tickets": "ticket_id customer_id opened first_response resolved due escalated reopened channel category team "
    "satisfaction",
    "subscriptions": "customer_id start end plan price reason",
    "employees": "employee_id time team touchpoint recommends customers_served needs_training idea",
    "actions": "action_id title date pain_point owner customer_id arm cost check decision",
}
CLOCKS = {"opened", "time", "start", "date"}


@pytest.mark.parametrize("name", COLUMNS)
def test_each_table_has_its_columns_and_no_other(demo, name):
    assert list(demo[name].columns) == COLUMNS[name].split()
    assert len(demo[name]) == demo.truth["rows"][name] > 0


@pytest.mark.parametrize("name", [name for name in COLUMNS if name not in ("products", "employees")])
def test_every_row_belongs_to_a_listed_customer(demo, name):
    assert demo[name]["customer_id"].isin(demo["customers"]["customer_id"]).all()


@pytest.mark.parametrize("dataset", ["demo", "demo_b2b"])
def test_no_time_lies_outside_the_observation(request, dataset):
    world = request.getfixturevalue(dataset)
    for name in COLUMNS:
        for column in CLOCKS & set(world[name].columns):
            assert world[name][column].between(START, END, inclusive="left").all(), (name, column)


@pytest.mark.parametrize("dataset", ["demo", "demo_b2b"])
def test_ids_are_unique_and_never_missing(request, dataset):
    world = request.getfixturevalue(dataset)
    for name, key in (("customers", "customer_id"), ("tickets", "ticket_id"), ("products", "product_id")):
        assert world[name][key].is_unique and world[name][key].notna().all()
    orders = world["transactions"].groupby("order_id")
    assert (orders["customer_id"].nunique() == 1).all() and (orders["time"].nunique() == 1).all()


def test_scores_lie_on_their_scales(demo):
    assert set(demo["recommendations"]["score"]) == {*range(11), 99}
    assert set(demo["ratings"]["rating"]) == set(range(1, 6))
    assert set(demo["ratings"]["expected"].dropna()) <= set(range(1, 6))
    assert set(demo["ease"]["ease"]) == set(range(1, 8))
    assert set(demo["feelings"]["feeling"]) == {-2, -1, 0, 1, 2}
    assert set(demo["employees"]["customers_served"]) <= set(range(1, 6))


def test_money_is_positive_and_whole_cents(demo):
    amount = demo["transactions"]["amount"]
    assert (amount > 0).all()
    assert ((amount * 100).round() - amount * 100).abs().max() < 1e-6


def test_prospects_never_buy_and_never_answer(demo):
    prospects = demo["customers"].query("status == 'prospect'")["customer_id"]
    assert len(prospects) == demo.truth["prospects"] > 0
    for name in ("transactions", "recommendations", "tickets", "subscriptions", "actions"):
        assert not demo[name]["customer_id"].isin(prospects).any()
    assert demo["interactions"]["customer_id"].isin(prospects).any()


def test_nobody_buys_after_leaving(demo):
    ended = demo["subscriptions"].dropna(subset="end").set_index("customer_id")["end"]
    last = demo["transactions"].groupby("customer_id")["time"].max().reindex(ended.index).dropna()
    assert (last <= ended.reindex(last.index)).all()


def test_referrers_were_customers_before(demo):
    customers = demo["customers"].set_index("customer_id")
    referred = customers.dropna(subset="referred_by")
    assert len(referred) > 100
    assert (customers.loc[referred["referred_by"], "joined"].to_numpy() < referred["joined"].to_numpy()).all()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_customers(tmp_path):
    for folder, seed in (("one", 7), ("two", 7), ("other", 8)):
        simulate(tmp_path / folder, "demo", 600, seed)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name
    one, other = (pd.read_parquet(tmp_path / name / "transactions.parquet") for name in ("one", "other"))
    assert not one.head(100).equals(other.head(100))


def test_the_chunk_changes_row_groups_but_no_value(tmp_path):
    for chunk in (1, 50_000):
        simulate(tmp_path / str(chunk), "demo", 10_400, 3, chunk=chunk)
    assert pq.read_metadata(tmp_path / "1" / "customers.parquet").num_row_groups == 3
    for path in (tmp_path / "1").glob("*.parquet"):
        other = tmp_path / "50000" / path.name
        assert pq.read_table(path).equals(pq.read_table(other)), path.name
    assert (tmp_path / "1" / "truth.json").read_text() == (tmp_path / "50000" / "truth.json").read_text()


@pytest.mark.parametrize("dataset", ["demo", "demo_b2b"])
def test_five_hundred_customers_are_enough_for_every_table(tmp_path, dataset):
    truth = simulate(tmp_path, dataset, 500, 11)
    assert truth["rows"]["customers"] == 500
    assert min(truth["rows"].values()) > 0
    assert len(truth["segments"]) == len({segment["key"] for segment in truth["segments"]})


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_customers(tmp_path):
    code = (
        "import resource, sys; from personas.simulation import simulate;"
        "simulate(sys.argv[1], customers=int(sys.argv[2]), chunk=5000);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    peaks = [
        int(subprocess.run([sys.executable, "-c", code, str(tmp_path), n], capture_output=True, check=True).stdout)
        for n in ("10000", "40000")
    ]
    assert peaks[1] < 1.10 * peaks[0]


def test_an_interrupted_simulation_leaves_no_file(tmp_path):
    def stop(blocks):
        yield next(iter(blocks))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(tmp_path, "demo", 12_000, 1, chunk=1, track=stop)
    assert list(tmp_path.iterdir()) == []


def test_wrong_arguments_are_refused_all_at_once(tmp_path):
    with pytest.raises(InputError) as caught:
        simulate(tmp_path / "new", "demo_b2c", 10, 1, chunk=0)
    assert [problem.place.split()[-1] for problem in caught.value.problems] == [
        "dataset",
        "customers",
        "chunk",
    ]
    assert not (tmp_path / "new").exists()


def test_the_command_writes_files_and_answers_wrong_input_with_2(tmp_path, capsys):
    assert main(["demo_b2b", "--customers", "500", "--seed", "2", "--to", str(tmp_path)]) == 0
    assert (tmp_path / "accounts.parquet").exists()
    assert main(["demoo", "--to", str(tmp_path)]) == 2
    assert 'did you mean "demo"' in capsys.readouterr().err


def test_no_block_repeats_another(demo):
    customers = demo["customers"].drop(columns=["customer_id", "email", "referred_by"])
    first, second = customers.iloc[:5000], customers.iloc[5000:10000]
    assert not first.reset_index(drop=True).equals(second.reset_index(drop=True))
