"""Publishes one of the candidates: who belongs where, how large and how sure each segment is, and the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import cast

import numpy as np
import pandas as pd

from personas.customers import Customers
from personas.errors import InputError, Problem
from personas.listing import Listing
from personas.numerals import percent
from personas.segments.comparison import Comparison, survey_weights
from personas.segments.kmeans import Clustering
from personas.segments.latent_classes import LatentClasses
from personas.segments.latent_fit import Answers, classes_of
from personas.segments.membership import assign_by_classes, assign_members, points_of_everybody
from personas.segments.models import SegmentSize, Verdict
from personas.segments.refits import Refits, fit_again
from personas.segments.resampling import one_thread
from personas.segments.space import FeatureSpace
from personas.segments.verdict import write_verdict_sentences


@dataclass(frozen=True, repr=False)
class Segmentation:
    """The published segments.

    members : customer_id, segment (1 = largest), confidence, in_between, typical
    space, centres : what assigns a customer, where `classes` is None; else the centres are the classes' means
    sizes : a row a segment; verdict : and what it means; refits : the same customers divided in other ways
    given : names of groups that were made elsewhere, largest first; () for our own
    """

    members: pd.DataFrame
    space: FeatureSpace
    centres: np.ndarray
    sizes: tuple[SegmentSize, ...]
    verdict: Verdict
    classes: LatentClasses | None = None
    refits: Refits | None = None
    given: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.centres)

    def _repr_html_(self) -> str:
        reasons = "".join(f"<li>{escape(reason)}</li>" for reason in self.verdict.reasons)
        words = " ".join(escape(part) for part in (self.verdict.sentence, self.verdict.meaning))
        head = f"<p><b>{self.verdict.word.capitalize()}.</b> {words}</p>"
        return f"{head}<ul>{reasons}</ul>{Listing(self.table())._repr_html_()}"

    def __repr__(self) -> str:
        """The same in plain text; members are left out, whose ids are nobody's business."""
        words = f"{self.verdict.word.capitalize()}. {self.verdict.sentence} {self.verdict.meaning}"
        return "\n".join([words, *(f"- {reason}" for reason in self.verdict.reasons), repr(Listing(self.table()))])

    def table(self) -> pd.DataFrame:
        """A row a segment, for reading."""
        table = pd.DataFrame(
            {
                "segment": [size.segment for size in self.sizes],
                "customers": [f"{size.n:,}" for size in self.sizes],
                "share": [percent(size.share) for size in self.sizes],
                "weighted share": [
                    "" if size.weighted_share is None else percent(size.weighted_share) for size in self.sizes
                ],
                "found again (0 to 1)": [size.stability for size in self.sizes],
                "so it is": [size.word for size in self.sizes],
                "members in between": [percent(size.in_between) for size in self.sizes],
                "typical members": ["" if size.typical is None else percent(size.typical) for size in self.sizes],
            }
        )
        weighted = any(size.weighted_share is not None for size in self.sizes)
        return table if weighted else table.drop(columns="weighted share")


def segment(
    customers: Customers,
    comparison: Comparison,
    n_segments: int | None = None,
    units: str = "customers",
    settled: int | None = None,
) -> Segmentation:
    """Publish the segmentation that the evidence chose, or `n_segments`, which is judged all the same.

    settled : the number to publish where none is asked for, of those that the evidence allows
    Raises InputError when `n_segments` was not among the candidates, or gives a segment too small to be shown.
    Returns who is in which segment, 1 the largest, with the verdict, the centres and the sizes.

    >>> segmentation = segment(customers, comparison)
    >>> segmentation.verdict.word, [size.n for size in segmentation.sizes]
    ('constructive', [60, 60])
    """
    candidates, judgement = comparison.candidates, comparison.judgement
    k = next(k for k in (n_segments, settled, judgement.chosen) if k is not None)
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
    frame, solution = customers.frame, candidates.clusterings[k]
    points = points_of_everybody(candidates.space, frame)
    if isinstance(solution, Clustering):
        centres, classes = solution.centres, None
        members = assign_members(frame["customer_id"], points, centres)
    else:
        classes = classes_of(cast(Answers, candidates.data), solution)
        members = assign_by_classes(frame["customer_id"], frame, classes)
        centres = _means(points, members["segment"].to_numpy() - 1, k)
    # The sample's largest segment need not be everybody's.
    order = np.argsort(-np.bincount(members["segment"], minlength=k + 1)[1:], kind="stable")
    if (order != np.arange(k)).any():
        place = np.argsort(order)
        members = members.assign(segment=place[members["segment"] - 1] + 1)
        centres = centres[order]
        classes = None if classes is None else classes.reordered(order)
    refuse_small(np.bincount(members["segment"], minlength=k + 1)[1:], comparison.min_group, "n_segments")
    jaccard = candidates.resampled.jaccard.get(k)
    with one_thread():
        refits = fit_again(candidates, frame, members["segment"].to_numpy(), k)
    return Segmentation(
        members=members,
        space=candidates.space,
        centres=centres,
        sizes=measure_sizes(members, None if jaccard is None else jaccard[:, order], survey_weights(customers)),
        verdict=write_verdict_sentences(judgement, k, n_segments, comparison.useful.get(k), units),
        classes=classes,
        refits=refits,
    )


def refuse_small(sizes, min_group: int, parameter: str) -> None:
    """Raise InputError where one of several segments is smaller than any group that may be shown.

    parameter : what asked for these segments

    >>> refuse_small([40, 10], 10, "n_segments")
    """
    small = [size for size in sizes if size < min_group]
    if len(sizes) > 1 and small:
        found = f"{len(sizes)} segments, of which {len(small)} with fewer than {min_group} customers"
        fix = "ask for fewer segments, or lower min_group if such small groups may be shown"
        raise InputError([Problem(f"parameter {parameter}", found, f"{min_group} customers or more in each", fix)])


def _means(points, labels, k) -> np.ndarray:
    member = (labels == np.arange(k)[:, None]).astype(float)
    mass = member @ points.mask
    return np.divide(member @ points.known, mass, out=np.zeros_like(mass), where=mass > 0)


def measure_sizes(
    members: pd.DataFrame, jaccard: np.ndarray | None, weights: np.ndarray | None
) -> tuple[SegmentSize, ...]:
    """How large and how sure each segment is; jaccard : (resamples, k) best overlaps, None for one segment."""
    sizes = []
    for segment_, group in members.groupby("segment"):
        stability = None if jaccard is None else float(jaccard[:, int(segment_) - 1].mean())
        inside = (members["segment"] == segment_).to_numpy()
        sizes.append(
            SegmentSize(
                segment=int(segment_),
                n=len(group),
                share=len(group) / len(members),
                stability=stability,
                word=stability_word(stability),
                in_between=float(group["in_between"].mean()),
                weighted_share=None if weights is None else float(weights[inside].sum() / weights.sum()),
                typical=float(group["typical"].mean()),
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
