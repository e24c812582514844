"""What `personas` offers, for type checkers and editors: at run time names are imported when they are first used."""

from personas.changes import compare_runs
from personas.customers import build_customers
from personas.dataset import check_dataset, read_dataset
from personas.errors import InputError, Problem
from personas.experience import measure_experience
from personas.handover import open_workspace, read_model, read_table, write_model, write_table
from personas.parameters import check_parameters
from personas.profiles import check_claim, derive_personas
from personas.progress import track
from personas.report import render_card, render_report, write_exports, write_index, write_report
from personas.segments import (
    adopt_labels,
    assignment_sql,
    compare_candidates,
    fit_typing_tool,
    judge_labels,
    place,
    read_segmentation,
    score_customers,
    segment,
)

__all__ = [
    "InputError",
    "Problem",
    "adopt_labels",
    "assignment_sql",
    "build_customers",
    "check_claim",
    "check_dataset",
    "check_parameters",
    "compare_candidates",
    "compare_runs",
    "derive_personas",
    "fit_typing_tool",
    "judge_labels",
    "measure_experience",
    "open_workspace",
    "place",
    "read_dataset",
    "read_model",
    "read_segmentation",
    "read_table",
    "render_card",
    "render_report",
    "score_customers",
    "segment",
    "track",
    "write_exports",
    "write_index",
    "write_model",
    "write_report",
    "write_table",
]
__version__: str
OFFERED_BY: dict[str, tuple[str, ...]]
HOME: dict[str, str]
