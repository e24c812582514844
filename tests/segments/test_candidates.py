"""What reaches the fits: a sample of bounded size, with survey weights; and how much is resampled."""

import time

import numpy as np
import pandas as pd
import pytest

from personas.segments import Effort, compare_candidates, segment, survey_weights
from personas.segments import resampling as work
from personas.segments.candidates import sample_rows
from personas.segments.kmeans import fit_kmeans, points_of
from personas.segments.null import WEIGHT, fit_null
from personas.simulation import planted
from tests.segments.tables import blobs, customers_of, numbers

TINY = Effort(pairs=3, pairs_published=4, pairs_shown=3, nulls=3, stability_nulls=2, null_pairs=1, most_nulls=3)
CORNERS = [[0, 0], [9, 0], [0, 9]]


def many(each: int):
    values, labels = blobs(CORNERS, each)
    order = np.random.default_rng(0).permutation(len(labels))
    return numbers(values[order]), labels[order]


def test_no_more_customers_than_the_sample_reach_a_fit_and_all_are_assigned(monkeypatch):
    seen = []

    def counted(job, n, data, *rest):
        seen.append(n if data is None else len(data))
        return real(job, n, data, *rest)

    real = work._work
    monkeypatch.setattr(work, "_work", counted)
    customers, labels = many(700)
    comparison = compare_candidates(customers, 3, effort=TINY, workers=1, fit_sample=300)
    assert set(seen) == {300}
    assert len(comparison.candidates.points) == comparison.evidence.fitted == 300
    assert comparison.evidence.customers == 2100
    assert any("300 of 2,100" in note for note in comparison.evidence.notes)
    members = segment(customers, comparison, 3).members
    assert len(members) == 2100
    assert pd.crosstab(members["segment"], labels).max(axis=1).sum() == 2100
    assert members["segment"].value_counts().loc[[1, 2, 3]].is_monotonic_decreasing


def test_the_time_to_compare_does_not_grow_with_customers_beyond_the_sample():
    def seconds(each):
        customers, _labels = many(each)
        start = time.process_time()
        compare_candidates(customers, 3, effort=TINY, workers=1, fit_sample=300)
        return time.process_time() - start

    seconds(150)
    # Thirty times the customers; what is left is to draw the sample and to make the note.
    assert seconds(6000) < 2 * seconds(200) + 0.2


def test_a_sample_is_in_order_without_repeats_and_everybody_where_there_are_few():
    rows = sample_rows(1000, 200, 7)
    assert len(set(rows)) == 200
    assert (np.diff(rows) > 0).all()
    assert sample_rows(5, 200, 7).tolist() == [0, 1, 2, 3, 4]
    assert not np.array_equal(rows, sample_rows(1000, 200, 8))


@pytest.fixture(scope="module")
def weighted():
    values, labels = blobs(CORNERS, 60)
    customers = numbers(values)
    weight = np.array([1.0, 2.0, 5.0])[labels]
    return type(customers)(customers.frame.assign(weight=weight), customers.features, customers.quality), labels


def test_shares_are_told_with_survey_weights_beside_numbers_of_customers(weighted):
    customers, labels = weighted
    comparison = compare_candidates(customers, 3, effort=TINY, workers=1)
    segmentation = segment(customers, comparison, 3)
    told = {size.segment: size.weighted_share for size in segmentation.sizes}
    for number, group in segmentation.members.groupby("segment"):
        (label,) = set(labels[group.index])
        assert told[number] == pytest.approx([1 / 8, 2 / 8, 5 / 8][label])
    assert [size.n for size in segmentation.sizes] == [60, 60, 60]
    assert comparison.evidence.weighted
    assert any("Survey weights" in note for note in comparison.evidence.notes)
    assert "weighted share" in segmentation.table()


def test_weights_pull_the_centres_like_so_many_customers():
    values = np.random.default_rng(3).standard_normal((80, 2))
    weights = np.r_[np.full(40, 3.0), np.ones(40)]
    one = fit_kmeans(points_of(values, weights=weights), 1, np.random.default_rng(1)).centres[0]
    assert one == pytest.approx(np.average(values, axis=0, weights=weights))


def test_weights_have_a_mean_of_one_and_an_unknown_one_counts_as_one(weighted):
    customers, _labels = weighted
    frame = customers.frame.copy()
    frame.loc[0, "weight"] = np.nan
    found = survey_weights(type(customers)(frame, customers.features, customers.quality))
    assert found.mean() == pytest.approx(1)
    assert found[0] == found[1], "the first group weighs one each"
    assert survey_weights(many(5)[0]) is None


def test_tables_without_segments_have_weights_that_go_with_the_same_customers():
    values = np.random.default_rng(3).standard_normal((2000, 2))
    frame = pd.DataFrame(values, columns=["a", "b"])
    weights = np.exp(0.8 * values[:, 0])
    drawn = fit_null(frame, customers_of(frame).features, weights).draw(np.random.default_rng(1), 4000)
    assert drawn[WEIGHT].mean() == pytest.approx(weights.mean(), rel=0.1)
    assert drawn[["a", WEIGHT]].corr("spearman").iloc[0, 1] > 0.95
    assert abs(drawn[["b", WEIGHT]].corr("spearman").iloc[0, 1]) < 0.1


def test_resampling_stops_where_the_answer_is_clear_and_goes_on_where_it_is_not():
    frame, _labels = planted(300, 12, 3, separation=7.0, seed=5)
    clear = compare_candidates(customers_of(frame), 3, workers=1, effort=Effort(null_pairs=1, most_nulls=99))
    three = clear.evidence.rows[2]
    assert clear.judgement.chosen == 3
    assert 30 <= three.pairs < 100, "thirty are shown; a hundred are not needed"
    assert clear.evidence.null_draws == 99, "nineteen tables cannot rule out chance"
    cloud = numbers(np.random.default_rng(5).standard_normal((240, 3)))
    nothing = compare_candidates(cloud, 3, workers=1, effort=Effort(null_pairs=1))
    assert nothing.judgement.words[nothing.judgement.chosen] in ("none", "constructive")
    assert nothing.evidence.null_draws < 99


def test_few_customers_for_many_features_are_noted():
    values = np.random.default_rng(4).standard_normal((200, 500))
    comparison = compare_candidates(numbers(values), 2, effort=TINY, workers=1)
    assert any("200 customers for 500 forming features" in note for note in comparison.evidence.notes)
    assert set(comparison.judgement.words.values()) <= {"none", "constructive"}
    enough = compare_candidates(many(80)[0], 2, effort=TINY, workers=1)
    assert not any("forming features" in note for note in enough.evidence.notes)
