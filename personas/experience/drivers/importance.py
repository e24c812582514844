"""Which touchpoints move recommendation (or satisfaction, or staying): importance, performance, contrast, what-if."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from personas.customers.feedback import Question
from personas.estimates import Estimate
from personas.experience.drivers.driver_outcomes import Outcome
from personas.experience.drivers.penalty_reward import contrast_ratings
from personas.experience.drivers.relative_weights import Fit, fit_weights
from personas.experience.models import Driver, Drivers
from personas.experience.moments import mean_of, moments_of
from personas.experience.resampling import percentiles
from personas.experience.voices import Voices

RESAMPLES = 300
RATED_BY, MOST = 0.3, 15
FEWEST, A_PREDICTOR, A_PAIR = 100, 10, 30
RANDOM_WORDS = "relative weight (Johnson 2000), percentile bootstrap over customers"
SLOPE_WORDS = "joint regression on the touchpoints shown, percentile bootstrap; associated, not caused"


def measure_drivers(
    voices: Voices, inside: np.ndarray | None, segment: int, seed: int, outcome: Outcome | None = None
) -> Drivers | None:
    """Measure what drives an outcome in one group; None with too few answers or fewer than two touchpoints.

    inside : (n,) bool, None for everybody; segment : its number, for the seed; outcome : default recommendation
    """
    if outcome is None and voices.score is not None:
        outcome = Outcome("Recommendation, 0 to 10", voices.score, voices.net, "points of NPS")
    if outcome is None:
        return None
    chosen = np.isfinite(outcome.score) if inside is None else np.isfinite(outcome.score) & inside
    columns = _predictors(voices, chosen)
    n = int(chosen.sum())
    if len(columns) < 2 or n < max(FEWEST, A_PREDICTOR * len(columns)):
        return None
    ratings = np.column_stack([voices.ratings[name][chosen] for name in columns])
    score, weights = outcome.score[chosen], voices.weights[chosen]
    if np.nanstd(score) == 0:
        return None
    fit = fit_weights(ratings, score, outcome.points[chosen], weights, RESAMPLES, [seed, 30, segment])
    contrasts = contrast_ratings(ratings, tuple(columns.values()), score, weights, RESAMPLES, [seed, 31, segment])
    return _drivers(voices, columns, ratings, chosen, fit, outcome, contrasts)


def _predictors(voices: Voices, chosen: np.ndarray) -> dict[str, Question]:
    """The touchpoints that enough customers rated, alone and in every pair; the overall verdict is none of them."""
    parts = {name for name, question in voices.questions.items() if question.metric == "rating"}
    kept: dict[str, Question] = {}
    n = chosen.sum()
    for name, question in voices.questions.items():
        values = voices.ratings[name][chosen]
        known = np.isfinite(values)
        if (parts and name not in parts) or known.sum() < RATED_BY * n or np.nanstd(values) == 0:
            continue
        together = [(known & np.isfinite(voices.ratings[other][chosen])).sum() for other in kept]
        if len(kept) < MOST and min(together, default=A_PAIR) >= A_PAIR:
            kept[name] = question
    return kept


def _drivers(
    voices: Voices, columns: Mapping[str, Question], ratings, chosen, fit: Fit, outcome: Outcome, contrasts
) -> Drivers:
    n, p = len(ratings), len(columns)
    total, totals = fit.weights.sum(), fit.draws.weights.sum(axis=1)
    shares = fit.draws.weights / np.maximum(totals, 1e-12)[:, None]
    (low, high), (beyond, _), (less, more) = (
        percentiles(values) for values in (shares, fit.draws.beyond_random, fit.draws.slope)
    )
    standing = [(np.nanmean(ratings[:, i]) - q.low) / (q.high - q.low) for i, q in enumerate(columns.values())]
    usual = float(np.mean(standing))
    rows = []
    for i, (name, question) in enumerate(columns.items()):
        contrast = contrasts[i]
        share, known = float(fit.weights[i] / max(total, 1e-12)), int(np.isfinite(ratings[:, i]).sum())
        rows.append(
            Driver(
                key=name, touchpoint=question.touchpoint, stage=question.stage,
                weight=Estimate(
                    value=share, low=float(low[i]), high=float(high[i]), n=known, unit="share", method=RANDOM_WORDS
                ),
                counts=bool(beyond[i] > 0),
                performance=mean_of(moments_of(ratings[:, i], voices.weights[chosen])),
                scale_low=question.low, scale_high=question.high,
                slope=Estimate(
                    value=float(fit.slope[i]), low=float(less[i]), high=float(more[i]), n=known, unit="points",
                    method=SLOPE_WORDS,
                ),
                quadrant=_quadrant(share >= 1 / p and bool(beyond[i] > 0), standing[i] < usual),
                penalty=contrast.penalty if contrast else None, reward=contrast.reward if contrast else None,
                nature=contrast.nature if contrast else "",
            )
        )  # fmt: skip
    bounds = percentiles(totals)
    return Drivers(
        outcome=outcome.label, slope_unit=outcome.unit, n=n,
        rows=tuple(sorted(rows, key=lambda row: (-row.weight.value, row.key))),
        r2=Estimate(
            value=float(total), low=float(bounds[0]), high=float(bounds[1]), n=n, unit="share",
            method="R² of the touchpoints together, percentile bootstrap (leans high)",
        ),
    )  # fmt: skip


def _quadrant(important: bool, low: bool) -> str:
    if important:
        return "improve first" if low else "keep up"
    return "watch" if low else "fine as it is"


def what_if(driver: Driver, points: float) -> Estimate:
    """The change of the outcome (mostly NPS, in points) that goes with a touchpoint rated `points` better.

    >>> slope = Estimate(value=20.0, low=15.0, high=25.0, n=400, unit="points")
    >>> some = Estimate(value=0.3, unit="share")
    >>> driver = Driver(key="a", touchpoint="Delivery", stage="", weight=some, counts=True, performance=some,
    ...                 scale_low=1, scale_high=5, slope=slope, quadrant="improve first")
    >>> what_if(driver, 0.5).value
    10.0
    """
    slope = driver.slope
    ends = sorted((slope.low * points, slope.high * points))
    return slope.model_copy(
        update={
            "value": slope.value * points, "low": ends[0], "high": ends[1],
            "method": f"associated with {points:+g} on {driver.touchpoint}, the others as they are; {slope.method}",
        }
    )  # fmt: skip
