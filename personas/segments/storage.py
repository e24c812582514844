"""Hands the segmentation over to the next stages. Nothing is pickled: opening a run must never run code."""

from __future__ import annotations

import numpy as np

from personas.estimates import Frozen
from personas.handover import Workspace, read_model, read_table, write_model, write_table
from personas.segments.comparison import Comparison
from personas.segments.latent_classes import LatentClasses
from personas.segments.models import Evidence, MapPoint, SegmentSize, Verdict
from personas.segments.refits import Refits
from personas.segments.segmentation import Segmentation
from personas.segments.space import FeatureSpace


class FittedSpace(Frozen):
    """What assigns a customer: the space and the centres in it, (k, axes), or the latent classes where there are."""

    space: FeatureSpace
    centres: tuple[tuple[float, ...], ...]
    classes: LatentClasses | None = None


def write_segmentation(
    workspace: Workspace, segmentation: Segmentation, comparison: Comparison, map_points: tuple[MapPoint, ...]
) -> None:
    """Write members, verdict, evidence, sizes, the fitted space, the divisions made otherwise and the map."""
    refits = segmentation.refits or Refits(segmentation.members[["customer_id"]], ())
    write_table(workspace, "membership", segmentation.members)
    write_model(workspace, "verdict", segmentation.verdict)
    write_model(workspace, "evidence", comparison.evidence.model_copy(update={"refits": refits.told}))
    write_table(workspace, "refits", refits.members)
    write_model(workspace, "sizes", segmentation.sizes)
    centres = tuple(tuple(float(x) for x in centre) for centre in segmentation.centres)
    write_model(
        workspace, "space", FittedSpace(space=segmentation.space, centres=centres, classes=segmentation.classes)
    )
    write_model(workspace, "map", map_points)


def read_segmentation(workspace: Workspace) -> Segmentation:
    """Read the published segmentation; raises InputError naming the notebook to run first.

    >>> from personas.segments import write_segmentation
    >>> write_segmentation(workspace, segmentation, comparison, ())
    >>> len(read_segmentation(workspace))
    2
    """
    fitted = read_model(workspace, "space", FittedSpace)
    return Segmentation(
        members=read_table(workspace, "membership"),
        space=fitted.space,
        centres=np.array(fitted.centres),
        sizes=read_model(workspace, "sizes", tuple[SegmentSize, ...]),
        verdict=read_model(workspace, "verdict", Verdict),
        classes=fitted.classes,
    )


def read_refits(workspace: Workspace) -> Refits:
    """Read the divisions that were made in other ways, for the sensitivity of statements."""
    return Refits(read_table(workspace, "refits"), read_evidence(workspace).refits)


def read_evidence(workspace: Workspace) -> Evidence:
    """Read the table of evidence."""
    return read_model(workspace, "evidence", Evidence)


def read_map(workspace: Workspace) -> tuple[MapPoint, ...]:
    """Read the points of the map."""
    return read_model(workspace, "map", tuple[MapPoint, ...])
