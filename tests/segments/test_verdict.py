"""The verdict's word follows from the figures: made-up resampling results, one rule at a time."""

from dataclasses import replace

import numpy as np
import pytest

from personas.estimates import Estimate
from personas.segments.figures import STABILITY
from personas.segments.judgement import judge
from personas.segments.null_test import compare_with_null
from personas.segments.resampling import Resampled
from personas.segments.usefulness import Usefulness
from personas.segments.verdict import write_verdict_sentences

NULLS = 199
SIZES = {1: np.array([1000]), 2: np.array([600, 400]), 3: np.array([500, 300, 200])}


def resampled(*, separated=True, stable=True, holds=0.9, strength=0.9, spread=0.02) -> Resampled:
    """Two and three segments; k = 3 stands out from its null where asked for."""
    rng = np.random.default_rng(1)
    swing = np.linspace(-spread, spread, 60)
    return Resampled(
        agreement={2: np.full(30, 0.5), 3: np.full(30, 0.9 if stable else 0.5)},
        jaccard={2: np.full((60, 2), 0.9), 3: np.column_stack([np.full(60, 0.9)] * 2 + [holds + swing])},
        within={2: 0.8, 3: 0.4 if separated else 0.7},
        null_within={2: 0.8 + 0.01 * rng.standard_normal(NULLS), 3: 0.7 + 0.01 * rng.standard_normal(NULLS)},
        null_agreement={k: 0.5 + 0.05 * rng.standard_normal(NULLS) for k in (2, 3)},
        strengths={1: (1.0, 0.0), 2: (0.5, 0.0), 3: (strength, 0.0)},
    )


def use(explained: float, over_random: tuple[float, float], over_rule: tuple[float, float]) -> Usefulness:
    def between(low, high):
        return Estimate(value=(low + high) / 2, low=low, high=high, n=1000, unit="share")

    return Usefulness(
        explained=between(explained, explained), random=0.0, rule=0.1, rule_feature="Visits", tree=0.3,
        over_random=between(*over_random), over_rule=between(*over_rule), by_outcome={},
        chance_edge=(over_random[0], over_random[0]), rule_edge=(over_rule[1], over_rule[1]),
    )  # fmt: skip


USEFUL = {k: use(0.1 * k, (0.01, 0.2), (-0.05, 0.05)) for k in (2, 3)}


def judged(found: Resampled, useful=None, sizes=SIZES):
    return judge(found, useful or {}, sizes, 0.05, 10)


def test_structure_that_holds_and_predicts_itself_is_natural():
    judgement = judged(resampled())
    assert judgement.words == {1: "none", 2: "none", 3: "natural"}
    assert judgement.chosen == 3


def test_structure_that_holds_but_does_not_predict_itself_is_reproducible():
    assert judged(resampled(strength=0.79)).words[3] == "reproducible"


@pytest.mark.parametrize("lacking", [{"separated": False}, {"stable": False}])
def test_either_test_alone_is_no_structure(lacking):
    assert judged(resampled(**lacking)).words[3] == "none"
    assert judged(resampled(**lacking), USEFUL).words[3] == "constructive"


def test_a_segment_that_does_not_hold_takes_the_word_away():
    judgement = judged(resampled(holds=0.5))
    assert judgement.words[3] == "none"
    assert "segment 3 does not hold (0.50)" in judgement.why[3]


def test_a_segment_too_small_takes_the_word_away():
    assert judged(resampled(), sizes={**SIZES, 3: np.array([700, 260, 40])}).words[3] == "none"


def test_an_empty_segment_is_too_small():
    assert judged(resampled(), sizes={**SIZES, 3: np.array([700, 300, 0])}).words[3] == "none"


def test_what_is_worse_than_a_single_rule_is_not_useful():
    worse = {k: use(0.2, (0.01, 0.2), (-0.2, -0.01)) for k in (2, 3)}
    assert judged(resampled(stable=False), worse).words[3] == "none"


def test_what_is_no_better_than_chance_is_not_useful():
    chance = {k: use(0.2, (-0.01, 0.2), (0.0, 0.1)) for k in (2, 3)}
    assert judged(resampled(stable=False), chance).words[3] == "none"


def test_a_segment_whose_stability_spans_the_threshold_makes_the_verdict_borderline():
    assert judged(resampled(holds=0.61, spread=0.3)).borderline[3]
    assert not judged(resampled(holds=0.8, spread=0.02)).borderline[3]


def test_too_few_null_tables_to_decide_make_the_verdict_borderline():
    few = resampled()
    few = Resampled(**{**few.__dict__, "null_agreement": {k: v[:15] for k, v in few.null_agreement.items()}})
    judgement = judged(few)
    assert judgement.open_nulls(STABILITY)
    assert judgement.borderline[3]
    assert judgement.words[3] == "none", "one in sixteen is not five per cent"


def test_without_structure_the_smallest_k_from_which_use_has_levelled_off_is_chosen():
    level = {2: use(0.19, (0.01, 0.2), (0.0, 0.1)), 3: use(0.2, (0.01, 0.2), (0.0, 0.1))}
    steep = {2: use(0.1, (0.01, 0.2), (0.0, 0.1)), 3: use(0.2, (0.01, 0.2), (0.0, 0.1))}
    assert judged(resampled(stable=False), level).chosen == 2
    assert judged(resampled(stable=False), steep).chosen == 3


def test_the_p_value_counts_the_null_tables_whose_largest_excess_over_all_k_is_as_large():
    null = {2: np.array([0.0, 1.0, 2.0, 9.0]), 3: np.array([5.0, 0.0, 1.0, 2.0])}
    # Standardised by the null's own mean and spread: the data's best is 2.31 at k = 3, the null's 1.47 at most.
    test = compare_with_null({2: 3.0, 3: 7.0}, null, +1)
    assert test.exceeded == 0
    assert test.p == 1 / 5
    assert test.excess[3] == pytest.approx((7 - 2) / np.std([5, 0, 1, 2], ddof=1))
    assert compare_with_null({2: 3.0, 3: 2.0}, null, +1).exceeded == 2
    assert compare_with_null({2: 3.0, 3: -7.0}, null, -1).exceeded == 0, "less left within segments is more structure"


def test_a_test_holds_its_level_across_all_k():
    rng, passed = np.random.default_rng(2), 0
    for _ in range(400):
        draws = rng.standard_normal((100, 7))
        null = {k: draws[1:, k] for k in range(7)}
        passed += compare_with_null({k: draws[0, k] for k in range(7)}, null, +1).significant
    assert passed / 400 < 0.085, "five per cent, and three standard errors of 400 trials"


def test_a_number_that_was_asked_for_keeps_its_own_word():
    verdict = write_verdict_sentences(judged(resampled()), 2, 2, None, "households")
    assert (verdict.word, verdict.asked, verdict.k) == ("none", 2, 2)
    assert verdict.sentence == "2 segments, as asked for; the data gives no reason to divide the households."


def test_one_group_that_was_asked_for_against_the_evidence_says_so():
    verdict = write_verdict_sentences(judged(resampled()), 1, 1, None, "households")
    assert "as asked for" in verdict.sentence
    assert verdict.meaning == "The evidence would divide these households into 3 segments."
    alone = write_verdict_sentences(judged(resampled(separated=False)), 1, None, None, "households")
    assert alone.sentence == "The households are best read as one group."


def test_natural_groups_go_before_finer_cuts_through_them():
    found = resampled()
    strong_at_two = Resampled(
        **{
            **found.__dict__,
            "agreement": {2: np.full(30, 0.95), 3: found.agreement[3]},
            "within": {2: 0.5, 3: 0.4},
            "strengths": {1: (1.0, 0.0), 2: (0.95, 0.0), 3: (0.7, 0.0)},
        }
    )
    judgement = judged(strong_at_two)
    assert judgement.words == {1: "none", 2: "natural", 3: "reproducible"}
    assert judgement.chosen == 2


def with_edges(chance: tuple[float, float], rule: tuple[float, float], explained: float = 0.2) -> Usefulness:
    return replace(use(explained, (0.01, 0.2), (-0.05, 0.05)), chance_edge=chance, rule_edge=rule)


SURE = with_edges((0.005, 0.02), (0.04, 0.06))
DOUBTS = {
    "weakest segment": (resampled(holds=0.61, spread=0.3), {}, SIZES),
    "prediction strength": (replace(resampled(), strengths={1: (1, 0), 2: (0.5, 0), 3: (0.81, 0.05)}), {}, SIZES),
    "smallest segment": (resampled(), {}, {**SIZES, 3: np.array([640, 308, 52])}),
    "use beyond chance": (resampled(stable=False), {3: with_edges((-0.01, 0.02), (0.04, 0.06))}, SIZES),
    "no worse than the best rule": (resampled(stable=False), {3: with_edges((0.005, 0.02), (-0.01, 0.06))}, SIZES),
}


@pytest.mark.parametrize("figure", DOUBTS)
def test_every_deciding_figure_whose_interval_spans_its_threshold_makes_the_verdict_borderline(figure):
    found, useful, sizes = DOUBTS[figure]
    judgement = judged(found, useful, sizes)
    assert judgement.chosen == 3
    assert judgement.borderline[3]
    assert [moving.name for moving in judgement.moving] == [figure]
    assert judgement.levers[0].figure.name == figure
    said = write_verdict_sentences(judgement, 3, None, None, "households").reasons[-1]
    assert figure in said


def test_figures_far_from_their_thresholds_leave_the_verdict_alone():
    judgement = judged(resampled(stable=False), {3: SURE})
    assert (judgement.words[3], judgement.borderline[3], judgement.moving) == ("constructive", False, ())
    assert {lever.figure.name for lever in judgement.levers} >= {"use beyond chance", "repeats (p)"}


def test_a_figure_within_chance_that_would_change_nothing_is_no_doubt():
    """Without structure, prediction strength on its threshold decides nothing."""
    shaky = replace(resampled(stable=False), strengths={1: (1, 0), 2: (0.5, 0), 3: (0.81, 0.05)})
    assert not judged(shaky, {3: SURE}).borderline[3]


def test_two_numbers_of_segments_of_about_the_same_use_make_the_choice_borderline():
    near = {2: with_edges((0.005, 0.02), (0.04, 0.06), 0.181), 3: with_edges((0.005, 0.02), (0.04, 0.06), 0.2)}
    judgement = judged(resampled(stable=False), near)
    assert judgement.chosen == 2
    assert judgement.borderline[2]
    assert judgement.rivals == {3: "constructive"}
    far = {2: with_edges((0.005, 0.02), (0.04, 0.06), 0.1), 3: near[3]}
    assert not judged(resampled(stable=False), far).borderline[3]


def test_the_interval_of_a_p_value_allows_for_the_datas_own_error():
    rng = np.random.default_rng(3)
    test = compare_with_null({2: 2.0}, {2: rng.standard_normal(199)}, +1)
    low, high = test.interval_of(2)
    assert low <= test.p_of(2) <= high
    wider = test.interval_of(2, less=1.0, more=1.0)
    assert wider[0] < low
    assert wider[1] > high
