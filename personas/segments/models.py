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
    word : the verdict's word if this k were published; borderline : chance in the resampling could change it
    pairs : bootstrap pairs that were drawn
    origins : for each segment, how far its members come from one segment of the solution with one segment fewer:
        1 = all from one, 0 = from all alike; SLSA of Dolnicar & Leisch (2017); empty for k = 2, which splits everybody
    rule_accuracy : customers whom a tree of at most 2 k leaves places right, cross-validated; rule_baseline : the
        largest segment's share, which is right without any rule
    agreement_other : adjusted Rand index with the other algorithm's segments, near the published k only
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
    word: str = ""
    borderline: bool = False
    pairs: int = 0
    origins: tuple[float, ...] = ()
    rule_accuracy: float | None = None
    rule_baseline: float | None = None
    agreement_other: float | None = None


class Margin(Frozen):
    """A figure that would change the answer if it lay on the other side of its threshold.

    k : number of segments it belongs to; low, high : how far chance in the resampling could move it
    margin : distance to the threshold, positive on the side that speaks for segments
    then : what the answer would be
    """

    k: int
    figure: str
    value: float
    low: float
    high: float
    threshold: float
    margin: float
    within_chance: bool
    then: str


class DenseGroups(Frozen):
    """What HDBSCAN, which looks for dense groups, says; never published.

    groups : how many, 0 = none; noise : share of customers in no group; points : customers looked at
    agreement : adjusted Rand index with the published segments of the customers in groups; None where there are none
    """

    groups: int
    noise: float
    points: int
    agreement: float | None
    sentence: str


class Refit(Frozen):
    """A division made another way, kept to see which statements survive it.

    name : its column in refits.parquet; label : what was changed, in words
    agreement : adjusted Rand index with the published segments
    """

    name: str
    label: str
    k: int
    agreement: float


class Evidence(Frozen):
    """The table of candidates with the tests across all k.

    separation_p, stability_p : Monte-Carlo p-values of the largest excess over all k
    pairs, null_draws : bootstrap pairs and null tables that were drawn
    fitted : customers that were fitted on (everybody is assigned); weighted : with survey weights
    margins : what would change the answer, nearest first; notes : what else to know, in sentences
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
    algorithm: str = "k-means"
    fitted: int = 0
    weighted: bool = False
    margins: tuple[Margin, ...] = ()
    dense: DenseGroups | None = None
    refits: tuple[Refit, ...] = ()
    notes: tuple[str, ...] = ()


class Verdict(Frozen):
    """Whether the segments exist. `borderline` when chance alone could change the word.

    kept : the segments are those of an earlier run, applied to today's customers; refit_advised : they fit no more
    """

    word: Literal["natural", "reproducible", "constructive", "none"]
    borderline: bool
    k: int
    asked: int | None
    sentence: str
    meaning: str
    reasons: tuple[str, ...]
    kept: bool = False
    refit_advised: bool = False


class MapPoint(Frozen):
    x: float
    y: float
    segment: int


class SegmentSize(Frozen):
    """How large a segment is, and how surely it comes out again.

    segment : 1 = largest; stability : mean best Jaccard; in_between : share of its members close to another one
    weighted_share : share of the survey weights, None without weights; typical : share of members typical of it
    """

    segment: int
    n: int
    share: float
    stability: float | None
    word: Literal["not to be trusted", "doubtful members", "stable", "highly stable", "not measured"]
    in_between: float
    weighted_share: float | None = None
    typical: float | None = None
