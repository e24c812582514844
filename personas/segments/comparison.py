"""Compares numbers of segments, gives the verdict, and publishes the segmentation that follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

import numpy as np
import pandas as pd

from personas.customers import Customers
from personas.errors import InputError, Problem
from personas.listing import Listing
from personas.numerals import day
from personas.segments.candidates import Candidates, Effort, fit_candidates, more_nulls, more_pairs
from personas.segments.membership import assign_members
from personas.segments.models import CandidateRow, Evidence, SegmentSize, Verdict
from personas.segments.space import FeatureSpace, forming
from personas.segments.usefulness import Usefulness, judge_by_leaving_out, judge_usefulness
from personas.segments.verdict import Judgement, judge, write_verdict_sentences

# Null tables for stability are added in these steps while their number could still change the answer.
NULL_STEPS = (39, 99, 199)


@dataclass(frozen=True)
class Comparison:
    """All candidates with the evidence for and against each; shows itself as a table."""

    candidates: Candidates
    useful: dict[int, Usefulness]
    judgement: Judgement
    evidence: Evidence
    min_group: int
    min_segment_share: float
    seed: int

    def table(self) -> pd.DataFrame:
        """A row a number of segments, for reading."""
        return pd.DataFrame(
            {
                "segments": [r.k for r in self.evidence.rows],
                "set apart (sd beyond null)": [r.separation for r in self.evidence.rows],
                "repeats (ARI)": [r.stability for r in self.evidence.rows],
                "same without segments": [
                    "" if r.stability_null_low is None else f"{r.stability_null_low:.2f} to {r.stability_null_high:.2f}"
                    for r in self.evidence.rows
                ],
                "prediction strength": [r.prediction_strength for r in self.evidence.rows],
                "weakest segment": [min(r.segment_stability, default=None) for r in self.evidence.rows],
                "smallest": [f"{r.smallest:.0%}" for r in self.evidence.rows],
                "explains outcomes": [
                    "" if r.useful is None else f"{r.useful.value:.1%} (rule {r.useful_rule:.1%})"
                    for r in self.evidence.rows
                ],
                "verdict": [self.judgement.words[r.k] for r in self.evidence.rows],
                "why": [r.note for r in self.evidence.rows],
            }
        )

    def _repr_html_(self) -> str:
        chosen = self.judgement.chosen
        head = f"<p><b>{self.judgement.words[chosen].capitalize()}</b>, {chosen} segment(s) by the evidence</p>"
        return head + Listing(self.table())._repr_html_()

    def __repr__(self) -> str:
        return self.table().to_string(index=False, na_rep="", float_format=lambda x: f"{x:.2f}")


@dataclass(frozen=True)
class Segmentation:
    """The published segments.

    members : customer_id, segment (1 = largest), confidence, in_between, typical
    space, centres : what assigns a customer; sizes : a row a segment; verdict : and what it means
    """

    members: pd.DataFrame
    space: FeatureSpace
    centres: np.ndarray
    sizes: tuple[SegmentSize, ...]
    verdict: Verdict

    def __len__(self) -> int:
        return len(self.centres)

    def _repr_html_(self) -> str:
        rows = pd.DataFrame([size.model_dump() for size in self.sizes])
        reasons = "".join(f"<li>{escape(reason)}</li>" for reason in self.verdict.reasons)
        head = f"<p><b>{self.verdict.word.capitalize()}.</b> {self.verdict.sentence} {self.verdict.meaning}</p>"
        return f"{head}<ul>{reasons}</ul>{Listing(rows)._repr_html_()}"


def compare_candidates(
    customers: Customers,
    max_segments: int = 8,
    seed: int = 7,
    min_group: int = 10,
    min_segment_share: float = 0.05,
    effort: Effort | None = None,
    block_weights: dict[str, float] | None = None,
    workers: int | None = None,
) -> Comparison:
    """Judge every number of segments from 1 to `max_segments`.

    Resampling starts small and goes on only where its interval does not decide yet.
    Raises InputError when no forming feature carries information.
    """
    effort = effort or Effort()
    ks = tuple(range(1, max_segments + 1))
    candidates = fit_candidates(customers.frame, customers.features, ks, seed, effort, block_weights, workers)
    ks = tuple(k for k in candidates.clusterings if k > 1)
    useful, outcome = _usefulness(customers, ks, seed, block_weights)
    sizes = {k: np.bincount(found.labels, minlength=k) for k, found in candidates.clusterings.items()}

    def verdict_so_far(of: Candidates) -> Judgement:
        return judge(of.resampled, useful, sizes, min_segment_share, min_group)

    judgement = verdict_so_far(candidates)
    for step in NULL_STEPS:
        if judgement.undecided and judgement.stability.draws < step:
            candidates = more_nulls(candidates, customers, seed, effort, step, block_weights, workers)
            judgement = verdict_so_far(candidates)
    near = [k for k in ks if abs(k - judgement.chosen) <= 1 and judgement.chosen > 1]
    if near and effort.pairs < effort.pairs_published:
        candidates = more_pairs(candidates, near, effort.pairs, effort.pairs_published, seed, workers)
        judgement = verdict_so_far(candidates)
    evidence = _evidence(candidates, useful, judgement, sizes, len(forming(customers.features)), outcome, seed)
    return Comparison(candidates, useful, judgement, evidence, min_group, min_segment_share, seed)


def _usefulness(customers, ks, seed, block_weights):
    rehearsal = customers.rehearsal
    if rehearsal is None:
        found = judge_by_leaving_out(customers.frame, customers.features, ks, seed, block_weights)
        return found, "each forming feature, left out in turn"
    found = judge_usefulness(
        rehearsal.frame,
        customers.features,
        rehearsal.outcomes,
        rehearsal.outcome_features,
        ks,
        seed,
        block_weights,
        "what customers did later" if rehearsal.split else "what customers answered",
    )
    if rehearsal.split is None:
        return found, "answers of customers: " + ", ".join(f.label.lower() for f in rehearsal.outcome_features)
    period = _days(rehearsal.split, rehearsal.end)
    return found, f"{len(rehearsal.outcome_features)} measures of what customers did from {period}"


def _days(start: datetime, end: datetime) -> str:
    """The first and last day of a period, which ends before its end.

    >>> _days(datetime(2017, 10, 1), datetime(2018, 1, 1))
    '1 October 2017 to 31 December 2017'
    """
    last = end - timedelta(microseconds=1)
    return f"{day(start.date().isoformat())} to {day(last.date().isoformat())}"


def _evidence(candidates, useful, judgement, sizes, forming_count, outcome, seed) -> Evidence:
    resampled = candidates.resampled
    rows = [_row(k, candidates, useful.get(k), judgement, sizes[k]) for k in candidates.clusterings]
    return Evidence(
        rows=tuple(rows),
        separation_p=judgement.separation.p if judgement.separation else 1.0,
        stability_p=judgement.stability.p if judgement.stability else 1.0,
        null_draws=judgement.separation.draws if judgement.separation else 0,
        stability_null_draws=judgement.stability.draws if judgement.stability else 0,
        pairs=max((len(found) for found in resampled.agreement.values()), default=0),
        customers=len(candidates.points),
        forming=forming_count,
        outcome=outcome,
        seed=seed,
    )


def _row(k, candidates, use: Usefulness | None, judgement, sizes) -> CandidateRow:
    resampled = candidates.resampled
    note, chosen = judgement.why[k], judgement.chosen == k
    shared = {"k": k, "smallest": float(sizes.min() / sizes.sum()), "chosen": chosen, "note": note}
    if k == 1:
        return CandidateRow(
            **shared, within=1.0, separation=None, stability=None, stability_low=None, stability_high=None,
            stability_null_low=None, stability_null_high=None, prediction_strength=1.0, segment_stability=(),
            useful=None, useful_random=None, useful_rule=None, useful_tree=None, structure=False,
        )  # fmt: skip
    agreement, null = resampled.agreement[k], resampled.null_agreement[k]
    low, high = _median_interval(agreement)
    return CandidateRow(
        **shared,
        within=resampled.within[k],
        separation=judgement.separation.excess[k],
        stability=float(np.median(agreement)),
        stability_low=low,
        stability_high=high,
        stability_null_low=float(np.quantile(null, 0.05)),
        stability_null_high=float(np.quantile(null, 0.95)),
        prediction_strength=resampled.prediction_strength[k],
        segment_stability=tuple(float(j) for j in resampled.jaccard[k].mean(axis=0)),
        useful=use.explained if use else None,
        useful_random=use.random if use else None,
        useful_rule=use.rule if use else None,
        useful_tree=use.tree if use else None,
        structure=judgement.words[k] in ("natural", "reproducible"),
    )


def _median_interval(values: np.ndarray) -> tuple[float, float]:
    """Distribution-free 95 % interval of a median, from order statistics."""
    from scipy.stats import binom

    ordered, n = np.sort(values), len(values)
    first = int(binom.ppf(0.025, n, 0.5))
    return float(ordered[max(first - 1, 0)]), float(ordered[min(n - first, n - 1)])


def segment(
    customers: Customers, comparison: Comparison, n_segments: int | None = None, units: str = "customers"
) -> Segmentation:
    """Publish the segmentation that the evidence chose, or `n_segments`, which is judged all the same.

    Raises InputError when `n_segments` was not among the candidates.
    """
    candidates, judgement = comparison.candidates, comparison.judgement
    k = judgement.chosen if n_segments is None else n_segments
    if k not in candidates.clusterings:
        raise InputError(
            [
                Problem(
                    "parameter n_segments",
                    f"{k}",
                    f"a number from 1 to {max(candidates.clusterings)}",
                    "raise max_segments, or ask for fewer: there cannot be more segments than distinct customers",
                )
            ]
        )
    clustering = candidates.clusterings[k]
    members = assign_members(customers.frame["customer_id"], candidates.points, clustering.centres)
    verdict = write_verdict_sentences(judgement, k, n_segments, comparison.useful.get(k), units)
    return Segmentation(
        members=members,
        space=candidates.space,
        centres=clustering.centres,
        sizes=_sizes(members, candidates.resampled.jaccard.get(k)),
        verdict=verdict,
    )


def _sizes(members: pd.DataFrame, jaccard: np.ndarray | None) -> tuple[SegmentSize, ...]:
    sizes = []
    for segment_, group in members.groupby("segment"):
        stability = None if jaccard is None else float(jaccard[:, int(segment_) - 1].mean())
        sizes.append(
            SegmentSize(
                segment=int(segment_),
                n=len(group),
                share=len(group) / len(members),
                stability=stability,
                word=stability_word(stability),
                in_between=float(group["in_between"].mean()),
            )
        )
    return tuple(sizes)


def stability_word(stability: float | None) -> str:
    """The word for a segment's mean best Jaccard [Hennig 2007; Dolnicar & Leisch 2017]."""
    if stability is None:
        return "not measured"
    for least, word in ((0.85, "highly stable"), (0.75, "stable"), (0.6, "doubtful members")):
        if stability >= least:
            return word
    return "not to be trusted"
