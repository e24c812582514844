"""Accounts and the people in them, on a few hand-written firms."""

import numpy as np
import pandas as pd
import pytest

from personas.dataset import read_dataset
from personas.experience.comparison import Group
from personas.experience.kpis.outcomes import members_table
from personas.experience.value.buying_centre import measure_buying_centre, role_column
from tests.experience_journey.tables import at

CONTRACT = """\
title: A made-up supplier
currency: EUR
relationship: b2b
observation: {start: 2024-01-01, end: 2025-01-01}
sources:
  people: {file: people.parquet}
  orders: {file: orders.parquet}
  touched: {file: touched.parquet}
  asked: {file: asked.parquet}
customers:
  source: people
  id: id
  account: firm
  attributes:
    role: {label: Role, kind: category, order: [buyer, decider, user], block: role, forms: false}
transactions: {source: orders, customer: id, time: day, amount: amount}
interactions: {source: touched, customer: id, time: day, touchpoint: place}
feedback: {source: asked, customer: id, time: day, metric: {value: nps}, score: score, scale: [0, 10]}
"""


@pytest.fixture
def firms(tmp_path):
    """24 firms with a buyer each, 12 also a decider, who likes it; all order 20 days after a visit."""
    people = [(f"b{i:02d}", f"f{i:02d}", "buyer") for i in range(24)]
    people += [(f"d{i:02d}", f"f{i:02d}", "decider") for i in range(12)]
    tables = {
        "people": pd.DataFrame(people, columns=["id", "firm", "role"]),
        "orders": pd.DataFrame([(f"b{i:02d}", at(80 + i), 10.0) for i in range(24)], columns=["id", "day", "amount"]),
        "touched": pd.DataFrame(
            [(f"b{i:02d}", at(60 + i), "Visit") for i in range(24)], columns=["id", "day", "place"]
        ),
        "asked": pd.DataFrame(
            [(who, at(200), 3.0 if who[0] == "b" else 10.0) for who, *_rest in people], columns=["id", "day", "score"]
        ),
    }
    place = tmp_path / "data" / "firms"
    place.mkdir(parents=True)
    (tmp_path / "notebooks").mkdir()
    for name, table in tables.items():
        table.to_parquet(place / f"{name}.parquet", index=False)
    (place / "dataset.yml").write_text(CONTRACT, encoding="utf-8")
    return read_dataset("firms", root=tmp_path)


def measured(dataset, segments, min_group=10):
    accounts = dataset.tables["customers"].order_by("customer_id").to_pandas()
    members = members_table(dataset, accounts, segments)
    risk = np.arange(len(accounts)) < 10
    numbers = tuple(int(s) for s in np.unique(segments))
    return measure_buying_centre(dataset, members, segments, risk, Group(numbers, (), min_group))


def test_roles_deciders_and_the_time_to_the_first_order(firms):
    centre = measured(firms, np.ones(24, int))[0]
    assert (centre.accounts, centre.each.value, centre.decider.value) == (24, 1.5, 0.5)
    assert [(r.role, r.contacts, r.accounts.value, r.nps.value) for r in centre.roles] == [
        ("buyer", 24, 1.0, -100.0), ("decider", 12, 0.5, 100.0),
    ]  # fmt: skip
    assert centre.cycle.value == 20 and centre.healthy.value == pytest.approx(14 / 24)


def test_roles_of_few_accounts_are_hidden(firms):
    centre = measured(firms, np.ones(24, int), min_group=13)[0]
    assert [role.role for role in centre.roles] == ["buyer"] and not centre.decider.measured


def test_a_segment_of_few_accounts_is_hidden_with_another(firms):
    found = measured(firms, np.r_[np.full(5, 2), np.full(19, 1)])
    assert set(found) == {0}


def test_customers_without_roles_have_no_buying_centre(planted):
    assert role_column(planted.dataset) is None
    assert measure_buying_centre(planted.dataset, planted.members, planted.segments, None, planted.groups) == {}
