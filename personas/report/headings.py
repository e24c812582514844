"""Each section's title as a finding in ten words or so, built from the numbers given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from personas.numerals import Numerals, in_words, percent, unless_few, whole
from personas.profiles.models import JourneyCell, Kpi, PersonaSet, Verdict
from personas.report.comparison import ComparedRow
from personas.report.figure import Figure, lower_first
from personas.report.figures.differences import traits_by_feature
from personas.segments.typing_tool import TypingTool

EQUAL = 0.2  # standard deviations; closer rows count as equal, as the comparison's script does
PLAIN = {
    "natural": "distinct",
    "reproducible": "stable, with soft borders",
    "constructive": "useful, but not natural",
    "none": "none that hold: read as one",
}
TELLING = ("nps", "csat", "csat_mean", "spend")


@dataclass(frozen=True)
class Heading:
    """A section's title as a finding, with the claims it repeats ("" where it speaks of no persona)."""

    text: str
    claims: str = ""


def plain_verdict(verdict: Verdict) -> str:
    """The verdict for a reader who does not know its words; the method's word stands under "Can I trust this?"."""
    return PLAIN[verdict.word] + (", borderline" if verdict.borderline else "")


def headings(
    persona_set: PersonaSet,
    compared: Sequence[ComparedRow],
    journey: Figure | None,
    tool: TypingTool | None = None,
) -> dict[str, Heading]:
    """Titles by section; those without anything to say are left out."""
    card, personas = persona_set.dataset, persona_set.personas
    shares = [p.share.value for p in personas if p.share.measured]
    count = in_words(len(personas)).capitalize()
    found = {
        "actions": _first_move(persona_set),
        "kpis": _telling(persona_set.kpis, f"All {whole(card.customers)} {card.units}", Numerals(card.currency)),
        "personas": Heading(
            f"{count} personas, from {percent(min(shares))} to {percent(max(shares))} of {card.units}"
            if len(shares) > 1
            else f"One persona: all {card.units}"
        ),
        "trust": Heading(persona_set.verdict.sentence.removesuffix(".")),
    }
    if compared:
        found["compare"] = _compared(compared)
    if journey is not None:
        found["journey"] = _journey(persona_set.journey, journey)
    if tool is not None:
        found["place"] = _placing(tool, card.units)
    by_feature = [next(iter(t.values())) for t in traits_by_feature(personas, persona_set.compare_features).values()]
    if len(personas) > 1 and by_feature:
        labels = " and ".join([by_feature[0].label, *(lower_first(t.label) for t in by_feature[1:2])])
        found["differences"] = Heading(f"{labels} separate{'s' if len(by_feature) == 1 else ''} them most")
    return found


def _first_move(persona_set: PersonaSet) -> Heading:
    card = persona_set.dataset
    if not persona_set.actions:
        return Heading("No action follows from these data yet")
    reach = unless_few(persona_set.actions[0].reach, persona_set.min_group)
    return Heading(f"The first move concerns {reach} of {whole(card.customers)} {card.units}")


def _telling(kpis: Sequence[Kpi], everybody: str, numbers: Numerals) -> Heading:
    """The figure that says most of the whole base: recommendation, satisfaction, sales, or the first measured."""
    known = {k.key: k for k in kpis if k.estimate.measured}
    key = next((k for k in (*TELLING, *known) if k in known), None)
    return Heading(everybody if key is None else f"{known[key].label}: {numbers.value(known[key].estimate)}")


def _compared(rows: Sequence[ComparedRow]) -> Heading:
    """On how many measures personas differ; each row's gaps are on one scale."""
    spans = [gaps for row in rows if len(gaps := [c.gap for c in row.cells if c.gap is not None]) > 1]
    apart = sum(max(gaps) - min(gaps) >= EQUAL for gaps in spans)
    if not spans:
        return Heading("Any two, side by side")
    return Heading(f"They differ on {in_words(apart)} of {in_words(len(spans))} measures")


def _journey(cells: Sequence[JourneyCell], drawn: Figure) -> Heading:
    """Where personas are furthest apart; without personas, where it feels worst, or where fewest come."""
    if drawn.claim or " of one persona" in drawn.title:
        return Heading(drawn.title, drawn.claim)
    felt = [c for c in cells if c.feeling.measured]
    if len(felt) > 1:
        worst = min(felt, key=lambda c: c.feeling.value)
        return Heading(f"Feels worst: {lower_first(worst.touchpoint)}, {Numerals().value(worst.feeling)} on −2 to +2")
    seen = [c for c in cells if c.share.measured]
    if len(seen) > 1:
        fewest = min(seen, key=lambda c: c.share.value)
        return Heading(f"Reaches fewest: {lower_first(fewest.touchpoint)}, {Numerals().value(fewest.share)}")
    return Heading(drawn.title)


def _placing(tool: TypingTool, units: str) -> Heading:
    if not tool.offered:
        return Heading("No short questionnaire tells them apart")
    count = len(tool.questions)
    asked = f"{in_words(count).capitalize()} question{'s' if count > 1 else ''}"
    if tool.accuracy is None or not tool.accuracy.measured:
        return Heading(f"{asked} place a customer")
    return Heading(f"{asked} place{'s' if count == 1 else ''} {percent(tool.accuracy.value)} of {units} right")
