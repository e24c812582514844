"""What stage 02 hands over as JSON: the evidence k by k, the fitted space, the published segmentation."""

from __future__ import annotations

from typing import Literal

from personas.estimates import Estimate, Frozen


class CandidateRow(Frozen):
    """What is known about one number of segments.

    within : within-group sum of squares over the total, 0 to 1 (lower = tighter)
    separation : standard deviations that `within` lies below the structureless null; None for k = 1
    stability : median adjusted Rand index over pairs of bootstrap samples
    stability_null_low, _high : 5th and 95th percentile of the same in the null
    prediction_strength : 0 to 1; 0.8 is the usual threshold
    segment_stability : mean best Jaccard over bootstraps, a value a segment (largest segment first)
    smallest : share of the smallest segment
    useful : share of the outcome's variance explained out of time; None without an outcome
    useful_random, useful_rule, useful_tree : the same for a random partition, quantiles of the single best variable, a
        tree with as many leaves
    structure : separation and stability both beyond the null
    note : why this k was or was not chosen, in words
    """

    k: int
    within: float
    separation: float | None
    stability: float | None
    stability_low: float | None
    stability_high: float | None
    stability_null_low: float | None
    stability_null_high: float | None
    prediction_strength: float | None
    segment_stability: tuple[float, ...]
    smallest: float
    useful: Estimate | None
    useful_random: float | None
    useful_rule: float | None
    useful_tree: float | None
    structure: bool
    chosen: bool
    note: str


class Evidence(Frozen):
    """The table of candidates with the tests across all k.

    separation_p, stability_p : Monte-Carlo p-values of the largest excess over all k
    pairs, null_draws : bootstrap pairs and null tables that were drawn
    """

    rows: tuple[CandidateRow, ...]
    separation_p: float
    stability_p: float
    null_draws: int
    stability_null_draws: int
    pairs: int
    customers: int
    forming: int
    outcome: str
    seed: int


class Verdict(Frozen):
    """Whether the segments exist. `borderline` when chance alone could change the word."""

    word: Literal["natural", "reproducible", "constructive", "none"]
    borderline: bool
    k: int
    asked: int | None
    sentence: str
    meaning: str
    reasons: tuple[str, ...]


class MapPoint(Frozen):
    x: float
    y: float
    segment: int


class SegmentSize(Frozen):
    """segment : 1 = largest; stability : mean best Jaccard; in_between : share of its members close to another one."""

    segment: int
    n: int
    share: float
    stability: float | None
    word: Literal["not to be trusted", "doubtful members", "stable", "highly stable", "not measured"]
    in_between: float
