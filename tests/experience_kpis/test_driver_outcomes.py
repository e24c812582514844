"""Where nobody was asked to recommend, drivers are those of satisfaction as a whole, else of staying."""

import numpy as np
import pandas as pd
import pytest

from personas.customers import build_customers
from personas.experience.drivers.driver_outcomes import choose_outcome
from personas.experience.drivers.importance import measure_drivers
from personas.experience.voices import gather_voices
from tests.experience_kpis.tables import CUSTOMERS, small_dataset

PLACES = ("Till", "Shelves", "Car park")
RATED = """\
feedback:
  - {source: ratings, customer: id, metric: {value: rating}, score: score, scale: [1, 5], touchpoint: place}
"""
WHOLE = "  - {source: whole, customer: id, metric: {value: csat}, score: score, scale: [1, 5]}\n"
PLANS = "subscriptions: {source: plans, customer: id, start: start, end: end}\n"


@pytest.fixture(scope="module")
def tables():
    rng = np.random.default_rng(4)
    ids = [f"c{i:04}" for i in range(600)]
    scores = rng.integers(1, 6, (600, 3)).astype(float)
    pull = 1.0 * scores[:, 0] + 0.4 * scores[:, 1]
    whole = np.clip(np.round(pull / 1.4 + rng.normal(0, 0.5, 600)), 1, 5)
    leaves = rng.random(600) < 1 / (1 + np.exp(pull - 4))
    plans = pd.DataFrame({"id": ids, "start": pd.Timestamp("2024-02-01")})
    plans["end"] = pd.Series(pd.Timestamp("2024-09-01"), index=range(600)).where(leaves)
    return {
        "people": pd.DataFrame({"id": ids}),
        "ratings": pd.DataFrame(
            {"id": np.repeat(ids, 3), "place": np.tile(PLACES, 600), "score": scores.ravel()}
        ),
        "whole": pd.DataFrame({"id": ids, "score": whole}),
        "plans": plans,
    }  # fmt: skip


def drivers(tmp_path, contract, tables):
    dataset = small_dataset(tmp_path, CUSTOMERS + contract, **tables)
    customers = build_customers(dataset)
    voices = gather_voices(dataset, customers, None)
    outcome = choose_outcome(voices, dataset, customers.frame)
    return measure_drivers(voices, None, 0, 7, outcome)


def test_satisfaction_as_a_whole(tmp_path, tables):
    found = drivers(tmp_path, RATED + WHOLE, {name: tables[name] for name in ("people", "ratings", "whole")})
    assert found.outcome == "Satisfaction as a whole, 1 to 5" and found.slope_unit == "points of satisfied customers"
    assert [row.touchpoint for row in found.rows] == ["Till", "Shelves", "Car park"]
    assert [row.counts for row in found.rows] == [True, True, False]
    assert found.rows[0].slope.low > 0


def test_staying(tmp_path, tables):
    found = drivers(tmp_path, RATED + PLANS, {name: tables[name] for name in ("people", "ratings", "plans")})
    assert found.outcome == "Contract still running, 1 or 0"
    assert found.rows[0].touchpoint == "Till" and found.rows[0].slope.low > 0 and not found.rows[-1].counts


def test_nothing_to_be_driven(tmp_path, tables):
    assert drivers(tmp_path, RATED, {name: tables[name] for name in ("people", "ratings")}) is None
