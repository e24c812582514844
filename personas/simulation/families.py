"""Populations without segments, family by family: what a method must not cut into segments."""

from __future__ import annotations

import numpy as np
import pandas as pd

FIVE_LEVELS = ("very low", "low", "middle", "high", "very high")
AGES = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")
INCOMES = ("under 20k", "20-35k", "35-50k", "50-75k", "75-100k", "over 100k")
HOUSEHOLDS = ("1", "2", "3", "4", "5+")
REGIONS = ("north", "east", "south", "west")


def levels(values: np.ndarray, names: tuple[str, ...], ordered: bool = True) -> pd.Series:
    """Cut a latent scale into levels that are about equally common."""
    cuts = np.quantile(values, np.arange(1, len(names)) / len(names))
    codes = np.searchsorted(cuts, values, side="right")
    return pd.Series(pd.Categorical.from_codes(codes, categories=list(names), ordered=ordered))


def _numbers(values: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(values, columns=[f"behaviour_number_{j + 1:02d}" for j in range(values.shape[1])])


def _factors(rng: np.random.Generator, n: int, p: int) -> np.ndarray:
    """One normal cloud whose columns share two factors; loadings make most correlations 0.2 to 0.7."""
    loadings = rng.uniform(0.4, 0.8, (2, p)) * rng.choice([-1.0, 1.0], (2, p), p=[0.25, 0.75])
    unique = np.sqrt(np.maximum(0.15, 1 - (loadings**2).sum(axis=0)))
    return rng.standard_normal((n, 2)) @ loadings + rng.standard_normal((n, p)) * unique


def _gaussian(rng: np.random.Generator, n: int, p: int) -> pd.DataFrame:
    return _numbers(rng.standard_normal((n, p)))


def _skewed(rng: np.random.Generator, n: int, p: int) -> pd.DataFrame:
    draws = (
        lambda: 30 * rng.lognormal(0, 0.9, n),
        lambda: rng.gamma(0.8, 12, n),
        lambda: rng.exponential(20, n),
    )
    return _numbers(np.column_stack([draws[j % 3]() for j in range(p)]))


def _correlated(rng: np.random.Generator, n: int, p: int) -> pd.DataFrame:
    return _numbers(_factors(rng, n, p))


def _heavy_tails(rng: np.random.Generator, n: int, p: int) -> pd.DataFrame:
    return _numbers(_factors(rng, n, p) / np.sqrt(rng.chisquare(3, (n, 1)) / 3))


def _mixed(rng: np.random.Generator, n: int, p: int) -> pd.DataFrame:
    latent = _factors(rng, n, p)
    columns: dict[str, object] = {}
    for j in range(p):
        match j % 5:
            case 0 | 1:
                columns[f"behaviour_number_{j + 1:02d}"] = latent[:, j]
            case 2:
                columns[f"attitude_answer_{j + 1:02d}"] = levels(latent[:, j], FIVE_LEVELS)
            case 3:
                columns[f"demographic_group_{j + 1:02d}"] = levels(latent[:, j], REGIONS, ordered=False)
            case _:
                columns[f"behaviour_yes_{j + 1:02d}"] = (latent[:, j] > 0.5).astype(float)
    return pd.DataFrame(columns)


def _shoppers(rng: np.random.Generator, n: int, p: int) -> pd.DataFrame:
    """One continuum from rare to frequent shoppers: what looks like groups is arithmetic."""
    rate = rng.gamma(2.0, 12.0, n)
    orders = 1 + rng.poisson(rate)
    basket = 32 * np.exp(0.45 * rng.standard_normal(n) - 0.08 * np.log1p(rate))
    days = np.minimum(365, rng.exponential(365 / orders))
    columns = {
        "behaviour_spend": orders * basket * rng.lognormal(0, 0.1, n),
        "behaviour_orders": orders.astype(float),
        "behaviour_basket": basket,
        "behaviour_recency": np.round(days),
        "behaviour_discount_share": rng.beta(2, 8, n),
    }
    mix = rng.dirichlet([4, 3, 2, 2, 1], n)
    columns |= {f"behaviour_mix_{part}_share": mix[:, i] for i, part in enumerate(("fresh", "dry", "drinks", "home"))}
    columns |= {
        "behaviour_weekend_share": rng.beta(3, 5, n),
        "behaviour_returns": rng.poisson(0.04 * orders).astype(float),
    }
    names = list(columns)[:p]
    extra = {f"behaviour_habit_{j + 1:02d}_share": rng.beta(2, 3 + j % 4, n) for j in range(max(0, p - len(columns)))}
    return pd.DataFrame({name: columns[name] for name in names} | extra)


def _unknown_demographics(rng: np.random.Generator, n: int, p: int) -> pd.DataFrame:
    asked = (
        ("demographic_age", AGES, True),
        ("demographic_income", INCOMES, True),
        ("demographic_household", HOUSEHOLDS, True),
        ("demographic_region", REGIONS, False),
    )[: max(1, min(4, p // 3))]
    behaviour = _shoppers(rng, n, p - len(asked))
    common = rng.standard_normal(n)
    answers = pd.DataFrame(
        {
            name: levels(0.6 * common + 0.8 * rng.standard_normal(n), choices, ordered)
            for name, choices, ordered in asked
        }
    )
    answers[rng.random(n) < 0.68] = np.nan
    return pd.concat([behaviour, answers], axis=1)


FAMILIES = {
    "gaussian": _gaussian,
    "skewed": _skewed,
    "correlated": _correlated,
    "mixed": _mixed,
    "heavy_tails": _heavy_tails,
    "shoppers": _shoppers,
    "unknown_demographics": _unknown_demographics,
}
