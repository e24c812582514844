"""Pain points that customers name: against hand-made answers, and against what was planted in the demo."""

import numpy as np
import pandas as pd
import pytest

from personas.customers import build_customers, feedback
from personas.experience.pains.stated_pains import find_stated_pains
from personas.experience.pains.troubles import Trouble
from personas.experience.voices import Voices, gather_voices
from tests.experience_kpis.tables import CUSTOMERS, small_dataset

CONTRACT = (
    CUSTOMERS
    + """\
feedback:
  - {source: rated, customer: id, metric: {value: rating}, score: score, scale: [1, 5], touchpoint: touchpoint,
     stage: {value: purchase}}
  - source: trouble
    customer: id
    metric: {value: problem}
    code: code
    codes:
      queue: {label: Long queues, polarity: complaint, touchpoint: Till, stage: purchase}
      none: {label: No problem, polarity: neutral}
  - source: notes
    customer: id
    metric: {value: comment}
    code: code
    codes:
      dark: {label: Too dark, polarity: complaint, touchpoint: Shelf, stage: purchase}
      nice: {label: Nice shelves, polarity: praise, touchpoint: Shelf, stage: purchase}
"""
)


@pytest.fixture
def voices(tmp_path, monkeypatch):
    monkeypatch.setattr(feedback, "MIN_ANSWERS", 1)
    rated = [("a", "Till", 1.0), ("b", "Till", 5.0), ("a", "Shelf", 2.0), ("b", "Shelf", 3.0), ("c", "Shelf", 4.0)]
    dataset = small_dataset(
        tmp_path, CONTRACT, people=pd.DataFrame({"id": list("abcde")}),
        rated=pd.DataFrame(rated, columns=["id", "touchpoint", "score"]),
        trouble=pd.DataFrame({"id": list("abd"), "code": ["queue", "none", "queue"]}),
        notes=pd.DataFrame({"id": list("bc"), "code": ["dark", "nice"]}),
    )  # fmt: skip
    return gather_voices(dataset, build_customers(dataset), None)


def test_a_problem_asked_by_name_is_not_told_again_as_a_low_rating(voices):
    assert [t.key for t in voices.troubles] == ["problem_queue", "low_shelf"]
    queue, shelf = voices.troubles
    assert queue.affected.tolist() == [True, False, False, True, False]
    assert shelf.affected.tolist() == [True, True, False, False, False]  # rated 2; complained; praise is no complaint
    assert "too dark" in shelf.finding


def test_reach_counts_those_who_were_asked_and_severity_the_rating_of_those_affected(voices):
    assert voices.spoke.tolist() == [True, True, True, True, False]
    pains, _ = find_stated_pains(voices, None, 0, 1, 7)
    queue = next(p for p in pains if p.key == "problem_queue")
    assert (queue.kind, queue.reach.value, queue.reach.n, queue.affected) == ("stated", 2 / 3, 3, 2)
    shelf = next(p for p in pains if p.key == "low_shelf")
    assert (shelf.reach.value, shelf.reach.n) == (0.5, 4), "nobody is asked for a comment: all who said anything count"
    assert queue.severity == 1.0  # a rated the till 1 of 5; d did not rate it
    assert not queue.impact.measured and queue.impact_words.startswith("effect not measured: nobody was asked")


def test_groups_of_affected_under_the_threshold_are_not_shown(voices):
    assert find_stated_pains(voices, None, 0, 3, 7)[0] == ()


def made_voices(n, seed, effects, reach):
    """Customers with independent troubles that take `effects` points off their vote."""
    rng = np.random.default_rng(seed)
    flags = rng.random((n, len(effects))) < reach
    vote = 30 + flags @ np.asarray(effects) + 40 * rng.standard_normal(n)
    troubles = tuple(Trouble(f"t{i}", f"T{i}", "", "", flags[:, i], "", "{share}", (), "") for i in range(len(effects)))
    return Voices({}, {}, vote / 10, vote, np.ones(n), np.full(n, True), troubles), flags, vote


def test_impact_is_the_joint_regression_and_its_interval_the_classical_one():
    voices, flags, vote = made_voices(3_000, 1, [-40.0, -10.0], [0.3, 0.3])
    pains, _ = find_stated_pains(voices, None, 0, 10, 7)
    design = np.column_stack([np.ones(3_000), flags])
    beta = np.linalg.lstsq(design, vote, rcond=None)[0]
    error = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * (vote - design @ beta).var(ddof=3))
    for i, key in enumerate(("t0", "t1"), start=1):
        impact = next(p for p in pains if p.key == key).impact
        assert impact.value == pytest.approx(beta[i])
        assert (impact.high - impact.low) / (2 * 1.96) == pytest.approx(error[i], rel=0.15)


def test_what_comes_together_is_not_counted_twice():
    """The second trouble mostly befalls those of the first and costs nothing by itself."""
    voices, flags, vote = made_voices(4_000, 2, [-40.0], [0.3])
    rng = np.random.default_rng(3)
    along = np.where(flags[:, 0], rng.random(4_000) < 0.8, rng.random(4_000) < 0.1)
    other = Trouble("along", "Along", "", "", along, "", "{share}", (), "")
    both = Voices({}, {}, vote / 10, vote, voices.weights, voices.spoke, (*voices.troubles, other))
    pains, _ = find_stated_pains(both, None, 0, 10, 7)
    assert [p.key for p in pains] == ["t0", "along"]
    assert pains[1].impact.low < 0 < pains[1].impact.high


def test_equal_pains_are_tied_and_clear_ones_are_not():
    voices, *_ = made_voices(3_000, 4, [-40.0, -40.0, -5.0], [0.3, 0.3, 0.1])
    pains, _ = find_stated_pains(voices, None, 0, 10, 7)
    assert [(p.rank_low, p.rank_high) for p in pains] == [(1, 2), (1, 2), (3, 3)]


def test_a_group_with_too_few_affected_borrows_the_impact_and_says_so():
    voices, *_ = made_voices(2_000, 5, [-40.0], [0.1])
    _, everybody = find_stated_pains(voices, None, 0, 10, 7)
    few = np.arange(2_000) < 200
    (pain,), _ = find_stated_pains(voices, few, 1, 10, 7, everybody)
    assert pain.impact.value == everybody.estimates["t0"].value
    assert pain.impact.method.startswith("among all customers") and "among all customers" in pain.impact_words


def test_the_planted_pain_ranks_first_in_each_segment(demo):
    """Every pure segment (the sixth is a mixture with few answers): first as planted; all planted within the interval
    of their reach but for one in twenty."""
    _, everybody = find_stated_pains(demo.voices, None, 0, 10, 7)
    outside = told = 0
    for segment in (1, 2, 3, 4, 5):
        planted = {f"problem_{p['pain_point']}": p for p in demo.truth["pain_points"] if p["segment"] == segment}
        pains, _ = find_stated_pains(demo.voices, demo.segments == segment, segment, 10, 7, everybody)
        assert planted[pains[0].key]["order"] == 1 and pains[0].rank_high == 1
        assert planted[pains[1].key]["order"] in (2, 3, 4)
        first = pains[0]
        truth = planted[first.key]["population_effect"]["answered"]["nps"]
        assert first.impact.low <= truth <= first.impact.high
        for pain in pains:
            reach = 0.95 * planted[pain.key]["reach_in_data"]  # each problem is ticked by 95 % of those whom it hurts
            outside += not pain.reach.low <= reach <= pain.reach.high
            told += 1
    assert told == 35 and outside <= 5  # binomial(35, 5 %): more than 5 has a chance of 1 %
