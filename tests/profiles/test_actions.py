"""Actions: what customers say comes first, each remedy once, nothing promised."""

import numpy as np
import pytest

from personas.estimates import Estimate, not_measured, share_estimate
from personas.experience import PainPoint, read_playbook
from personas.experience.pains.playbook import remedy_for
from personas.profiles.actions import gain_of, plan_actions
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
        pain("a", "Deliveries come late", "Delivery", impact=-10.0),
        pain("b", "Deliveries get lost", "Delivery", impact=-30.0),
    )
    assert [action.why for action in found] == ["Deliveries get lost"]
    assert found[0].title.startswith("Delivery: mend ")


def test_pain_whose_affected_were_better_off_later_gets_no_action():
    assert planned(pain("a", "Deliveries come late", "Delivery", impact=20.0)) == ()


def test_what_would_be_gained_is_an_upper_bound_and_says_so():
    (action,) = planned(pain("a", "Deliveries come late", "Delivery", impact=-20.0))
    gain = action.expected
    assert gain.value == pytest.approx(0.5 * 0.4 * 20), "half of the 40 % affected, 20 points each"
    assert gain.low < gain.value < gain.high
    assert gain.unit == "points"
    assert "were this the cause" in action.expected_words
    assert "nobody has tried it" in action.expected_words


def test_the_interval_of_a_gain_is_that_of_a_simulated_product():
    trouble = pain("a", "Deliveries come late", "Delivery", impact=-30.0)
    rng = np.random.default_rng(3)
    spread = (trouble.reach.high - trouble.reach.low) / 3.92, (trouble.impact.high - trouble.impact.low) / 3.92
    reach, loss = rng.normal(trouble.reach.value, spread[0], 20_000), rng.normal(30, spread[1], 20_000)
    low, high = np.quantile(0.5 * reach * loss, [0.025, 0.975])
    gain = gain_of(trouble)
    assert gain.low == pytest.approx(low, rel=0.05)
    assert gain.high == pytest.approx(high, rel=0.05)


def test_a_loss_that_chance_could_explain_may_gain_nothing():
    doubtful = pain("a", "Deliveries come late", "Delivery", impact=-3.0)
    (action,) = planned(doubtful)
    assert action.expected.low == 0
    assert action.expected_words.startswith("from nothing to at best ")
    assert action.worth == pytest.approx(0.05 * 40 / 3, abs=1e-4), "it counts as the least, not as what it may be"


def test_no_effect_is_told_where_none_is_measured():
    (action,) = planned(
        pain("a", "Deliveries come late", "Delivery").model_copy(update={"impact": not_measured("few")})
    )
    assert not action.expected.measured
    assert action.expected_words.startswith("not known yet")


def test_actions_are_ordered_by_effect_times_reach_over_effort_and_show_it():
    much = pain("late", "Deliveries come late", "Delivery", impact=-60.0)  # high effort: 3
    little = pain("clean", "Restrooms are dirty", "Restrooms", impact=-30.0)  # low effort: 1
    first, second = planned(much, little)
    assert [first.why, second.why] == ["Restrooms are dirty", "Deliveries come late"]
    assert (first.worth, second.worth) == (pytest.approx(0.3 * 40 / 1), pytest.approx(0.6 * 40 / 3, abs=1e-4))
    assert first.worth_words == "effect 0.30 × 40 reached ÷ effort 1 = 12"
