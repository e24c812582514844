"""Does the division come back when the data are drawn again, and more so than chance alone would make it?"""

from __future__ import annotations

from personas.report.figure import Figure, Scale, Table, render_marks
from personas.segments.models import Evidence


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
    title = "No division was chosen"
    if chosen is not None:
        title = f"{chosen.k} segments come back " + (
            "more often than chance explains" if beyond else "no more often than chance"
        )
    return Figure(
        name="stability",
        title=title,
        subtitle="Agreement between repeats, 0 to 1 (adjusted Rand index, median). Grey: data without structure",
        description="; ".join(
            f"{r['row'].k} segments: {r['text']}"
            + (f", structureless {figure_of(r['row'].stability_null_low)} to {figure_of(r['row'].stability_null_high)}" if r["null_low"] is not None else "")
            for r in rows
        ),
        marks=render_marks("stability", rows=rows),
        table=Table(
            ("Segments", "Agreement", "Structureless, 5 to 95 %", "Separation in standard deviations", "Prediction strength", "Weakest segment", "Smallest share", "Note"),
            tuple(
                (str(r.k), figure_of(r.stability), f"{figure_of(r.stability_null_low)} to {figure_of(r.stability_null_high)}",
                 "–" if r.separation is None else f"{r.separation:.1f}", figure_of(r.prediction_strength),
                 figure_of(min(r.segment_stability, default=None)), f"{r.smallest:.0%}".replace("%", " %"), r.note)
                for r in evidence.rows
            ),
        ),
    )  # fmt: skip


def figure_of(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
