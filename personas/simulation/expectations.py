"""What an analysis of endless data would find, where that takes more than a parameter of the plan."""

from __future__ import annotations

import numpy as np

from personas.simulation.plans import LOYALTY_ON_CHURN


def retention(hazard: float, months: float) -> float:
    """Expected share still there after some months, loyalty being standard normal.

    >>> round(retention(0.0, 12), 3)
    1.0
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(41)
    rate = hazard * np.exp(-LOYALTY_ON_CHURN * nodes - LOYALTY_ON_CHURN**2 / 2)
    return float((weights * np.exp(-rate * months)).sum() / weights.sum())


def relative_weights(moments: np.ndarray) -> np.ndarray:
    """Johnson's relative weights as shares of the explained variance [Johnson 2000].

    moments : cross products of (1, predictors …, outcome), as X'X
    """
    n = moments[0, 0]
    mean = moments[0, 1:] / n
    covariance = moments[1:, 1:] / n - np.outer(mean, mean)
    spread = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(spread, spread)
    values, vectors = np.linalg.eigh(correlation[:-1, :-1])
    root = vectors @ np.diag(np.sqrt(np.maximum(values, 0))) @ vectors.T
    beta = np.linalg.solve(root, correlation[:-1, -1])
    raw = root**2 @ beta**2
    return raw / raw.sum()
