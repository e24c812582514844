"""How large each persona is, and how much of the value it brings."""

from __future__ import annotations

from collections.abc import Sequence

from personas.numerals import Numerals, percent
from personas.profiles.models import DatasetCard, Persona
from personas.report.figure import Figure, Table, render_marks


def share_bars(personas: Sequence[Persona], card: DatasetCard) -> Figure:
    """Show each persona's share of customers beside its share of value, as two bars with intervals.

    Bars start at zero and share one axis over all personas; `card` names the unit and the currency.
    """
    numbers = Numerals(card.currency)
    with_value = any(p.value_share.measured for p in personas)
    tops = [e.high if e.high is not None else e.value or 0.0 for p in personas for e in (p.share, p.value_share)]
    top = max([*tops, 0.01])
    rows = [
        {
            "persona": p,
            "bars": [
                {"kind": kind, "label": label, "estimate": e, "text": numbers.say(e),
                 "width": round(100 * (e.value or 0) / top, 2),
                 "low": None if e.low is None else round(100 * e.low / top, 2),
                 "high": None if e.high is None else round(100 * e.high / top, 2)}
                for kind, label, e in (("count", f"of {card.units}", p.share), ("value", "of sales", p.value_share))
                if e.measured
            ],
        }
        for p in personas
    ]  # fmt: skip
    return Figure(
        name="shares",
        title=share_title(personas, card),
        subtitle=f"Share of {card.units}" + (" and of sales" if with_value else "") + ", per cent, with 95 % intervals",
        description="; ".join(
            f"{p.name}: {numbers.value(p.share)} of {card.units}"
            + (f", {numbers.value(p.value_share)} of sales" if p.value_share.measured else "")
            for p in personas
        ),
        marks=render_marks("shares", rows=rows),
        table=Table(
            ("Persona", card.units.capitalize(), f"Share of {card.units}", "Share of sales"),
            tuple((p.name, f"{p.n:,}", numbers.say(p.share), numbers.say(p.value_share)) for p in personas),
        ),
    )


def share_title(personas: Sequence[Persona], card: DatasetCard) -> str:
    """The persona whose value share most exceeds its size, as a finding."""
    known = [p for p in personas if p.value_share.measured and p.share.measured]
    if len(known) > 1:
        heavy = max(known, key=lambda p: p.value_share.value - p.share.value)
        if heavy.value_share.value - heavy.share.value > 0.02:
            return f"{percent(heavy.share.value)} of {card.units} bring {percent(heavy.value_share.value)} of sales"
    largest = max(personas, key=lambda p: p.share.value or 0.0)
    return f"{largest.name}: {percent(largest.share.value or 0.0)} of {card.units}"
