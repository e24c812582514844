"""Do 95 % intervals hold the truth in 95 % of samples? Each cell: one statistic, one population, one sample size.

The truth is the population's own value. Every replicate is a fresh sample that goes through the function that the
reports use; a sample in which the statistic is not measured, or has no interval, is counted apart.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from personas.estimates import Estimate, mean_estimate, ratio_estimate, share_estimate
from personas.experience.drivers.relative_weights import fit_weights, split
from personas.experience.kpis.survival import Spells, share_left, time_until
from personas.experience.moments import mean_of, moments_of, net_promoters_of, share_of
from personas.experience.resampling import percentiles

NAME = "coverage"
TITLE = "Interval coverage"
MOMENTS, TIMES = ("personas.estimates", "personas.experience.moments"), ("personas.experience.kpis.survival",)
WEIGHTS = ("personas.experience.drivers.relative_weights", "personas.experience.resampling")
CODE = (*MOMENTS, *TIMES, *WEIGHTS)
REPLICATES = 4_000
LEAST, MOST, LEAST_CELL = 0.93, 0.97, 0.90

VOTES = {"50-30-20": (0.5, 0.3, 0.2), "20-30-50": (0.2, 0.3, 0.5), "70-25-5": (0.7, 0.25, 0.05),
         "15-70-15": (0.15, 0.7, 0.15), "34-33-33": (0.34, 0.33, 0.33)}  # fmt: skip
SHARES = (0.05, 0.1, 0.3, 0.5, 0.9)
SIZES = (30, 60, 200, 1_000)
ANSWERS = {"ratings": (0.03, 0.07, 0.2, 0.4, 0.3), "split ratings": (0.35, 0.1, 0.05, 0.1, 0.4)}
CORRELATION = np.array([[1, 0.4, 0.3, 0.2], [0.4, 1, 0.5, 0.1], [0.3, 0.5, 1, 0.0], [0.2, 0.1, 0.0, 1]])
SLOPES = np.array([0.5, 0.3, 0.2, 0.1])


def cases() -> list[dict]:
    """Every cell of the grid, cheap ones first."""
    cells = [{"statistic": "net promoters", "population": name, "n": n} for name in VOTES for n in SIZES]
    cells += [
        {"statistic": "net promoters, weighted", "population": name, "n": n}
        for name in ("50-30-20", "20-30-50")
        for n in (60, 200, 1_000)
    ]
    cells += [{"statistic": "share", "population": f"{share:g}", "n": n} for share in SHARES for n in SIZES]
    means = [*ANSWERS, "normal", "waiting", "spend"]
    cells += [{"statistic": "mean", "population": name, "n": n} for name in means for n in SIZES]
    cells += [{"statistic": "mean, several answers each", "population": "ratings", "n": n} for n in (30, 60, 200)]
    cells += [{"statistic": "share, several answers each", "population": "0.3", "n": n} for n in (30, 60, 200)]
    cells += [{"statistic": "ratio", "population": "answered of sent", "n": n} for n in SIZES]
    times = [f"{shape} {censored}" for shape in ("exponential", "weibull") for censored in ("0 %", "20 %", "40 %")]
    cells += [{"statistic": "median time", "population": name, "n": n} for name in times for n in (30, 100, 300)]
    cells += [{"statistic": "share left", "population": name, "n": n} for name in times for n in (30, 100, 300)]
    cells += [{"statistic": "relative weights", "population": "four predictors", "n": n} for n in (200, 600)]
    return [cell | {"replicates": REPLICATES} for cell in cells]


def code_of(case: dict) -> tuple[str, ...]:
    """The modules that a cell depends on."""
    return {"median time": TIMES, "share left": TIMES, "relative weights": WEIGHTS}.get(case["statistic"], MOMENTS)


def run(params: dict) -> dict:
    """Count in one cell: replicates with an interval, and those whose interval holds the truth."""
    statistic, population, n = params["statistic"], params["population"], params["n"]
    rng = np.random.default_rng([*statistic.encode(), *population.encode(), n])
    held, measured = 0, 0
    for _ in range(params["replicates"]):
        for hit in DRAWS[statistic](rng, population, n):
            if hit is not None:
                held, measured = held + hit, measured + 1
    return {"held": int(held), "measured": int(measured), "drawn": params["replicates"]}


def holding(estimate: Estimate, truth: float) -> list[bool | None]:
    """Whether the interval holds the truth, [None] where there is no interval."""
    if estimate.low is None or estimate.high is None:
        return [None]
    # Bounds that are reached exactly hold; the truth and the bound may differ in the last bit.
    return [bool(estimate.low - 1e-9 <= truth <= estimate.high + 1e-9)]


@cache
def _promoters(promoters: int, detractors: int, n: int) -> Estimate:
    return net_promoters_of(
        moments_of(np.repeat([1.0, 0.0, -1.0], [promoters, n - promoters - detractors, detractors]))
    )


def _net_promoters(rng, population, n):
    shares = VOTES[population]
    promoters, _, detractors = rng.multinomial(n, shares)
    return holding(_promoters(int(promoters), int(detractors), n), 100 * (shares[0] - shares[2]))


def _weighted_promoters(rng, population, n):
    """Survey weights that are right on average and say nothing of the answer."""
    shares = VOTES[population]
    votes = rng.choice([1.0, 0.0, -1.0], size=n, p=shares)
    estimate = net_promoters_of(moments_of(votes, rng.lognormal(0, 0.5, n)))
    return holding(estimate, 100 * (shares[0] - shares[2]))


@cache
def _wilson(hits: int, n: int) -> Estimate:
    return share_estimate(np.repeat([1.0, 0.0], [hits, n - hits]))


def _share(rng, population, n):
    return holding(_wilson(int(rng.binomial(n, float(population))), n), float(population))


def _values(rng, population, n):
    """A sample and the population's mean."""
    if population in ANSWERS:
        shares = ANSWERS[population]
        return rng.choice(np.arange(1.0, 6.0), size=n, p=shares), float(np.arange(1, 6) @ shares)
    if population == "normal":
        return rng.normal(3, 2, n), 3.0
    if population == "waiting":
        return rng.exponential(4.0, n), 4.0
    return rng.gamma(0.8, 50.0, n), 40.0


def _mean(rng, population, n):
    values, truth = _values(rng, population, n)
    return holding(mean_estimate(values), truth)


def _several(rng, n, draw):
    """1 to 5 answers of each of `n` customers, with a mood of their own: (answers, who gave them)."""
    who = np.repeat(np.arange(n), rng.integers(1, 6, n))
    return draw(rng.standard_normal(n)[who], rng.standard_normal(len(who))), who


def _clustered_mean(rng, population, n):
    answers, who = _several(rng, n, lambda mood, moment: 4.0 + 0.6 * mood + 0.8 * moment)
    return holding(mean_of(moments_of(answers, customers=who)), 4.0)


def _clustered_share(rng, population, n):
    from scipy.stats import norm

    cut = norm.ppf(1 - float(population))
    answers, who = _several(rng, n, lambda mood, moment: (0.6 * mood + 0.8 * moment > cut).astype(float))
    return holding(share_of(moments_of(answers, customers=who)), float(population))


def _ratio(rng, population, n):
    """Answers to campaigns over campaigns sent; those who get more answer less often: Σ p m over Σ m."""
    sent = 1.0 + rng.poisson(4.0, n)
    answered = rng.binomial(sent.astype(int), 0.5 / np.sqrt(sent)).astype(float)
    return holding(ratio_estimate(answered, sent), _ratio_truth())


@cache
def _ratio_truth() -> float:
    from scipy.stats import poisson

    sent = np.arange(1.0, 80.0)
    chance = poisson.pmf(sent - 1, 4.0)
    return float(chance @ (0.5 * np.sqrt(sent)) / (chance @ sent))


def _spells(rng, population, n) -> tuple[Spells, float]:
    """Times of scale 10 days, censored at a time of their own; (spells, shape)."""
    kind, share = population.split(" ", 1)
    shape = 1.0 if kind == "exponential" else 1.6
    lasted = 10 * rng.weibull(shape, n)
    if share == "0 %":
        return Spells(lasted, np.full(n, True)), shape
    seen = 10 * rng.uniform(0, _reach(shape, float(share.split()[0]) / 100), n)
    return Spells(np.minimum(lasted, seen), lasted <= seen), shape


@cache
def _reach(shape: float, censored: float) -> float:
    """Upper end of uniform censoring times at which this share of Weibull times of scale 1 is censored."""
    from scipy.integrate import quad
    from scipy.optimize import brentq

    def share(end):
        return quad(lambda t: np.exp(-(t**shape)), 0, end)[0] / end - censored

    return float(brentq(share, 0.05, 200))


def _median_time(rng, population, n):
    spells, shape = _spells(rng, population, n)
    return holding(time_until(spells, 0.5), 10 * np.log(2) ** (1 / shape))


def _share_left(rng, population, n):
    spells, shape = _spells(rng, population, n)
    return holding(share_left(spells, 6.0), float(np.exp(-(0.6**shape))))


def _relative_weights(rng, population, n):
    """The weights of all four predictors; truth from the population's correlations."""
    root = np.linalg.cholesky(CORRELATION)
    x = rng.standard_normal((n, 4)) @ root.T
    y = x @ SLOPES + rng.standard_normal(n)
    fit = fit_weights(x, y, y, np.ones(n), 300, rng.integers(2**31))
    low, high = percentiles(fit.draws.weights)
    return [bool(a <= truth <= b) for a, b, truth in zip(low, high, _true_weights(), strict=True)]


@cache
def _true_weights() -> np.ndarray:
    spread = np.sqrt(SLOPES @ CORRELATION @ SLOPES + 1)
    return split(CORRELATION, CORRELATION @ SLOPES / spread)


DRAWS = {
    "net promoters": _net_promoters,
    "net promoters, weighted": _weighted_promoters,
    "share": _share,
    "mean": _mean,
    "mean, several answers each": _clustered_mean,
    "share, several answers each": _clustered_share,
    "ratio": _ratio,
    "median time": _median_time,
    "share left": _share_left,
    "relative weights": _relative_weights,
}


def summarise(found: list[tuple[dict, dict]]) -> dict:
    """A row a statistic: cells, mean, least and most coverage, where the least is."""
    rows = []
    for statistic in DRAWS:
        own = [(case, one["held"] / one["measured"]) for case, one in found if case["statistic"] == statistic]
        if not own:
            continue
        worst, least = min(own, key=lambda pair: pair[1])
        rows.append(
            {
                "statistic": statistic,
                "cells": len(own),
                "mean": float(np.mean([share for _case, share in own])),
                "least": least,
                "where": f"{worst['population']}, n = {worst['n']:,}",
                "most": max(share for _case, share in own),
            }
        )
    shares = [one["held"] / one["measured"] for _case, one in found]
    mean = float(np.mean(shares))
    return {
        "rows": rows,
        "limits": [
            {"what": "mean coverage over the grid", "value": mean, "limit": f"{LEAST} to {MOST}",
             "kept": LEAST <= mean <= MOST},
            {"what": "least coverage of a cell", "value": min(shares), "limit": f"at least {LEAST_CELL}",
             "kept": min(shares) >= LEAST_CELL},
        ],
    }  # fmt: skip
