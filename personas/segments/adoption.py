"""Takes over groups that were made elsewhere: by another model, a rule, a sales department.

They are judged like candidates of our own: how tight they are and how well they come back, against tables of one
population. k-means divides the resamples and those tables, so that groups which k-means would not find get the
harder test, never the easier one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, cast

import numpy as np
import pandas as pd

from personas.customers import Customers
from personas.errors import InputError, Problem
from personas.progress import rounds
from personas.segments.candidates import Candidates, fit_candidates
from personas.segments.comparison import Comparison, survey_weights
from personas.segments.evidence import gather_evidence
from personas.segments.judgement import judge
from personas.segments.kmeans import Clustering, Points, squared_distances
from personas.segments.membership import assign_members, points_of_everybody
from personas.segments.refits import fit_again
from personas.segments.resampling import STARTS, Effort, one_thread
from personas.segments.segmentation import Segmentation, measure_sizes
from personas.segments.space import forming
from personas.segments.stability import adjusted_rand, best_jaccard, bootstrap_labels, contingency
from personas.segments.usefulness import Usefulness, _judge, _ranks, _raw, outcome_matrix
from personas.segments.verdict import write_verdict_sentences

PAIRS = 30
EFFORT = Effort(pairs=0, first_nulls=99, nulls=99, stability_nulls=39)
Labels: TypeAlias = Mapping[object, object] | Sequence | pd.Series | np.ndarray
MOST_GROUPS = 50
UNSEEN = (
    "Whether the groups foresee anything was not measured: nobody said that they were made without what customers did "
    "later or answered (outcomes_unseen=True)."
)


@dataclass(frozen=True)
class GivenLabels:
    """Labels from elsewhere in the order of the customer table, (n,) int, 0 = largest group; what each is called."""

    labels: np.ndarray
    names: tuple[str, ...]

    def fit(self, _k: int, _rng: np.random.Generator, _starts: int) -> GivenLabels:
        """Divide the customers: these labels whatever is asked, so that they are judged like a fitted division."""
        return self

    def __len__(self) -> int:
        return len(self.names)


def read_labels(customers: Customers, labels: Labels, min_group: int = 10) -> GivenLabels:
    """Check labels from elsewhere and number them, largest group first (ties: by name).

    labels : one a customer, by customer id (a mapping, or a Series with the ids as index) or in the table's order
    Raises InputError when customers have none, when there is one group or more than 50, or when a group is smaller
    than may be shown.
    """
    ids = customers.frame["customer_id"]
    if isinstance(labels, Mapping):
        labels = pd.Series(dict(labels))
    if isinstance(labels, pd.Series) and not labels.index.equals(pd.RangeIndex(len(labels))):
        if labels.index.has_duplicates:
            twice = labels.index[labels.index.duplicated()].nunique()
            raise _refusal(f"{twice:,} customer ids twice", "one label a customer", "keep one of them")
        labels = labels.reindex(ids).to_numpy()
    values = pd.Series(labels, dtype=object).reset_index(drop=True)
    if len(values) != len(ids):
        raise _refusal(f"{len(values):,} labels", f"{len(ids):,}, one a customer", "name them by customer id")
    if missing := int(values.isna().sum()):
        fix = "leave these customers out of the dataset, or give them a group of their own"
        raise _refusal(f"{missing:,} of {len(ids):,} customers without a label", "one a customer", fix)
    counts = values.astype(str).value_counts()
    names = sorted(counts.index, key=lambda name: (-counts[name], name))
    if not 1 < len(names) <= MOST_GROUPS:
        raise _refusal(f"{len(names)} groups", f"2 to {MOST_GROUPS} groups", "")
    if small := [name for name in names if counts[name] < min_group]:
        told = ", ".join(f'"{name[:40]}" ({counts[name]})' for name in small[:3])
        raise _refusal(f"groups smaller than {min_group} customers: {told}", f"{min_group} or more", "join them")
    place = {name: position for position, name in enumerate(names)}
    return GivenLabels(values.astype(str).map(place).to_numpy(int), tuple(names))


def judge_labels(
    customers: Customers,
    labels: Labels,
    seed: int = 7,
    min_group: int = 10,
    min_segment_share: float = 0.0,
    outcomes_unseen: bool = False,
    workers: int | None = None,
    fit_sample: int = 20_000,
) -> Comparison:
    """Judge groups that were made elsewhere; the verdict is about these groups.

    labels : see :func:`read_labels`; outcomes_unseen : whoever made them had neither the holdout nor the answers that
        serve as outcomes, so that what the groups foresee may be counted in their favour
    Returns a comparison of one group with the given ones, to read and for :func:`adopt_labels`.
    Raises InputError for labels that cannot be judged.

    >>> judge_labels(customers, ["everybody"] * len(customers))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    personas.errors.InputError: 1 problem in the input
    ...
    """
    given = read_labels(customers, labels, min_group)
    weights = survey_weights(customers)
    with one_thread(), rounds("resampling"):
        candidates = fit_candidates(
            customers.frame, customers.features, (1, len(given)), seed, EFFORT, None, workers, "k-means", fit_sample,
            weights,
        )  # fmt: skip
        if len(given) not in candidates.clusterings:
            raise _refusal(f"{len(given)} groups", "no more groups than customers who differ", "join some")
        candidates = _replace_labels(candidates, given.labels[candidates.rows], len(given), seed)
        useful = _usefulness(customers, given, seed, weights) if outcomes_unseen else {}
    sizes = {1: np.array([len(candidates.rows)]), len(given): np.bincount(given.labels[candidates.rows])}
    judgement = judge(candidates.resampled, useful, sizes, min_segment_share, min(min_group, sizes[len(given)].min()))
    outcome = "as the groups' maker says: unseen outcomes" if useful else "none: the groups may have seen them"
    evidence = gather_evidence(customers, candidates, useful, judgement, sizes, outcome, min_group)
    notes = ("The groups come from elsewhere; k-means divided the resamples.", *(() if outcomes_unseen else (UNSEEN,)))
    evidence = evidence.model_copy(update={"notes": (*evidence.notes, *notes)})
    return Comparison(candidates, useful, judgement, evidence, min_group, min_segment_share, seed)


def adopt_labels(
    customers: Customers, labels: Labels, comparison: Comparison, units: str = "customers"
) -> Segmentation:
    """Publish groups that were made elsewhere, under the verdict of :func:`judge_labels`.

    Personas are then about them; nobody is moved. New customers are placed by the typing tool, since only whoever made
    the groups knows their rule.

    >>> own = customers.frame["town"].tolist()
    >>> groups = adopt_labels(customers, own, judge_labels(customers, own, workers=1))
    >>> groups.given, [size.n for size in groups.sizes]
    (('centre', 'outskirts'), [60, 60])
    """
    given = read_labels(customers, labels, comparison.min_group)
    k, candidates = len(given), comparison.candidates
    points = points_of_everybody(candidates.space, customers.frame)
    centres = cast(Clustering, candidates.clusterings[k]).centres  # of labels, k-means alone is fitted
    members = assign_members(customers.frame["customer_id"], points, centres, given.labels)
    with one_thread():
        refits = fit_again(candidates, customers.frame, given.labels + 1, k)
    verdict = write_verdict_sentences(comparison.judgement, k, k, comparison.useful.get(k), units)
    if verdict.word == "none":
        said = f"{k} groups, given from elsewhere; the data gives no reason to divide the {units} like this."
        verdict = verdict.model_copy(update={"sentence": said})
    if k not in comparison.useful:
        verdict = verdict.model_copy(update={"reasons": (*verdict.reasons, UNSEEN)})
    return Segmentation(
        members=members,
        space=candidates.space,
        centres=centres,
        sizes=measure_sizes(members, candidates.resampled.jaccard[k], survey_weights(customers)),
        verdict=verdict,
        refits=refits,
        given=given.names,
    )


def _replace_labels(candidates: Candidates, labels: np.ndarray, k: int, seed: int) -> Candidates:
    """The candidates with the given labels in the place of k-means' own, resampled against them."""
    points = candidates.points
    centres = _means(points, labels, k)
    within = float(points.weights @ squared_distances(points, centres)[np.arange(len(labels)), labels])
    clusterings = candidates.clusterings | {k: Clustering(centres, labels, within)}
    agreement, jaccard = _come_back(points, labels, k, seed)
    resampled = replace(
        candidates.resampled,
        agreement={k: agreement},
        jaccard={k: jaccard},
        within={k: within / candidates.clusterings[1].within},
    )
    return replace(candidates, clusterings=clusterings, resampled=resampled)


def _means(points: Points, labels, k) -> np.ndarray:
    pull = (labels == np.arange(k)[:, None]) * (points.weights * points.scale)
    mass = pull @ points.mask
    return np.divide(pull @ points.known, mass, out=np.zeros_like(mass), where=mass > 0)


def _come_back(points: Points, labels, k, seed) -> tuple[np.ndarray, np.ndarray]:
    """Per pair of resamples, how far they agree with each other *and* with the labels; best Jaccards, (2 pairs, k).

    The lower of the two agreements counts: the labels must be what comes back, not merely something.
    """
    agreement, jaccard = [], []
    for pair in range(PAIRS):
        rng = np.random.default_rng([seed, 2, k, pair])
        first, second = (bootstrap_labels(points, k, rng, STARTS) for _ in range(2))
        tables = [contingency(labels, found, k) for found in (first, second)]
        own = float(np.mean([adjusted_rand(table) for table in tables]))
        agreement.append(min(own, adjusted_rand(contingency(first, second, k))))
        jaccard += [best_jaccard(table) for table in tables]
    return np.array(agreement), np.array(jaccard)


def _usefulness(customers: Customers, given: GivenLabels, seed, weights) -> dict[int, Usefulness]:
    """What the groups explain of outcomes that they have not seen; nothing where there are none."""
    rehearsal = customers.rehearsal
    if rehearsal is None:
        return {}
    ids = rehearsal.frame["customer_id"]
    codes = pd.Series(given.labels, index=customers.frame["customer_id"]).reindex(ids).to_numpy(int)
    if len(np.unique(codes)) < len(given):
        return {}
    if weights is not None:
        weights = pd.Series(weights, index=customers.frame["customer_id"]).reindex(ids).fillna(1.0).to_numpy()
    of = "what customers did later" if rehearsal.split else "what customers answered"
    used = tuple(f for f in forming(customers.features) if rehearsal.frame[f.name].notna().any())
    raw = _raw(rehearsal.frame, used)
    y = outcome_matrix(rehearsal.outcomes, rehearsal.outcome_features)
    found = _judge(
        replace(given, labels=codes), raw, _ranks(raw), used, y, rehearsal.outcome_features, len(given), seed, weights
    )
    return {len(given): replace(found, of=of)}


def _refusal(found: str, expected: str, fix: str) -> InputError:
    return InputError([Problem("labels", found, expected, fix)])
