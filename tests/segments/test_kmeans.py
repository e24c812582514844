"""k-means against scikit-learn where nothing is missing, and by hand where something is."""

import numpy as np
import pytest
from sklearn.cluster import KMeans

from personas.segments.kmeans import assign, fit_kmeans, points_of, squared_distances
from tests.segments.tables import blobs


@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_without_missing_values_it_reaches_the_sum_of_squares_of_scikit_learn(k):
    values, _ = blobs([[0, 0, 0], [9, 0, 0], [0, 9, 0], [0, 0, 9], [9, 9, 9]][:k], 40)
    found = fit_kmeans(points_of(values), k, np.random.default_rng(1), n_init=10)
    known = KMeans(k, n_init=10, random_state=0).fit(values)
    assert found.within == pytest.approx(known.inertia_, rel=1e-6)


def test_weights_count_like_so_many_copies():
    values, _ = blobs([[0, 0], [6, 6]], 15)
    times = np.random.default_rng(2).integers(1, 4, len(values))
    weighted = fit_kmeans(points_of(values, weights=times), 2, np.random.default_rng(1), n_init=5)
    copied = fit_kmeans(points_of(np.repeat(values, times, axis=0)), 2, np.random.default_rng(1), n_init=5)
    assert weighted.within == pytest.approx(copied.within, rel=1e-9)


def test_a_distance_leaves_out_what_is_unknown_and_is_rescaled_by_the_weight_of_what_is_known():
    points = points_of(np.array([[1.0, np.nan, 2.0], [np.nan] * 3]), column_weights=np.array([1.0, 2.0, 1.0]))
    # Known weight 2 of 4: (1 − 0)² + (2 − 5)² = 10, twice.
    assert squared_distances(points, np.array([[0.0, 77.0, 5.0]])).tolist() == [[20.0], [0.0]]


def test_the_value_of_an_unknown_column_of_a_centre_changes_nobodys_segment():
    values = np.array([[0.0, np.nan], [10.0, np.nan]])
    for other in (0.0, 1e6):
        assert assign(points_of(values), np.array([[0.0, 0.0], [10.0, other]])).tolist() == [0, 1]


def test_segments_are_found_although_a_third_of_the_cells_is_missing():
    values, labels = blobs([[0] * 6, [8] * 6], 60)
    values[np.random.default_rng(3).random(values.shape) < 1 / 3] = np.nan
    found = fit_kmeans(points_of(values), 2, np.random.default_rng(1)).labels
    assert np.array_equal(found == found[0], labels == labels[0])


def test_a_centre_is_the_mean_of_what_is_known_of_its_members():
    values = np.array([[1.0, np.nan], [3.0, 4.0], [101.0, 100.0], [103.0, 104.0]])
    centres = fit_kmeans(points_of(values), 2, np.random.default_rng(1)).centres
    low = centres[centres[:, 0].argmin()]
    # The first customer's distances count twice, since half of the weight is known: (2 · 1 + 3) / 3.
    assert low == pytest.approx([5 / 3, 4.0])


def test_a_tie_goes_to_the_lowest_label():
    assert assign(points_of(np.array([[0.0]])), np.array([[-1.0], [1.0], [1.0 - 1e-12]])).tolist() == [0]


def test_more_segments_than_customers_are_refused():
    with pytest.raises(ValueError, match="2 customers cannot form 3"):
        fit_kmeans(points_of(np.eye(2)), 3, np.random.default_rng(1))


def test_customers_of_whom_nothing_is_known_do_not_stop_it():
    values = np.full((6, 2), np.nan)
    values[0] = [1.0, 2.0]
    assert fit_kmeans(points_of(values), 2, np.random.default_rng(1)).within == 0
    assert fit_kmeans(points_of(values[1:]), 1, np.random.default_rng(1)).within == 0
