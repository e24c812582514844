"""Stage 06: personas with their evidence become one page that people forward, and files that systems import.

In come the persona set, the evidence for the segments, sizes, map, quality sheet and features; out go
``report.html``, ``personas.json``, ``exports/`` and the index over all runs. The way is summarise → figures →
templates → page: `summary` decides what is said, `figures` draws, `templates/` lays out, `page` joins them.
"""

from personas.report.card import render_card
from personas.report.exports import write_exports
from personas.report.figure import Figure
from personas.report.figures import (
    distribution_bars,
    dot_multiples,
    flower,
    heat_table,
    journey_lanes,
    pain_bars,
    portrait,
    priorities,
    segment_map,
    share_bars,
    stability_chart,
)
from personas.report.index import write_index
from personas.report.page import render_report, write_report
from personas.report.versions import read_versions

__all__ = [
    "Figure",
    "distribution_bars",
    "dot_multiples",
    "flower",
    "heat_table",
    "journey_lanes",
    "pain_bars",
    "portrait",
    "priorities",
    "read_versions",
    "render_card",
    "render_report",
    "segment_map",
    "share_bars",
    "stability_chart",
    "write_exports",
    "write_index",
    "write_report",
]
