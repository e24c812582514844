"""How much of later behaviour the segments explain: against a regression, and at the ends of the scale."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from personas.customers import Feature
from personas.segments.usefulness import explained_share, judge_by_leaving_out, judge_usefulness

RNG = np.random.default_rng(3)
LABELS = RNG.integers(0, 4, 300)
OUTCOME = LABELS * 0.5 + RNG.standard_normal(300)


def once(n: int) -> np.ndarray:
    return np.ones((1, n))


def test_the_share_explained_is_the_adjusted_r_squared_of_a_regression_on_the_segments():
    model = sm.OLS(OUTCOME, sm.add_constant(pd.get_dummies(LABELS, drop_first=True).astype(float))).fit()
    assert explained_share(OUTCOME[:, None], LABELS, once(300))[0, 0] == pytest.approx(model.rsquared_adj)


def test_unknown_outcomes_are_left_out():
    known = np.arange(300) < 200
    part = explained_share(np.where(known, OUTCOME, np.nan)[:, None], LABELS, once(300))
    assert part[0, 0] == pytest.approx(explained_share(OUTCOME[:200, None], LABELS[:200], once(200))[0, 0])


def test_a_resample_in_which_nobody_is_known_explains_nothing():
    weights = np.vstack([np.zeros(300), np.ones(300)])
    weights[0, 5] = 1.0
    y = OUTCOME.copy()
    y[5] = np.nan
    assert explained_share(y[:, None], LABELS, weights)[0, 0] == 0


def test_an_outcome_without_spread_has_nothing_to_explain():
    assert explained_share(np.ones((300, 1)), LABELS, once(300))[0, 0] == 0


def feature(name: str) -> Feature:
    return Feature(name=name, label=name, kind="number", block="b", forms=True)


FORMING = (feature("a"), feature("b"), feature("c"))


def groups(n: int = 400):
    rng = np.random.default_rng(1)
    label = rng.integers(0, 4, n)
    centres = np.array([[0, 0, 0], [8, 8, 0], [8, 0, 8], [0, 8, 8]])
    frame = pd.DataFrame(centres[label] + rng.standard_normal((n, 3)), columns=list("abc"))
    return frame, label, rng


def test_segments_that_foresee_what_no_single_variable_does_are_useful():
    frame, label, rng = groups()
    outcome = pd.DataFrame({"later": np.array([0.0, 0, 0, 3])[label] + rng.standard_normal(len(label))})
    found = judge_usefulness(frame, FORMING, outcome, (feature("later"),), (4,), 7)[4]
    assert found.useful
    assert found.explained.value > found.rule + 0.1
    assert abs(found.random) < 0.05
    assert found.explained.low < found.explained.value < found.explained.high


def test_segments_that_foresee_nothing_are_not_useful():
    frame, _label, rng = groups()
    outcome = pd.DataFrame({"later": rng.standard_normal(len(frame))})
    assert not judge_usefulness(frame, FORMING, outcome, (feature("later"),), (4,), 7)[4].useful


def test_a_single_variable_that_foresees_better_makes_the_segments_no_use():
    frame, _label, rng = groups()
    outcome = pd.DataFrame({"later": 3 * frame["a"] + rng.standard_normal(len(frame))})
    found = judge_usefulness(frame, FORMING, outcome, (feature("later"),), (4,), 7)[4]
    assert found.rule_feature == "a"
    assert not found.useful


def test_without_an_outcome_each_variable_is_foretold_by_segments_made_of_the_others():
    frame, _label, _rng = groups()
    found = judge_by_leaving_out(frame, FORMING, (4,), 7)[4]
    assert set(found.by_outcome) == {"a", "b", "c"}
    assert found.explained.value > 0.5, "in four groups at corners of a cube two coordinates give the third"


def test_a_single_variable_has_nothing_to_be_left_out_of():
    assert judge_by_leaving_out(pd.DataFrame({"a": np.arange(50.0)}), FORMING[:1], (2,), 7) == {}
