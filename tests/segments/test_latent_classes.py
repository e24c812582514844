"""Latent classes: against densities computed by hand, against stepmix's own models, and through JSON."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from sklearn.metrics import adjusted_rand_score

from personas.customers import Feature
from personas.errors import InputError
from personas.handover import open_workspace
from personas.segments import (
    Effort,
    LatentClasses,
    compare_candidates,
    fit_space,
    read_segmentation,
    segment,
    write_segmentation,
)
from personas.segments.latent_fit import PRIOR, VARIANCE_FLOOR, answers_of, classes_of
from personas.simulation import planted
from tests.segments.tables import customers_of

FEATURES = (
    Feature(name="spend", label="spend", kind="number", block="a", forms=True, transform="log"),
    Feature(name="visits", label="visits", kind="number", block="a", forms=True),
    Feature(name="region", label="region", kind="category", block="b", forms=True),
    Feature(name="member", label="member", kind="binary", block="b", forms=True),
)


@pytest.fixture(scope="module")
def mixed():
    """Two groups in two numbers, a category and a yes or no; a fifth of each column unknown."""
    rng = np.random.default_rng(4)
    truth = rng.permutation(np.repeat([0, 1], [360, 240]))
    frame = pd.DataFrame(
        {
            "spend": np.expm1(3 + 2 * truth + 0.5 * rng.standard_normal(600)),
            "visits": 10 - 3 * truth + rng.standard_normal(600),
            "region": np.where(rng.random(600) < 0.2 + 0.6 * truth, "north's", "south"),
            "member": (rng.random(600) < 0.8 - 0.5 * truth).astype(float),
        }
    )
    return frame.mask(pd.DataFrame(rng.random(frame.shape) < 0.2, columns=frame.columns)), truth


@pytest.fixture(scope="module")
def fitted(mixed):
    frame, _truth = mixed
    space = fit_space(frame, FEATURES)
    answers = answers_of(frame, FEATURES, space, space.points(frame))
    return answers, answers.fit(2, np.random.default_rng(1), 3)


def test_planted_classes_are_found_with_a_fifth_of_the_cells_unknown(mixed, fitted):
    assert adjusted_rand_score(mixed[1], fitted[1].labels) > 0.8


def test_the_posterior_is_that_of_bayes_from_densities_by_hand(mixed, fitted):
    frame = mixed[0]
    classes = classes_of(*fitted)
    expected = np.tile(np.log(classes.weights), (len(frame), 1))
    for row in range(len(frame)):
        for c in range(2):
            for number in classes.numbers:
                raw = frame[number.feature].iloc[row]
                if not np.isnan(raw):
                    value = np.sign(raw) * np.log1p(abs(raw)) if number.transform == "log" else raw
                    z = (min(max(value, number.low), number.high) - number.centre) / number.spread
                    expected[row, c] += norm.logpdf(z, number.means[c], np.sqrt(number.variances[c]))
            for category in classes.categories:
                raw = frame[category.feature].iloc[row]
                if not pd.isna(raw):
                    place = category.values.index(raw) if category.values else category.levels.index(raw)
                    expected[row, c] += np.log(category.probabilities[c][place])
    ratio = np.exp(expected - expected.max(axis=1, keepdims=True))
    posterior = classes.posterior(frame)
    assert np.allclose(posterior, ratio / ratio.sum(axis=1, keepdims=True), atol=1e-12)
    assert np.allclose(posterior.sum(axis=1), 1)
    assert np.array_equal(classes.labels(frame), fitted[1].labels), "the stored model places them as the fit does"


def test_on_known_numbers_the_fit_is_that_of_stepmixs_own_model():
    from stepmix.stepmix import StepMix

    rng = np.random.default_rng(6)
    values = np.vstack([rng.standard_normal((300, 3)), rng.standard_normal((200, 3)) * 0.7 + 4])
    frame = pd.DataFrame(values, columns=list("abc"))
    features = tuple(Feature(name=n, label=n, kind="number", block="b", forms=True) for n in "abc")
    space = fit_space(frame, features)
    answers = answers_of(frame, features, space, space.points(frame))
    ours = answers.fit(2, np.random.default_rng(1), 1)
    z = answers.design[:, 3:6]
    theirs = StepMix(2, measurement="gaussian_diag", n_init=3, random_state=1, progress_bar=0).fit(z)
    # One customer's worth of the whole base, five times as wide as a class, costs some thousandths.
    assert theirs.score(z) - 6e-3 < -ours.within <= theirs.score(z) + 1e-5
    assert sorted(ours.weights) == pytest.approx(sorted(theirs.weights_), abs=5e-3)


def test_a_class_is_never_a_single_value_nor_a_level_impossible():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"fuel": np.r_[np.zeros(150), rng.normal(9, 1, 150)], "kind": ["x"] * 150 + ["y"] * 150})
    features = (
        Feature(name="fuel", label="fuel", kind="number", block="b", forms=True),
        Feature(name="kind", label="kind", kind="category", block="c", forms=True),
    )
    space = fit_space(frame, features)
    answers = answers_of(frame, features, space, space.points(frame))
    classes = classes_of(answers, answers.fit(2, np.random.default_rng(1), 2))
    assert min(classes.numbers[0].variances) >= VARIANCE_FLOOR * 0.99
    assert min(min(row) for row in classes.categories[0].probabilities) == pytest.approx(PRIOR / 2 / 151, rel=0.01)


def test_a_model_comes_back_from_json_and_places_customers_alike(mixed, fitted):
    classes = classes_of(*fitted)
    back = LatentClasses.model_validate_json(classes.model_dump_json())
    assert back == classes
    assert np.array_equal(back.posterior(mixed[0]), classes.posterior(mixed[0]))
    turned = classes.reordered([1, 0])
    assert np.allclose(turned.posterior(mixed[0]), classes.posterior(mixed[0])[:, ::-1])


def test_who_answered_nothing_has_the_shares_of_the_classes(fitted):
    classes = classes_of(*fitted)
    nobody = pd.DataFrame({"spend": [np.nan], "visits": [np.nan], "region": [None], "member": [np.nan]})
    assert classes.posterior(nobody)[0].tolist() == pytest.approx(list(classes.weights))


@pytest.fixture(scope="module")
def chosen():
    frame, truth = planted(240, 8, 3, separation=8.0, seed=5)
    customers = customers_of(frame)
    effort = Effort(pairs=4, pairs_published=4, pairs_shown=4, stability_nulls=19, null_pairs=1, most_nulls=19)
    return customers, truth, compare_candidates(customers, 3, effort=effort, workers=1, algorithm="latent class")


def test_latent_classes_can_be_chosen_and_are_judged_like_any_other(chosen, tmp_path):
    customers, truth, comparison = chosen
    segmentation = segment(customers, comparison)
    assert segmentation.verdict.word in ("natural", "reproducible")
    assert adjusted_rand_score(truth, segmentation.members["segment"]) > 0.9
    assert comparison.evidence.algorithm == "latent class"
    assert any("fewer resamples" in note for note in comparison.evidence.notes)
    assert segmentation.members["confidence"].between(1 / len(segmentation), 1).all()
    assert "by k-means" in [told.label for told in segmentation.refits.told]
    (tmp_path / "notebooks").mkdir()
    workspace = open_workspace("planted", "batch", root=tmp_path)
    write_segmentation(workspace, segmentation, comparison, ())
    back = read_segmentation(workspace)
    assert back.classes == segmentation.classes
    assert np.array_equal(back.classes.labels(customers.frame) + 1, segmentation.members["segment"])


def test_an_algorithm_that_is_not_there_is_refused_with_a_suggestion(chosen):
    with pytest.raises(InputError, match="latent class"):
        compare_candidates(chosen[0], algorithm="latent classes")
