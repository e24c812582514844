"""Small tables: no segments where there are none, the planted ones where there are."""

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from personas.errors import InputError
from personas.simulation import features_of, planted, structureless
from personas.simulation.families import FAMILIES


def numbers(frame: pd.DataFrame) -> np.ndarray:
    """The textbook encoding: logarithms where the feature says so, positions of levels, z-scores, mean for unknown."""
    columns = []
    for feature in features_of(frame):
        column = frame[feature.name]
        if feature.kind == "category":
            columns += [(column == level).astype(float).where(column.notna()) for level in feature.levels]
            continue
        values = column.cat.codes.where(column.notna()) if feature.kind == "ordered" else column
        columns.append(np.log1p(values) if feature.transform == "log" else values.astype(float))
    raw = np.column_stack(columns)
    scaled = (raw - np.nanmean(raw, axis=0)) / np.nanstd(raw, axis=0)
    return np.nan_to_num(np.clip(scaled, -3, 3))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_structureless_table_repeats_with_its_seed_and_changes_with_another(family):
    pd.testing.assert_frame_equal(structureless(family, 200, 12, 3), structureless(family, 200, 12, 3))
    assert not structureless(family, 200, 12, 3).equals(structureless(family, 200, 12, 4))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("p", [4, 12, 20])
def test_a_structureless_table_has_the_asked_shape_and_every_column_is_described(family, p):
    frame = structureless(family, 150, p, 1)
    assert frame.shape == (150, p)
    assert frame.index.is_unique and frame.index.name == "customer_id"
    features = features_of(frame)
    assert [feature.name for feature in features] == list(frame.columns)
    assert all(feature.forms and feature.block for feature in features)


@pytest.mark.parametrize("family", ["gaussian", "skewed", "correlated"])
def test_no_column_of_a_structureless_number_family_has_two_humps(family):
    """Sarle's bimodality coefficient on the scale it is analysed on: 0.555 for a uniform, above for two humps."""
    from scipy.stats import kurtosis, skew

    for column in numbers(structureless(family, 4000, 8, 5)).T:
        assert (skew(column) ** 2 + 1) / (kurtosis(column, fisher=False)) < 0.555


def test_spend_of_shoppers_is_orders_times_basket():
    frame = structureless("shoppers", 3000, 10, 2)
    ratio = np.log(frame["behaviour_spend"] / (frame["behaviour_orders"] * frame["behaviour_basket"]))
    assert abs(ratio.mean()) < 0.01 and ratio.std() < 0.12


def test_two_thirds_of_demographics_are_unknown_together_and_tell_nothing_of_behaviour():
    frame = structureless("unknown_demographics", 6000, 14, 2)
    asked = [name for name in frame if name.startswith("demographic")]
    unknown = frame[asked].isna()
    assert unknown.all(axis=1).equals(unknown.any(axis=1))
    assert unknown.all(axis=1).mean() == pytest.approx(0.68, abs=0.02)
    spend = np.log(frame["behaviour_spend"])
    gap = spend[unknown.all(axis=1)].mean() - spend[~unknown.all(axis=1)].mean()
    assert abs(gap) < 4 * spend.std() / np.sqrt(6000 * 0.68 * 0.32)


@pytest.mark.parametrize(("separation", "least", "most"), [(6.0, 0.90, 1.0), (4.0, 0.65, 0.97), (0.0, -0.02, 0.03)])
def test_planted_labels_are_recovered_as_well_as_they_are_separated(separation, least, most):
    frame, labels = planted(1200, 12, 4, separation=separation, seed=5)
    found = KMeans(4, n_init=10, random_state=0).fit_predict(numbers(frame))
    assert least <= adjusted_rand_score(labels, found) <= most


def test_planted_labels_survive_unequal_sizes_idle_columns_and_missing_cells():
    frame, labels = planted(2000, 16, 4, separation=7.0, imbalance=4, noise_share=0.25, missing=0.1, seed=8)
    found = KMeans(4, n_init=10, random_state=0).fit_predict(numbers(frame))
    assert adjusted_rand_score(labels, found) > 0.75
    assert frame.isna().to_numpy().mean() == pytest.approx(0.10, abs=0.01)


def test_sizes_fall_in_steps_from_the_first_label_and_add_up():
    _, labels = planted(1000, 8, 3, imbalance=4.0, seed=1)
    sizes = np.bincount(labels)
    assert sizes.sum() == 1000
    assert sizes[0] / sizes[2] == pytest.approx(4.0, rel=0.02)
    assert sizes[0] > sizes[1] > sizes[2]


def test_idle_columns_know_nothing_of_the_segments():
    frame, labels = planted(4000, 12, 3, separation=6.0, noise_share=0.5, seed=3)
    values = pd.DataFrame(numbers(frame))
    between = values.groupby(labels).transform("mean").var() / values.var()
    assert (between < 0.005).sum() == 6


def test_strays_have_no_label():
    _, labels = planted(2000, 8, 3, seed=1, strays=0.1)
    assert (labels == -1).mean() == pytest.approx(0.1, abs=0.03)


def test_many_segments_in_few_dimensions_keep_their_distance():
    from personas.simulation.tables import _centres

    centres = _centres(np.random.default_rng(0), 9, 4, 3.0)
    apart = np.linalg.norm(centres[:, None] - centres[None], axis=2)[np.triu_indices(9, 1)]
    assert apart.min() == pytest.approx(3.0)


def test_the_segment_stage_takes_these_tables():
    space = pytest.importorskip("personas.segments.space")
    frame = structureless("mixed", 300, 10, 1)
    fitted = space.fit_space(frame, features_of(frame))
    assert np.isfinite(fitted.transform(frame)).all()


def test_a_misspelt_family_and_too_small_a_table_are_refused_in_words():
    with pytest.raises(InputError, match='did you mean "gaussian"'):
        structureless("gausian", 100, 8, 1)
    with pytest.raises(InputError) as caught:
        planted(3, 2, 2, seed=1)
    assert len(caught.value.problems) == 2
