"""Compares numbers of segments and gives the verdict, with no more resampling than the answer needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

import numpy as np
import pandas as pd

from personas.customers import Customers
from personas.errors import InputError, Problem, did_you_mean
from personas.listing import Listing
from personas.numerals import day
from personas.progress import rounds
from personas.segments.candidates import ALGORITHMS, Candidates, add_nulls, add_pairs, fit_candidates
from personas.segments.evidence import COLUMNS, describe_margins, gather_evidence, read_row
from personas.segments.figures import SEPARATION, STABILITY
from personas.segments.judgement import Judgement, judge
from personas.segments.layout import sample_rows
from personas.segments.models import Evidence
from personas.segments.resampling import Effort, effort_of, one_thread
from personas.segments.usefulness import Usefulness, judge_by_leaving_out, judge_usefulness

NULL_STEPS = (
    39,
    99,
    199,
    399,
    999,
)  # null tables are added in these steps while their number could still change the answer


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
        return pd.DataFrame([read_row(row) for row in self.evidence.rows])

    def margins(self) -> Listing:
        """What would change the answer: each figure that alone would, nearest to its threshold first."""
        return describe_margins(self.evidence)

    def challengers(self) -> Listing:
        """What other ways of looking at the customers say; none of them is published."""
        said = [("dense groups (HDBSCAN)", self.evidence.dense.sentence)] if self.evidence.dense else []
        other = [(r.k, r.agreement_other) for r in self.evidence.rows if r.agreement_other is not None]
        name = "k-means" if self.evidence.algorithm == "latent class" else "latent class"
        said += [(f"{name}, {k} segments", f"agreement {value:.2f} with the segments above") for k, value in other]
        return Listing(pd.DataFrame(said, columns=["challenger", "answer"]))

    def _repr_html_(self) -> str:
        chosen = self.judgement.chosen
        count = f"{chosen} segments" if chosen > 1 else "one group"
        sure = " (borderline)" if self.judgement.borderline[chosen] else ""
        head = f"<p><b>{self.judgement.words[chosen].capitalize()}{sure}</b>: {count} by the evidence.</p>"
        keys = "".join(f"<li><b>{escape(name)}</b>: {escape(words)}</li>" for name, words in COLUMNS.items())
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.evidence.notes)
        return f"{head}{Listing(self.table())._repr_html_()}{notes}<p>Columns:</p><ul>{keys}</ul>"

    def __repr__(self) -> str:
        return self.table().to_string(index=False, na_rep="", float_format=lambda x: f"{x:.2f}")


def compare_candidates(
    customers: Customers,
    max_segments: int = 8,
    seed: int = 7,
    min_group: int = 10,
    min_segment_share: float = 0.05,
    effort: Effort | None = None,
    block_weights: dict[str, float] | None = None,
    workers: int | None = None,
    fit_sample: int = 20_000,
    algorithm: str = "k-means",
    pairs: int = 100,
    null_draws: int = 99,
) -> Comparison:
    """Judge every number of segments from 1 to `max_segments`.

    Resampling starts small and goes on only where its interval does not decide yet.
    fit_sample : customers to fit and resample on at most; everybody is assigned in the end
    algorithm : "k-means" or "latent class"; the customer table's survey weights are honoured
    pairs, null_draws : most bootstrap pairs for one k, and null tables before chance is said to be ruled out;
        `effort` sets all of the resampling instead
    Raises InputError when no forming feature carries information or there is no such algorithm.

    >>> compare_candidates(customers, max_segments=2, effort=little).judgement.chosen
    2
    """
    if algorithm not in ALGORITHMS:
        fix = did_you_mean(algorithm, list(ALGORITHMS))
        raise InputError([Problem("parameter algorithm", f"{algorithm}", " or ".join(ALGORITHMS), fix)])
    effort = effort or effort_of(algorithm, pairs, null_draws)
    with one_thread(), rounds("resampling"):
        return _compare(
            customers, max_segments, seed, min_group, min_segment_share, effort, block_weights, workers, fit_sample,
            algorithm,
        )  # fmt: skip


def _compare(
    customers, max_segments, seed, min_group, min_segment_share, effort, block_weights, workers, fit_sample, algorithm
) -> Comparison:
    ks = tuple(range(1, max_segments + 1))
    candidates = fit_candidates(
        customers.frame, customers.features, ks, seed, effort, block_weights, workers, algorithm, fit_sample,
        survey_weights(customers),
    )  # fmt: skip
    ks = tuple(k for k in candidates.clusterings if k > 1)
    useful, outcome = _usefulness(customers, ks, seed, block_weights, fit_sample, algorithm)
    sizes = {k: np.bincount(found.labels, minlength=k) for k, found in candidates.clusterings.items()}
    judgement = judge(candidates.resampled, useful, sizes, min_segment_share, min_group)
    while (more := _resample_more(candidates, judgement, effort)) is not None:
        candidates = more
        judgement = judge(candidates.resampled, useful, sizes, min_segment_share, min_group)
    least = max(min_group, round(min_segment_share * len(candidates.points)))
    evidence = gather_evidence(customers, candidates, useful, judgement, sizes, outcome, least)
    return Comparison(candidates, useful, judgement, evidence, min_group, min_segment_share, seed)


def survey_weights(customers: Customers) -> np.ndarray | None:
    """(n,) survey weights with a mean of 1, or None; a customer without one counts as 1.

    The customer table has a column of this name only where the contract maps it: no attribute may be called so.
    """
    if "weight" not in customers.frame:
        return None
    weights = customers.frame["weight"].fillna(1.0).to_numpy(float)
    return weights / weights.mean() if weights.sum() > 0 else None


def _resample_more(candidates: Candidates, judgement: Judgement, effort: Effort) -> Candidates | None:
    """The candidates with more resamples where these could change the answer; None where none could."""
    if not judgement.figures:
        return None
    found, agreement = candidates, candidates.resampled.agreement
    wanted = {k: len(agreement[k]) + effort.pairs for k in judgement.open_pairs()}
    if judgement.chosen in agreement:
        wanted[judgement.chosen] = max(wanted.get(judgement.chosen, 0), effort.pairs_shown)
    wanted = {k: min(last, effort.pairs_published) for k, last in wanted.items()}
    wanted = {k: last for k, last in wanted.items() if last > len(agreement[k])}
    if wanted:
        found = add_pairs(found, wanted)
        if min(len(agreement[k]) for k in wanted) < effort.pairs_shown:
            return found  # a pair costs two fits and a null table seventy: the cheap doubt is cleared first
    have = candidates.drawn()
    steps = sorted({step for step in (*NULL_STEPS, effort.nulls) if step <= effort.most_nulls})
    last = tuple(
        min((step for step in steps if step > drawn), default=drawn) if judgement.open_nulls(name) else drawn
        for drawn, name in zip(have, (SEPARATION, STABILITY), strict=True)
    )
    if last != have:
        found = add_nulls(found, *last)
    return None if found is candidates else found


def _usefulness(customers, ks, seed, block_weights, fit_sample, algorithm):
    rehearsal = customers.rehearsal
    weights = survey_weights(customers)
    table = customers.frame if rehearsal is None else rehearsal.frame
    rows = sample_rows(len(table), fit_sample, seed)
    if weights is not None:
        by_id = pd.Series(weights, index=customers.frame["customer_id"])
        weights = by_id.reindex(table["customer_id"].iloc[rows]).fillna(1.0).to_numpy()
    frame, more = table.iloc[rows], {"weights": weights, "algorithm": algorithm}
    if rehearsal is None:
        found = judge_by_leaving_out(frame, customers.features, ks, seed, block_weights, **more)
        return found, "each forming feature, left out in turn"
    of = "what customers did later" if rehearsal.split else "what customers answered"
    outcomes, features = rehearsal.outcomes.iloc[rows], rehearsal.outcome_features
    found = judge_usefulness(frame, customers.features, outcomes, features, ks, seed, block_weights, of, **more)
    if rehearsal.split is None:
        return found, "answers of customers: " + ", ".join(f.label.lower() for f in features)
    return found, f"{len(features)} measures of what customers did from {_days(rehearsal.split, rehearsal.end)}"


def _days(start: datetime, end: datetime) -> str:
    """The first and last day of a period, which ends before its end.

    >>> _days(datetime(2017, 10, 1), datetime(2018, 1, 1))
    '1 October 2017 to 31 December 2017'
    """
    last = end - timedelta(microseconds=1)
    return f"{day(start.date().isoformat())} to {day(last.date().isoformat())}"
