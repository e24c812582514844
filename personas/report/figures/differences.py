"""How the personas differ: dots with intervals feature by feature, and a table of gaps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from personas.estimates import Estimate
from personas.numerals import Numerals
from personas.profiles.models import Persona, Trait
from personas.report.figure import Figure, Table, render_marks, scale_over


def traits_by_feature(personas: Sequence[Persona], features: Sequence[str] = ()) -> dict[str, dict[str, Trait]]:
    """Traits as feature → persona id → trait; those of most personas first, then the widest spread.

    features : names to keep; all that any persona has when empty
    """
    table: dict[str, dict[str, Trait]] = {}
    for persona in personas:
        for trait in persona.traits:
            if not features or trait.feature in features:
                table.setdefault(trait.feature, {})[persona.id] = trait
    return dict(sorted(table.items(), key=lambda item: (-len(item[1]), -spread(item[1]), item[0])))


def spread(traits: dict[str, Trait]) -> float:
    """Distance between the highest and the lowest persona, in standard deviations of the base."""
    gaps = [t.gap for t in traits.values()]
    return max(gaps) - min(gaps) if len(gaps) > 1 else abs(gaps[0])


def base_value(persona: Persona, trait: Trait) -> float | None:
    """The whole base's value, from the persona and the rest weighted by their sizes."""
    if trait.persona.value is None or trait.rest.value is None or not persona.share.value:
        return None
    share = persona.share.value
    return share * trait.persona.value + (1 - share) * trait.rest.value


def base_estimate(like: Estimate, value: float) -> Estimate:
    """The base's value in the unit of `like`, without interval."""
    return like.model_copy(update={"value": value, "low": None, "high": None})


def dot_multiples(
    personas: Sequence[Persona], features: Sequence[str] = (), currency: str = "USD", most: int = 8
) -> Figure:
    """Draw one small panel a feature: a mark a persona, its 95 % interval, the whole base dashed.

    Personas share one axis within a panel. The `most` features with the widest spread are shown.
    """
    numbers = Numerals(currency)
    chosen = dict(list(traits_by_feature(personas, features).items())[:most])
    panels: list[dict[str, Any]] = []
    rows = []
    for by_persona in chosen.values():
        label = next(iter(by_persona.values())).label
        estimates = [t.persona for t in by_persona.values() if t.persona.measured]
        base = next(
            (b for p in personas if p.id in by_persona and (b := base_value(p, by_persona[p.id])) is not None),
            None,
        )
        scale = scale_over([v for e in estimates for v in (e.low, e.value, e.high)] + [base])
        known = [(p, by_persona[p.id]) for p in personas if p.id in by_persona and by_persona[p.id].persona.measured]
        everyone = [base_estimate(estimates[0], base)] if base is not None and estimates else []
        texts = numbers.alike([*(t.persona for _, t in known), *everyone])
        dots = [
            {
                "persona": p,
                "trait": t,
                "text": text,
                "at": scale(t.persona.value),
                "low": scale(t.persona.value if t.persona.low is None else t.persona.low),
                "high": scale(t.persona.value if t.persona.high is None else t.persona.high),
            }
            for (p, t), text in zip(known, texts, strict=False)
        ]
        at, text = (scale(base), texts[-1]) if everyone else (None, "")
        panels.append({"label": label, "base": at, "base_text": text, "dots": dots})
        rows.append(
            (
                label,
                *(numbers.say(by_persona[p.id].persona) if p.id in by_persona else "not measured" for p in personas),
            )
        )
    edge = panels[0]["dots"] if panels else []
    low, high = (pick(edge, key=lambda d: d["at"]) for pick in (min, max)) if edge else (None, None)
    return Figure(
        name="multiples",
        title=f"{panels[0]['label']}: from {low['text']} to {high['text']}" if edge else "How the personas differ",
        claim=f"{low['trait'].claim_id} {high['trait'].claim_id}" if edge else "",
        subtitle="Estimate with 95 % interval a persona; the dashed line is the whole base",
        description="One panel a feature, widest spread first: "
        + "; ".join(f"{p['label']}, base {p['base_text']}" for p in panels),
        marks=render_marks("multiples", panels=panels),
        table=Table(("Feature", *(p.name for p in personas)), tuple(rows)),
    )


def heat_table(
    personas: Sequence[Persona], features: Sequence[str] = (), currency: str = "USD", most: int = 14
) -> Figure:
    """Tint a table of traits by the gap to the base: darker means further away, the arrow says which way."""
    numbers = Numerals(currency)
    shown = list(traits_by_feature(personas, features).values())[:most]
    rows: list[dict[str, Any]] = [
        {
            "label": next(iter(by_persona.values())).label,
            "cells": heat_cells(personas, by_persona, numbers),
            "known": len(by_persona),
        }
        for by_persona in shown
    ]
    title, claim = heat_title(personas, shown)
    return Figure(
        name="heat",
        title=title,
        claim=claim,
        subtitle="Tint and arrow: gap to the base in standard deviations, arrows from 0.2"
        + ("; –: does not set the persona apart" if any(len(row["cells"]) > row["known"] for row in rows) else ""),
        description="A table of traits by persona, widest spread first.",
        marks=render_marks("heat", rows=rows, personas=personas),
    )


def heat_title(personas: Sequence[Persona], rows: Sequence[dict[str, Trait]]) -> tuple[str, str]:
    """Which persona lies furthest from the base on most of the traits shown, and the ids of the claims behind it.

    Among those that lead on as many traits, the one with the larger gaps is named.
    """
    leads: dict[str, list[Trait]] = {persona.id: [] for persona in personas}
    for traits in rows:
        name, trait = max(traits.items(), key=lambda item: abs(item[1].gap))
        leads[name].append(trait)
    first = max(personas, key=lambda p: (len(leads[p.id]), sum(abs(t.gap) for t in leads[p.id])))
    count = f"{len(leads[first.id])} of {len(rows)} traits" if len(rows) > 1 else "the one trait"
    return f"Furthest out on {count}: {first.name}", " ".join(t.claim_id for t in leads[first.id])


def heat_cells(personas: Sequence[Persona], traits: dict[str, Trait], numbers: Numerals) -> list[dict]:
    """One cell a persona: its value, the tint's step and an arrow where the gap is at least small."""
    texts = dict(zip(traits, numbers.alike([t.persona for t in traits.values()]), strict=True))
    cells = []
    for persona in personas:
        gap = traits[persona.id].gap if persona.id in traits else 0.0
        cells.append(
            {
                "persona": persona,
                "trait": traits.get(persona.id),
                "text": texts.get(persona.id, "–"),
                "step": step(gap),
                "arrow": "" if abs(gap) < 0.2 else "▲" if gap > 0 else "▼",
            }
        )
    return cells


def step(gap: float) -> int:
    """Tint of a cell, −4 to 4: one step each 0.4 standard deviations."""
    return max(-4, min(4, round(gap / 0.4)))
