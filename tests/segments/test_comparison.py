"""From customers to a published segmentation: what must be refused, what must be found, what must be obeyed."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from personas.customers import Feature
from personas.errors import InputError
from personas.handover import open_workspace
from personas.segments import (
    Effort,
    compare_candidates,
    read_evidence,
    read_map,
    read_segmentation,
    segment,
    write_segmentation,
)
from personas.segments.kmeans import points_of
from personas.segments.membership import assign_members
from personas.simulation import planted, structureless
from tests.segments.tables import SMALL, blobs, customers_of, numbers

TINY = Effort(pairs=3, pairs_published=4, pairs_shown=3, nulls=3, stability_nulls=2, null_pairs=1, most_nulls=3)
FAMILIES = ("gaussian", "skewed", "correlated", "mixed", "heavy_tails", "shoppers", "unknown_demographics")


@pytest.mark.parametrize("family", FAMILIES)
def test_one_population_is_not_called_groups_that_exist(family):
    """A sample of one a family; `make evidence` counts how often over many."""
    customers = customers_of(structureless(family, 400, 10, 11))
    comparison = compare_candidates(customers, max_segments=4, effort=SMALL, workers=1)
    assert set(comparison.judgement.words.values()) <= {"none", "constructive"}


def test_unknown_answers_of_most_customers_form_no_segment():
    customers = customers_of(structureless("unknown_demographics", 400, 10, 12))
    comparison = compare_candidates(customers, max_segments=3, effort=TINY, workers=1)
    unknown = customers.frame["demographic_age"].isna().to_numpy()
    for k in (2, 3):
        labels = comparison.candidates.clusterings[k].labels
        assert abs(adjusted_rand_score(unknown, labels)) < 0.1


@pytest.fixture(scope="module")
def clear():
    frame, labels = planted(500, 12, 3, separation=7.0, imbalance=1.5, seed=5)
    return customers_of(frame), labels


@pytest.fixture(scope="module")
def found(clear):
    return compare_candidates(clear[0], max_segments=4, effort=SMALL, workers=1)


def test_planted_segments_are_found_and_said_to_exist(clear, found):
    segmentation = segment(clear[0], found)
    assert segmentation.verdict.word in ("natural", "reproducible")
    assert not segmentation.verdict.borderline
    assert adjusted_rand_score(clear[1], segmentation.members["segment"]) >= 0.8


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_planted_segments_are_recovered_with_missing_cells_and_columns_of_noise(missing):
    frame, labels = planted(400, 12, 4, separation=7.0, noise_share=0.25, missing=missing, seed=3)
    customers = customers_of(frame)
    comparison = compare_candidates(customers, max_segments=4, effort=TINY, workers=1)
    members = segment(customers, comparison, 4).members
    assert adjusted_rand_score(labels, members["segment"]) >= (0.8 if missing else 0.9)


def test_the_evidence_has_a_row_a_number_of_segments(found):
    evidence = found.evidence
    assert [row.k for row in evidence.rows] == [1, 2, 3, 4]
    assert [row.chosen for row in evidence.rows] == [False, False, True, False]
    assert evidence.rows[2].structure
    assert evidence.stability_null_draws >= 39, "nulls are added while their number could change the answer"
    assert evidence.rows[2].stability > evidence.rows[2].stability_null_high


def test_a_number_of_segments_that_is_asked_for_is_published_and_judged(clear, found):
    segmentation = segment(clear[0], found, n_segments=4)
    assert len(segmentation) == len(segmentation.sizes) == 4
    assert segmentation.verdict.asked == 4
    assert segmentation.verdict.word == found.judgement.words[4]


@pytest.mark.parametrize("asked", [0, -1, 5, 99])
def test_a_number_of_segments_out_of_range_is_refused_with_the_range(clear, found, asked):
    with pytest.raises(InputError, match="a number from 1 to 4"):
        segment(clear[0], found, n_segments=asked)


def test_everybody_is_in_one_segment_and_the_largest_is_the_first(clear, found):
    for k in (1, 2, 3, 4):
        segmentation = segment(clear[0], found, n_segments=k)
        members = segmentation.members
        assert members["customer_id"].tolist() == clear[0].frame["customer_id"].tolist()
        sizes = members["segment"].value_counts().reindex(range(1, k + 1))
        assert sizes.is_monotonic_decreasing
        assert sizes.tolist() == [size.n for size in segmentation.sizes]
        assert sum(size.share for size in segmentation.sizes) == pytest.approx(1)


def test_confidence_runs_from_a_half_on_the_border_to_one_at_the_centre():
    values = np.array([[0.0], [1.0], [5.0], [10.0]])
    members = assign_members(pd.Series(list("abcd")), points_of(values), np.array([[0.0], [10.0]]))
    assert members["confidence"].tolist() == [1.0, 0.9, 0.5, 1.0]
    assert members["in_between"].tolist() == [False, False, True, False]
    assert members["segment"].tolist() == [1, 1, 1, 2]


def test_a_customer_of_whom_nothing_is_known_is_in_between():
    values = np.array([[0.0], [10.0], [np.nan]])
    members = assign_members(pd.Series(list("abc")), points_of(values), np.array([[0.0], [10.0]]))
    assert members.iloc[2][["confidence", "in_between"]].tolist() == [0.5, True]


def test_confidence_is_never_below_a_half_nor_above_one(clear, found):
    members = segment(clear[0], found).members
    assert members["confidence"].between(0.5, 1).all()


def test_the_same_seed_gives_the_same_answer_with_one_worker_or_two(clear, found):
    again = compare_candidates(clear[0], max_segments=4, effort=SMALL, workers=2)
    assert again.evidence == found.evidence
    pd.testing.assert_frame_equal(segment(clear[0], again).members, segment(clear[0], found).members)


def test_the_order_of_the_columns_changes_no_separation_of_blocks(clear, found):
    """Random numbers meet other columns, so only what needs none is compared: the space."""
    customers = clear[0]
    turned = customers_of(customers.frame.set_index("customer_id").iloc[:, ::-1])
    other = compare_candidates(turned, max_segments=2, effort=TINY, workers=1)
    weights = {axis.feature: axis.weight for axis in found.candidates.space.axes}
    assert {axis.feature: axis.weight for axis in other.candidates.space.axes} == pytest.approx(weights)


def test_a_segmentation_comes_back_as_it_was_written(clear, found, tmp_path):
    segmentation = segment(clear[0], found)
    (tmp_path / "notebooks").mkdir()
    workspace = open_workspace("planted", "batch", root=tmp_path)
    write_segmentation(workspace, segmentation, found, ())
    back = read_segmentation(workspace)
    pd.testing.assert_frame_equal(back.members, segmentation.members, check_dtype=False)
    assert np.array_equal(back.centres, segmentation.centres)
    assert (back.space, back.sizes, back.verdict) == (segmentation.space, segmentation.sizes, segmentation.verdict)
    assert read_evidence(workspace).model_copy(update={"refits": ()}) == found.evidence
    assert read_map(workspace) == ()
    placed = assign_members(clear[0].frame["customer_id"], back.space.points(clear[0].frame), back.centres)
    pd.testing.assert_frame_equal(placed, segmentation.members)


def test_a_table_for_reading_says_why(found):
    assert "every segment holds" in found.table().loc[2, "why"]
    assert "c000" not in found._repr_html_()


def holed(values: np.ndarray, share: float) -> np.ndarray:
    return np.where(np.random.default_rng(6).random(values.shape) < share, np.nan, values)


CLOUD = np.random.default_rng(8).standard_normal((60, 4))
EDGES = {
    "one customer": CLOUD[:1],
    "two identical customers": CLOUD[[0, 0]],
    "two customers": CLOUD[:2],
    "three customers": CLOUD[:3],
    "four customers": CLOUD[:4],
    "all constant": np.ones((40, 3)),
    "all but one identical": np.vstack([np.ones((39, 3)), [[2, 2, 2]]]),
    "one dominating outlier": np.vstack([CLOUD, [[1e12, -1e12, 1e12, 1e12]]]),
    "95 % missing": holed(np.random.default_rng(9).standard_normal((80, 5)), 0.95),
    "nothing known of most": np.vstack([CLOUD[:6], np.full((50, 4), np.nan)]),
    "groups of three": blobs(np.eye(8) * 50, 3)[0],
    "one column": CLOUD[:, :1],
    "one column that varies": np.column_stack([CLOUD[:, 0], np.ones((60, 2))]),
    "two values": (CLOUD[:, :2] > 0).astype(float),
}


@pytest.mark.parametrize("case", EDGES)
def test_odd_tables_get_a_verdict_or_a_reason_and_nothing_else(case):
    customers = numbers(EDGES[case])
    try:
        comparison = compare_candidates(customers, max_segments=4, min_group=1, effort=TINY, workers=1)
    except InputError as error:
        assert case in ("one customer", "two identical customers", "all constant", "two customers"), error
        return
    json.dumps(comparison.evidence.model_dump(), allow_nan=False)
    for k in comparison.candidates.clusterings:
        segmentation = segment(customers, comparison, n_segments=k)
        assert segmentation.members["segment"].between(1, k).all()
        assert len(segmentation.sizes) == k, "a segment without members is not one"
        assert segmentation.verdict.word in ("natural", "reproducible", "constructive", "none")


def test_nobody_is_divided_into_groups_below_the_smallest_that_may_be_shown():
    comparison = compare_candidates(numbers(EDGES["groups of three"]), max_segments=8, effort=TINY, workers=1)
    assert set(comparison.judgement.words.values()) == {"none"}


def test_features_that_only_describe_change_nothing(clear, found):
    customers = clear[0]
    told = Feature(name="told", label="told", kind="number", block="other", forms=False)
    more = type(customers)(
        customers.frame.assign(told=np.arange(len(customers)) ** 3.0), (*customers.features, told), customers.quality
    )
    other = compare_candidates(more, max_segments=2, effort=TINY, workers=1)
    assert np.array_equal(other.candidates.clusterings[2].labels, found.candidates.clusterings[2].labels)


def test_a_number_of_segments_that_leaves_one_too_small_to_show_is_refused():
    comparison = compare_candidates(numbers(EDGES["groups of three"]), max_segments=8, effort=TINY, workers=1)
    with pytest.raises(InputError, match="fewer than 10 customers"):
        segment(numbers(EDGES["groups of three"]), comparison, n_segments=8)
