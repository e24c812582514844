"""Other ways to look at the customers, each with an answer known beforehand."""

import numpy as np
import pandas as pd
import pytest

from personas.handover import open_workspace
from personas.segments import Effort, compare_candidates, read_refits, segment, write_segmentation
from personas.segments.challengers import find_dense_groups, measure_rules, origins_of
from personas.segments.plots import plot_flow, plot_shadows
from personas.segments.refits import match_numbers
from tests.segments.tables import blobs, numbers

TINY = Effort(pairs=3, pairs_published=4, pairs_shown=3, nulls=3, stability_nulls=2, null_pairs=1, most_nulls=3)
CORNERS = [[0, 0, 0], [9, 0, 0], [0, 9, 0]]


def test_a_segment_split_off_comes_from_one_and_a_segment_mixed_together_from_none():
    two = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    three = np.array([0, 0, 2, 2, 1, 1, 2, 2])
    assert origins_of({2: two, 3: three}, 3) == pytest.approx((1.0, 1.0, 0.0))
    assert origins_of({2: two, 3: three}, 2) == ()
    # A quarter from elsewhere: 1 + (¾ log ¾ + ¼ log ¼) / log 2.
    uneven = np.array([0, 0, 0, 2, 0, 1, 1, 1])
    assert origins_of({2: two, 3: uneven}, 3)[0] == pytest.approx(1 + (0.75 * np.log2(0.75) + 0.25 * np.log2(0.25)))


def test_rules_tell_boxes_apart_and_nothing_tells_noise_apart():
    values, labels = blobs(CORNERS, 60)
    accuracy, baseline = measure_rules(values, labels, 3, 7)
    assert accuracy > 0.97
    assert baseline == pytest.approx(1 / 3)
    luck = np.random.default_rng(1).integers(0, 3, len(labels))
    assert measure_rules(values, luck, 3, 7)[0] < 0.5
    assert measure_rules(values[:6], labels[:6], 3, 7) is None, "nobody to try the rules on"


def test_dense_groups_are_counted_where_there_are_and_denied_where_there_are_none():
    values, labels = blobs(CORNERS, 80)
    found = find_dense_groups(values, labels, 20, 7)
    assert found.groups == 3
    assert found.agreement == 1
    cloud = find_dense_groups(np.random.default_rng(2).standard_normal((400, 5)), None, 40, 7)
    assert (cloud.groups, cloud.agreement) == (0, None)
    assert "No dense groups" in cloud.sentence
    assert find_dense_groups(values[:6], None, 20, 7) is None


def test_refits_are_numbered_after_the_published_segments_that_they_share_most_with():
    published = np.array([0, 0, 0, 1, 1, 2, 2])
    assert match_numbers(np.array([2, 2, 2, 0, 0, 1, 1]), published, 3).tolist() == published.tolist()
    assert match_numbers(np.array([1, 1, 0, 2, 2, 3, 3]), published, 4).tolist() == [0, 0, 3, 1, 1, 2, 2]


@pytest.fixture(scope="module")
def divided():
    values, labels = blobs(CORNERS, 50)
    customers = numbers(values)
    comparison = compare_candidates(customers, 4, effort=TINY, workers=1)
    return customers, comparison, segment(customers, comparison, 3), labels


def test_refits_say_what_was_changed_and_how_far_the_segments_stay(divided, tmp_path):
    _customers, comparison, segmentation, _labels = divided
    agreement = {told.name: told.agreement for told in segmentation.refits.told}
    assert set(agreement) == {"k_2", "k_4", "latent_class", "without_x0", "without_x1", "without_x2"}
    assert agreement["latent_class"] == agreement["without_x2"] == 1, "the third number says nothing"
    assert agreement["without_x0"] < 0.8, "without the first, two groups are one"
    members = segmentation.refits.members
    assert members["latent_class"].tolist() == segmentation.members["segment"].tolist()
    (tmp_path / "notebooks").mkdir()
    workspace = open_workspace("blobs", "batch", root=tmp_path)
    write_segmentation(workspace, segmentation, comparison, ())
    back = read_refits(workspace)
    pd.testing.assert_frame_equal(back.members, members)
    assert back.told == segmentation.refits.told


def test_one_group_has_no_refits(divided):
    customers, comparison, *_ = divided
    assert len(segment(customers, comparison, 1).refits) == 0


def test_evidence_shows_agreement_rules_and_origins(divided):
    _customers, comparison, *_ = divided
    three = comparison.evidence.rows[2]
    assert three.rule_accuracy > 0.95
    assert three.word == comparison.judgement.words[3]
    assert len(three.origins) == 3
    assert comparison.evidence.dense.groups == 3
    html = comparison._repr_html_() + comparison.margins()._repr_html_() + comparison.challengers()._repr_html_()
    assert "prediction strength" in html
    assert "HDBSCAN" in html
    assert "c0000" not in html


def test_the_flow_shows_no_group_too_small_to_show(divided):
    _customers, comparison, *_ = divided
    shown = len(plot_flow(comparison).collections)
    hidden = len(plot_flow(type(comparison)(**{**comparison.__dict__, "min_group": 60})).collections)
    assert hidden < shown


def test_shadow_values_run_from_the_own_centre_to_the_border(divided):
    axes = plot_shadows(divided[2])
    assert len(axes.collections) == 3
    right = max(path.vertices[:, 0].max() for drawn in axes.collections for path in drawn.get_paths())
    worst = divided[2].members["confidence"].min()
    assert right == pytest.approx(2 * (1 - worst))
