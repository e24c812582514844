"""Relative weights against a published example, planted drivers, and chance."""

import numpy as np
import pytest

from personas.experience.drivers.importance import measure_drivers, what_if
from personas.experience.drivers.relative_weights import fit_weights, relative_weights

# mpg, cyl, disp, hp, gear of the 32 cars of Motor Trend 1974 (R's mtcars).
CARS = np.array([
    (21.0, 6, 160.0, 110, 4), (21.0, 6, 160.0, 110, 4), (22.8, 4, 108.0, 93, 4), (21.4, 6, 258.0, 110, 3),
    (18.7, 8, 360.0, 175, 3), (18.1, 6, 225.0, 105, 3), (14.3, 8, 360.0, 245, 3), (24.4, 4, 146.7, 62, 4),
    (22.8, 4, 140.8, 95, 4), (19.2, 6, 167.6, 123, 4), (17.8, 6, 167.6, 123, 4), (16.4, 8, 275.8, 180, 3),
    (17.3, 8, 275.8, 180, 3), (15.2, 8, 275.8, 180, 3), (10.4, 8, 472.0, 205, 3), (10.4, 8, 460.0, 215, 3),
    (14.7, 8, 440.0, 230, 3), (32.4, 4, 78.7, 66, 4), (30.4, 4, 75.7, 52, 4), (33.9, 4, 71.1, 65, 4),
    (21.5, 4, 120.1, 97, 3), (15.5, 8, 318.0, 150, 3), (15.2, 8, 304.0, 150, 3), (13.3, 8, 350.0, 245, 3),
    (19.2, 8, 400.0, 175, 3), (27.3, 4, 79.0, 66, 4), (26.0, 4, 120.3, 91, 5), (30.4, 4, 95.1, 113, 5),
    (15.8, 8, 351.0, 264, 5), (19.7, 6, 145.0, 175, 5), (15.0, 8, 301.0, 335, 5), (21.4, 4, 121.0, 109, 4),
])  # fmt: skip


def test_weights_of_the_published_example():
    found = relative_weights(CARS[:, 1:], CARS[:, 0])
    assert found == pytest.approx([0.2284797, 0.2221469, 0.2321744, 0.0963886], abs=5e-8)
    assert found.sum() == pytest.approx(0.7791896, abs=5e-8)


def test_survey_weights_count_like_repeated_customers():
    times = np.arange(32) % 3 + 1
    repeated = np.repeat(CARS, times, axis=0)
    assert relative_weights(CARS[:, 1:], CARS[:, 0], times) == pytest.approx(
        relative_weights(repeated[:, 1:], repeated[:, 0])
    )


def noisy(n, seed, noise=1.0):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, 4)) + rng.standard_normal((n, 1))
    return x, x @ [1.0, 0.5, 0.0, 0.0] + noise * rng.standard_normal(n)


def test_missing_ratings_leave_the_weights_where_they_were():
    """A third of the ratings missing at random; tolerance about three standard errors at 6,000 customers."""
    x, y = noisy(6_000, 1)
    holes = np.where(np.random.default_rng(2).random(x.shape) < 0.33, np.nan, x)
    assert relative_weights(holes, y) == pytest.approx(relative_weights(x, y), abs=0.03)


def test_slopes_are_those_of_the_joint_regression():
    x, y = noisy(3_000, 3)
    slope = fit_weights(x, y, y, np.ones(len(y)), 20, 1).slope
    design = np.column_stack([np.ones(len(y)), x])
    assert slope == pytest.approx(np.linalg.lstsq(design, y, rcond=None)[0][1:], abs=1e-9)


def test_bootstrap_interval_of_a_slope_is_as_wide_as_the_classical_one():
    """More customers than blocks: dealing them into blocks must not change the width (within a tenth)."""
    x, y = noisy(5_000, 4)
    draws = fit_weights(x, y, y, np.ones(len(y)), 2_000, 1).draws.slope
    design = np.column_stack([np.ones(len(y)), x])
    rest = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    classical = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * rest.var(ddof=5))[1:]
    assert draws.std(axis=0) == pytest.approx(classical, rel=0.1)


def test_a_predictor_of_nothing_does_not_beat_a_random_one():
    """Independent predictors that do nothing: at most 5 % should count; 40 tries of 3 allow 11 (99.6 %)."""
    counted = 0
    for seed in range(40):
        rng = np.random.default_rng([9, seed])
        x, y = rng.standard_normal((300, 4)), rng.standard_normal(300)
        y = y + x[:, 3]
        draws = fit_weights(x, y, y, np.ones(300), 200, seed).draws
        low = np.quantile(draws.beyond_random, 0.025, axis=0)
        counted += (low[:3] > 0).sum()
        assert low[3] > 0
    assert counted <= 11


def test_planted_drivers_are_found_in_their_order(demo):
    drivers = measure_drivers(demo.voices, None, 0, 7)
    truth = {row["touchpoint"]: row["relative_weight"]["answered"] for row in demo.truth["drivers"]}
    shares = {row.touchpoint: row.weight for row in drivers.rows}
    assert [row.touchpoint for row in drivers.rows[:2]] == ["Delivery", "Product quality"]
    assert {row.touchpoint for row in drivers.rows[-2:]} == {"Store", "Returns"}
    assert sum(w.low <= truth[name] <= w.high for name, w in shares.items()) >= 6
    assert sum(w.value for w in shares.values()) == pytest.approx(1)
    assert drivers.rows[0].quadrant == "improve first"


def test_too_few_answers_have_no_drivers(demo):
    few = np.zeros(len(demo.segments), bool)
    few[:60] = True
    assert measure_drivers(demo.voices, few, 1, 7) is None


def test_what_if_scales_the_slope_and_says_associated(demo):
    driver = measure_drivers(demo.voices, None, 0, 7).rows[0]
    half, worse = what_if(driver, 0.5), what_if(driver, -1.0)
    assert half.value == pytest.approx(driver.slope.value / 2) and "associated" in half.method
    assert worse.low < worse.value < worse.high < 0


def test_the_same_seed_gives_the_same_figures(demo):
    assert measure_drivers(demo.voices, None, 0, 7) == measure_drivers(demo.voices, None, 0, 7)
