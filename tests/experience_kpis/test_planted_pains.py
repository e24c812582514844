"""What was planted in the demo is found: order, reach, effect, waits; nothing small is shown, nothing counted twice."""

import itertools

import numpy as np
import pytest
from scipy.stats import spearmanr

from personas.experience.pains.all_sources import measure_pains
from personas.experience.pains.playbook import choose_playbook

PURE = (1, 2, 3, 4, 5)  # the sixth is a mixture of two others


@pytest.fixture(scope="module")
def found(demo):
    outcomes = demo.outcomes
    return measure_pains(
        demo.customers, demo.segments, choose_playbook(demo.dataset), demo.dataset, demo.voices, None,
        outcomes.ratings, outcomes.rivals,
    )  # fmt: skip


def planted(demo, segment):
    return {f"problem_{p['pain_point']}": p for p in demo.truth["pain_points"] if p["segment"] == segment}


def of_kind(found, segment, kind):
    return [pain for pain in found.hurts[segment] if pain.kind == kind]


@pytest.mark.parametrize("segment", PURE)
def test_the_order_that_was_planted_is_found(demo, found, segment):
    """The order of reach × effect over the whole population, of whom only those who answered were seen."""
    truth = planted(demo, segment)
    pains = of_kind(found, segment, "stated")
    assert len(pains) == 7
    order = [truth[pain.key]["order_in_population"] for pain in pains]
    assert spearmanr([pain.rank for pain in pains], order).statistic >= 0.9


def test_pains_told_apart_are_in_the_planted_order(demo, found):
    """Ranks that do not overlap; what is tied may stand either way."""
    apart = 0
    for segment in PURE:
        truth = planted(demo, segment)
        pains = of_kind(found, segment, "stated")
        for worse, milder in itertools.combinations(pains, 2):
            if worse.rank_high < milder.rank_low:
                apart += 1
                assert truth[worse.key]["order_in_population"] < truth[milder.key]["order_in_population"]
    assert apart >= 30


def test_reach_and_effect_that_were_planted_lie_in_their_intervals(demo, found):
    """Each problem is ticked by 95 % of those whom it hurts; at least nine intervals in ten hold the truth."""
    reach, effect = [], []
    for segment in PURE:
        truth = planted(demo, segment)
        for pain in of_kind(found, segment, "stated"):
            here = truth[pain.key]
            reach.append(pain.reach.low <= 0.95 * here["reach_in_data"] <= pain.reach.high)
            if not pain.impact.method.startswith("among all"):
                effect.append(pain.impact.low <= here["population_effect"]["answered"]["nps"] <= pain.impact.high)
    assert len(reach) == 35 and np.mean(reach) >= 0.9
    assert len(effect) >= 20 and np.mean(effect) >= 0.9


def test_waits_that_were_planted_are_observed_at_their_touchpoint_and_refer_to_what_is_stated(demo, found):
    waits = next(p for p in of_kind(found, 5, "observed") if p.key == "long_waits_customer_service")
    assert (waits.touchpoint, waits.kind, waits.source) == ("Customer service", "observed", "contacts")
    assert "stated-5-problem_long_waits" in waits.related
    # Those whom it hurts wait six times as long as the others.
    reach = {s: next((p.reach.value for p in of_kind(found, s, "observed") if p.key == waits.key), 0) for s in PURE}
    assert max(reach, key=reach.get) == 5


def test_kinds_are_ranked_one_behind_the_other(found):
    for pains in found.hurts.values():
        kinds = [pain.kind for pain in pains]
        assert kinds == sorted(kinds, key=["stated", "observed", "inferred"].index)
        assert [pain.rank for pain in pains] == list(range(1, len(pains) + 1))
        for kind in set(kinds):
            places = {pain.rank for pain in pains if pain.kind == kind}
            assert all({p.rank_low, p.rank_high} <= places for p in pains if p.kind == kind)


def test_a_trend_is_the_later_half_less_the_earlier_one(demo, found):
    """Counted again from the rows of the file; nothing was planted to rise or fall, so most spans hold zero."""
    rows = demo.dataset.tables["feedback"].filter(lambda t: t.metric == "problem").to_pandas()
    start, end = demo.dataset.observation_start, demo.dataset.observation_end
    later = rows["time"] >= start + (end - start) / 2
    share = [
        rows[half & (rows["code"] == "late_delivery")]["customer_id"].nunique() / rows[half]["customer_id"].nunique()
        for half in (later, ~later)
    ]
    pain = next(p for p in found.hurts[0] if p.key == "problem_late_delivery")
    assert pain.trend.value == pytest.approx(share[0] - share[1])
    spans = [
        p.trend.low <= 0 <= p.trend.high for g in found.hurts.values() for p in g if p.trend and p.kind == "stated"
    ]
    assert len(spans) >= 35 and np.mean(spans) >= 0.85


def test_nothing_small_is_shown_nor_left_over(found, demo):
    told: dict = {}
    for segment, pains in found.hurts.items():
        for pain in pains:
            told.setdefault((pain.kind, pain.key), {})[segment] = pain.affected
    assert min(n for groups in told.values() for n in groups.values()) >= 10
    counts = {s: demo.segments == s for s in (1, 2, 3, 4, 5, 6)}
    for (kind, key), groups in told.items():
        trouble = next((t for t in demo.voices.troubles if t.key == key), None)
        if kind == "stated" and 0 in groups and trouble is not None:
            left = sum(int((trouble.affected & who).sum()) for s, who in counts.items() if s not in groups)
            assert left == 0 or left >= 10, key


def test_expectations_and_competitors_are_evidence_and_no_pain_of_their_own(found):
    late = next(p for p in found.hurts[1] if p.key == "problem_late_delivery")
    assert {"expectations", "rivals"} <= {entry.source for entry in late.evidence}
    assert not [p for pains in found.hurts.values() for p in pains if p.source == "rivals"]


def test_what_delights_raises_the_outcome_most_where_it_weighs_most(found, demo):
    """Delivery carries the largest planted weight, so its high ratings go with the largest gain."""
    delights = {d.touchpoint: d.impact.value for d in found.delights[0] if d.kind == "stated"}
    assert max(delights, key=delights.get) == "Delivery" == demo.truth["drivers"][0]["touchpoint"]


def test_the_same_seed_gives_the_same_bytes(demo, found):
    again = measure_pains(
        demo.customers, demo.segments, choose_playbook(demo.dataset), demo.dataset, demo.voices, None,
        demo.outcomes.ratings, demo.outcomes.rivals,
    )  # fmt: skip
    assert [p.model_dump_json() for p in again.hurts[3]] == [p.model_dump_json() for p in found.hurts[3]]
