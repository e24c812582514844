"""Personas side by side: the same rows for all, so that any two can be compared."""

from __future__ import annotations

from dataclasses import dataclass

from personas.estimates import Estimate
from personas.profiles.models import Persona, PersonaSet
from personas.report.figures.differences import traits_by_feature


@dataclass(frozen=True)
class ComparedCell:
    """One persona's value on a row; `gap` sorts and folds rows, in standard deviations or as an effect size."""

    persona: Persona
    estimate: Estimate | None
    gap: float | None
    claim: str


@dataclass(frozen=True)
class ComparedRow:
    label: str
    cells: tuple[ComparedCell, ...]

    @property
    def values(self) -> tuple[float | None, ...]:
        """Each persona's value, None where it has none."""
        return tuple(None if c.estimate is None else c.estimate.value for c in self.cells)

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        return tuple(c.estimate for c in self.cells if c.estimate is not None)


def comparison(persona_set: PersonaSet) -> tuple[ComparedRow, ...]:
    """Rows that set personas side by side: traits, then KPIs that are measured for any persona.

    A KPI whose values a trait has already, as sales a customer and sales in the period, is not said again.
    """
    personas = persona_set.personas
    if len(personas) < 2:
        return ()
    rows = []
    for traits in traits_by_feature(personas, persona_set.compare_features).values():
        cells = [
            ComparedCell(p, t.persona, t.gap, t.claim_id)
            if (t := traits.get(p.id))
            else ComparedCell(p, None, None, "")
            for p in personas
        ]
        rows.append(ComparedRow(next(iter(traits.values())).label, tuple(cells)))
    shown = {row.label for row in rows}
    told = {row.values for row in rows}
    for key in dict.fromkeys(k.key for p in personas for k in p.kpis):
        mine = [next((k for k in p.kpis if k.key == key), None) for p in personas]
        known = [k for k in mine if k is not None and k.estimate.measured]
        if known and known[0].label not in shown:
            cells = [
                ComparedCell(p, k.estimate, k.effect, "") if k else ComparedCell(p, None, None, "")
                for p, k in zip(personas, mine, strict=True)
            ]
            row = ComparedRow(known[0].label, tuple(cells))
            rows += [row] if row.values not in told else []
    return tuple(rows)
