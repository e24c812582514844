"""Does the division come back when the data are drawn again, and more so than chance alone would make it?"""

from __future__ import annotations

from personas.numerals import percent
from personas.report.figure import Figure, Scale, Table, render_marks
from personas.segments.models import CandidateRow, Evidence

HEAD = (
    "Segments", "Agreement", "Structureless, 5 to 95 %", "Separation in standard deviations", "Prediction strength",
    "Weakest segment", "Smallest share", "Outcome explained", "Note",
)  # fmt: skip


def stability_chart(evidence: Evidence) -> Figure:
    """Draw, for each number of segments, the agreement between repeats against that of structureless data.

    The axis is the adjusted Rand index, 0 (chance) to 1 (always the same); the grey bar spans the 5th to the 95th
    percentile of the structureless null, the mark is the observed median with its interval.
    """
    scale = Scale(0.0, 1.0)
    tried = [r for r in evidence.rows if r.stability is not None]
    rows = [
        {
            "row": r,
            "at": scale(r.stability),
            "low": scale(r.stability if r.stability_low is None else r.stability_low),
            "high": scale(r.stability if r.stability_high is None else r.stability_high),
            "null_low": None if r.stability_null_low is None else scale(r.stability_null_low),
            "null_high": None if r.stability_null_high is None else scale(r.stability_null_high),
            "text": figure_of(r.stability),
        }
        for r in tried
    ]
    chosen = next((r for r in tried if r.chosen), None)
    beyond = (
        chosen is not None and chosen.stability_null_high is not None and chosen.stability > chosen.stability_null_high
    )
    none = tried and all(r.stability_null_high is not None and r.stability <= r.stability_null_high for r in tried)
    title = "No division comes back more often than chance" if none else "No division was chosen"
    if chosen is not None:
        title = f"{chosen.k} segments come back " + (
            "more often than chance explains" if beyond else "no more often than chance"
        )
    return Figure(
        name="stability",
        title=title,
        subtitle="Agreement between repeats, 0 to 1 (adjusted Rand index, median). Grey: data without structure",
        description="; ".join(f"{r.k} segments: {figure_of(r.stability)}, structureless {null_of(r)}" for r in tried),
        marks=render_marks("stability", rows=rows),
        table=Table(HEAD, tuple(candidate_row(r) for r in evidence.rows)),
    )


def candidate_row(row: CandidateRow) -> tuple[str, ...]:
    """All that is known about one number of segments, as text in the order of HEAD."""
    return (
        str(row.k),
        figure_of(row.stability),
        null_of(row),
        figure_of(row.separation),
        figure_of(row.prediction_strength),
        figure_of(min(row.segment_stability, default=None)),
        percent(row.smallest),
        "–" if row.useful is None else percent(row.useful.value or 0),
        row.note,
    )


def null_of(row: CandidateRow) -> str:
    """What structureless data reach, 5th to 95th percentile."""
    if row.stability_null_low is None:
        return "–"
    return f"{figure_of(row.stability_null_low)} to {figure_of(row.stability_null_high)}"


def figure_of(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
