"""Personas of data that lacks a whole side, and of one segment or twelve: nothing invented, nothing that breaks."""

from __future__ import annotations

import pytest

from personas.profiles import PersonaSet
from personas.report.card import render_card
from tests.experience.households import customers_of, household_table
from tests.profiles.divided import describe, divide

SIDES = {
    "demographics": ("customers.",),
    "behaviour": ("transactions.", "interactions."),
    "feedback": ("feedback.",),
}


def without(side: str):
    """The households, the features from one side of the data left out."""
    customers = customers_of(household_table())
    gone = [f.name for f in customers.features if f.columns and f.columns[0].startswith(SIDES[side])]
    kept = tuple(f for f in customers.features if f.name not in gone)
    return type(customers)(customers.frame.drop(columns=gone, errors="ignore"), kept, customers.quality)


def check(personas: PersonaSet, k: int) -> None:
    assert len(personas.personas) == k
    assert len({p.name for p in personas.personas}) == k
    known = {claim.id for claim in personas.claims}
    for persona in personas.personas:
        assert persona.finding_claim in known
        assert {*persona.who, *persona.wants, *persona.goals, *persona.sure} <= known
        assert "None" not in render_card(persona, personas)
        assert " nan" not in render_card(persona, personas).lower()
    assert PersonaSet.model_validate_json(personas.model_dump_json()) == personas


@pytest.mark.parametrize("k", [1, 2, 12])
def test_any_number_of_segments_is_described(k):
    customers = customers_of(household_table())
    check(describe(customers, divide(customers, k)), k)


@pytest.mark.parametrize("side", SIDES)
def test_a_side_that_is_missing_is_not_made_up(side):
    customers = without(side)
    if not any(feature.forms for feature in customers.features):
        pytest.skip("these households are divided by nothing else")
    personas = describe(customers, divide(customers, 3))
    check(personas, 3)
    columns = {column for claim in personas.claims for column in claim.columns if claim.kind in ("defines", "stated")}
    assert not [column for column in columns if column.startswith(SIDES[side]) and "finding" not in column]


def test_two_runs_of_twelve_segments_are_byte_identical():
    customers = customers_of(household_table())
    first, second = (describe(customers, divide(customers, 12)).model_dump_json() for _ in range(2))
    assert first == second
