"""Tables for trying out statistics: populations without segments, and populations with segments put there.

A row is a customer, a column a feature; the part of a column's name before the first underscore is its block.
A method is fit for use when it finds nothing in :func:`structureless` and the labels in :func:`planted`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from personas.customers.models import Feature
from personas.errors import InputError, Problem, did_you_mean
from personas.simulation.families import FAMILIES, FIVE_LEVELS, levels


def structureless(family: str, n: int, p: int, seed: int) -> pd.DataFrame:
    """Draw `n` customers of one population, described by `p` features, in which there are no segments.

    family : one of
        gaussian — independent normal columns
        skewed — independent log-normal, gamma and exponential columns
        correlated — one normal cloud with two strong common factors
        mixed — one normal cloud seen through numbers, ordered answers, categories and yes/no
        heavy_tails — multivariate t with 3 degrees of freedom: some customers are extreme in everything
        shoppers — spend = orders × basket, with recency, shares of a whole and habits that follow activity
        unknown_demographics — shoppers of whom 68 % answered none of the demographic questions
    Returns a frame of `p` columns (at least 4) indexed by customer_id. Raises InputError for another family.
    """
    if family not in FAMILIES:
        raise InputError(
            [
                Problem(
                    "structureless: family",
                    f'"{family}"',
                    "a known family",
                    did_you_mean(family, [*FAMILIES]),
                )
            ]
        )
    _refuse_small(n, p)
    rng = np.random.default_rng([seed, 1])
    return _indexed(FAMILIES[family](rng, n, p))


def planted(
    n: int,
    p: int,
    k: int,
    separation: float = 4.0,
    imbalance: float = 1.0,
    noise_share: float = 0.0,
    missing: float = 0.0,
    seed: int = 7,
    strays: float = 0.0,
) -> tuple[pd.DataFrame, np.ndarray]:
    """Draw `n` customers of `k` segments, described by `p` features.

    separation : distance between the two nearest centres, in standard deviations inside a segment
    imbalance : size of the largest segment over the smallest, sizes in geometric steps; 1 = all alike
    noise_share : share of the columns that know nothing of the segments, 0 to 1
    missing : share of the cells that are empty, at random, 0 to 1
    strays : share of the customers who belong to no segment, scattered over the whole range
    Of four columns two are numbers, one is a skewed amount and one an answer on five ordered levels; cutting
    to levels costs a little of the separation.
    Returns the frame (index customer_id) and the labels, 0 (largest segment) to k − 1, and −1 for strays.
    """
    _refuse_small(n, p)
    rng = np.random.default_rng([seed, 2])
    informative = max(1, round(p * (1 - noise_share)))
    centres = _centres(rng, k, informative, separation)
    weights = np.geomspace(imbalance, 1.0, k) if k > 1 else np.ones(1)
    labels = rng.permutation(np.repeat(np.arange(k), _sizes(n, weights / weights.sum())))
    latent = rng.standard_normal((n, p))
    latent[:, :informative] += centres[labels]
    stray = rng.random(n) < strays
    low, high = latent.min(axis=0), latent.max(axis=0)
    latent[stray] = rng.uniform(low, high, (int(stray.sum()), p))
    labels[stray] = -1
    latent = latent[:, rng.permutation(p)]
    frame = pd.DataFrame({f"c{j}": latent[:, j] for j in range(p)})
    frame = pd.DataFrame(dict(_seen(j, frame[f"c{j}"].to_numpy()) for j in range(p)))
    if missing:
        frame = frame.mask(rng.random(frame.shape) < missing)
    return _indexed(frame), labels


SHOPPERS = {  # orders a year, money an order, share bought at a discount, share on weekends, days since the last order
    "regulars": (60.0, 26.0, 0.12, 0.30, 5.0),
    "stockers": (14.0, 95.0, 0.15, 0.60, 22.0),
    "bargain hunters": (22.0, 34.0, 0.55, 0.35, 14.0),
    "lapsing": (4.0, 38.0, 0.20, 0.35, 160.0),
}


def planted_shoppers(n: int, spread: float = 1.0, seed: int = 7) -> tuple[pd.DataFrame, np.ndarray]:
    """Draw `n` shoppers of four segments, with the recency, frequency and value that rules of thumb are made for.

    spread : how much shoppers of one segment differ, 1 = some overlap, 2 = much
    Returns the frame (index customer_id) and the labels, 0 to 3, in the order of `SHOPPERS`.
    """
    _refuse_small(n, 4)
    rng = np.random.default_rng([seed, 3])
    labels = rng.permutation(np.repeat(np.arange(len(SHOPPERS)), _sizes(n, np.array([0.35, 0.25, 0.22, 0.18]))))
    orders, basket, discount, weekend, days = np.array(list(SHOPPERS.values()))[labels].T
    orders = 1 + rng.poisson(orders * np.exp(0.3 * spread * rng.standard_normal(n)))
    basket = basket * np.exp(0.3 * spread * rng.standard_normal(n))
    sureness = 14 / spread**2
    columns = {
        "behaviour_spend": orders * basket,
        "behaviour_orders": orders.astype(float),
        "behaviour_basket": basket,
        "behaviour_recency": np.round(np.minimum(365, rng.gamma(2 / spread, days * spread / 2))),
        "behaviour_discount_share": rng.beta(sureness * discount, sureness * (1 - discount)),
        "behaviour_weekend_share": rng.beta(sureness * weekend, sureness * (1 - weekend)),
        "behaviour_evening_share": rng.beta(3, 5, n),
        "behaviour_returns": rng.poisson(0.04 * orders).astype(float),
    }
    return _indexed(pd.DataFrame(columns)), labels


def features_of(frame: pd.DataFrame) -> tuple[Feature, ...]:
    """Describe the columns of such a frame as the segment stage wants it: all of them form segments.

    Numbers that are never negative and clearly skewed (moment coefficient above 1) enter as logarithms.
    """
    return tuple(_feature(name, frame[name]) for name in frame.columns)


def _feature(name: str, column: pd.Series) -> Feature:
    block, _, words = name.partition("_")
    fixed = {"name": name, "label": words.replace("_", " "), "block": block, "forms": True}
    if isinstance(column.dtype, pd.CategoricalDtype):
        ordered = bool(column.cat.ordered)
        categories = tuple(map(str, column.cat.categories))
        kind, transform = ("ordered", "order") if ordered else ("category", "onehot")
        return Feature(**fixed, kind=kind, transform=transform, levels=categories)
    known = column.dropna()
    if set(known.unique()) <= {0.0, 1.0}:
        return Feature(**fixed, kind="binary")
    if name.endswith("_share"):
        return Feature(**fixed, kind="share", unit="share", parts_of="mix" if "_mix_" in name else "")
    skewed = bool(known.min() >= 0) and float(known.skew()) > 1
    counts = bool(known.min() >= 0) and bool((known == known.round()).all())
    return Feature(**fixed, kind="count" if counts else "number", transform="log" if skewed else "none")


def _refuse_small(n: int, p: int) -> None:
    problems = []
    if n < 10:
        problems.append(Problem("simulated table: n", str(n), "at least 10 customers"))
    if p < 4:
        problems.append(Problem("simulated table: p", str(p), "at least 4 features"))
    if problems:
        raise InputError(problems)


def _indexed(frame: pd.DataFrame) -> pd.DataFrame:
    frame.index = pd.Index([f"c{i:07d}" for i in range(len(frame))], name="customer_id")
    return frame


def _sizes(n: int, shares: np.ndarray) -> np.ndarray:
    edges = np.round(np.cumsum(shares) * n).astype(int)
    return np.diff(edges, prepend=0)


def _centres(rng: np.random.Generator, k: int, dimensions: int, separation: float) -> np.ndarray:
    """Place centres `separation` apart: a turned simplex where it fits, else scattered (the nearest pair)."""
    if k == 1:
        return np.zeros((1, dimensions))
    if k <= dimensions:
        turn, _ = np.linalg.qr(rng.standard_normal((dimensions, dimensions)))
        corners = np.eye(k, dimensions) @ turn
    else:
        corners = rng.standard_normal((k, dimensions))
    apart = np.linalg.norm(corners[:, None] - corners[None], axis=2)[np.triu_indices(k, 1)].min()
    return (corners - corners.mean(axis=0)) * (separation / apart)


def _seen(j: int, latent: np.ndarray) -> tuple[str, np.ndarray | pd.Series]:
    if j % 4 == 2:
        return f"behaviour_amount_{j + 1:02d}", 40 * np.exp(0.8 * latent)
    if j % 4 == 3:
        return f"attitude_answer_{j + 1:02d}", levels(latent, FIVE_LEVELS)
    return f"behaviour_number_{j + 1:02d}", latent
