"""The playbook: signs of friction in behaviour and what helps, as data that an analyst may edit.

``playbooks/general.yml`` and ``playbooks/remedies.yml`` always hold. A dataset chooses further sets by name, or adds
files of its own beside ``dataset.yml``; a later file replaces what an earlier one says under the same key, and takes a
rule away where it gives nothing (``null``).
"""

from __future__ import annotations

import re
import typing
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel, ValidationError

from personas.customers.feedback import METRICS
from personas.customers.wording import read_wording
from personas.dataset import Dataset
from personas.dataset.contract import PLAYBOOKS
from personas.dataset.document import Document, read_document
from personas.errors import InputError, Problem, did_you_mean
from personas.estimates import Frozen
from personas.experience.pains.friction import CASE_FEATURES, CONTACT_FEATURES, CUSTOMER_FEATURES
from personas.experience.pains.signals import PLACES, Bound, Depth, Remedy, Signal

FOLDER = Path(__file__).parent / "playbooks"
ALWAYS = ("remedies.yml", "general.yml")
FILE_KEYS = ("title", "gaps", "remedies", "fallback", "signals")

__all__ = ["Bound", "Depth", "Playbook", "Remedy", "Signal", "choose_playbook", "read_playbook"]


@dataclass(frozen=True)
class Playbook:
    """Rules and remedies by key.

    signals : signs of friction (and of delight) in behaviour; remedies : what helps, most specific first
    gaps : key → the gap that remedies close, in words; fallback : key of the remedy that fits everything
    """

    signals: typing.Mapping[str, Signal]
    remedies: typing.Mapping[str, Remedy]
    gaps: typing.Mapping[str, str]
    fallback: str

    def remedy_for(self, touchpoint: str, title: str, otherwise: Remedy | None = None) -> Remedy:
        """The remedy for a stated pain point, by the words of its title, else by those of its touchpoint.

        otherwise : what helps where no remedy has any of these words; None: the fallback

        >>> read_playbook().remedy_for("Customer service", "Long waits for customer service").gap
        'waiting'
        """
        for text in (title.lower(), touchpoint.lower()):
            for remedy in self.remedies.values():
                if any(_mentions(text, word) for word in remedy.words):
                    return remedy
        return otherwise or self.remedies[self.fallback]


class _Rules(Frozen):
    """What a file may hold: for the messages only, each entry is validated by itself."""

    remedies: dict[str, Remedy]
    signals: dict[str, Signal]


def remedy_for(touchpoint: str, title: str) -> Remedy:
    """The remedy for a stated pain point by the shipped playbook."""
    return read_playbook().remedy_for(touchpoint, title)


def choose_playbook(dataset: Dataset) -> Playbook:
    """Read what a dataset chooses: its sets, and its own files.

    Raises InputError naming file, line and key of everything that does not fit.
    """
    chosen = dataset.contract.playbook
    own = tuple(dataset.folder / name for name in chosen if name not in PLAYBOOKS)
    playbook = read_playbook(tuple(name for name in chosen if name in PLAYBOOKS), own)
    if problems := [problem for path in own for problem in _unknown_features(path, playbook, dataset)]:
        raise InputError(problems)
    return playbook


def _unknown_features(path: Path, playbook: Playbook, dataset: Dataset) -> list[Problem]:
    """Features of an own rule that no dataset has; a rule that lacks a feature is passed over in silence otherwise."""
    document = _own_document(path)
    attributes = {attribute.name for attribute in dataset.attributes} | set(dataset.contract.features)
    known = {
        "customer": [*read_wording(), *CUSTOMER_FEATURES, *METRICS, "feedback_given", "survey_response", *attributes],
        "touchpoint": list(CONTACT_FEATURES),
        "category": list(CASE_FEATURES),
    }
    problems = []
    for key in document.values.get("signals") or {}:
        rule = playbook.signals.get(key)
        for name in sorted(rule.features) if rule is not None else ():
            made = rule.each == "customer" and name.startswith(("mix_", "rating_"))
            if name not in known[rule.each] and not made:
                fix = did_you_mean(name, known[rule.each])
                problems.append(Problem(document.place(("signals", key)), f'the feature "{name}"', "a feature", fix))
    return problems


def _own_document(path: Path) -> Document:
    return read_document(path, f"data/{path.parent.name}/{path.name}")


@cache
def read_playbook(sets: tuple[str, ...] = (), own: tuple[Path, ...] = ()) -> Playbook:
    """Read the general rules, those of `sets` (retail, travel …) and those of `own` files, in this order.

    Raises InputError with every unknown set, key, remedy or gap, and every value that does not fit.

    >>> read_playbook(("retail",)).signals["falling_visits"].title
    'Coming less and less'
    """
    unknown = [name for name in sets if name not in PLAYBOOKS]
    if unknown:
        raise InputError([Problem("playbook", f'"{n}"', "a set", did_you_mean(n, PLAYBOOKS)) for n in unknown])
    names = [*ALWAYS, *(f"{name}.yml" for name in sets if name != "general")]
    documents = [read_document(FOLDER / name, f"personas/experience/pains/playbooks/{name}") for name in names]
    documents += [_own_document(path) for path in own]
    return _together(documents)


def _together(documents: Sequence[Document]) -> Playbook:
    gaps: dict[str, str] = {}
    fallback = ""
    problems: list[Problem] = []
    written: dict[str, tuple[dict, Document]] = {}
    rules: dict[str, tuple[dict, Document]] = {}
    for document in documents:
        problems += _unknown_keys(document)
        gaps |= document.values.get("gaps") or {}
        fallback = document.values.get("fallback") or fallback
        for section, found in (("remedies", written), ("signals", rules)):
            for key, entry in (document.values.get(section) or {}).items():
                # An own remedy is looked at before the shipped ones, whose words are wider.
                found.pop(key, None)
                if entry is not None:
                    found[key] = (entry, document)
    remedies = {key: _read(Remedy, entry, ("remedies", key), at, problems) for key, (entry, at) in written.items()}
    for key, remedy in remedies.items():
        if remedy is not None and remedy.gap not in gaps:
            place = written[key][1].place(("remedies", key, "gap"))
            problems.append(Problem(place, f'"{remedy.gap}"', "a gap", did_you_mean(remedy.gap, list(gaps))))
    signals = {key: _read_signal(key, entry, at, written, problems) for key, (entry, at) in rules.items()}
    if fallback not in remedies:
        place = documents[-1].place(("fallback",))
        problems.append(Problem(place, f'"{fallback}"', "a remedy", did_you_mean(fallback, list(remedies))))
    if problems:
        raise InputError(problems)
    own = [key for key, (_, at) in written.items() if at is not documents[0]]
    ordered = {key: remedies[key] for key in (*own, *remedies)}
    return Playbook(MappingProxyType(signals), MappingProxyType(ordered), MappingProxyType(gaps), fallback)


def _unknown_keys(document: Document) -> list[Problem]:
    problems = []
    for key, value in document.values.items():
        if key not in FILE_KEYS:
            expected = "keys: " + ", ".join(FILE_KEYS)
            found = f'unknown key "{key}"'
            problems.append(Problem(document.place((key,)), found, expected, did_you_mean(str(key), FILE_KEYS)))
        elif key not in ("title", "fallback") and not isinstance(value, dict | None):
            problems.append(Problem(document.place((key,)), f'"{value}"', "keys with values, indented below"))
    if problems:
        raise InputError(problems)
    return []


def _read_signal(key: str, entry: dict, document: Document, remedies: dict, problems: list[Problem]) -> Signal | None:
    at = ("signals", key)
    if isinstance(entry, dict) and isinstance(entry.get("remedy"), str):
        name = entry["remedy"]
        if name not in remedies:
            fix = did_you_mean(name, list(remedies))
            problems.append(Problem(document.place((*at, "remedy")), f'"{name}"', "a remedy", fix))
            return None
        entry = {**entry, "remedy": remedies[name][0]}
    signal = _read(Signal, entry, at, document, problems)
    if signal is not None:
        problems += _unfit(signal, at, document)
    return signal


def _unfit(signal: Signal, at: tuple, document: Document) -> list[Problem]:
    """What each value allows by itself and all of them together do not."""
    problems = []
    for name in (*signal.among, *signal.when, signal.depth.feature):
        if signal.depth.start == signal.depth.to:
            found = f"from {signal.depth.start:g} to {signal.depth.to:g}"
            return [Problem(document.place((*at, "depth")), found, "two different numbers")]
        if not name.strip():
            problems.append(Problem(document.place(at), "a feature without a name", "a feature"))
    if "{share}" not in signal.finding:
        place = document.place((*at, "finding"))
        problems.append(Problem(place, f'"{signal.finding}"', "a sentence about {share}", 'write "{share} of …"'))
    told = any(slot in signal.title + signal.finding for slot in PLACES)
    if (signal.each == "customer") == told:
        expected = "{touchpoint} or {category} in title or finding just where `each` says so"
        problems.append(Problem(document.place((*at, "title")), f'"{signal.title}"', expected))
    return problems


def _read(model: type[BaseModel], entry, at: tuple, document: Document, problems: list[Problem]):
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        problems += [_problem(dict(item), at, document) for item in error.errors()]
        return None


def _problem(error: dict, at: tuple, document: Document) -> Problem:
    keys = (*at, *error["loc"])
    place = document.place(keys)
    if error["type"] == "extra_forbidden":
        from personas.dataset.violations import model_at

        model = model_at(keys[:-1], _Rules)
        known = [info.alias or name for name, info in model.model_fields.items()] if model else []
        return Problem(place, f'unknown key "{keys[-1]}"', "keys: " + ", ".join(known), did_you_mean(keys[-1], known))
    if error["type"] == "missing":
        return Problem(place, f'no key "{keys[-1]}"', "it is needed", f'add "{keys[-1]}:"')
    if error["type"] == "literal_error":
        words = [word.strip("'\" ") for word in error["ctx"]["expected"].replace(" or ", ", ").split(",")]
        return Problem(
            place, f'"{error["input"]}"', "one of " + ", ".join(words), did_you_mean(str(error["input"]), words)
        )
    expected = error["msg"].removeprefix("Input should be ").removeprefix("a valid ")
    shown = error["input"] if not isinstance(error["input"], dict) else "keys " + ", ".join(map(str, error["input"]))
    return Problem(place, f'"{shown}"', expected)


def _mentions(text: str, word: str) -> bool:
    """Whether a whole word (a star: any ending) is in a text of small letters.

    >>> _mentions("late deliveries", "deliver*"), _mentions("chocolate", "late")
    (True, False)
    """
    ending = r"\w*" if word.endswith("*") else r"\b"
    return re.search(rf"\b{re.escape(word.lower().rstrip('*'))}{ending}", text) is not None
