"""Are the inputs still what they were? Each distribution beside that of the run before.

The population stability index adds (new − old) · log(new / old) over the bins of the earlier run, ten of about equal
size for a number. By custom 0.1 is worth a look and 0.25 is large [Siddiqi 2006]; small samples reach 0.1 by chance, so
that a chi-squared test of the same bins must find a difference too [Yurdakul & Naranjo 2020].
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.stats import chi2_contingency

from personas.customers import Customers
from personas.numerals import percent
from personas.profiles.past import Shape, shares_in
from personas.segments.space import levels_of, numbers_of

SOME, LARGE = 0.1, 0.25
NEW = "a value that was not there before"


@dataclass(frozen=True)
class Moved:
    """One input: shares before and now over the same bins, the index, and the p-value before it is adjusted."""

    shape: Shape
    names: tuple[str, ...]
    before: np.ndarray
    now: np.ndarray
    psi: float
    p: float


def measure_drift(shapes: tuple[Shape, ...], customers: Customers, comparable) -> list[Moved]:
    """Compare every input that both runs have; `comparable(feature)` says whether it means the same in both."""
    features = {feature.name: feature for feature in customers.features}
    found = []
    for shape in shapes:
        feature = features.get(shape.feature)
        if feature is None or shape.known == 0 or not comparable(feature):
            continue
        levels = levels_of(feature, customers.frame[feature.name])
        if bool(levels) != bool(shape.levels):
            continue
        values = numbers_of(customers.frame[feature.name], levels)
        known = int(np.isfinite(values).sum())
        if known == 0:
            continue
        names, now = _now(shape, values, levels)
        before = np.append(shape.shares, 0.0) if len(now) > len(shape.shares) else np.array(shape.shares)
        found.append(Moved(shape, names, before, now, *index_of(before, now, shape.known, known)))
    return found


def _now(shape: Shape, values: np.ndarray, levels: tuple[str, ...]) -> tuple[tuple[str, ...], np.ndarray]:
    if not shape.levels:
        return _bin_names(shape.edges, shape.unit), shares_in(values, shape.edges, ())
    shares = dict(zip(levels, shares_in(values, (), levels), strict=True))
    now = np.array([shares.get(level, 0.0) for level in shape.levels])
    if (strange := 1 - now.sum()) > 1e-9:
        return (*shape.levels, NEW), np.append(now, strange)
    return shape.levels, now


def index_of(before: np.ndarray, now: np.ndarray, n_before: int, n_now: int) -> tuple[float, float]:
    """Population stability index and chi-squared p-value of two sets of shares; an empty bin counts half a customer.

    >>> psi, p = index_of(np.array([0.5, 0.5]), np.array([0.5, 0.5]), 100, 100)
    >>> float(psi), float(p)
    (0.0, 1.0)
    """
    a, b = np.maximum(before, 0.5 / n_before), np.maximum(now, 0.5 / n_now)
    psi = float(((b - a) * np.log(b / a)).sum())
    counts = np.array([before * n_before, now * n_now])  # customers by run and bin
    counts = counts[:, counts.sum(axis=0) > 0]
    p = float(chi2_contingency(counts, correction=False).pvalue) if counts.shape[1] > 1 else 1.0
    return round(psi, 6), p


def level_of(psi: float, beyond_chance: bool) -> str:
    """none, some or large."""
    if not beyond_chance or psi < SOME:
        return "none"
    return "large" if psi >= LARGE else "some"


def where_to(moved: Moved) -> str:
    """The bin that gained most and the one that lost most, in words."""
    gap = moved.now - moved.before
    up, down = int(gap.argmax()), int(gap.argmin())
    return "; ".join(
        f"{moved.names[i]}: {percent(moved.before[i])} before, {percent(moved.now[i])} now" for i in (up, down)
    )


def _bin_names(edges: tuple[float, ...], unit: str) -> tuple[str, ...]:
    told = [f"{edge * 100:.3g}\u00a0%" if unit == "share" else f"{edge:,.4g}" for edge in edges]
    words = [f"−{word[1:]}" if word.startswith("-") else word for word in told]
    if not words:
        return ("all",)
    between = [f"from {a} to below {b}" for a, b in pairwise(words)]
    return (f"below {words[0]}", *between, f"{words[-1]} and more")
