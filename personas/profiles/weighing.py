"""How each segment stands on each feature where customers have survey weights: a respondent speaks for that many.

The same comparison as :func:`personas.profiles.traits.stand`, of weighted means and shares; their errors are those of
ratios of weighted sums [Cochran 1977, ch. 6], a share's interval is Wilson's at the effective number of answers [Kish
1965]. What decides whether a group is too small to be told of is the plain number of customers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from personas.customers import Customers
from personas.customers.models import Feature
from personas.estimates import Estimate, cohen_h, share_estimate
from personas.experience.disclosure import is_few
from personas.experience.moments import Moments, difference_p, mean_of, moments_of, share_of, standardised
from personas.profiles.models import Claim
from personas.profiles.traits import SMALLEST_EFFECT, UNITS, Standing, stand
from personas.segments.space import levels_of, numbers_of

# Claims of what was answered or of how the division was made: of customers as they are, by the part of the id after the
# persona's.
PLAIN = (
    "sure-stability",
    "sure-in-between",
    "sure-rule",
    "suggests-",
    "represented-",
    "principle-borders",
    "principle-work",
    "standing-neighbour",
    "standing-prospects",
    "centre-",
)
THEME = "comments of the theme"


def mark_weighted(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Say of each claim whether its numbers are weighted, in a run with survey weights."""
    return tuple(claim.model_copy(update={"weighted": not _plain(claim)}) for claim in claims)


def _plain(claim: Claim) -> bool:
    return claim.id.partition("-")[2].startswith(PLAIN) or claim.filter.startswith(THEME)


def weights_of(customers: Customers) -> np.ndarray | None:
    """(n,) the survey weights of the customer table, 1 where one has none; None where the contract declares none."""
    frame = customers.frame
    return frame["weight"].fillna(1.0).to_numpy(float) if "weight" in frame else None


def share_among(flags: np.ndarray, weights: np.ndarray | None = None) -> Estimate:
    """The share of those flagged, weighted where there are weights; flags, weights : (n,) of the same customers.

    >>> share_among(np.array([True, False]), np.array([3.0, 1.0])).value
    0.75
    """
    return share_estimate(flags) if weights is None else share_of(moments_of(flags, weights))


def standing_of(
    frame: pd.DataFrame, feature: Feature, inside: np.ndarray, min_group: int = 10, weights: np.ndarray | None = None
) -> Standing | None:
    """Compare a segment with the rest on one feature, weighted where there are weights; None where nothing can be.

    inside : (n,) bool, who belongs to the segment; weights : (n,) of the whole customer table, or None
    """
    if weights is None:
        return stand(frame, feature, inside, min_group)
    levels = levels_of(feature, frame[feature.name])
    values = numbers_of(frame[feature.name], levels)
    known = np.isfinite(values)
    if min((known & inside).sum(), (known & ~inside).sum()) < max(2, min_group) or np.nanstd(values) == 0:
        return None
    sides = _Sides(values[known], inside[known], weights[known])
    return _on_levels(feature, sides, levels, min_group) if levels else _on_numbers(feature, sides, min_group)


@dataclass(frozen=True)
class _Sides:
    """Known values with their weights; inside : who of them belongs to the segment."""

    values: np.ndarray
    inside: np.ndarray
    weights: np.ndarray

    def sums(self, values: np.ndarray) -> tuple[Moments, Moments]:
        """(those of the segment, those of the rest)"""
        own, rest = (moments_of(values[side], self.weights[side]) for side in (self.inside, ~self.inside))
        return own, rest

    def may_be_told(self, flags: np.ndarray, min_group: int) -> bool:
        """Whether the shares flagged tell of no few: enough on both sides in the segment, not a few in the rest."""
        own, rest = flags[self.inside], flags[~self.inside]
        enough = min(own.sum(), (~own).sum()) >= min_group
        return bool(enough and not is_few(float(rest.sum()), min_group) and not is_few(float((~rest).sum()), min_group))

    @property
    def gap(self) -> float:
        """How far the segment's mean lies from everybody's, in standard deviations of everybody."""
        everybody, (own, _rest) = moments_of(self.values, self.weights), self.sums(self.values)
        return float((own.mean - everybody.mean) / everybody.spread)

    def beyond(self, above: bool) -> float:
        """Weighted share of the segment on one side of everybody's weighted median; of those at it, half."""
        order = np.argsort(self.values, kind="stable")
        reached = np.cumsum(self.weights[order]) / self.weights.sum()
        median = self.values[order][np.searchsorted(reached, 0.5 - 1e-12)]
        own, weights = self.values[self.inside], self.weights[self.inside]
        side = (own > median) if above else (own < median)
        return float((side + (own == median) / 2) @ weights / weights.sum())


def _apart(own: Moments, rest: Moments, effect: float) -> bool:
    """Whether the difference is off zero and of interest."""
    off = abs(own.mean - rest.mean) > 1.96 * np.hypot(own.error, rest.error)
    return bool(off and abs(effect) >= SMALLEST_EFFECT)


def _effect(own: Moments, rest: Moments) -> float:
    return cohen_h(*(min(max(side.mean, 0.0), 1.0) for side in (own, rest)))


def _on_numbers(feature: Feature, sides: _Sides, min_group: int) -> Standing | None:
    own, rest = sides.sums(sides.values)
    if feature.kind == "binary":
        if not sides.may_be_told(sides.values == 1, min_group):
            return None
        name, effect = "h", _effect(own, rest)
        told = share_of(own), share_of(rest)
    else:
        unit, name, effect = UNITS.get(feature.unit, "count"), "d", standardised(own, rest)
        told = mean_of(own, unit), mean_of(rest, unit)
    if effect is None:
        return None
    return Standing(
        feature, *told, sides.gap, effect, name, _apart(own, rest, effect), sides.beyond(effect > 0),
        difference_p(own, rest),
    )  # fmt: skip


def _on_levels(feature: Feature, sides: _Sides, levels: tuple[str, ...], min_group: int) -> Standing | None:
    """At the cut or level that the segment has most more of; the p-value allows for the choice [Bonferroni]."""
    ordered = feature.kind == "ordered"
    best: tuple[float, Moments, Moments, str] | None = None
    codes = range(1, len(levels)) if ordered else range(len(levels))
    for code in codes:
        flags, level = (sides.values >= code) if ordered else (sides.values == code), levels[code]
        own, rest = sides.sums(flags)
        if ordered and own.mean < rest.mean:
            flags, level = ~flags, levels[0] if code == 1 else f"{levels[code - 1]} or less"
            own, rest = sides.sums(flags)
        elif ordered and code < len(levels) - 1:
            level = f"{level} or more"
        if not sides.may_be_told(flags, min_group):
            continue
        effect = _effect(own, rest)
        if effect >= 0 and (best is None or effect > best[0]):
            best = effect, own, rest, level
    if best is None:
        return None
    effect, own, rest, level = best
    p = difference_p(own, rest)
    return Standing(
        feature, share_of(own), share_of(rest), sides.gap if ordered else effect, effect, "h",
        _apart(own, rest, effect), min(own.mean, 1.0), None if p is None else min(1.0, p * len(codes)), level,
    )  # fmt: skip
