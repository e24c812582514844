"""Rules of personas on small made-up tables: one segment, privacy, power, names, honest rules."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from sklearn.tree import DecisionTreeClassifier
from statsmodels.stats.power import NormalIndPower

from personas.errors import InputError
from personas.estimates import Estimate
from personas.experience.pains.playbook import read_playbook
from personas.experience.suppression import hidden_cells
from personas.numerals import Numerals, percent
from personas.profiles import rules
from personas.profiles.actions import holdout_size
from personas.profiles.claims import Ledger
from personas.profiles.distributions import distribution_of
from personas.profiles.models import Claim, PersonaSet
from personas.profiles.naming import name_personas
from personas.profiles.rules import short_rule
from personas.profiles.trait_claims import clause_of, sentence_of
from personas.profiles.traits import Standing, stand
from tests.experience.households import FEATURES, customers_of, feature, household_table
from tests.profiles.divided import describe, divide


@pytest.fixture(scope="module")
def customers():
    return customers_of(household_table())


def test_one_segment_is_described_as_the_whole_base(customers):
    personas = describe(customers, divide(customers, 1))
    (everybody,) = personas.personas
    assert everybody.name == "All customers"
    assert everybody.n == 600
    assert everybody.share.value == 1
    assert everybody.traits == ()
    assert all(claim.rest is None for claim in personas.claims)
    assert "one group" in personas.headline


def test_personas_survive_json(customers):
    personas = describe(customers, divide(customers, 2))
    assert PersonaSet.model_validate_json(personas.model_dump_json()) == personas


def standing(name, block, gap, **words) -> Standing:
    nothing = Estimate(value=1.0, n=50)
    return Standing(
        feature(name, "t.x", forms=True, block=block, **words), nothing, nothing, gap, gap, "d", True, 1, None
    )


def test_two_segments_with_the_same_traits_get_different_names():
    twins = [standing("visits", "rhythm", 1.0, name_high="regulars")]
    names = name_personas([twins, twins, twins], "customers")
    assert len(set(names)) == 3
    assert names[0] == "Regulars"


def test_a_name_joins_the_strongest_noun_with_an_adjective_of_another_block():
    traits = [
        standing("visits", "rhythm", 2.0, name_high="regulars"), standing("gaps", "rhythm", 1.9, high="steady"),
        standing("basket", "basket", -1.0, low="small-basket"),
    ]  # fmt: skip
    assert name_personas([traits, []], "customers") == ("Small-basket regulars", "Average customers")


def test_a_category_with_an_endless_name_does_not_make_an_endless_persona():
    endless = [
        standing("mix", "range", 2.0, name_high="x" * 10_000),
        standing("visits", "rhythm", 1.0, high="frequent"),
    ]
    for name in name_personas([endless, endless], "customers"):
        assert len(name) <= 60


def test_a_ledger_refuses_two_sentences_under_one_id():
    def claim(sentence):
        return Claim(
            id="a", persona_id=None, sentence=sentence, kind="defines", feature="x", estimate=Estimate(value=1)
        )

    ledger = Ledger()
    ledger.enter(claim("One."))
    ledger.enter(claim("One."))
    with pytest.raises(InputError, match="two sentences"):
        ledger.enter(claim("Two."))


AGE = feature("age", "customers.age", kind="ordered", levels=("a", "b", "c", "d", "e"))


def test_the_best_of_several_cuts_of_an_answer_is_not_significant_more_often_than_it_should_be():
    rng, small = np.random.default_rng(5), 0
    inside = np.arange(400) < 120
    for _ in range(400):
        frame = pd.DataFrame({"age": rng.choice(list("abcde"), 400)})
        small += stand(frame, AGE, inside).p <= 0.05
    assert small / 400 <= 0.075, "five per cent, and some two standard errors"


def test_an_ordered_answer_is_told_at_the_cut_where_segment_and_rest_differ_most():
    inside = np.arange(400) < 200
    frame = pd.DataFrame({"age": np.where(inside, "d", "b")})
    frame.loc[::5, "age"] = "a"
    found = stand(frame, AGE, inside)
    assert found.own.value == pytest.approx(0.8)
    assert found.rest.value == 0
    assert found.level in ("c or more", "d or more")


@pytest.mark.parametrize("known", [9, 10])
def test_a_figure_about_fewer_customers_than_may_be_shown_is_not_made(known):
    values = np.full(400, np.nan)
    values[:known] = np.arange(known)
    values[200:] = np.arange(200)
    frame = pd.DataFrame({"sales": values})
    found = stand(frame, FEATURES[0], np.arange(400) < 200, min_group=10)
    assert (found is not None) == (known >= 10)


def equations(counts, own, rest) -> tuple[dict, list]:
    """Everything that the distributions of all personas tell, as sums of cells; and the cells nobody is told."""
    k, levels = counts.shape
    told = {}
    for s in range(k):
        others = [t for t in range(k) if t != s]
        told[s, "known"] = [(s, level) for level in range(levels)]
        told[s, "known of the rest"] = [(t, level) for t in others for level in range(levels)]
        for level in range(levels):
            if not own[s, level]:
                told[s, level] = [(s, level)]
            if not rest[level]:
                told[s, "rest", level] = [(t, level) for t in others]
    return told, [(s, level) for s, level in itertools.product(range(k), range(levels))]


@pytest.mark.parametrize("seed", range(12))
def test_no_small_group_can_be_worked_out_from_all_distributions_together(seed):
    rng = np.random.default_rng(seed)
    k, levels = int(rng.integers(2, 6)), int(rng.integers(3, 9))
    counts = rng.negative_binomial(1, 0.03, (k, levels)) * (rng.random((k, levels)) < 0.9) + rng.integers(0, 2)
    own, rest = hidden_cells(counts, 10)
    told, cells = equations(counts, own, rest)
    small = [(s, level) for s, level in cells if 0 < counts[s, level] < 10]
    assert all(own[cell] for cell in small)
    index = {cell: i for i, cell in enumerate(cells)}
    known = np.array([[float(cell in sums) for cell in cells] for sums in told.values()])
    rank = np.linalg.matrix_rank(known)
    for cell in small:
        unit = np.eye(len(cells))[index[cell]]
        assert np.linalg.matrix_rank(np.vstack([known, unit])) > rank, (counts, cell)


def test_a_level_hidden_in_one_persona_is_hidden_in_the_rest_of_every_other():
    counts = np.array([[40, 30, 20, 3], [40, 30, 20, 20], [40, 30, 20, 20]])
    own, rest = hidden_cells(counts, 10)
    assert own.tolist() == [[False, False, True, True], [False] * 4, [False] * 4]
    assert rest.tolist() == [False, False, True, True]


def test_nothing_is_hidden_where_nobody_is_few():
    own, rest = hidden_cells(np.array([[40, 30, 0], [20, 12, 10]]), 10)
    assert not own.any()
    assert not rest.any()


def test_a_distribution_is_of_those_whose_answer_is_known():
    segments = np.repeat([1, 2], 100)
    frame = pd.DataFrame({"age": ["a"] * 60 + ["b"] * 20 + [None] * 20 + ["a"] * 50 + ["b"] * 50})
    found = distribution_of(frame, AGE, segments, 1, 10, None)
    assert found.persona == (0.75, 0.25, 0, 0, 0)
    assert found.rest == (0.5, 0.5, 0, 0, 0)
    assert (found.known, found.of, found.known_rest) == (80, 100, 100)


def test_a_distribution_of_too_few_known_answers_is_not_shown():
    frame = pd.DataFrame({"age": ["a"] * 9 + [None] * 91 + ["b"] * 100})
    assert distribution_of(frame, AGE, np.repeat([1, 2], 100), 1, 10, None) is None


@pytest.mark.parametrize("key", ["price_dependence", "falling_visits"])
def test_the_size_of_a_test_group_has_the_power_that_statsmodels_gives_it(key):
    signal = read_playbook(("retail",)).signals[key]
    frame = household_table()
    each = holdout_size(signal.remedy, frame)
    column = {"spend": frame["sales"], "active_share": (frame["recency"] <= 56).astype(float)}[signal.remedy.kpi]
    effect = signal.remedy.assumed_effect * column.mean() / column.std()
    exact = NormalIndPower().solve_power(effect, power=0.8, alpha=0.05)
    assert each == math.ceil(exact) or each == pytest.approx(exact, rel=0.01)
    assert NormalIndPower().power(effect, each, 0.05) >= 0.8 > NormalIndPower().power(effect, each - 2, 0.05)


def test_the_rule_of_a_persona_is_judged_on_the_very_rule_that_is_told():
    rng = np.random.default_rng(1)
    n = 800
    frame = pd.DataFrame({"visits": rng.uniform(0, 100, n), "basket": rng.uniform(0, 100, n)})
    # Two separate corners: a tree of two questions points to both, one path only to one of them.
    corner = (frame["visits"] > 60) & (frame["basket"] > 60)
    inside = (corner | ((frame["visits"] < 25) & (frame["basket"] < 40))).to_numpy()
    used = tuple(feature(name, "t.x", forms=True) for name in frame)
    rule = short_rule(frame, used, inside, 7)
    assert f"finds {percent(rule.found.value)}" in rule.text
    tree = DecisionTreeClassifier(max_depth=2, min_samples_leaf=10, class_weight="balanced", random_state=7)
    leaf = tree.fit(frame.to_numpy(), inside).apply(frame.to_numpy())
    by_leaf = pd.Series(inside).groupby(leaf).sum() / inside.sum()
    assert rule.found.value <= by_leaf.max() + 0.03, "no single leaf finds more than this"


def test_a_small_group_gets_no_rule(customers):
    inside = np.arange(600) < 9
    assert short_rule(customers.frame, customers.features, inside, 7) is None


def test_a_rule_asks_of_a_feature_once_where_one_cut_says_all():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"discount": rng.uniform(0, 100, 600)})
    inside = ((frame["discount"] > 60) & (rng.uniform(size=600) < 0.8) | (frame["discount"] > 80)).to_numpy()
    rule = short_rule(frame, (feature("discount", "t.x", forms=True),), inside, 7)
    assert rule.text.split(". This rule")[0].count("above") == 1


def test_a_rule_for_very_many_is_found_on_some_of_them(monkeypatch):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"discount": rng.uniform(0, 100, 20_000), "visits": rng.uniform(0, 100, 20_000)})
    corner = (frame["discount"] > 60) & (frame["visits"] > 50)
    inside = (corner ^ (rng.uniform(size=20_000) < 0.1)).to_numpy()
    used = tuple(feature(name, "t.x", forms=True) for name in frame)
    whole = short_rule(frame, used, inside, 7)
    monkeypatch.setattr(rules, "MOST_FITTED", 4_000)
    some = short_rule(frame, used, inside, 7)
    assert some.found.n < whole.found.n / 4
    assert "of 4,000 customers drawn" in some.found.method
    assert some.columns == whole.columns
    assert some.found.low <= whole.found.value <= some.found.high


@pytest.mark.parametrize(("few", "told"), [(0, True), (9, False), (10, True)])
def test_nothing_is_told_by_which_fewer_than_ten_of_the_rest_could_be_counted(few, told):
    inside = np.arange(400) < 200
    flags = np.where(inside, np.arange(400) % 2, np.arange(400) >= 400 - few).astype(float)
    found = stand(pd.DataFrame({"asia": flags}), feature("asia", "t.x", forms=True, kind="binary"), inside)
    assert (found is not None) is told
    levels = pd.DataFrame({"home": np.where(flags == 1, "Asia", "Europe")})
    home = feature("home", "t.x", forms=True, kind="category", levels=("Europe", "Asia"))
    assert (stand(levels, home, inside) is not None) is told


def test_a_yes_or_no_has_no_threshold_in_a_rule():
    frame = pd.DataFrame({"first": np.repeat([0.0, 1.0], 200)})
    used = (feature("first", "t.x", forms=True, kind="binary"),)
    yes, no = (short_rule(frame, used, frame["first"].to_numpy() == side, 7).text for side in (1, 0))
    assert yes.startswith("“")
    assert no.startswith("Not “")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_share_that_is_low_is_named_for_what_it_counts(place):
    few = Standing(
        feature("coupons", "t.x", forms=True, unit="share", kind="share", low_clause="hardly ever use a coupon"),
        Estimate(value=0.03, n=50, unit="share"), Estimate(value=0.09, n=50, unit="share"),
        -1, -1, "d", True, 0.8, None,
    )  # fmt: skip
    sentence = sentence_of(few, Numerals("EUR"), place)
    assert ("oupons 3" in sentence) and ("hardly ever use a coupon" in sentence)


def test_they_are_is_never_followed_by_a_noun():
    def clause(adjective):
        return clause_of(standing("x", "b", 1.0, high=adjective))

    assert clause("larger-household").startswith("have a higher average for")
    assert clause("early-arriving") == "are early-arriving"
    assert clause("with children") == "are more often with children"
