"""Whole numbers add up as they are: the same sums as decimals give, for customers who all weigh the same."""

import ibis
import numpy as np
import pandas as pd
import pytest

from personas.experience.moments import Moments, gather_moments, moments_of
from personas.experience.pains.pain_points import RESAMPLES, _drawn

PARTS = {"some": ("n", "yes", "yes"), "mean": ("n", "good", "good2")}


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    who, good = rng.integers(40, size=300), rng.random(300).round(3)
    rows = pd.DataFrame({"customer_id": [f"c{n:02d}" for n in who], "good": good, "yes": good > 0.6})
    return rows


@pytest.fixture(scope="module")
def summed(answers):
    rows = answers.assign(good2=answers["good"] ** 2).groupby("customer_id", as_index=False)
    return rows.agg(n=("good", "size"), good=("good", "sum"), good2=("good2", "sum"), yes=("yes", "sum"))


def members(weight):
    ids = [f"c{n:02d}" for n in range(40)]
    return ibis.memtable(pd.DataFrame({"customer_id": ids, "segment": [1, 2] * 20, "weight": weight}))


def test_whole_weights_give_the_very_sums_of_weights_of_one(summed):
    table = ibis.memtable(summed)
    whole = gather_moments(table, members(np.ones(40, "int8")), (), PARTS)
    assert whole == gather_moments(table, members(np.ones(40)), (), PARTS)


def test_the_sums_are_those_of_the_answers_in_memory(answers, summed):
    found = gather_moments(ibis.memtable(summed), members(np.ones(40, "int8")), (), PARTS)
    first = answers[answers["customer_id"].str[1:].astype(int) % 2 == 0]
    for part, column in (("some", "yes"), ("mean", "good")):
        expected = moments_of(first[column].astype(float), None, first["customer_id"])
        for name in Moments.__dataclass_fields__:
            assert getattr(found[(part,)][1], name) == pytest.approx(getattr(expected, name), rel=1e-9), name


def test_everybody_once_is_the_same_as_naming_everybody(answers):
    values, weights = answers["good"].to_numpy().copy(), np.linspace(0.5, 2, 300)
    values[::7] = np.nan
    alone, named = moments_of(values, weights), moments_of(values, weights, np.arange(300))
    for name in Moments.__dataclass_fields__:
        assert getattr(alone, name) == pytest.approx(getattr(named, name), rel=1e-12), name


def test_blocks_of_many_customers_vary_as_customers_drawn_one_by_one(monkeypatch):
    values = np.random.default_rng(4).random((4_000, 2))
    columns = [values[:, 0], (values[:, 1] > 0.9).astype(float)]
    one_by_one = _drawn(columns, np.random.default_rng(5))
    monkeypatch.setattr("personas.experience.pains.pain_points.MOST_DRAWN", 3_999)
    blocks = _drawn(columns, np.random.default_rng(5))
    for many, few, column in zip(one_by_one, blocks, columns, strict=True):
        assert len(few) == RESAMPLES
        assert few.mean() == pytest.approx(column.sum(), rel=0.01)
        assert few.std() == pytest.approx(many.std(), rel=0.2)  # 400 draws: the spread is known to 5 %
