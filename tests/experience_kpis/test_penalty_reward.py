"""Penalty and reward: planted basic, performance and delighting touchpoints are told apart."""

import numpy as np
import pytest

from personas.customers.feedback import Question
from personas.experience.drivers.penalty_reward import contrast_ratings

N = 4_000


def question(name):
    return Question("rating", name, "", 1, 5, N)


def made(effects, seed=1, n=N, holes=0.0):
    """Ratings of 1 to 5 and an outcome: effects[i](rating) each, with noise; ratings of one customer are alike."""
    rng = np.random.default_rng(seed)
    mood = rng.normal(0, 0.6, (n, 1))
    ratings = np.clip(np.round(3.7 + mood + rng.normal(0, 1.0, (n, len(effects)))), 1, 5)
    outcome = sum(effect(ratings[:, i]) for i, effect in enumerate(effects)) + rng.normal(0, 1, n)
    ratings = np.where(rng.random(ratings.shape) < holes, np.nan, ratings)
    return ratings, outcome


def basic(rating):
    return -2.0 * (rating <= 2)


def delight(rating):
    return 2.0 * (rating == 5)


def performance(rating):
    return 0.8 * rating


def nothing(rating):
    return 0.0 * rating


EFFECTS = (basic, performance, delight, nothing)


def contrasts(ratings, outcome, weights=None):
    questions = [question(str(i)) for i in range(ratings.shape[1])]
    return contrast_ratings(
        ratings, questions, outcome, np.ones(len(outcome)) if weights is None else weights, 200, [7]
    )


@pytest.mark.parametrize("holes", [0.0, 0.3])
def test_each_planted_nature_is_told(holes):
    found = contrasts(*made(EFFECTS, holes=holes))
    assert [contrast.nature for contrast in found] == ["basic", "performance", "delight", ""]


def test_the_contrasts_are_those_of_least_squares():
    ratings, outcome = made(EFFECTS, seed=2)
    found = contrasts(ratings, outcome)
    marks = np.column_stack([np.ones(N), *(m for x in ratings.T for m in (x <= 2, x == 5))]).astype(float)
    expected = np.linalg.lstsq(marks, outcome, rcond=None)[0][1:]
    values = [estimate.value for contrast in found for estimate in (contrast.penalty, contrast.reward)]
    assert values == pytest.approx(expected, abs=1e-6)
    assert found[0].penalty.low < -2 < found[0].penalty.high
    assert found[2].reward.low < 2 < found[2].reward.high


def test_a_straight_line_is_never_basic_or_delighting():
    """Low ratings lie further from the middle than high ones: their contrast is larger without meaning anything."""
    ratings, outcome = made((performance, performance), seed=3)
    for contrast in contrasts(ratings, outcome):
        assert -contrast.penalty.value > contrast.reward.value
        assert contrast.nature == "performance"


def test_too_few_at_one_end_give_no_contrast():
    ratings, outcome = made(EFFECTS)
    ratings[:, 0] = np.maximum(ratings[:, 0], 3)  # nobody rates it low
    ratings[30:, 3] = np.minimum(ratings[30:, 3], 4)
    found = contrasts(ratings, outcome)
    assert found[0] is None and found[3] is None and found[1] is not None


def test_weights_count_like_repeated_customers():
    ratings, outcome = made(EFFECTS, n=1_000)
    times = np.arange(1_000) % 3 + 1
    twice = contrasts(np.repeat(ratings, times, axis=0), np.repeat(outcome, times))
    for one, other in zip(contrasts(ratings, outcome, times.astype(float)), twice, strict=True):
        assert one.penalty.value == pytest.approx(other.penalty.value)
