"""The attack finds what is planted for it, and nothing in what the project tells."""

import copy
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personas.changes.concealment import conceal_few
from personas.changes.effects import compare_arms
from personas.changes.movement import hidden_flows
from personas.changes.windows import Outcome
from personas.customers import build_customers
from personas.dataset import read_dataset
from personas.estimates import mean_estimate, not_measured, share_estimate
from personas.experience import Experience, GroupExperience, measure_experience
from personas.experience.disclosure import hidden_shares, hidden_votes, is_dominated, sides_of
from personas.experience.models import Kpi
from personas.experience.moments import moments_of, net_promoters_of
from personas.experience.suppression import suppress
from personas.experience.withholding import withhold_small
from personas.profiles import derive_personas, describe_dataset
from personas.report.card import render_card
from personas.segments import Segmentation, Verdict, fit_space
from personas.segments.segmentation import measure_sizes
from personas.simulation import simulate
from tests.privacy.attack import Figure, attack_told, figures_of, intersect, net_parts, said_in, said_on, solve
from tests.privacy.changes_attack import attack_changes

VERDICT = Verdict(word="natural", borderline=False, k=6, asked=None, sentence="", meaning="", reasons=())


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> dict:
    """What is told of 900 simulated customers in the segments that were planted."""
    folder = tmp_path_factory.mktemp("demo")
    simulate(folder, "demo", 900, 3)
    dataset = read_dataset("demo", data=folder)
    customers = build_customers(dataset)
    truth = pd.read_parquet(folder / "truth_members.parquet").set_index("customer_id")["segment"]
    segments = np.maximum(truth.reindex(customers.frame["customer_id"]).fillna(0).to_numpy(int), 1)
    space = fit_space(customers.frame, customers.features)
    placed = np.nan_to_num(space.transform(customers.frame))
    centres = np.array([placed[segments == s].mean(axis=0) for s in range(1, segments.max() + 1)])
    members = pd.DataFrame(
        {"customer_id": customers.frame["customer_id"], "segment": segments, "confidence": 0.9, "in_between": False,
         "typical": True}
    )  # fmt: skip
    segmentation = Segmentation(members, space, centres, measure_sizes(members, None, None), VERDICT)
    experience = measure_experience(customers, segmentation, dataset)
    personas = derive_personas(customers, segmentation, experience, describe_dataset(dataset, customers))
    found = json.loads(personas.model_dump_json())
    found["cards"] = [render_card(persona, personas) for persona in personas.personas]
    return found


def test_no_small_group_can_be_counted_from_what_is_told(told):
    assert len(told["personas"]) == 6 and len(told["claims"]) > 300
    assert len(figures_of(told)) > 200, "there is something to attack"
    assert [str(one) for one in attack_told(told)] == []
    assert [one for card in told["cards"] for one in said_in(card, 10)] == []


def test_something_was_withheld_and_it_is_counted(told):
    counts = told["experience"]["withheld"]
    assert counts["figures"] > 1_000 and counts["withheld"] > 10
    assert counts["rounded"] + counts["withheld"] < 0.2 * counts["figures"], "and the report is still worth reading"


def shares_of(told):
    return [kpi for kpi in told["personas"][0]["kpis"] if kpi["estimate"]["method"] == "Wilson"]


@pytest.mark.parametrize("yes", [1, 9])
def test_the_attack_finds_a_small_share_that_is_told(told, yes):
    leaky = copy.deepcopy(told)
    estimate = shares_of(leaky)[0]["estimate"]
    estimate["value"] = yes / estimate["n"]
    assert any(f"= {yes} " in str(one) for one in attack_told(leaky))


def test_the_attack_finds_what_is_left_of_the_base(told):
    leaky = copy.deepcopy(told)
    key = next(
        kpi["key"]
        for kpi in shares_of(leaky)
        if all(
            own["estimate"]["method"] == "Wilson"
            for persona in leaky["personas"]
            for own in persona["kpis"]
            if own["key"] == kpi["key"]
        )
    )
    own = [k for p in leaky["personas"] for k in p["kpis"] if k["key"] == key]
    base = next(k for k in leaky["kpis"] if k["key"] == key)["estimate"]
    n = sum(k["estimate"]["n"] for k in own[1:])
    yes = sum(k["estimate"]["n"] * k["estimate"]["value"] for k in own[1:])
    base |= {"n": n + 5, "value": (yes + 2) / (n + 5)}
    for kpi in own:
        kpi["rest"] = None
    own[0]["estimate"] |= {"value": None, "n": 0}
    found = {one.group: one.count for one in attack_told(leaky) if one.figure == f"kpis · {key}"}
    assert found["yes in 1"] == pytest.approx(2) and found["no in 1"] == pytest.approx(3)


def test_the_attack_solves_what_no_single_subtraction_gives():
    figure = Figure()
    for segments, answers, value in (
        ([1], ["a"], 40), ([1, 2], ["a"], 100), ([2, 3], ["a"], 66), ([1, 2, 3], ["a", "b"], 200), ([3], ["b"], 30),
    ):  # fmt: skip
        figure.say(segments, answers, value)
    assert {(one.group, one.count) for one in solve("x", figure, 10) if one.how == "fixed"} == {("a in 3", 6.0)}


def test_the_attack_reads_votes_out_of_a_net_score_and_its_interval():
    estimate = net_promoters_of(moments_of([1.0] * 40 + [0.0] * 57 + [-1.0] * 3)).model_dump()
    assert net_parts(estimate)["detractors"] == pytest.approx(3, abs=1e-6)


def test_the_attack_reads_tables_and_sentences():
    rows = "<tr><td>owner</td><td>4</td></tr><tr><td>user</td><td>40</td></tr>"
    page = f"<table><tr><th>role</th><th>n</th></tr>{rows}</table>"
    assert [one.count for one in said_on(page, 10)] == [4]
    assert [one.count for one in said_in("61 of 64 customers", 10)] == [3]
    assert list(said_in("1 of 61 similar, 40 of 64 customers, 2 of 6 customers", 10)) == []


@given(st.integers(20, 400), st.data())
def test_a_blunted_interval_does_not_tell_who_voted_how(n, data):
    """All counts of few detractors with the same net score give the same interval, and none is narrower than exact."""
    few = data.draw(st.integers(1, 9))
    up = data.draw(st.integers(10, n - 10))
    votes = [
        moments_of([1.0] * (up + d - few) + [-1.0] * d + [0.0] * (n - up - 2 * d + few))
        for d in range(1, 10)
        if n - up - 2 * d + few >= 10 and up + d - few >= 10
    ]
    told = {(e.value, e.low, e.high) for e in (net_promoters_of(v, 10) for v in votes if v.answers == n)}
    rounded = {tuple(round(x, 6) for x in one) for one in told}
    assert len(rounded) <= 2, "one where all classes stay groups, one where the passives would be few"
    for v in votes:
        exact, blunt = net_promoters_of(v), net_promoters_of(v, 10)
        assert blunt.low <= exact.low + 1e-9 and blunt.high >= exact.high - 1e-9


def kpi_of(own, rest=None):
    estimates = {"estimate": share_estimate(np.arange(own[1]) < own[0])}
    if rest:
        estimates["rest"] = share_estimate(np.arange(rest[1]) < rest[0])
    return Kpi(key="x", label="X", definition="", better="higher", p=0.01, effect=0.4, test="z test", **estimates)


def experience_of(counts) -> Experience:
    """One KPI from (yes, n) by segment."""
    total = [sum(c[i] for c in counts) for i in (0, 1)]
    group = {"value_share": not_measured("no sales", "share"), "pain_points": (), "journey": ()}
    rests = [(total[0] - yes, total[1] - n) for yes, n in counts]
    kpis = [kpi_of(total), *(kpi_of(own, rest) for own, rest in zip(counts, rests, strict=True))]
    groups = tuple(GroupExperience(segment=s, kpis=(kpi,), **group) for s, kpi in enumerate(kpis))
    return Experience(groups=groups, not_measured=())


COUNTS = st.lists(
    st.tuples(st.integers(0, 80), st.integers(0, 80)).map(lambda c: (c[0], sum(c))), min_size=2, max_size=6
)


@settings(deadline=None)
@given(COUNTS.filter(lambda counts: all(n >= 10 for _yes, n in counts)))
def test_what_is_left_of_a_share_gives_no_small_group_away(counts):
    kept = withhold_small(experience_of(counts), 10)
    figure, numbers = Figure(), list(range(1, len(counts) + 1))
    for group in kept.groups:
        kpi = group.kpis[0]
        inside = numbers if group.segment == 0 else [group.segment]
        others = [number for number in numbers if number not in inside]
        for segments, estimate in ((inside, kpi.estimate), (others, kpi.rest)):
            if estimate is not None and estimate.measured:
                figure.say(segments, ("yes", "no"), estimate.n)
                if "rounded" not in estimate.method:
                    figure.say(segments, ("yes",), estimate.value * estimate.n)
    assert solve("x", figure, 10) == [] if figure.rows else True


def test_a_persona_with_another_kpi_does_not_hide_what_the_others_leave():
    """Of 53 everybody, 44 are of the first persona: nine are left, whatever else is told of the last two."""
    plain = json.loads(experience_of([(669, 713), (66, 71), (66, 70)]).model_dump_json())
    for group in plain["groups"][2:]:
        group["kpis"][0] |= {"estimate": mean_estimate(np.arange(60.0), "money").model_dump(), "rest": None}
    plain["groups"][1]["kpis"][0]["rest"] = None
    kept = withhold_small(Experience.model_validate(plain), 10)
    base, first = (group.kpis[0].estimate for group in kept.groups[:2])
    assert base.measured and not first.measured


def test_nothing_is_withheld_without_need():
    counts = [(40, 100), (30, 60), (20, 50)]
    kept = withhold_small(experience_of(counts), 10)
    assert kept.groups == experience_of(counts).groups
    assert (kept.withheld.rounded, kept.withheld.withheld) == (0, 0)


def test_a_small_count_of_many_is_rounded_and_of_few_withheld():
    many, few = (
        withhold_small(experience_of([counts, (40, 200), (90, 300)]), 10).groups[1].kpis[0]
        for counts in ((3, 200), (3, 60))
    )
    assert many.estimate.value == 5 / 200 and "rounded" in many.estimate.method
    assert many.p is None and many.effect is None and "not tested" in many.test
    same = withhold_small(experience_of([(8, 200), (40, 200), (90, 300)]), 10).groups[1].kpis[0]
    assert same.estimate == many.estimate, "three and eight are told alike"
    assert not few.estimate.measured and not few.rest.measured and "fewer than 10" in few.estimate.method


CELLS = st.integers(2, 5).flatmap(
    lambda rows: st.integers(2, 5).flatmap(
        lambda levels: st.lists(
            st.lists(st.integers(0, 60), min_size=levels, max_size=levels), min_size=rows, max_size=rows
        )
    )
)


@settings(deadline=None, max_examples=60)
@given(CELLS, st.booleans(), st.data())
def test_no_level_is_given_away_by_distributions_and_claims_together(cells, beside_base, data):
    counts = np.array(cells)
    rows, levels = counts.shape
    sums = [] if beside_base else [(data.draw(st.integers(0, rows - 1)), [data.draw(st.integers(0, levels - 1))])]
    sums = [
        (row, codes)
        for row, codes in sums
        if all(
            x == 0 or x >= 10
            for side in (counts[row], counts.sum(axis=0) - counts[row])
            for x in (side[codes[0]], side.sum() - side[codes[0]])
        )
    ]  # fmt: skip
    own, other = suppress(counts, 10, sums, counts.sum(axis=0) if beside_base else None)
    figure, names = Figure(), [str(level) for level in range(levels)]
    for row in range(rows):
        others = [s for s in range(rows) if s != row]
        figure.say([row], names, counts[row].sum())
        for level in range(levels):
            if not own[row, level]:
                figure.say([row], [names[level]], counts[row, level])
            if not beside_base and not other[level]:
                figure.say(others, [names[level]], counts[others, level].sum())
        if not beside_base:
            figure.say(others, names, counts[others].sum())
    if beside_base:
        figure.say(range(rows), names, counts.sum())
        for level in range(levels):
            if not other[level]:
                figure.say(range(rows), [names[level]], counts[:, level].sum())
    for row, codes in sums:
        for segments in ([row], [s for s in range(rows) if s != row]):
            figure.say(segments, [names[code] for code in codes], counts[np.ix_(segments, codes)].sum())
    found = [one for one in solve("x", figure, 10) if one.how == "fixed"]
    small_rows = {row for row in range(rows) if 0 < counts[row].sum() < 10}
    assert small_rows or counts.sum() < 20 or found == []


def test_answers_of_a_few_are_not_told_though_they_are_many():
    """Forty answers of yes by two customers, and of forty-one customers in all."""
    values = np.array([1.0] * 40 + [0.0] * 39)
    who = np.array([0, 1] * 20 + list(range(2, 41)))
    share = moments_of(values, customers=who)
    assert sides_of(share) == pytest.approx((2, 39))
    assert 1 in hidden_shares({1: share, 2: moments_of([1.0] * 30 + [0.0] * 30)}, 10)


def test_votes_of_few_hide_as_many_more_as_it_takes():
    def votes(up, between, down):
        return moments_of([1.0] * up + [0.0] * between + [-1.0] * down)

    found = {1: votes(40, 30, 3), 2: votes(40, 30, 12), 3: votes(40, 30, 40)}
    assert hidden_votes(found, 10) == {1, 2}
    assert hidden_votes({s: votes(40, 30, 20) for s in (1, 2)}, 10) == set()


def test_one_who_brings_in_most_is_told_of_by_no_sum():
    assert is_dominated([900.0, 100.0, 200.0]) and not is_dominated([300.0, 300.0, 300.0])
    assert not is_dominated([np.nan]) and is_dominated([5.0, np.nan])


def test_two_runs_are_set_against_each_other(told):
    assert intersect(told, told) == []
    later = copy.deepcopy(told)
    later["dataset"]["customers"] += 1
    kpi = shares_of(later)[0]["key"]
    base = next(k for k in later["kpis"] if k["key"] == kpi)["estimate"]
    base |= {"value": (base["value"] * base["n"] + 1) / (base["n"] + 1), "n": base["n"] + 1}
    found = {one.figure for one in intersect(told, later)}
    assert f"kpis · {kpi}" in found


def flows(table, hidden):
    """What is told of who went where, as in ``changes.json``."""
    rows, columns = table.shape
    told = [
        {
            "source": f"old {i}", "target": f"new {j}", "customers": None if hidden[i, j] else int(table[i, j]),
            "share": None if hidden[i, j] else table[i, j] / table[i].sum(),
        }
        for i in range(rows) for j in range(columns) if table[i, j]
    ]  # fmt: skip
    return {"flows": told, "earlier": {"shared": int(table.sum())}}


@settings(deadline=None, max_examples=60)
@given(CELLS)
def test_no_flow_between_personas_can_be_worked_out(cells):
    table = np.array(cells)
    hidden = hidden_flows(table, 10)
    at_most = 0.5 * table.size + 6 * ((table > 0) & (table < 10)).sum()
    assert hidden.sum() <= at_most
    if table.sum() >= 20 and (table.sum(axis=1) >= 10).all():
        assert attack_changes(flows(table, hidden), 10) == []


def test_the_attack_adds_up_hidden_flows():
    table = np.array([[60, 4, 3], [40, 50, 20], [11, 30, 80]])
    naive = (table > 0) & (table < 10)  # two hidden cells in the row, of seven customers together
    found = [one.count for one in attack_changes(flows(table, naive), 10)]
    assert 7 in found
    assert attack_changes(flows(table, hidden_flows(table, 10)), 10) == []


def test_the_attack_reads_what_actions_tell_of_few():
    yes = {"value": 0.05, "low": 0, "high": 0.1, "n": 60, "n_effective": None, "unit": "share", "method": "mean"}
    few = {"value": None, "low": None, "high": None, "n": 4, "n_effective": None, "unit": "points", "method": "too few"}
    told = {"actions": [{"treated": 8, "effects": [{"key": "late", "treated": yes, "difference": few}],
                         "doubts": ["3 customers with people in both groups are left out"]}]}  # fmt: skip
    assert sorted(one.count for one in attack_changes(told, 10)) == [3, 3, 4, 8]


def outcome(after, before=None, unit="share"):
    before = np.full(len(after), np.nan) if before is None else np.asarray(before, float)
    return Outcome("problem", "Share who named it", unit, "lower", before, np.asarray(after, float))


def test_few_who_still_name_a_problem_are_told_alike():
    held = np.repeat([False, True], 120)
    told = set()
    for few in (1, 4, 9):
        after = np.r_[np.repeat([1.0, 0.0], [few, 120 - few]), np.repeat([1.0, 0.0], [60, 60])]
        kept = conceal_few(outcome(after), (~held, held), 10, paired=False)
        difference, p = compare_arms(kept.after, kept.before, ~held, "share", 10)
        told.add((kept.after[~held].mean(), difference.value, difference.low, p))
    assert len(told) == 1 and next(iter(told))[0] == 5 / 120
    assert conceal_few(outcome(after[60:180]), (~held[60:180], held[60:180]), 10, paired=False) is not None
    assert conceal_few(outcome([1.0] * 3 + [0.0] * 57), [np.full(60, True)], 10, paired=False) is None
    assert conceal_few(outcome([1.0] * 70 + [0.0] * 50), [np.full(120, True)], 10, False).after.sum() == 70


def test_what_was_before_is_told_as_coarsely_as_what_is_now():
    after, before = [1.0] * 30 + [0.0] * 100, [1.0] * 2 + [0.0] * 128
    kept = conceal_few(outcome(after, before), [np.full(130, True)], 10, paired=True)
    assert (kept.after.sum(), kept.before.sum()) == (30, 5)


def test_spend_that_one_treated_customer_makes_is_not_told():
    spend = outcome([9_000.0] + [10.0] * 80, unit="money")
    assert conceal_few(spend, [np.full(81, True)], 10, paired=False) is None
    assert conceal_few(spend, [np.arange(81) > 0], 10, paired=False) is spend
