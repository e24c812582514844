"""Hands the segmentation over to the next stages. Nothing is pickled: opening a run must never run code."""

from __future__ import annotations

import numpy as np

from personas.estimates import Frozen
from personas.handover import Workspace, read_model, read_table, write_model, write_table
from personas.segments.comparison import Comparison, Segmentation
from personas.segments.models import Evidence, MapPoint, SegmentSize, Verdict
from personas.segments.space import FeatureSpace


class FittedSpace(Frozen):
    """What assigns a customer: the space and the centres in it, (k, axes)."""

    space: FeatureSpace
    centres: tuple[tuple[float, ...], ...]


def write_segmentation(
    workspace: Workspace, segmentation: Segmentation, comparison: Comparison, map_points: tuple[MapPoint, ...]
) -> None:
    """Write members, verdict, evidence, sizes, the fitted space and the map."""
    write_table(workspace, "membership", segmentation.members)
    write_model(workspace, "verdict", segmentation.verdict)
    write_model(workspace, "evidence", comparison.evidence)
    write_model(workspace, "sizes", segmentation.sizes)
    centres = tuple(tuple(float(x) for x in centre) for centre in segmentation.centres)
    write_model(workspace, "space", FittedSpace(space=segmentation.space, centres=centres))
    write_model(workspace, "map", map_points)


def read_segmentation(workspace: Workspace) -> Segmentation:
    """Read the published segmentation; raises InputError naming the notebook to run first."""
    fitted = read_model(workspace, "space", FittedSpace)
    return Segmentation(
        members=read_table(workspace, "membership"),
        space=fitted.space,
        centres=np.array(fitted.centres),
        sizes=read_model(workspace, "sizes", tuple[SegmentSize, ...]),
        verdict=read_model(workspace, "verdict", Verdict),
    )


def read_evidence(workspace: Workspace) -> Evidence:
    """Read the table of evidence."""
    return read_model(workspace, "evidence", Evidence)


def read_map(workspace: Workspace) -> tuple[MapPoint, ...]:
    """Read the points of the map."""
    return read_model(workspace, "map", tuple[MapPoint, ...])
