"""A sample of what is counted of statements, and a description that says too much is found out."""

import numpy as np
import pytest

from personas.profiles import derivation
from tests.evidence import statements

CASES = statements.cases()


def total(cases) -> dict[str, int]:
    found = [statements.run(case) for case in cases]
    return {name: sum(one[name] for one in found) for name in found[0] if name != "wrong"}


def test_every_cell_of_the_grid_is_drawn_equally_often():
    names = [statements.cell_of(case) for case in CASES]
    assert {names.count(name) for name in statements.GRID} == {statements.EACH}
    assert len(CASES) >= 100


def test_what_is_told_is_true_of_the_population_and_what_is_planted_is_told():
    found = total(CASES[:6])
    assert found["told"] > 150
    assert found["false"] <= 0.05 * found["told"]
    assert found["found"] >= 0.9 * found["planted"] > 100
    assert found["found_describing"] >= 0.9 * found["planted_describing"] > 15


def test_telling_whatever_has_an_interval_off_zero_is_found_out(monkeypatch):
    monkeypatch.setattr(derivation, "screen_standings", lambda standings, *_: standings)
    found = total(CASES[:6])
    assert found["describing_false"] > 0.08 * found["describing"]


def test_a_statement_in_words_is_counted_by_those_words():
    drawn = statements.draw(CASES[0])
    feature = next(f for f in drawn.features if f.name == "said_04")
    assert feature.kind == "ordered"
    column = drawn.frame["said_04"]
    flags = statements.said(column, feature, "often or more")
    assert np.isclose(flags.mean(), column.isin(["often", "always"]).mean())
    assert np.isclose(
        statements.said(column, feature, "seldom or less").mean(), column.isin(["never", "seldom"]).mean()
    )


@pytest.mark.parametrize(("false", "kept"), [(1, True), (2, False)])
def test_more_false_statements_than_promised_break_the_promise(false, kept):
    one = {"told": 20, "false": false, "describing": 20, "describing_false": false, "planted": 10, "found": 10}
    limits = statements.summarise([(CASES[0], one)])["limits"]
    assert [limit["kept"] for limit in limits] == [kept, kept, True]
