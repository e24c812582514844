"""The division of an earlier run: its number of segments, so that reports do not change with every draw of customers,
and, where an analyst asks for it, the division itself, applied to today's customers as it is.

A kept division is checked for use: are today's segments, fitted anew, still where the kept ones are, and does it leave
hardly more of the differences unexplained? If not, the verdict says that it is time to divide anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from personas.customers import Customers
from personas.errors import InputError, Problem
from personas.estimates import Frozen
from personas.handover import Workspace
from personas.history import SEGMENTS, read_history
from personas.numerals import in_words, percent
from personas.segments.comparison import Comparison
from personas.segments.kmeans import squared_distances
from personas.segments.latent_classes import LatentClasses
from personas.segments.membership import assign_by_classes, assign_members, points_of_everybody
from personas.segments.models import SegmentSize, Verdict
from personas.segments.segmentation import Segmentation, segment
from personas.segments.space import FeatureSpace

DIVISIONS = ("new", "kept")
MOST_LOST = 0.05  # of what a fresh division explains; beyond it the kept one is worn out


class EarlierDivision(Frozen):
    """What assigned customers in the last accepted run.

    floors : overlap with each segment below which fitting again does not explain the difference
    """

    space: FeatureSpace
    centres: tuple[tuple[float, ...], ...]
    classes: LatentClasses | None = None
    floors: tuple[float, ...] = ()

    def __len__(self) -> int:
        return len(self.centres)


@dataclass(frozen=True)
class Fit:
    """Whether a kept division fits today's customers.

    overlaps : Jaccard of each kept segment with its like among segments fitted anew; moved : kept segments of which
        this is below what fitting again leaves, numbered from 1; lost : share of what a fresh division explains that
        the kept one does not
    """

    overlaps: tuple[float, ...]
    moved: tuple[int, ...]
    lost: float

    @property
    def advised(self) -> bool:
        return bool(self.moved) or self.lost > MOST_LOST

    @property
    def words(self) -> str:
        if not self.advised:
            return (
                f"Fit for use: segments fitted anew lie where the kept ones are (least overlap "
                f"{percent(min(self.overlaps))}), and would explain {percent(max(self.lost, 0.0))} more."
            )
        why = []
        if self.moved:
            count = len(self.moved)
            why.append(f"{in_words(count)} of {in_words(len(self.overlaps))} segments would lie elsewhere now")
        if self.lost > MOST_LOST:
            why.append(f"the kept division misses {percent(self.lost)} of what a fresh one explains")
        return f'Time to divide anew (division = "new"): {" and ".join(why)}.'


def read_division(workspace: Workspace) -> EarlierDivision | None:
    """Read the division of the last accepted run of the dataset; None where there is none that can be read."""
    last = read_history(workspace).last
    if last is None:
        return None
    try:
        fitted = {k: v for k, v in last.read(SEGMENTS).items() if k in EarlierDivision.model_fields}
        return EarlierDivision.model_validate(fitted)
    except (ValueError, OSError, AttributeError):
        return None


def divide(
    customers: Customers,
    comparison: Comparison,
    n_segments: int | None = None,
    units: str = "customers",
    earlier: EarlierDivision | None = None,
    division: str = "new",
) -> Segmentation:
    """Publish a segmentation: `n_segments` if asked for, else what the evidence says in the light of the earlier run.

    division : "new", or "kept" for the earlier run's own segments
    Unasked, the earlier number of segments stays while the evidence for it is of the same kind as for the number that
    it would choose today, or that choice is borderline. Raises InputError where there is nothing to keep.
    """
    if division == "kept":
        return keep_segments(customers, comparison, earlier, n_segments, units)
    settled = settled_number(comparison, len(earlier)) if earlier is not None and n_segments is None else None
    found = segment(customers, comparison, n_segments, units, settled)
    chosen = comparison.judgement.chosen
    if settled is None or settled == chosen:
        return found
    told = f"{chosen} segments" if chosen > 1 else "one group"
    reason = f"As many as in the earlier run: today's customers alone would give {told}, on no better evidence."
    return replace(found, verdict=found.verdict.model_copy(update={"reasons": (*found.verdict.reasons, reason)}))


def settled_number(comparison: Comparison, before: int) -> int | None:
    """The earlier number of segments if today's evidence for it is as good as for its own choice, else None."""
    judgement = comparison.judgement
    word = judgement.words.get(before, "none")
    if before == judgement.chosen or word == "none":
        return None
    return before if word == judgement.words[judgement.chosen] or judgement.borderline[judgement.chosen] else None


def keep_segments(
    customers: Customers,
    comparison: Comparison,
    earlier: EarlierDivision | None,
    n_segments: int | None,
    units: str,
) -> Segmentation:
    """Apply the earlier run's division to today's customers, with a verdict that says whether it still fits."""
    check_keepable(customers, earlier, n_segments)
    frame, k = customers.frame, len(earlier)
    if earlier.classes is not None:
        members = assign_by_classes(frame["customer_id"], frame, earlier.classes)
    else:
        points = points_of_everybody(earlier.space, frame)
        members = assign_members(frame["customer_id"], points, np.array(earlier.centres))
    order = np.argsort(-np.bincount(members["segment"], minlength=k + 1)[1:], kind="stable")
    members = members.assign(segment=np.argsort(order)[members["segment"] - 1] + 1)
    centres = np.array(earlier.centres)[order]
    floors = np.array(earlier.floors)[order] if earlier.floors else np.zeros(k)
    fit = measure_fit(comparison, members["segment"].to_numpy() - 1, floors)
    return Segmentation(
        members=members, space=earlier.space, centres=centres, sizes=_sizes(members, k),
        verdict=_verdict(comparison, k, units, fit),
        classes=None if earlier.classes is None else earlier.classes.reordered(order),
    )  # fmt: skip


def check_keepable(customers: Customers, earlier: EarlierDivision | None, n_segments: int | None) -> None:
    """Raise InputError where there is no division to keep, or not one for these customers."""
    place, found = "parameter division", '"kept"'
    problems = []
    if earlier is None:
        fix = 'divide once with division = "new" and publish that with make personas'
        problems.append(Problem(place, f"{found}, and no earlier run to keep it from", '"new"', fix))
    elif n_segments is not None and n_segments != len(earlier):
        fix = "leave n_segments out, or divide anew"
        problems.append(Problem("parameter n_segments", f"{n_segments}", f"{len(earlier)}, as it is kept", fix))
    if earlier is not None:
        missing = sorted({axis.feature for axis in earlier.space.axes} - set(customers.frame.columns))
        problems += [
            Problem(f"customer table: {name}", "no such column", "what the kept segments were formed by", "divide anew")
            for name in missing
        ]
    if problems:
        raise InputError(problems)


def measure_fit(comparison: Comparison, labels: np.ndarray, floors: np.ndarray) -> Fit:
    """Compare kept segments with as many fitted anew, on the customers that the evidence was fitted on."""
    candidates, k = comparison.candidates, len(floors)
    kept = labels[candidates.rows]
    fresh = candidates.clusterings.get(k)
    if fresh is None or k == 1:
        return Fit((1.0,) * k, (), 0.0)
    table = np.bincount(kept * k + fresh.labels, minlength=k * k).reshape(k, k)
    union = table.sum(axis=1, keepdims=True) + table.sum(axis=0, keepdims=True) - table
    jaccard = table / np.maximum(union, 1)
    own, theirs = linear_sum_assignment(-jaccard)
    overlaps = jaccard[own, theirs]
    points = candidates.points
    whole = _left(points, np.zeros(len(kept), int), 1)
    explained = [whole - _left(points, parts, k) for parts in (kept, fresh.labels)]
    lost = 1 - explained[0] / explained[1] if explained[1] > 0 else 0.0
    moved = tuple(int(i) + 1 for i in np.flatnonzero(overlaps < floors))
    return Fit(tuple(float(x) for x in overlaps), moved, float(lost))


def _left(points, labels: np.ndarray, k: int) -> float:
    """Sum of squares within the groups of `labels`."""
    member = (labels == np.arange(k)[:, None]).astype(float)
    mass = member @ points.mask
    centres = np.divide(member @ points.known, mass, out=np.zeros_like(mass), where=mass > 0)
    return float(squared_distances(points, centres)[np.arange(len(labels)), labels].sum())


def _sizes(members, k: int) -> tuple[SegmentSize, ...]:
    groups = [members[members["segment"] == number] for number in range(1, k + 1)]
    return tuple(
        SegmentSize(
            segment=number, n=len(group), share=len(group) / len(members), stability=None, word="not measured",
            in_between=float(group["in_between"].mean()) if len(group) else 0.0,
            typical=float(group["typical"].mean()) if len(group) else None,
        )
        for number, group in enumerate(groups, start=1)
    )  # fmt: skip


def _verdict(comparison: Comparison, k: int, units: str, fit: Fit) -> Verdict:
    judgement = comparison.judgement
    told = f"{k} segments, kept" if k > 1 else f"The {units} as one group, kept"
    word = judgement.words.get(k, "none")
    return Verdict(
        word=word, borderline=judgement.borderline.get(k, False), k=k, asked=None,
        sentence=f"{told} from an earlier run.",
        meaning=f"Today's {units} are placed by the earlier definition. Fitted anew, {k} segments would be {word}.",
        reasons=(fit.words,), kept=True, refit_advised=fit.advised,
    )  # fmt: skip
