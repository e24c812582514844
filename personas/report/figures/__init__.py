"""The report's charts, each a function from personas and evidence to a Figure that shows itself."""

from personas.report.figures.afterwards import case_ranges, case_words, path_ranges, recovery_ranges
from personas.report.figures.differences import dot_multiples, heat_table
from personas.report.figures.flower import bloom, flower
from personas.report.figures.journey import journey_lanes
from personas.report.figures.map import segment_map
from personas.report.figures.mirrors import rival_ranges, staff_ranges, training_ranges
from personas.report.figures.pains import pain_bars, priorities
from personas.report.figures.portrait import distribution_bars, portrait
from personas.report.figures.ranges import Range, range_rows
from personas.report.figures.retention import retention_panels
from personas.report.figures.shares import share_bars
from personas.report.figures.stability import stability_chart
from personas.report.figures.themes import theme_bars
from personas.report.figures.touchpoints import consistency_rows, driver_ranges, rating_ranges
from personas.report.figures.trend import trend_panels

__all__ = [
    "Range",
    "bloom",
    "case_ranges",
    "case_words",
    "consistency_rows",
    "distribution_bars",
    "dot_multiples",
    "driver_ranges",
    "flower",
    "heat_table",
    "journey_lanes",
    "pain_bars",
    "path_ranges",
    "portrait",
    "priorities",
    "range_rows",
    "rating_ranges",
    "recovery_ranges",
    "retention_panels",
    "rival_ranges",
    "segment_map",
    "share_bars",
    "stability_chart",
    "staff_ranges",
    "theme_bars",
    "training_ranges",
    "trend_panels",
]
