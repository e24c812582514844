"""What became of each persona, in words: the same, redrawn, new, returned or retired; what follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from personas.changes.account import say_change
from personas.changes.figures import Figures
from personas.changes.models import Flow, PersonaChange
from personas.changes.movement import MOST, destinations, origins
from personas.numerals import Numerals, day, percent
from personas.profiles.earlier import Past
from personas.profiles.identities import Identities
from personas.profiles.models import PersonaSet
from personas.profiles.past import Passport

UNSTABLE = "Chance alone may have done it: the segment is so unstable that fitting again moves it as far."

WAIT = "Watch: plan nothing for it until the next run says the same; accept it then."


def tell_fates(
    personas: PersonaSet, earlier: Past, identities: Identities, figures: Figures, flows, drawn, numbers, proposed
) -> tuple[PersonaChange, ...]:
    """What became of every persona of either run: today's in their order, then those that retired.

    drawn : customers by old segment and new one, by who was in them or else by definition, None where neither is known
    """
    names = {persona.id: persona.name for persona in personas.personas}
    before = {persona.id: persona.name for persona in earlier.run.personas}
    passports = {passport.id: passport for passport in earlier.run.passports}
    came, went, joined = {}, {}, {}
    if drawn is not None:
        ids = earlier.segments.ids
        came, went = origins(drawn, identities, ids), destinations(drawn, identities, ids)
        joined = _joined(drawn, identities, ids)
    changes = []
    for persona, one in zip(personas.personas, identities.personas, strict=True):
        change = PersonaChange(
            persona_id=persona.id, name=persona.name, status=one.status, overlap=one.overlap, floor=one.floor,
            shared_overlap=one.shared_overlap, share=figures.shares.get(persona.id),
            came_from=(joined if one.was_there else came).get(persona.id, ()),
            went_to=went.get(persona.id, ()), proposed=proposed and one.status != "same",
            within_chance=one.within_chance,
            name_before=persona.name_before, name_reason=persona.name_reason,
        )  # fmt: skip
        if one.status == "born":
            told = tell_born(change, before)
        elif one.status == "returned":
            told = tell_returned(change, passports.get(persona.id), before)
        else:
            told = tell_kept(change, flows, before | names, numbers)
        changes.append(change.model_copy(update=told))
    for gone in identities.retired:
        change = PersonaChange(
            persona_id=gone, name=before[gone], status="retired", went_to=went.get(gone, ()), proposed=proposed,
            within_chance=gone in identities.lost,
        )  # fmt: skip
        changes.append(change.model_copy(update=tell_retired(change, names)))
    return tuple(changes)


def _joined(drawn: np.ndarray, identities: Identities, ids: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """For each persona of both runs, the retired ones that mostly went into it: a merge."""
    found: dict[str, tuple[str, ...]] = {}
    for gone in identities.retired:
        row = drawn[ids.index(gone)]
        place = int(row.argmax())
        if row.sum() and row[place] >= MOST * row.sum():
            into = identities.personas[place].persona_id
            found[into] = (*found.get(into, ()), gone)
    return found


def tell_born(change: PersonaChange, before: Mapping[str, str]) -> dict[str, str]:
    """A persona that was not there before."""
    came = [before[one] for one in change.came_from if one in before]
    if len(came) == 1:
        sentence = f"New: split off from {came[0]}."
    elif came:
        sentence = f"New: made of parts of {together(came[:3])}."
    else:
        sentence = "New: nobody in the earlier run was like it."
    meaning = "These customers were described as somebody else before."
    act = "Read its page, decide who looks after it, then accept it."
    return _doubted(change, {"sentence": sentence, "meaning": meaning, "act": act})


def tell_returned(change: PersonaChange, passport: Passport | None, before: Mapping[str, str]) -> dict[str, str]:
    """A persona that had retired before the earlier run, and is back with the id it had."""
    since = f", retired with the run of {day(passport.retired)}" if passport is not None and passport.retired else ""
    sentence = f"Returned: it is {change.persona_id} again{since}"
    if change.overlap is not None:
        sentence += f"; {percent(change.overlap)} overlap with its definition of then"
    came = [before[one] for one in change.came_from if one in before]
    sentence += f". In the earlier run its customers were in {together(came[:3])}." if came else "."
    if change.name_before:
        sentence += f" Renamed from “{change.name_before}”: {change.name_reason}."
    meaning = "These customers stand out again. Its figures are not compared: the earlier run did not have it."
    act = "Look up what was planned for it before it retired, then accept it."
    return _doubted(change, {"sentence": sentence, "meaning": meaning, "act": act})


def together(names: Sequence[str]) -> str:
    """Names one after the other.

    >>> together(["A", "B", "C"])
    'A, B and C'
    """
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _doubted(change: PersonaChange, told: dict[str, str]) -> dict[str, str]:
    """What follows where chance alone may have done it: wait for the next run."""
    return told | {"meaning": UNSTABLE, "act": WAIT} if change.within_chance else told


def tell_retired(change: PersonaChange, names: Mapping[str, str]) -> dict[str, str]:
    """A persona that is no more."""
    went = [names[one] for one in change.went_to if one in names]
    where = f" Most of its customers are now in {went[0]}." if len(went) == 1 else ""
    where = f" Its customers are now in {together(went[:3])}." if len(went) > 1 else where
    meaning = "What was planned for it has no addressee any more."
    told = {
        "sentence": f"Retired: no segment of this run is like it.{where}",
        "meaning": meaning,
        "act": "Move what was planned for it to the personas its customers are in now.",
    }
    return _doubted(change, told)


def tell_kept(change: PersonaChange, flows: Sequence[Flow], names: Mapping[str, str], numbers: Numerals):
    """A persona of both runs, the same or changed."""
    parts = []
    if change.status == "changed":
        parts.append(
            f"Redrawn: {percent(change.overlap)} overlap with its earlier definition, where fitting again to other "
            f"customers of the same kind leaves {percent(change.floor)}."
        )
    else:
        parts.append("The same persona as in the earlier run.")
    lost = [names[one] for one in change.went_to if one in names and one != change.persona_id]
    if lost and change.status == "changed":
        parts.append(f"A part of it is now {' and '.join(lost[:2])}.")
    gained = [names[one] for one in change.came_from if one in names and one != change.persona_id]
    if gained:
        parts.append(f"It took in {' and '.join(gained[:2])}.")
    if change.share is not None and change.share.beyond_chance:
        parts.append(f"By the earlier definition its share went {say_change(change.share, numbers)}.")
    out = [f for f in flows if f.source == change.persona_id and f.beyond_noise and f.target in names]
    if out:
        most = max(out, key=lambda flow: (flow.share, flow.target))
        parts.append(f"{percent(most.share)} of those who were in it are now in {names[most.target]}.")
    if change.name_before:
        parts.append(f"Renamed from “{change.name_before}”: {change.name_reason}.")
    told = {"sentence": " ".join(parts)}
    if change.status == "changed":
        told |= {
            "meaning": "Figures of both runs are of somewhat different customers.",
            "act": "Read its page before relying on earlier plans, then accept it.",
        }
    return told
