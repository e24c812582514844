"""The few questions that place a new customer: found where they are, refused where there are none."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from personas.customers import Feature
from personas.errors import InputError
from personas.segments import TypingTool, fit_typing_tool, place
from personas.segments.typing_options import option_of
from tests.profiles.divided import divide
from tests.segments.tables import customers_of

BEHAVIOUR = ("transactions.amount",)
ASKED = ("customers.survey.q",)


def feature(name, kind, columns=ASKED, **more) -> Feature:
    transform = "onehot" if kind == "category" else "none"
    return Feature(
        name=name, label=name, kind=kind, block=name, forms=True, transform=transform, columns=columns, **more
    )


def grouped(frame: pd.DataFrame, features, labels):
    """Customers whose segments are given, numbered from 1 by size as the suite numbers them."""
    frame.index = [f"c{i}" for i in range(len(frame))]
    customers = customers_of(frame, tuple(features))
    segmentation = divide(customers, len(set(labels)))
    members = segmentation.members.assign(segment=np.asarray(labels) + 1)
    return customers, replace(segmentation, members=members)


def planted(n=1_500, noise=0.1, seed=1):
    """Where customers live decides the segment, save for a share of `noise`; twenty other questions say nothing."""
    rng = np.random.default_rng(seed)
    home = rng.choice(3, n, p=[0.5, 0.3, 0.2])
    labels = np.where(rng.random(n) < noise, rng.choice(3, n), home)
    frame = pd.DataFrame({f"other{j}": rng.integers(0, 2, n).astype(float) for j in range(20)})
    frame["home"] = np.array(["town", "country", "abroad"])[home]
    features = [feature(f"other{j}", "binary") for j in range(20)] + [feature("home", "category")]
    return grouped(frame, features, labels)


@pytest.fixture(scope="module")
def tool() -> TypingTool:
    return fit_typing_tool(*planted())


def test_the_question_that_decides_is_the_only_one_asked(tool):
    assert tool.offered
    assert [q.feature for q in tool.questions] == ["home"]
    assert {a.label for a in tool.questions[0].answers} == {"town", "country", "abroad"}
    assert tool.questions[0].asked


def test_accuracy_is_what_the_planted_noise_leaves(tool):
    """A tenth is drawn anew, of which a third falls on its own segment again: 0.9 + 0.1 / 3."""
    assert tool.accuracy.value == pytest.approx(0.9 + 0.1 / 3, abs=0.02)
    assert tool.accuracy.low < 0.9 + 0.1 / 3 < tool.accuracy.high
    labels = planted()[1].members["segment"]
    assert tool.baseline == pytest.approx(labels.value_counts(normalize=True).max())
    assert tool.gain.value == pytest.approx(tool.accuracy.value - tool.baseline)
    weighed = sum(f.value * f.n for f in tool.found)
    assert weighed == pytest.approx(tool.accuracy.value * tool.customers)


def test_answers_give_the_shares_that_were_seen_with_them(tool):
    customers, segmentation = planted()
    seen = segmentation.members["segment"][(customers.frame["home"] == "country").to_numpy()].value_counts(
        normalize=True
    )
    chances = place(tool, {"home": "country"})
    assert sum(chances.values()) == pytest.approx(1, abs=1e-5)
    assert [chances[f"P{i}"] for i in (1, 2, 3)] == pytest.approx([seen[i] for i in (1, 2, 3)], abs=0.03)


def test_weights_and_probabilities_agree_with_a_computation_by_hand(tool):
    answer = next(a for a in tool.questions[0].answers if a.label == "abroad")
    scores = np.exp(np.array(tool.intercepts) + np.array(answer.weights))
    assert list(place(tool, {"home": "abroad"}).values()) == pytest.approx(scores / scores.sum(), abs=1e-6)
    nothing = np.exp(tool.intercepts)
    assert list(place(tool, {}).values()) == pytest.approx(nothing / nothing.sum(), abs=1e-6)
    assert place(tool, {"home": None}) == place(tool, {})


@pytest.mark.parametrize("seed", [1, 2])
def test_segments_that_no_question_tells_apart_get_none(seed):
    """Sixty questions without a bearing: chosen and judged on the same customers they would look useful."""
    rng = np.random.default_rng(seed)
    n = 400
    frame = pd.DataFrame({f"q{j}": rng.choice(list("abcd"), n) for j in range(60)})
    customers, segmentation = grouped(frame, [feature(name, "category") for name in frame], rng.integers(0, 3, n))
    tool = fit_typing_tool(customers, segmentation)
    assert not tool.offered
    assert tool.questions == tool.intercepts == ()
    assert abs(tool.gain.value) < 0.08
    assert "not clearly better" in tool.why
    with pytest.raises(InputError, match="not clearly better"):
        place(tool, {})


def test_what_customers_can_be_asked_comes_before_what_records_say():
    """Records place 4 points more right than the question: not worth them. With 30 points more they are."""
    for noise, wanted in ((0.05, {"home"}), (0.45, {"spend"})):
        rng = np.random.default_rng(3)
        labels = rng.integers(0, 2, 1_200)
        home = np.where(rng.random(1_200) < noise, 1 - labels, labels)
        frame = pd.DataFrame(
            {"home": np.array(["town", "country"])[home], "spend": labels * 10 + rng.normal(size=1_200)}
        )
        features = [feature("home", "category"), feature("spend", "number", BEHAVIOUR)]
        tool = fit_typing_tool(*grouped(frame, features, labels))
        assert wanted <= {q.feature for q in tool.questions}
        assert ("spend" in wanted) == any(not q.asked for q in tool.questions)


def test_numbers_become_bands_with_round_limits():
    column = pd.Series(np.arange(1_000.0))
    answers = option_of(feature("spend", "count"), column, 10).answers
    assert [a.label for a in answers] == [
        "under 200",
        "200 to under 400",
        "400 to under 600",
        "600 to under 800",
        "800 or more",
    ]
    option = option_of(feature("spend", "count"), pd.Series([0.0, 199.0, 200.0, 799.0, 800.0, np.nan] * 200), 10)
    assert set(option.given) <= set(range(-1, len(option.answers)))
    assert (option.given[5::6] == -1).all()


def test_large_and_small_limits_are_written_out():
    column = pd.Series(np.arange(1_000.0) * 5_000)
    assert option_of(feature("spend", "number"), column, 10).answers[0].label == "under 1,000,000"
    assert option_of(feature("spend", "number"), column / 1e9, 10).answers[0].label == "under 0.001"


def test_no_answer_is_offered_that_fewer_than_the_least_group_gave():
    words = pd.Series(["a"] * 50 + ["b"] * 40 + ["rare"] * 9 + [None] * 20)
    option = option_of(feature("f", "category"), words, 10)
    assert [a.label for a in option.answers] == ["a", "b"]
    assert (option.given[90:] == -1).all()
    assert option_of(feature("f", "category"), pd.Series(["a"] * 50 + ["b"] * 9), 10) is None
    assert option_of(feature("f", "binary"), pd.Series([1.0] * 50 + [0.0] * 9), 10) is None
    assert option_of(feature("f", "number"), pd.Series([1.0] * 500), 10) is None


def test_neighbours_on_a_long_scale_are_told_together():
    levels = tuple(f"L{i}" for i in range(12))
    rng = np.random.default_rng(1)
    option = option_of(feature("f", "ordered", levels=levels), pd.Series(rng.choice(levels, 2_000)), 10)
    assert len(option.answers) == 8
    assert [word for a in option.answers for word in a.values] == list(levels)
    assert any(" to " in a.label for a in option.answers)


def test_words_labels_and_numbers_are_all_answers():
    tool = fit_typing_tool(*mixed_tool())
    by = {q.feature: q for q in tool.questions}
    assert set(by) == {"spend", "scale"}
    band = by["spend"].answers[-1]
    assert place(tool, {"spend": band.low}) == place(tool, {"spend": band.label}) == place(tool, {"spend": 1e9})
    together = next(a for a in by["scale"].answers if len(a.values) > 1)
    assert place(tool, {"scale": together.values[1]}) == place(tool, {"scale": together.label})


def mixed_tool():
    rng = np.random.default_rng(8)
    labels = rng.integers(0, 3, 1_500)
    levels = tuple(f"L{i}" for i in range(12))
    scale = np.clip(np.where(labels == 2, 10, 3) + rng.integers(-3, 4, 1_500), 0, 11)
    frame = pd.DataFrame({"spend": (labels == 1) * 50 + rng.uniform(0, 60, 1_500), "scale": np.array(levels)[scale]})
    return grouped(frame, [feature("spend", "number"), feature("scale", "ordered", levels=levels)], labels)


def test_all_that_is_wrong_with_the_answers_is_said_at_once(tool):
    with pytest.raises(InputError) as caught:
        place(tool, {"hom": "town", "home": "twon"})
    text = str(caught.value)
    assert len(caught.value.problems) == 2
    assert 'did you mean "home"?' in text
    assert 'did you mean "town"?' in text


def test_one_segment_and_very_small_ones_are_refused_in_words():
    customers, segmentation = planted(n=300)
    alone = fit_typing_tool(customers, divide(customers, 1))
    assert (alone.offered, alone.why) == (False, "There is one persona, so nobody has to be placed.")
    segments = segmentation.members["segment"].to_numpy().copy()
    segments[segments == 3] = 1
    segments[:4] = 3
    few = fit_typing_tool(customers, replace(segmentation, members=segmentation.members.assign(segment=segments)))
    assert not few.offered
    assert "too few to learn" in few.why


def test_the_tool_is_the_same_each_time_and_survives_its_file(tool):
    assert fit_typing_tool(*planted()) == tool
    assert TypingTool.model_validate_json(tool.model_dump_json()) == tool


def test_personas_give_their_names_in_the_order_of_the_segments():
    people = [SimpleNamespace(number=i, id=f"P{9 - i}", name=f"<b>{i}</b>") for i in (2, 3, 1)]
    tool = fit_typing_tool(*planted(), personas=people)
    assert [(p.id, p.name) for p in tool.personas] == [("P8", "<b>1</b>"), ("P7", "<b>2</b>"), ("P6", "<b>3</b>")]
    assert max(place(tool, {"home": "town"}), key=place(tool, {"home": "town"}).get) == "P8"
    assert "town" in tool._repr_html_()
