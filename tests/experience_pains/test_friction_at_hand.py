"""Frames of touchpoints are made when they are asked for, and no id of a customer comes back from the engine."""

from __future__ import annotations

import pandas as pd
import pytest

from personas.dataset import read_dataset
from personas.experience.pains import friction, summed
from personas.simulation import simulate


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    simulate(folder, "demo", 500, 7)
    source = read_dataset("demo", data=folder)
    return source, source.tables["customers"].customer_id.to_pandas()


def test_few_rows_are_kept_and_many_are_made_anew(demo, monkeypatch):
    few = friction.gather_friction(*demo)
    monkeypatch.setattr(summed, "MANY", 0)
    many = friction.gather_friction(*demo)
    assert list(few.touchpoints) == list(many.touchpoints) == sorted(few.touchpoints)
    first = next(iter(few.touchpoints))
    assert few.whole.equals(many.whole)
    for places in ("touchpoints", "categories"):
        for (stage, ours), (other, theirs) in zip(
            getattr(few, places).values(), getattr(many, places).values(), strict=True
        ):
            assert stage == other
            pd.testing.assert_frame_equal(theirs, ours, check_index_type=False, check_dtype=False)
    for ours, theirs in zip(few.touchpoint_halves, many.touchpoint_halves, strict=True):
        assert list(ours) == list(theirs)
        for name in ours:
            pd.testing.assert_frame_equal(theirs[name], ours[name], check_index_type=False, check_dtype=False)
    assert few.touchpoint_halves[0][first] is few.touchpoint_halves[0][first]
    made = many.touchpoint_halves[0][first]
    list(many.touchpoint_halves[0].items())
    assert many.touchpoint_halves[0][first] is not made


def test_both_halves_are_the_whole(demo):
    found = friction.gather_friction(*demo)
    for name, (_, whole) in found.touchpoints.items():
        early, late = (half[name]["contacts"] if name in half else 0 for half in found.touchpoint_halves)
        assert early.add(late, fill_value=0).astype(int).equals(whole["contacts"].astype(int))
    with pytest.raises(KeyError):
        found.touchpoints["no such place"]


def test_customers_keep_their_rows_whatever_the_order(demo):
    source, ids = demo
    turned = friction.gather_friction(source, ids[::-1].reset_index(drop=True))
    straight = friction.gather_friction(source, ids)
    name = next(iter(straight.touchpoints))
    there = turned.touchpoints[name][1]
    there.index = len(ids) - 1 - there.index
    assert there.sort_index().equals(straight.touchpoints[name][1])
