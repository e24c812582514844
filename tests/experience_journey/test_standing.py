"""Loyal, at risk, next: rules by hand, what they are worth afterwards, and whom they may not show."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from personas.customers import Customers
from personas.customers.models import Feature
from personas.customers.table import Rehearsal
from personas.experience.value.standing import (
    StandingRules,
    flags,
    measure_standing,
    read_standing_rules,
    with_cases_and_contracts,
)
from personas.segments import Segmentation, Verdict, fit_space
from tests.experience_journey.tables import END, at, tickets
from tests.experience_journey.test_business_case import LAST, QUALITY, SPLIT

VERDICT = Verdict(word="natural", borderline=False, k=2, asked=None, sentence="", meaning="", reasons=())


def customers(rehearsal=None, **columns) -> Customers:
    n = len(next(iter(columns.values())))
    frame = pd.DataFrame({"customer_id": [f"c{i:04d}" for i in range(n)], **columns})
    return Customers(frame, (), QUALITY, rehearsal)


def segmented(people: Customers, centres=((0.0,), (1.0,)), feature="x", confidence=0.8) -> Segmentation:
    """Segments by the nearest of two centres on one feature, in raw units of its space."""
    frame = people.frame
    features = (Feature(name=feature, label=feature, kind="number", block=feature, forms=True),)
    space = fit_space(frame, features)
    placed = space.transform(frame)
    points = space.transform(pd.DataFrame({feature: [c[0] for c in centres]}))
    near = np.abs(placed - points.T).argmin(axis=1)
    members = pd.DataFrame({"customer_id": frame["customer_id"], "segment": near + 1, "confidence": confidence})
    return Segmentation(members, space, points, (), VERDICT)


def test_loyal_are_promoters_who_bought_lately_and_unknown_scores_are_not_counted():
    people = customers(nps=[10.0, 9.0, 10.0, 8.9, np.nan], recency=[3.0, 56.0, 57.0, 3.0, 3.0])
    found = flags(people)
    assert list(found["loyalist"]) == [True, True, False, False, False]
    assert list(found.columns) == ["customer_id", "loyalist", "at_risk"]


def test_where_nobody_was_asked_the_frequent_and_active_are_loyal():
    people = customers(frequency=np.arange(1.0, 10.0), recency=[80.0] + [5.0] * 8)
    assert list(flags(people)["loyalist"]) == [False] * 6 + [True] * 3


def test_anybody_with_one_risk_is_at_risk():
    people = customers(
        recent_visit_change=[-0.6, 0.0, np.nan, -1.0, 0.0], nps=[9.0, 6.0, np.nan, np.nan, 9.0],
        recency=[5.0, 5.0, 90.0, 400.0, 5.0], frequency=[9.0, 9.0, 4.0, 9.0, 9.0],
    )  # fmt: skip
    assert list(flags(people)["at_risk"]) == [True, True, True, False, False]  # the fourth has long gone


def test_flags_are_missing_where_no_rule_can_be_decided():
    found = flags(customers(x=[1.0, 2.0]))
    assert found["loyalist"].isna().all() and found["at_risk"].isna().all()


def test_open_cases_and_ended_contracts_are_looked_up():
    import ibis

    frame = pd.DataFrame({"customer_id": ["a", "b", "c"]})
    contracts = pd.DataFrame(
        {"customer_id": ["a", "a", "b", "c"], "end": [at(10), at(300), at(350), None], "start": [at(0)] * 4}
    )
    tables = {"tickets": tickets([("a", 1, None), ("a", 2, 3), ("b", 5, 6)]), "subscriptions": ibis.memtable(contracts)}
    found = with_cases_and_contracts(frame, tables, END)
    assert list(found["open_cases"]) == [1, 0, 0]
    assert list(found["days_since_contract_end"]) == [66, 16, np.inf]


@pytest.fixture
def world(rng):
    """400 customers in two segments; half of the quiet ones of the earlier table stop, a tenth of the others do."""
    n = 400
    x = np.where(np.arange(n) < 240, 0.0, 1.0) + 0.05 * rng.standard_normal(n)
    quiet = np.arange(n) % 4 == 0
    before = pd.DataFrame(
        {
            "customer_id": [f"c{i:04d}" for i in range(n)],
            "x": x,
            "frequency": 10.0,
            "recency": np.where(quiet, 90.0, 5.0),
        }
    )
    later = np.where(quiet, np.arange(n) % 8 == 0, np.arange(n) % 10 == 1)
    outcomes = pd.DataFrame({"customer_id": before["customer_id"], "frequency": np.where(later, 0.0, 3.0)})
    people = customers(Rehearsal(before, outcomes, (), SPLIT, LAST), x=x, frequency=np.full(n, 10.0),
                       recency=np.where(quiet, 90.0, 5.0))  # fmt: skip
    return people, quiet, later


def test_rules_are_held_against_what_came_afterwards(world):
    people, quiet, stopped = world
    found = measure_standing(people, segmented(people), None, 10)[0]
    (silent,) = [risk for risk in found.risks if risk.key == "silent"]
    assert (silent.customers, silent.found.value) == (100, 0.25)
    assert silent.confirmed.value == pytest.approx(stopped[quiet].mean())
    assert silent.otherwise.value == pytest.approx(stopped[~quiet].mean())
    assert found.at_risk.found.value == 0.25 and found.loyalists.key == "frequent_and_active"


def test_small_groups_are_hidden_on_both_sides():
    quiet = np.zeros(100)
    quiet[:5], quiet[60:80] = 90.0, 90.0
    people = customers(
        x=np.repeat([0.0, 1.0], [60, 40]) + 0.01 * np.arange(100), frequency=np.full(100, 9.0), recency=quiet
    )
    found = measure_standing(people, segmented(people), None, 10)
    assert found[1].at_risk.customers is None and not found[1].at_risk.found.measured
    assert found[2].at_risk.customers is None  # 25 in all less 20 here would be the five
    assert found[0].at_risk.customers == 25


def test_the_neighbour_is_whom_the_in_between_lean_to(rng):
    x = np.concatenate([rng.normal(0, 0.02, 100), np.full(25, 0.49), rng.normal(1, 0.02, 80), rng.normal(5, 0.02, 60)])
    people = customers(x=x, frequency=np.ones(len(x)), recency=np.ones(len(x)))
    found = measure_standing(people, segmented(people, ((0.0,), (1.0,), (5.0,))), None, 10)
    assert (found[1].neighbour.segment, found[3].neighbour.segment) == (2, 2)
    assert found[1].neighbour.in_between.value == pytest.approx(25 / 125)
    assert found[0].neighbour is None


def test_prospects_are_those_who_never_bought():
    x = np.r_[np.zeros(60), np.ones(40)] + 0.001 * np.arange(100)
    people = customers(x=x, frequency=np.r_[np.zeros(20), np.ones(60), np.zeros(20)], recency=np.ones(100))
    found = measure_standing(people, segmented(people), None, 10)
    assert (found[1].prospects.customers, found[1].prospects.share.value) == (20, 0.5)
    assert found[2].prospects.confidence.value > 0.9
    assert measure_standing(customers(x=x), segmented(customers(x=x)), None, 10)[1].prospects is None


def test_that_nobody_bought_yet_does_not_place_a_prospect():
    """Spend of nothing lies at segment 1, yet half of the prospects are as old as segment 2 is."""
    spend, age = np.r_[np.zeros(60), np.full(40, 9.0)], np.r_[np.full(50, 20.0), np.full(50, 60.0)]
    frame = customers(spend=spend, age=age, frequency=np.r_[np.ones(40), np.zeros(20), np.ones(40)])
    features = tuple(
        Feature(name=name, label=name, kind="number", block=name, forms=True, columns=(column,))
        for name, column in (("spend", "transactions.amount"), ("age", "customers.age"))
    )
    people = Customers(frame.frame, features, QUALITY, None)
    space = fit_space(people.frame, features)
    centres = space.transform(pd.DataFrame({"spend": [0.0, 9.0], "age": [20.0, 60.0]}))
    members = pd.DataFrame({"customer_id": people.frame["customer_id"], "segment": np.r_[np.ones(60), np.full(40, 2)]})
    found = measure_standing(people, Segmentation(members, space, centres, (), VERDICT), None, 10)
    assert [found[s].prospects.customers for s in (0, 1, 2)] == [20, 10, 10]
    alone = Customers(people.frame, features[:1], QUALITY, None)
    only = Segmentation(members, fit_space(alone.frame, features[:1]), centres[:, :1], (), VERDICT)
    assert measure_standing(alone, only, None, 10)[1].prospects is None


def test_every_shipped_rule_says_what_it_needs():
    rules = read_standing_rules()
    for rule in (*rules.loyalists.values(), *rules.at_risk.values()):
        assert set(rule.when) | set(rule.top) <= set(rule.needs) and rule.words
    with pytest.raises(ValidationError, match="wehn"):
        StandingRules.model_validate(
            {"loyalists": {"a": {"label": "a", "needs": [], "words": "", "wehn": {}}}, "at_risk": {}}
        )


def test_the_demo_flags_everybody_once(planted):
    found = flags(planted.customers, planted.dataset)
    assert list(found["customer_id"]) == list(planted.frame["customer_id"])
    nps, recency = planted.frame["nps"], planted.frame["recency"]
    assert found["loyalist"].sum() == ((nps >= 9) & (recency <= 56)).sum()
    still_open = planted.dataset.tables["tickets"].to_pandas().query("resolved.isna()")["customer_id"]
    assert found.set_index("customer_id").loc[still_open.unique(), "at_risk"].all()
