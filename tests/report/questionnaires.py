"""A questionnaire for a made-up persona set; every string that data could carry goes through `text`."""

from __future__ import annotations

from personas.estimates import Estimate
from personas.profiles.models import PersonaSet
from personas.segments.typing_tool import Answer, PersonaName, Question, TypingTool
from tests.report.households import proportion


def tool_of(persona_set: PersonaSet, text=lambda words: words) -> TypingTool | None:
    """Two questions: who answers the first with "often" is of the first persona, with "rarely" of the last."""
    names = tuple(PersonaName(id=p.id, name=p.name) for p in persona_set.personas)
    k = len(names)
    if k == 1:
        return TypingTool(offered=False, why="There is one persona, so nobody has to be placed.", personas=names)
    first, last = (tuple(3.0 * (i == at) for i in range(k)) for at in (0, k - 1))
    often = (
        Answer(label=text("often"), low=50.0, weights=first),
        Answer(label=text("now and then"), low=10.0, high=50.0, weights=(0.0,) * k),
        Answer(label=text("rarely"), high=10.0, weights=last),
    )
    home = (
        Answer(label=text("alone"), values=(text("alone"),), weights=last),
        Answer(label=text("with children"), values=(text("with children"), text("family")), weights=first),
    )
    return TypingTool(
        offered=True,
        why=text("2 questions place 71 % (69 to 73) of customers right who had no part in choosing them."),
        personas=names,
        intercepts=(0.0,) * k,
        questions=(
            Question(
                feature="visits", label=text("Visits a year"), meaning=text("Days with a purchase"), kind="number",
                unit="days", asked=False, answers=often,
            ),
            Question(feature="home", label=text("Household"), meaning="", kind="category", asked=True, answers=home),
        ),
        accuracy=proportion(0.71, 2000),
        baseline=0.3,
        gain=Estimate(value=0.41, low=0.38, high=0.44, n=2000, unit="ratio"),
        found=tuple(proportion(0.7, 300) for _ in names),
        customers=2000,
        folds=5,
        seed=7,
    )  # fmt: skip
