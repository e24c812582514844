"""An analyst's names for personas: any script, by permanent id, recorded, and never lost."""

from __future__ import annotations

import json
from functools import cache

import pytest

from personas.batch.publication import summarise
from personas.dataset import read_dataset
from personas.errors import InputError
from personas.experience import measure_experience
from personas.profiles import PersonaSet, derive_personas
from personas.report.card import render_card
from tests.customers.journey import build_journey
from tests.dataset.shop_project import make_project
from tests.profiles.divided import CARD, divided_journey

LONG = "Ж" * 80


def names_in(tmp_path, lines: str) -> dict[str, str]:
    """The names that a contract with these lines gives."""
    root = make_project(tmp_path)
    path = root / "data" / "shop" / "dataset.yml"
    path.write_text(path.read_text(encoding="utf-8") + f"\nnames:\n{lines}\n", encoding="utf-8")
    return read_dataset("shop", root=root).contract.names


@cache
def experienced():
    return measure_experience(build_journey(), divided_journey(), ("customers", "transactions"))


def derive(names: dict[str, str]) -> PersonaSet:
    return derive_personas(build_journey(), divided_journey(), experienced(), CARD, names=names)


@pytest.fixture(scope="module")
def renamed() -> PersonaSet:
    return derive({"P2": "مشترون منتظمون", "P9": "Away this year", "P1": LONG})


@pytest.fixture(scope="module")
def plain() -> PersonaSet:
    return derive({})


def test_names_in_any_script_are_read_as_written(tmp_path):
    lines = f'  P1: Постоянные покупатели\n  P2: "مشترون منتظمون"\n  P3: {LONG}\n  P4: "007"\n  P5: " spaced "'
    assert names_in(tmp_path, lines) == {
        "P1": "Постоянные покупатели", "P2": "مشترون منتظمون", "P3": LONG, "P4": "007", "P5": "spaced",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "place", "found", "expected"),
    [
        ("  p1: Anna", "names.p1", '"p1"', "such as P1"),
        ("  segment 1: Anna", "names.segment 1", '"segment 1"', "such as P1"),
        (f"  P1: {'x' * 200}", "names.P1", "200", "a name of 1 to 80 characters"),
        ('  P1: " "', "names.P1", "0", "a name of 1 to 80 characters"),
        ('  P1: "two\\nlines"', "names.P1", "lines", "on one line"),
        ('  P1: "turned \\u202e round"', "names.P1", "round", "without control characters"),
        ("  P1: Anna\n  P2: ANNA", "names", '"ANNA" for P1 and P2', "a name of its own"),
        ("  P1: [a, b]", "names.P1", '"', "string"),
    ],
)
def test_a_name_that_cannot_be_meant_is_refused_where_it_stands(tmp_path, lines, place, found, expected):
    with pytest.raises(InputError) as caught:
        names_in(tmp_path, lines)
    (problem,) = caught.value.problems
    assert problem.place.startswith("data/shop/dataset.yml, line ")
    assert problem.place.endswith(place)
    assert found in problem.found
    assert expected in problem.expected


def test_all_wrong_names_are_told_at_once(tmp_path):
    with pytest.raises(InputError) as caught:
        names_in(tmp_path, f"  p1: Anna\n  P2: {'x' * 81}\n  P3: fine")
    assert len(caught.value.problems) == 2


def test_a_given_name_stands_everywhere_and_says_whose_it_is(renamed, plain):
    before = {p.id: p for p in plain.personas}
    for persona in renamed.personas:
        given = {"P1": LONG, "P2": "مشترون منتظمون"}.get(persona.id)
        assert persona.name == (given or before[persona.id].name)
        assert persona.named_by == ("analyst" if given else "data")
        assert persona.name_from_data == (before[persona.id].name if given else "")
    finding = next(c for c in renamed.claims if c.id == renamed.personas[1].finding_claim)
    assert finding.sentence.startswith("مشترون منتظمون ")
    assert before["P2"].name not in renamed.model_dump_json(exclude={"personas": {"__all__": {"name_from_data"}}})
    assert f"Named by an analyst; from the data alone: {before['P2'].name}" in render_card(renamed.personas[1], renamed)


def test_a_name_whose_persona_is_gone_is_kept_and_reported(renamed, tmp_path):
    assert renamed.unused_names == {"P9": "Away this year"}
    folder = tmp_path / "reports" / "shop"
    folder.mkdir(parents=True)
    (folder / "personas.json").write_text(renamed.model_dump_json(), encoding="utf-8")
    told = summarise(tmp_path, ["shop"])
    assert 'dataset.yml names P9 "Away this year", and no persona of this run has that id; the name is kept' in told
    (folder / "personas.json").write_text(json.dumps({"personas": [], "unused_names": {}}), encoding="utf-8")
    assert "dataset.yml names" not in summarise(tmp_path, ["shop"])


def test_nobody_else_is_called_by_a_name_that_was_given(plain):
    first, second = plain.personas[:2]
    swapped = derive({second.id: first.name})
    assert len({p.name for p in swapped.personas}) == len(swapped.personas)
    assert swapped.personas[1].name == first.name
