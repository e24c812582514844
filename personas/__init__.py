"""From what a business knows about its customers to personas that can be defended.

In come tables (who customers are, what they do, what they say) described by ``data/<dataset>/dataset.yml``;
out come segments with the verdict on whether they exist, personas made of claims that each carry their
evidence, and a report::

    read_dataset → build_customers → compare_candidates → segment → measure_experience
                 → derive_personas → compare_runs → write_report

One function a step, one folder a stage, and a notebook under ``notebooks/`` that calls them. Frames and
frozen values travel; only ``read_*`` reads and ``write_*`` writes; seeds and paths are arguments.

Names are imported when they are first used: looking at a parameter must not cost the seconds that loading the
statistics takes.
"""

import sys
from importlib import import_module
from typing import Any

__version__ = "1.0.0"

OFFERED_BY = {
    "personas.errors": ("InputError", "Problem"),
    "personas.parameters": ("check_parameters",),
    "personas.progress": ("track",),
    "personas.handover": ("open_workspace", "read_model", "read_table", "write_model", "write_table"),
    "personas.dataset": ("check_dataset", "read_dataset"),
    "personas.customers": ("build_customers",),
    "personas.segments": (
        "adopt_labels",
        "assignment_sql",
        "compare_candidates",
        "fit_typing_tool",
        "judge_labels",
        "place",
        "read_segmentation",
        "score_customers",
        "segment",
    ),
    "personas.experience": ("measure_experience",),
    "personas.profiles": (
        "check_claim",
        "derive_personas",
    ),
    "personas.changes": ("compare_runs",),
    "personas.report": ("render_card", "render_report", "write_exports", "write_index", "write_report"),
}
HOME = {name: module for module, names in OFFERED_BY.items() for name in names}

__all__ = sorted(HOME)


def __getattr__(name: str) -> Any:
    """Import a name from the stage that offers it (PEP 562)."""
    if name not in HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *HOME})


if "IPython" in sys.modules:  # in a notebook, errors are shown with the calls inside libraries folded
    import_module("personas.tracebacks").fold_in_notebooks()
