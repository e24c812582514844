"""Puts what is known of every number of segments into one table, and says what would change the answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from personas.customers import Customers
from personas.listing import Listing
from personas.numerals import GAP, percent, rounded
from personas.segments.candidates import Candidates
from personas.segments.challengers import (
    OTHER,
    agreement_of,
    divide_otherwise,
    find_dense_groups,
    measure_rules,
    origins_of,
)
from personas.segments.figures import median_interval
from personas.segments.judgement import Judgement, Lever
from personas.segments.models import CandidateRow, Evidence, Margin
from personas.segments.space import forming
from personas.segments.usefulness import Usefulness

ENOUGH = 70  # customers a forming feature: below, segments of surveys are found again ever less [Dolnicar et al. 2014]
MOST_MARGINS = 8

COLUMNS = {
    "set apart": "how much less variation is left inside the segments than in tables without segments, in standard "
    "deviations of these; about 2 happens by chance when many numbers are tried",
    "repeats": "agreement of two resamples of the customers, 1 = the same segments always, 0 = as by chance; in "
    "brackets what tables without segments reach: only beyond that does it mean anything",
    "predicts itself": "prediction strength: pairs in one half that the other half keeps together, in the worst "
    "segment; 0.8 and more makes segments natural",
    "weakest segment": "mean overlap of each segment with its nearest match in the resamples, the lowest; below 0.6 it "
    "is not to be trusted",
    "comes from one": "how far the members of a segment come from one segment of the row above, the lowest; "
    "1 = nobody else joined, 0 = from everywhere",
    "smallest": "share of the customers in the smallest segment",
    "explains outcomes": "share of the differences in what customers did or said that the segments foresee; in "
    "brackets the best rule of thumb with one feature",
    "rules tell": "customers whom at most 2 rules a segment place right; in brackets the share of the largest segment, "
    "which is right without any rule",
    "verdict": "the word if this number were published; ? = chance in the resampling could change it",
}


def gather_evidence(
    customers: Customers,
    candidates: Candidates,
    useful: dict[int, Usefulness],
    judgement: Judgement,
    sizes: dict[int, np.ndarray],
    outcome: str,
    least: int,
) -> Evidence:
    """The table of evidence with the challengers; least : customers that a segment must have, in the sample."""
    resampled, grounds, chosen = candidates.resampled, candidates.grounds, judgement.chosen
    labels = {k: found.labels for k, found in candidates.clusterings.items()}
    placed = np.where(candidates.points.mask > 0, candidates.points.known, np.nan)
    forming_count = len(forming(customers.features))
    other = _other_algorithm(customers, candidates, chosen)
    rows = []
    for k in candidates.clusterings:
        rules = measure_rules(placed, labels[k], k, grounds.seed) if k > 1 else None
        rows.append(_row(k, candidates, useful.get(k), judgement, sizes[k], origins_of(labels, k), rules, other.get(k)))
    return Evidence(
        rows=tuple(rows),
        separation_p=judgement.separation.p if judgement.separation else 1.0,
        stability_p=judgement.stability.p if judgement.stability else 1.0,
        null_draws=judgement.separation.draws if judgement.separation else 0,
        stability_null_draws=judgement.stability.draws if judgement.stability else 0,
        pairs=max((len(found) for found in resampled.agreement.values()), default=0),
        customers=len(customers),
        forming=forming_count,
        outcome=outcome,
        seed=grounds.seed,
        algorithm=grounds.algorithm,
        fitted=len(candidates.rows),
        weighted=candidates.weights is not None,
        margins=tuple(_margin(lever) for lever in judgement.levers[:MOST_MARGINS]),
        dense=find_dense_groups(placed, labels[chosen] if chosen > 1 else None, least, grounds.seed),
        notes=tuple(_notes(customers, candidates, forming_count)),
    )


def _other_algorithm(customers, candidates: Candidates, chosen: int) -> dict[int, float]:
    """k → agreement with the other algorithm, for the chosen k and its neighbours."""
    grounds, sample = candidates.grounds, customers.frame.iloc[candidates.rows]
    found = {}
    for k in (chosen - 1, chosen, chosen + 1):
        if k > 1 and k in candidates.clusterings:
            other = divide_otherwise(
                OTHER[grounds.algorithm], sample, grounds.features, k, grounds.seed, grounds.block_weights,
                candidates.weights,
            )[2]  # fmt: skip
            found[k] = agreement_of(candidates.clusterings[k].labels, other.labels)
    return found


def _notes(customers, candidates: Candidates, forming_count: int):
    fitted = len(candidates.rows)
    if fitted < ENOUGH * forming_count:
        yield (
            f"{fitted:,} customers for {forming_count} forming features: fewer than {ENOUGH} a feature, "
            "so that segments are found again less surely than they could be."
        )
    if fitted < len(customers):
        yield f"Fitted and resampled on {fitted:,} of {len(customers):,} customers, drawn at random; all are assigned."
    if candidates.weights is not None:
        yield "Survey weights are honoured in the segments and in what they explain; customers are counted unweighted."
    if candidates.grounds.algorithm == "latent class":
        yield "Latent classes take long to fit, so there were fewer resamples than k-means would get."


def _row(k, candidates: Candidates, use: Usefulness | None, judgement: Judgement, sizes, origins, rules, other):
    resampled = candidates.resampled
    shared = {
        "k": k, "smallest": float(sizes.min() / sizes.sum()), "chosen": judgement.chosen == k,
        "note": judgement.why[k], "word": judgement.words[k], "borderline": judgement.borderline[k],
    }  # fmt: skip
    if k == 1:
        return CandidateRow(
            **shared, within=1.0, separation=None, stability=None, stability_low=None, stability_high=None,
            stability_null_low=None, stability_null_high=None, prediction_strength=1.0, segment_stability=(),
            useful=None, useful_random=None, useful_rule=None, useful_tree=None, structure=False,
        )  # fmt: skip
    agreement, null = resampled.agreement[k], resampled.null_agreement[k]
    low, high = median_interval(agreement)
    return CandidateRow(
        **shared,
        within=resampled.within[k],
        separation=judgement.separation.excess[k],
        stability=float(np.median(agreement)),
        stability_low=low,
        stability_high=high,
        stability_null_low=float(np.quantile(null, 0.05)),
        stability_null_high=float(np.quantile(null, 0.95)),
        prediction_strength=resampled.strengths[k][0],
        segment_stability=tuple(float(j) for j in resampled.jaccard[k].mean(axis=0)),
        useful=use.explained if use else None,
        useful_random=use.random if use else None,
        useful_rule=use.rule if use else None,
        useful_tree=use.tree if use else None,
        structure=judgement.words[k] in ("natural", "reproducible"),
        pairs=len(agreement),
        origins=origins,
        rule_accuracy=rules[0] if rules else None,
        rule_baseline=rules[1] if rules else None,
        agreement_other=other,
    )


def read_row(row: CandidateRow) -> dict[str, Any]:
    """One number of segments as a reader sees it; :data:`COLUMNS` says what each column means."""

    def beside(value, reference):
        return "" if value is None else f"{value} ({reference})"

    null = "" if row.stability is None else f"{row.stability_null_low:.2f} to {row.stability_null_high:.2f}"
    return {
        "segments": row.k,
        "set apart": row.separation,
        "repeats": beside(None if row.stability is None else f"{row.stability:.2f}", null),
        "predicts itself": row.prediction_strength,
        "weakest segment": min(row.segment_stability, default=None),
        "comes from one": min(row.origins, default=None),
        "smallest": percent(row.smallest),
        "explains outcomes": "" if row.useful is None else f"{_tenths(row.useful.value)} ({_tenths(row.useful_rule)})",
        "rules tell": ""
        if row.rule_accuracy is None
        else beside(percent(row.rule_accuracy), percent(row.rule_baseline)),
        "verdict": f"{row.word}{'?' if row.borderline else ''}{' ← chosen' if row.chosen else ''}",
        "why": row.note,
    }


def _tenths(share: float) -> str:
    return f"{rounded(share * 100, 1)}{GAP}%"


def _margin(lever: Lever) -> Margin:
    figure = lever.figure
    then = f"{lever.k} segments, {lever.word}" if lever.k > 1 else "one group"
    return Margin(
        k=figure.k, figure=figure.name, value=figure.value, low=figure.low, high=figure.high,
        threshold=figure.threshold, margin=figure.margin, within_chance=figure.undecided, then=then,
    )  # fmt: skip


def describe_margins(evidence: Evidence) -> Listing:
    """A row a figure that alone would change the answer."""
    if not evidence.margins:
        return Listing(pd.DataFrame(), "No single figure would change the answer: more than one would have to move.")
    table = pd.DataFrame(
        {
            "segments": [m.k for m in evidence.margins],
            "figure": [m.figure for m in evidence.margins],
            "value": [_figure(m.value) for m in evidence.margins],
            "chance could make it": [f"{_figure(m.low)} to {_figure(m.high)}" for m in evidence.margins],
            "threshold": [_figure(m.threshold) for m in evidence.margins],
            "margin": [f"{m.margin:+.3f}" for m in evidence.margins],
            "on the other side": [m.then for m in evidence.margins],
            "within chance": ["yes" if m.within_chance else "no" for m in evidence.margins],
        }
    )
    return Listing(table, "Each of these figures alone would change the answer; the nearest to its threshold first.")


def _figure(value: float) -> str:
    """Enough digits to see on which side of its threshold a figure lies.

    >>> _figure(0.0123), _figure(0.71)
    ('0.012', '0.710')
    """
    return f"{value + 0.0:.3f}"
