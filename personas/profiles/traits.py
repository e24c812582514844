"""How each segment stands on each feature: against the rest, with effect and interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from personas.customers.models import Feature
from personas.estimates import Estimate, Unit, cohen_d, cohen_h, mean_estimate, share_estimate
from personas.experience.kpis.customer_kpis import how_tested, welch_p
from personas.segments.space import levels_of, numbers_of

SMALLEST_EFFECT = 0.2  # smallest effect of interest, |d| or |h|
TYPICAL = 0.5

UNITS: dict[str, Unit] = {
    "share": "share",
    "money": "money",
    "days": "days",
    "ratio": "ratio",
    "index": "index",
}


@dataclass(frozen=True)
class Standing:
    """One segment on one feature.

    gap : mean difference to the base in standard deviations of the base; effect : Cohen's d or h against the rest
    distinct : interval of the difference off zero and effect above the smallest of interest; of what did not form the
        segments, also after the adjustment of :mod:`personas.profiles.screening`
    fits : share of the segment's customers on its side of the base's median
    """

    feature: Feature
    own: Estimate
    rest: Estimate
    gap: float
    effect: float
    effect_name: str
    distinct: bool
    fits: float
    p: float | None
    level: str = ""


def stand(frame: pd.DataFrame, feature: Feature, inside: np.ndarray, min_group: int = 10) -> Standing | None:
    """Compare a segment with the rest on one feature; None where either has nothing to compare.

    Numbers are compared by their means. Ordered answers are compared at the cut, other categories at the level,
    where segment and rest differ most; the p-value allows for the choice [Bonferroni].
    """
    levels = levels_of(feature, frame[feature.name])
    values = numbers_of(frame[feature.name], levels)
    known = np.isfinite(values)
    fewest = max(2, min_group)
    if min((known & inside).sum(), (known & ~inside).sum()) < fewest or np.nanstd(values) == 0:
        return None
    if levels:
        return _stand_on_levels(feature, inside, values, known, levels, min_group)
    a, b = values[known & inside], values[known & ~inside]
    effect = cohen_d(a, b)
    if effect is None:
        return None
    name = "d"
    if feature.kind == "binary":
        if min(a.sum(), len(a) - a.sum()) < min_group or _few(b, min_group):
            return None
        name, effect, own, rest = "h", cohen_h(a.mean(), b.mean()), share_estimate(a), share_estimate(b)
    else:
        unit = UNITS.get(feature.unit, "count")
        own, rest = mean_estimate(a, unit), mean_estimate(b, unit)
    median = np.median(values[known])
    side = (a > median) if effect > 0 else (a < median)
    fits = float(side.mean() + (a == median).mean() / 2)
    error = np.hypot(a.std(ddof=1) / np.sqrt(len(a)), b.std(ddof=1) / np.sqrt(len(b)))
    apart = abs(a.mean() - b.mean()) > 1.96 * error
    return Standing(
        feature, own, rest, float((a.mean() - values[known].mean()) / values[known].std()), effect, name,
        bool(apart and abs(effect) >= SMALLEST_EFFECT), fits, welch_p(a, b),
    )  # fmt: skip


def _stand_on_levels(feature, inside, values, known, levels, min_group) -> Standing | None:
    """Compare at the cut (ordered) or level (other) with the largest effect, always one that the segment has more of.

    Cuts that would tell of fewer than `min_group` customers of the segment or of the rest, or of all but so few, are
    passed over.
    """
    ordered = feature.kind == "ordered"
    best = None
    codes = range(1, len(levels)) if ordered else range(len(levels))
    for code in codes:
        flags = (values >= code) if ordered else (values == code)
        a, b = flags[known & inside].astype(float), flags[known & ~inside].astype(float)
        level = _or_beyond(levels[code], code == len(levels) - 1, "or more") if ordered else levels[code]
        if ordered and a.mean() < b.mean():
            a, b, level = 1 - a, 1 - b, _or_beyond(levels[code - 1], code == 1, "or less")
        if min(a.sum(), len(a) - a.sum()) < min_group or _few(b, min_group):
            continue
        effect = cohen_h(a.mean(), b.mean())
        # What they are is easier to read than what they are not.
        if effect >= 0 and (best is None or effect > best[0]):
            best = (effect, a, b, level)
    if best is None:
        return None
    effect, a, b, level = best
    error = np.hypot(np.sqrt(a.mean() * (1 - a.mean()) / len(a)), np.sqrt(b.mean() * (1 - b.mean()) / len(b)))
    apart = abs(a.mean() - b.mean()) > 1.96 * error
    own, rest = share_estimate(a), share_estimate(b)
    p = welch_p(a, b)
    gap = effect
    if ordered:
        gap = float((values[known & inside].mean() - values[known].mean()) / values[known].std())
    return Standing(
        feature, own, rest, gap, effect, "h", bool(apart and abs(effect) >= SMALLEST_EFFECT), own.value,
        None if p is None else min(1.0, p * len(codes)), level,
    )  # fmt: skip


def codes_told(standing: Standing, levels: tuple[str, ...]) -> list[int]:
    """The places among `levels` that a standing at a level or cut tells of together."""
    for code, level in enumerate(levels):
        if standing.level == level:
            return [code]
        if standing.level == f"{level} or more":
            return list(range(code, len(levels)))
        if standing.level == f"{level} or less":
            return list(range(code + 1))
    return []


def _few(flags: np.ndarray, min_group: int) -> bool:
    """Whether the rest's share would tell of a group of 1 to `min_group` − 1; nobody at all tells of nobody."""
    yes = flags.sum()
    return bool(0 < yes < min_group or 0 < len(flags) - yes < min_group)


def _or_beyond(level: str, last: bool, words: str) -> str:
    return level if last else f"{level} {words}"


def tested_how(feature: Feature, features) -> str:
    """How a feature may be tested, "" where it may not.

    A feature of a block that formed the segments is not tested even if its own column did not: the number of children
    says again what the size of the household said.
    """
    if feature.block in {f.block for f in features if f.forms}:
        return ""
    rule = how_tested(feature.columns, features)
    return "" if rule.startswith("not tested") else rule
