"""Rivals beside us, and staff beside customers: by hand, as planted, and never a group that is too small."""

import ibis
import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_rel

from personas.customers.feedback import list_questions
from personas.estimates import Estimate
from personas.experience.comparison import Group
from personas.experience.kpis.rivals import measure_rivals
from personas.experience.kpis.staff import compare_staff, measure_training


def ratings(seed=1, raters=40):
    rng = np.random.default_rng(seed)
    own = [(f"c{i:03}", "Till", "own", float(s)) for i, s in enumerate(rng.integers(2, 6, 120))]
    theirs = [(f"c{i:03}", "Till", "Rival", float(s)) for i, s in enumerate(rng.integers(1, 5, raters))]
    far = [(f"c{i:03}", "Till", "Far", 3.0) for i in range(4)]
    frame = pd.DataFrame([*own, *theirs, *far], columns=["customer_id", "touchpoint", "brand", "score"])
    return frame.assign(metric="csat", scale_low=1.0, scale_high=5.0, higher_is_better=True)


def rivals(frame, min_group=10, segments=None):
    ids = sorted(frame["customer_id"].unique())
    segments = np.ones(len(ids), int) if segments is None else segments
    table = ibis.memtable(frame)
    members = ibis.memtable(pd.DataFrame({"customer_id": ids, "segment": segments, "weight": 1.0}))
    groups = Group(tuple(sorted(set(segments.tolist()))), (), min_group)
    return measure_rivals(table, list_questions(table), members, groups)


def test_the_difference_is_taken_within_customers():
    frame = ratings()
    (rival,) = rivals(frame)[0]
    wide = frame.pivot(index="customer_id", columns="brand", values="score")
    both = wide[["own", "Rival"]].dropna()
    assert rival.brand == "Rival" and rival.paired and rival.difference.n == 40
    assert rival.own.value == pytest.approx(wide["own"].mean())
    assert rival.other.value == pytest.approx(wide["Rival"].mean())
    test = ttest_rel(both["own"], both["Rival"])
    assert rival.difference.value == pytest.approx((both["own"] - both["Rival"]).mean())
    interval = test.confidence_interval()
    assert (rival.difference.low, rival.difference.high) == pytest.approx((interval.low, interval.high))
    assert rival.p == pytest.approx(test.pvalue)


def test_other_customers_are_compared_where_hardly_anybody_rated_both():
    frame = ratings()
    others = frame["brand"] == "Rival"
    frame.loc[others, "customer_id"] = "x" + frame.loc[others, "customer_id"]
    (rival,) = rivals(frame)[0]
    assert not rival.paired and rival.difference.value == pytest.approx(rival.own.value - rival.other.value)


def test_a_rival_few_have_rated_is_not_shown_nor_given_away():
    assert {rival.brand for rival in rivals(ratings())[0]} == {"Rival"}, "four customers rated Far"
    segments = np.where(np.arange(120) < 36, 1, 2)  # four of those who rated Rival are in segment 2
    found = rivals(ratings(), segments=segments)
    assert found[0] and not found[2] and not found[1], "everybody less segment 1 would be segment 2"


def test_scores_off_the_scale_and_names_of_our_own_brand():
    frame = ratings()
    frame.loc[0, "brand"] = "OWN"
    wrong = frame.iloc[[5]].assign(score=9.0, brand="Rival")
    assert (
        rivals(pd.concat([frame, wrong]))[0] == rivals(frame.assign(brand=frame["brand"].str.replace("OWN", "own")))[0]
    )


def test_no_brand_no_rivals():
    assert rivals(ratings().drop(columns="brand")) == {}
    assert rivals(ratings().query("brand == 'own'")) == {}


def test_demo_rivals_are_ahead_only_where_we_were_planted_late(demo):
    """Late deliveries were planted in segment 1; the rival delivers as usual."""
    late = next(r for r in demo.outcomes.rivals[1] if r.touchpoint == "Delivery")
    assert late.paired and late.difference.high < 0
    assert all(min(r.own.n, r.other.n, r.difference.n) >= 10 for rows in demo.outcomes.rivals.values() for r in rows)


def staff(counts, seed=1):
    rng = np.random.default_rng(seed)
    rows = [
        (team, place, metric, float(np.clip(round(mean + rng.normal(0, 0.7)), 1, 5)))
        for team, place, n, served, training in counts
        for metric, mean in (("csat", served), ("training", training))
        for _ in range(n)
    ]
    return ibis.memtable(pd.DataFrame(rows, columns=["team", "touchpoint", "metric", "score"]))


SCALES = {"csat": (1.0, 5.0), "training": (1.0, 5.0)}
TEAMS = [("Till", "Till", 20, 4.5, 2.0), ("Van", "Delivery", 15, 3.0, 4.2), ("Small", "Returns", 5, 5.0, 5.0)]


def told(value):
    return Estimate(value=value, low=value - 0.1, high=value + 0.1, n=500, unit="score")


def test_staff_stand_beside_customers_at_the_same_touchpoint():
    customers = {"Till": told(3.2), "Delivery": told(3.1), "Returns": told(3.0)}
    views = {
        v.touchpoint: v for v in compare_staff(staff(TEAMS), SCALES, customers, dict.fromkeys(customers, (1, 5)), 10)
    }
    assert "Returns" not in views, "five of the staff"
    assert views["Till"].reading == "staff see it better than customers"
    assert set(views) <= {"Till", "Delivery"}
    other = compare_staff(staff(TEAMS), SCALES, customers, dict.fromkeys(customers, (0, 10)), 10)
    assert other == (), "another scale"


def test_one_small_place_hides_the_next_as_well():
    """What all staff say of the touchpoints together is not shown, but the rule is the same everywhere."""
    customers = dict.fromkeys(("Till", "Delivery", "Returns"), told(3.0))
    views = compare_staff(staff(TEAMS), SCALES, customers, dict.fromkeys(customers, (1.0, 5.0)), 10)
    assert [view.touchpoint for view in views] == ["Till"]


def test_training_is_asked_by_team_and_small_teams_stay_unseen():
    needs = measure_training(staff(TEAMS), SCALES, 10)
    assert [need.team for need in needs] == ["Van", "Till"]
    assert needs[0].reading == "asks for more than the others" and needs[0].rest.n == 20
    more = measure_training(staff([*TEAMS, ("Tiny", "Returns", 6, 4.0, 3.0)]), SCALES, 10)
    assert {need.team for need in more} == {"Van", "Till", "Other teams"}
    assert next(need for need in more if need.team == "Other teams").need.n == 11


def test_demo_team_in_need_is_found_and_the_small_one_is_not_shown(demo):
    truth = demo.truth["employees"]
    needs = {need.team: need for need in demo.outcomes.training}
    assert truth["too_small_to_show"]["team"] not in needs
    assert [t for t, n in needs.items() if "more" in n.reading] == truth["needs_training"]
    kinder = truth["kinder_than_customers"]
    first = demo.outcomes.staff[0]
    assert first.touchpoint == kinder["touchpoint"] and first.reading == "staff see it better than customers"
    assert first.difference.low < kinder["points"] < first.difference.high


def test_staff_who_were_asked_nothing():
    nothing = ibis.memtable(pd.DataFrame({"team": ["a"], "text": ["more chairs"]}))
    assert measure_training(nothing, SCALES, 10) == ()
    assert compare_staff(nothing, SCALES, {}, {}, 10) == ()
