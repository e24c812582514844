"""What the report says of changes since the last run: a section on the overview, two sentences on each persona."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from personas.changes.account import MOST_HEADLINES, say_change
from personas.changes.models import Changes, Headline
from personas.numerals import Numerals, day, in_words, p_words, percent, whole
from personas.profiles.past import Passport

MOST_ROWS, MOST_MORE = 40, 20  # of a run in which everything changed


@dataclass(frozen=True)
class Row:
    """One figure or flow, for the table of all that was compared."""

    name: str
    change: str
    sure: str


@dataclass(frozen=True)
class Line:
    """One thing that changed; call : whether to act, watch or keep up; act : what to do."""

    what: str
    meaning: str
    call: str
    act: str


@dataclass(frozen=True)
class News:
    """Empty for a first run.

    title : in ten words or fewer; since : what is compared with, in words
    headlines : the first ones, `more` those after them, `further` how many neither has
    own : persona id → what happened to it, in a sentence or two; passports : by persona id
    """

    title: str = ""
    sentence: str = ""
    since: str = ""
    headlines: tuple[Line, ...] = ()
    more: tuple[Line, ...] = ()
    further: int = 0
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    own: dict[str, str] = field(default_factory=dict)
    passports: dict[str, Passport] = field(default_factory=dict)
    retired: tuple[Passport, ...] = ()


def tell_news(changes: Changes | None, numbers: Numerals) -> News:
    """Put what stage 05 found into the words of the page."""
    if not isinstance(changes, Changes):
        return News()
    if changes.first_run:
        told = bool(changes.notes) or changes.out_of_order
        return News(notes=(changes.sentence, *changes.notes) if told else ())
    alive = {one.persona_id for one in changes.personas if one.status != "retired"}
    return News(
        title=_title(changes),
        sentence=changes.sentence,
        since=_since(changes),
        headlines=tuple(_line(one) for one in changes.headlines[:MOST_HEADLINES]),
        more=tuple(_line(one) for one in changes.headlines[MOST_HEADLINES : MOST_HEADLINES + MOST_MORE]),
        further=max(0, len(changes.headlines) - MOST_HEADLINES - MOST_MORE),
        rows=_rows(changes, numbers),
        notes=(*changes.notes, *([changes.fit_for_use] if changes.fit_for_use else [])),
        own={one: _own(changes, one) for one in alive},
        passports={passport.id: passport for passport in changes.passports if passport.id in alive},
        retired=tuple(passport for passport in changes.passports if passport.retired),
    )


def _line(headline: Headline) -> Line:
    for word in ("Act", "Watch"):
        call, colon, act = headline.act.partition(": ")
        if colon and call.startswith(word):
            return Line(headline.what, headline.meaning, word, act[:1].upper() + act[1:])
    call = "Keep" if headline.good else "Do"
    return Line(headline.what, headline.meaning, call, headline.act or "Nothing.")


def _title(changes: Changes) -> str:
    sure = [one for one in changes.headlines if not one.within_chance]
    if not sure:
        other = changes.earlier is not None and changes.verdict not in ("", changes.earlier.verdict)
        return "Only the word of the verdict changed" if other else "Nothing changed beyond chance"
    worse = [one for one in sure if one.good is False]
    many = "One thing" if len(sure) == 1 else f"{in_words(len(sure)).capitalize()} things"
    return f"{many} changed, {in_words(len(worse))} for the worse" if worse else f"{many} changed"


def _since(changes: Changes) -> str:
    earlier = changes.earlier
    when = f"the run of {day(earlier.observation_end)}" if earlier.observation_end else f"“{earlier.title}”"
    words = f"Compared with {when}, {whole(earlier.customers)} {earlier.units}"
    if earlier.shared:
        words += (
            f"; {whole(earlier.shared)} are in both runs, {whole(earlier.joined)} are new, {whole(earlier.left)} left"
        )
    return f"{words}."


SAME = "The same persona as in the earlier run."


def _own(changes: Changes, persona_id: str) -> str:
    """What happened to a persona, in one to three short sentences; its passport says the rest."""
    change = changes.of(persona_id)
    words = [change.sentence]
    if change.status == "same":
        # Why it is called otherwise stands in the passport; figures that the sentence has are not said again.
        said = change.sentence.removeprefix(SAME).strip().replace(f": {change.name_reason}.", ".")
        told = [one.what.removeprefix(f"{change.name}: ") for one in changes.headlines if one.persona_id == persona_id]
        words = [*([said] if said else []), *[one for one in told if _figures(one) not in change.sentence][:1]] or [
            SAME
        ]
    if change.proposed:
        words.append("Proposed: it waits to be accepted.")
    return " ".join(word[:1].upper() + word[1:] for word in [short(words[0]), *words[1:]])


def short(told: str, most: int = 30) -> str:
    """The first sentences of a text, as many as `most` words hold, but at least one.

    >>> short("One is here. Another is there.", most=4)
    'One is here.'
    """
    sentences = re.split(r"(?<=[.!?]) (?=[A-Z“\d])", told)
    while len(sentences) > 1 and len(" ".join(sentences).split()) > most:
        sentences.pop()
    return " ".join(sentences)


def _figures(told: str) -> str:
    """The part of a headline from its first figure on: what two sentences on the same change have in common."""
    return told[told.index("from ") :] if "from " in told else told


def _rows(changes: Changes, numbers: Numerals) -> tuple[Row, ...]:
    names = {one.persona_id: one.name for one in changes.personas}
    figures = [one for one in changes.figures if one.p_adjusted is not None]
    figures.sort(key=lambda one: (one.persona_id is not None, one.p_adjusted, one.persona_id or "", one.key))
    rows = [
        Row(
            f"{names[one.persona_id]}: {one.label}" if one.persona_id in names and len(names) > 1 else one.label,
            say_change(one, numbers), f"{one.reading}, {p_words(one.p_adjusted)}",
        )
        for one in figures
        if one.persona_id is None or one.beyond_chance
    ]  # fmt: skip
    rows += [
        Row(
            f"From {names[flow.source]} to {names[flow.target]}",
            f"{percent(flow.share)} of its customers, {whole(flow.customers)}",
            "beyond chance" if flow.beyond_noise else "within chance",
        )
        for flow in changes.flows
        if flow.customers is not None and flow.source != flow.target
    ]  # fmt: skip
    rows += [
        Row(f"Input: {one.label}", one.words, f"stability index {one.psi:.2f}")
        for one in changes.drift
        if one.level != "none"
    ]
    return tuple(rows[:MOST_ROWS])
