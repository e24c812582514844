"""The passport of each persona: permanent id, names, and what happened to it, a line a run."""

from __future__ import annotations

from personas.changes.models import Change, PersonaChange
from personas.profiles.models import Persona
from personas.profiles.past import Event, Passport

MOST_EVENTS = 40


def issue(persona: Persona, when: str, words: str) -> Passport:
    """A passport for a persona that was born in this run."""
    return Passport(
        id=persona.id, name=persona.name, born=when, names=(persona.name,), events=(Event(when=when, words=words),)
    )


def stamp(
    earlier: tuple[Passport, ...],
    personas: tuple[Persona, ...],
    changes: tuple[PersonaChange, ...],
    figures: tuple[Change, ...],
    when: str,
    before: str,
    say,
) -> tuple[Passport, ...]:
    """Bring the passports of the run before up to date: born and living personas first, retired ones after them.

    figures : KPI changes beyond chance; when, before : observation ends of this run and of the earlier one, for a
    persona without a passport; say : a change's figures in words
    """
    known = {passport.id: passport for passport in earlier}
    found = {change.persona_id: change for change in changes}
    living = []
    for persona in personas:
        change = found[persona.id]
        if change.status == "born":
            living.append(issue(persona, when, change.sentence))
            continue
        old = known.get(persona.id) or issue(persona, before, "First described.")
        lines = _of_the_same(change, say) if change.status == "same" else [change.sentence]
        lines += [f"{figure.label} went {say(figure)}." for figure in figures if figure.persona_id == persona.id]
        names = old.names if persona.name in old.names else (*old.names, persona.name)
        events = (*old.events, *(Event(when=when, words=line) for line in lines))[-MOST_EVENTS:]
        living.append(old.model_copy(update={"name": persona.name, "names": names, "events": events, "retired": ""}))
    ids = {persona.id for persona in personas}
    gone = []
    for passport in earlier:
        if passport.id in ids:
            continue
        change = found.get(passport.id)
        if change is not None and not passport.retired:
            events = (*passport.events, Event(when=when, words=change.sentence))[-MOST_EVENTS:]
            passport = passport.model_copy(update={"retired": when, "events": events})
        gone.append(passport)
    return (*living, *gone)


def _of_the_same(change: PersonaChange, say) -> list[str]:
    """Lines of a persona that stayed the same; what became of any other says this in its sentence."""
    lines = []
    if change.name_before:
        lines.append(f"Renamed from “{change.name_before}”: {change.name_reason}.")
    if change.share is not None and change.share.beyond_chance:
        lines.append(f"Its share went {say(change.share)}.")
    return lines


def first_passports(personas: tuple[Persona, ...], when: str) -> tuple[Passport, ...]:
    """Passports of a first run."""
    return tuple(issue(persona, when, "First described.") for persona in personas)
