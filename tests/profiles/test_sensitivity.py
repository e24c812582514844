"""Statements under other divisions of the same customers."""

import numpy as np
import pandas as pd

from personas.profiles.sensitivity import closest, holds, judge_sensitivity
from personas.profiles.traits import stand
from tests.profiles.test_personas import feature


class Table:
    """What judge_sensitivity needs of the customers."""

    def __init__(self, frame):
        self.frame = frame


def made():
    """Four hundred customers: spend goes with the division, taste only within the published one."""
    rng = np.random.default_rng(3)
    segments = np.repeat([1, 2], 200)
    frame = pd.DataFrame({"spend": rng.normal(segments * 3.0, 1), "taste": rng.normal(0, 1, 400)})
    frame.loc[segments == 1, "taste"] += np.where(np.arange(200) < 60, 2.0, 0.0)
    return frame, segments


def claims_of(frame, segments, names):
    from personas.profiles.models import Claim

    features = {name: feature(name, "t.x") for name in names}
    standings = {"P1": {name: stand(frame, f, segments == 1) for name, f in features.items()}}
    claims = tuple(
        Claim(id=f"P1-{name}", persona_id="P1", sentence="s", kind="describes", feature=name, estimate=s.own)
        for name, s in standings["P1"].items()
    )
    return claims, standings


def test_a_statement_that_depends_on_the_division_holds_in_fewer_refits():
    frame, segments = made()
    without = segments.copy()
    without[:60] = 2  # those with the taste go elsewhere in the second refit
    refits = pd.DataFrame({"customer_id": range(400), "k+1": segments, "left out": without})
    claims, standings = claims_of(frame, segments, ["spend", "taste"])
    found = {
        c.feature: (c.held, c.refits) for c in judge_sensitivity(claims, Table(frame), segments, refits, standings)
    }
    assert found == {"spend": (2, 2), "taste": (1, 2)}


def test_without_refits_nothing_is_said():
    frame, segments = made()
    claims, standings = claims_of(frame, segments, ["spend"])
    assert judge_sensitivity(claims, Table(frame), segments, None, standings) == claims


def test_the_segment_that_overlaps_most_stands_for_the_persona():
    inside = np.array([1, 1, 1, 0, 0, 0], bool)
    assert closest(inside, np.array([5, 5, 2, 2, 2, 2])).tolist() == [True, True, False, False, False, False]


def test_the_other_direction_does_not_hold():
    frame, segments = made()
    told = stand(frame, feature("spend", "t.x"), segments == 1)
    assert holds(told, told)
    assert not holds(told, stand(frame, feature("spend", "t.x"), segments == 2))
    assert not holds(told, None)
