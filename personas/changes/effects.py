"""What an action did: treated customers beside those held out, or the same customers before and after.

With customers held out the difference of two means is an effect, whoever was reached in the end (intention to treat).
What was measured before is held equal in each group by itself, which cannot bias a randomised comparison and makes it
sharper [Lin 2013]; its variance is robust [MacKinnon & White 1985, HC2] and allows for a population of which the
customers are a sample. Without customers held out there is a change, and no telling what would have happened anyway.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from personas.estimates import Estimate, Unit, not_measured

FEWEST = 10  # customers in each group, below which a t interval of skewed money is not to be trusted
UNLIKE = 0.01  # p-value below which groups drawn at random would rarely be as different before
ADJUSTED = "difference of means, what was before held equal (Lin 2013), intention to treat"
PLAIN = "difference of means, Welch, intention to treat"
PAIRED = "mean change of the same customers, Student's t"


def compare_arms(
    after: np.ndarray, before: np.ndarray, treated: np.ndarray, unit: Unit, fewest: int = FEWEST
) -> tuple[Estimate, float | None]:
    """Estimate the mean of the treated less that of those held out, and its p-value.

    after, before : (n,) outcome a customer, NaN = not known; treated : (n,) bool
    Customers without an outcome afterwards are left out; those without one before are taken for average.

    >>> difference, p = compare_arms(np.arange(60) % 6 + np.repeat([1.0, 0], 30), np.full(60, np.nan),
    ...                              np.repeat([True, False], 30), "score")
    >>> round(difference.value, 6)
    1.0
    """
    known = np.isfinite(after)
    after, before, treated = after[known], before[known], treated[known]
    least = int(min(treated.sum(), (~treated).sum()))
    if least < fewest:
        return not_measured(f"fewer than {fewest} answers in one of the groups", unit), None
    covariates = _covariates(before)
    if least < 10 * (1 + covariates.shape[1]):
        covariates = covariates[:, :0]
    fits = [_at_centre(after[arm], covariates[arm]) for arm in (treated, ~treated)]
    (high, high_variance, one), (low, low_variance, other) = fits
    spread = np.cov(covariates, rowvar=False).reshape(len(one), len(one)) if len(one) else np.zeros((0, 0))
    variance = high_variance + low_variance + float((one - other) @ spread @ (one - other)) / len(after)
    freedom = len(after) - 2 * (1 + covariates.shape[1])
    method = ADJUSTED if covariates.shape[1] else PLAIN
    return _interval(high - low, np.sqrt(variance), freedom, len(after), unit, method)


def _covariates(before: np.ndarray) -> np.ndarray:
    """(n, 0 to 2) what was before and whether it is known, centred; columns that do not vary are left out."""
    known = np.isfinite(before)
    if not known.any():
        return np.zeros((len(before), 0))
    filled = np.where(known, before, before[known].mean())
    columns = [column - column.mean() for column in (filled, known.astype(float))]
    return np.column_stack([c for c in columns if c.std() > 1e-9] or [np.zeros((len(before), 0))])


def _at_centre(outcome: np.ndarray, covariates: np.ndarray) -> tuple[float, float, np.ndarray]:
    """Least squares in one group: the mean where covariates are 0, its HC2 variance, and the slopes."""
    design = np.column_stack([np.ones(len(outcome)), covariates])
    inverse = np.linalg.pinv(design.T @ design)
    found = inverse @ design.T @ outcome
    leverage = np.clip(np.einsum("ij,jk,ik->i", design, inverse, design), 0, 1 - 1e-9)
    residual = (outcome - design @ found) ** 2 / (1 - leverage)
    variance = inverse @ (design.T * residual) @ design @ inverse
    return float(found[0]), float(variance[0, 0]), found[1:]


def change_after(after: np.ndarray, before: np.ndarray, unit: Unit, fewest: int = FEWEST):
    """Estimate the mean change of customers known before and after, and its p-value; says nothing of the cause."""
    change = (after - before)[np.isfinite(after) & np.isfinite(before)]
    if len(change) < fewest:
        return not_measured(f"fewer than {fewest} answered before and after", unit), None
    return _interval(
        float(change.mean()), float(change.std(ddof=1) / np.sqrt(len(change))), len(change) - 1, len(change), unit,
        PAIRED,
    )  # fmt: skip


def _interval(value: float, error: float, freedom: int, n: int, unit: Unit, method: str):
    if not error > 0:
        p = 1.0 if value == 0 else 0.0
        return Estimate(value=value, low=value, high=value, n=n, unit=unit, method=method), p
    reach = float(stats.t.ppf(0.975, freedom) * error)
    p = float(2 * stats.t.sf(abs(value) / error, freedom))
    return Estimate(value=value, low=value - reach, high=value + reach, n=n, unit=unit, method=method), p


def were_alike(before: list[np.ndarray], treated: np.ndarray) -> float | None:
    """The p-value that groups drawn at random differ so much before, over all that was measured (Bonferroni).

    None where nothing was measured before in both groups.
    """
    found = []
    for values in before:
        one, other = values[treated & np.isfinite(values)], values[~treated & np.isfinite(values)]
        if min(len(one), len(other)) >= FEWEST and np.std(np.concatenate([one, other])) > 0:
            found.append(float(stats.ttest_ind(one, other, equal_var=False).pvalue))
    return min(1.0, min(found) * len(found)) if found else None


def answered_alike(after: np.ndarray, treated: np.ndarray) -> bool:
    """Say whether the groups answered about equally often; if not, those who answer may no longer be alike."""
    answers = np.isfinite(after)
    table = [[(answers & arm).sum(), (~answers & arm).sum()] for arm in (treated, ~treated)]
    if min(sum(column) for column in zip(*table, strict=True)) == 0:
        return True
    return bool(stats.chi2_contingency(table, correction=False).pvalue >= UNLIKE)
