"""The glyph: a flower of six traits against the base, the same petals for every persona of a set."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from personas.profiles.models import GlyphAxis
from personas.profiles.trait_claims import lower_first
from personas.profiles.traits import Standing

PETALS = 6


def choose_petals(standings: list[dict[str, Standing]]) -> tuple[str, ...]:
    """Six forming features: each persona's strongest first, then those on which personas differ most.

    The same for all, so that flowers can be compared; ordered by block, so that neighbours ask the same.
    """
    strongest: dict[str, float] = {}
    block = {}
    for own in standings:
        for name, standing in own.items():
            if standing.feature.forms:
                strongest[name] = max(strongest.get(name, 0.0), abs(standing.gap))
                block[name] = standing.feature.block
    first = [
        max((n for n in own if own[n].feature.forms), key=lambda n: (abs(own[n].gap), n), default=None)
        for own in standings
    ]
    ranked = [n for n in dict.fromkeys(first) if n]
    ranked += sorted((n for n in strongest if n not in ranked), key=lambda n: (-strongest[n], n))
    return tuple(sorted(ranked[:PETALS], key=lambda n: (block[n], n)))


def draw_glyph(standings: Mapping[str, Standing], petals: tuple[str, ...]) -> tuple[GlyphAxis, ...]:
    return tuple(
        GlyphAxis(
            label=standings[name].feature.label,
            words=gap_words(standings[name]),
            gap=float(np.clip(standings[name].gap, -2, 2)),
        )
        for name in petals
        if name in standings
    )


def gap_words(standing: Standing) -> str:
    size = abs(standing.gap)
    amount = "much " if size >= 0.8 else "" if size >= 0.3 else None
    if amount is None:
        return "like everybody"
    return f"{amount}{'more' if standing.gap > 0 else 'less'} than everybody"


def glyph_words(standings: Mapping[str, Standing], petals: tuple[str, ...]) -> str:
    parts = [f"{lower_first(standings[n].feature.label)}: {gap_words(standings[n])}" for n in petals if n in standings]
    return "; ".join(parts) if parts else "everybody together: no differences to show"
