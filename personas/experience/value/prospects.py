"""Prospects: people without a purchase, and the segments that they resemble by what is known of them.

That nobody bought yet says nothing of how they would buy: what comes from purchases counts as unknown here, and only
the rest (who they are, where they live, what they say) places them. Where purchases alone form the segments, nobody
can be placed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from personas.customers import Customers
from personas.estimates import mean_estimate, not_measured
from personas.experience.disclosure import may_be_shown, shown_segments
from personas.experience.moments import moments_of, share_of
from personas.experience.value.standing_models import Prospects
from personas.segments import Segmentation
from personas.segments.membership import assign_members
from personas.segments.space import forming


@dataclass(frozen=True)
class Resemblance:
    """The segment that each prospect resembles, (prospects,) int from 1, and how surely (0.5 a toss-up, to 1)."""

    segments: np.ndarray
    confidence: np.ndarray


def resemble(customers: Customers, segmentation: Segmentation) -> Resemblance | None:
    """Place who never bought; None where everybody bought, nothing is sold, or only purchases formed the segments."""
    frame = customers.frame
    if "frequency" not in frame or len(segmentation) < 2:
        return None
    never = frame[~(frame["frequency"] > 0).to_numpy()].copy()
    used = {axis.feature for axis in segmentation.space.axes} if segmentation.space is not None else set()
    bought = {f.name for f in forming(customers.features) if any(c.startswith("transactions.") for c in f.columns)}
    if never.empty or not used - bought:
        return None
    never[sorted(bought & set(never.columns))] = np.nan
    if segmentation.classes is not None:
        likely = segmentation.classes.posterior(never)
        return Resemblance(segmentation.classes.labels(never) + 1, likely.max(axis=1))
    placed = assign_members(never["customer_id"], segmentation.space.points(never), segmentation.centres)
    return Resemblance(placed["segment"].to_numpy(int), placed["confidence"].to_numpy(float))


def count_prospects(found: Resemblance | None, segments: np.ndarray, number: int, min_group: int) -> Prospects | None:
    """The prospects of one segment (0: all of them); None where nobody could be placed.

    segments : numbers of the published segments; groups under `min_group` are not shown
    """
    if found is None:
        return None
    counts = {int(s): int((found.segments == s).sum()) for s in np.unique(segments)}
    own = found.segments == number if number else np.ones(len(found.segments), bool)
    few = not_measured(f"fewer than {min_group} prospects", "share")
    if not (number in shown_segments(counts, min_group) if number else may_be_shown(len(own), min_group)):
        return Prospects(customers=None, share=few, confidence=few)
    return Prospects(
        customers=int(own.sum()), share=share_of(moments_of(own.astype(float))),
        confidence=mean_estimate(found.confidence[own], "ratio") if own.any() else few,
    )  # fmt: skip
