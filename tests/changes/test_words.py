"""What a reader is told first, and how surely."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from personas.changes.account import headlines_of, in_order, whole_sentence
from personas.changes.differences import compare
from personas.changes.drift import Moved, measure_drift, where_to
from personas.changes.fates import tell_born, tell_retired
from personas.changes.models import Headline, PainChange, PersonaChange
from personas.customers.models import Feature
from personas.estimates import Estimate, not_measured
from personas.numerals import Numerals
from personas.profiles.past import shape_of

NAMES = {"P1": "Regulars", "P2": "Coupon users"}


def new_pain(rank):
    reach = compare("P1", "waits", "Long waits", "lower", Estimate(value=0.2, n=90, unit="share"), not_measured("few"))
    return PainChange(
        persona_id="P1", key="waits", title="Long waits", kind="observed", status="new", rank_before=None,
        rank_now=rank, reach=reach,
    )  # fmt: skip


def test_a_new_pain_point_is_told_as_what_cannot_be_compared():
    (told,) = headlines_of((), (), (new_pain(2),), (), (), NAMES, Numerals("EUR"))
    assert told.within_chance
    assert told.good is None
    assert "cannot be compared" in told.meaning
    assert told.act.startswith("Watch: ")
    assert headlines_of((), (), (new_pain(4),), (), (), NAMES, Numerals("EUR")) == ()
    assert whole_sentence((told,), "the run of May", False) == "Nothing changed beyond chance since the run of May."


def test_what_calls_for_action_comes_first_and_what_chance_may_have_done_last():
    lines = [
        Headline(what=what, meaning="", act=act, within_chance=unsure)
        for what, act, unsure in (
            ("unstable", "Watch: wait.", True), ("redrawn", "Read it.", False), ("worse", "Act: begin.", False),
            ("worse too", "Act: ask.", False), ("better", "Keep it up.", False),
        )
    ]  # fmt: skip
    assert [line.what for line in in_order(lines)] == ["worse", "worse too", "redrawn", "better", "unstable"]


@pytest.mark.parametrize("tell", [tell_born, tell_retired])
def test_nothing_is_to_be_planned_for_a_persona_that_chance_may_have_made(tell):
    change = PersonaChange(persona_id="P2", name="Coupon users", status="born")
    assert "accept" in tell(change, NAMES)["act"] or "Move" in tell(change, NAMES)["act"]
    told = tell(change.model_copy(update={"within_chance": True}), NAMES)
    assert told["act"].startswith("Watch: plan nothing")
    assert "Chance alone" in told["meaning"]


def test_where_customers_went_reads_as_a_sentence():
    names = {"P1": "A", "P2": "B", "P3": "C", "P4": "D"}
    change = PersonaChange(persona_id="P9", name="Gone", status="retired", went_to=("P1", "P2", "P3", "P4"))
    assert "now in A, B and C." in tell_retired(change, names)["sentence"]


def test_an_unstable_persona_is_counted_once_and_in_the_right_number():
    one, two = (whole_sentence((), "May", True, unsure=count) for count in (1, 2))
    assert "One persona came or went that is too unstable" in one
    assert "Two personas came or went that are too unstable" in two


def test_edges_of_a_drift_are_read_in_their_unit():
    feature = Feature(name="x", label="X", kind="share", block="x", forms=True, columns=("t.x",), unit="share")
    frame = pd.DataFrame({"x": np.linspace(0, 0.5, 100)})
    customers = type("Customers", (), {"features": (feature,), "frame": frame + 0.2})()
    (moved,) = measure_drift((shape_of(frame, feature),), customers, lambda _feature: True)
    assert isinstance(moved, Moved)
    assert "45.5\u00a0% and more" in where_to(moved)
    plain = feature.model_copy(update={"unit": ""})
    below = type("Customers", (), {"features": (plain,), "frame": frame - 0.9})()
    (moved,) = measure_drift((shape_of(frame - 0.8, plain),), below, lambda _feature: True)
    assert where_to(moved).startswith("below −0.7")
