"""Actions: what customers say comes first, each remedy once, nothing promised."""

import numpy as np
import pytest

from personas.estimates import Estimate, share_estimate
from personas.experience import PainPoint, read_playbook
from personas.experience.pains.playbook import remedy_for
from personas.profiles.actions import plan_actions
from tests.experience.households import household_table


def pain(key, title, touchpoint, kind="stated", score=0.1, impact=-20.0):
    return PainPoint(
        id=f"p-{key}", key=key, title=title, kind=kind, stage="experience", touchpoint=touchpoint,
        reach=share_estimate(np.repeat([1.0, 0.0], [40, 60])), rest=None, severity=0.5, severity_words="marked",
        impact=Estimate(value=impact, low=impact - 5, high=impact + 5, n=40, unit="points"), impact_words="as seen",
        score=score, rank=1, rank_low=1, rank_high=1, affected=40, remedy="",
    )  # fmt: skip


def planned(*pains):
    frame = household_table()
    return plan_actions(pains, read_playbook().signals, frame, np.ones(len(frame), bool), "P1")


@pytest.mark.parametrize(
    ("touchpoint", "title", "owner"),
    [
        ("Delivery", "Deliveries come late", "operations"),
        ("Customer service", "Nobody answers", "service"),
        ("Restaurants", "Restaurants rated low", "product"),
        ("Moon base", "Nothing that anybody foresaw", "service"),
    ],
)
def test_every_stated_pain_point_finds_a_remedy_by_its_touchpoint(touchpoint, title, owner):
    assert remedy_for(touchpoint, title).owner == owner


def test_stated_pain_points_are_acted_on_before_inferred_ones():
    inferred = pain("unused_campaigns", "Campaigns that miss", "Campaign mailing", kind="inferred", score=9.0)
    first, second = planned(inferred, pain("late", "Deliveries come late", "Delivery", score=0.01))
    assert (first.why, second.why) == ("Deliveries come late", "Campaigns that miss")
    assert first.strength.startswith("said by customers") and second.strength.startswith("inferred from behaviour")


def test_one_remedy_is_named_once_for_its_best_reason():
    found = planned(
        pain("a", "Deliveries come late", "Delivery", score=0.1),
        pain("b", "Deliveries get lost", "Delivery", score=0.3),
    )
    assert [action.why for action in found] == ["Deliveries get lost"]
    assert found[0].title.startswith("Delivery: mend ")


def test_pain_whose_affected_were_better_off_later_gets_no_action():
    assert planned(pain("a", "Deliveries come late", "Delivery", impact=20.0)) == ()


def test_no_effect_is_promised_where_nobody_has_tried():
    (action,) = planned(pain("a", "Deliveries come late", "Delivery"))
    assert not action.expected.measured
    assert action.expected_words.startswith("not known yet")
