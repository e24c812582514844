"""Free comments from a grammar of phrases (``phrases.yml``) in three languages, some with contact data.

Names, addresses and numbers come from ranges reserved for examples: example.com, and the telephone numbers
that British and German regulators keep for films.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import yaml

from personas.simulation.plans import Plan

CONTACT = 0.02
SAY_MORE = 0.4
UNHAPPY, HAPPY = 6, 9


@cache
def phrases() -> dict:
    """Read the grammar: language → openers, closers, complaints by pain point, praise by delight …"""
    return yaml.safe_load(files(__package__).joinpath("phrases.yml").read_text(encoding="utf-8"))


def write_comments(
    plan: Plan,
    rng: np.random.Generator,
    language: np.ndarray,
    score: np.ndarray,
    weight: np.ndarray,
    segment: np.ndarray,
    written: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, int]:
    """Write a comment for each row of `written`; what weighs more is complained of more often.

    weight : rows × pain points, how heavily each weighs on the writer (0 = not at all)
    Returns the texts and their kinds ("complaint", "suggestion", "praise"; None where nothing was written),
    and how many hold contact data.
    """
    grammar = phrases()
    n = len(score)
    shares = np.cumsum(weight + 1e-9, axis=1)
    pain = (rng.random(n)[:, None] * shares[:, -1:] > shares).sum(axis=1)
    hurt = weight.sum(axis=1) > 0
    chance = rng.random(n)
    complains = hurt & (chance < np.where(score <= UNHAPPY, 0.85, np.where(score < HAPPY, 0.45, 0.12)))
    suggests = ~complains & hurt & (chance < 0.95) & (score < HAPPY)
    kind = np.where(complains, "complaint", np.where(suggests, "suggestion", "praise")).astype(object)
    # Nothing hurts and yet no praise: such people say what everybody says.
    kind = np.where((kind == "praise") & (score <= UNHAPPY), "vague", kind)
    draws = rng.random((n, 8))
    personal = written & (draws[:, 5] < CONTACT)
    texts = np.full(n, None, dtype=object)
    for i in np.flatnonzero(written):
        words = grammar[language[i]]
        if kind[i] == "praise":
            bodies = words["praise"][plan.segments[segment[i]].delight]
        elif kind[i] == "vague":
            bodies = words["vague"]
        else:
            bodies = words[kind[i]][plan.pains[pain[i]].key]
        texts[i] = _sentence(words, "complaint" if kind[i] == "vague" else kind[i], bodies, draws[i])
        if personal[i]:
            texts[i] += " " + _contact(words["contact"], draws[i])
    kinds = np.where(written, np.where(kind == "vague", "complaint", kind), None)
    return texts, kinds, int(personal.sum())


def _one(options: list[str], draw: float) -> str:
    return options[int(draw * len(options))]


def _sentence(words: dict, tone: str, bodies: list[str], draws: np.ndarray) -> str:
    """An opener, one or two things to say, a closer; the parts may be empty."""
    first = int(draws[0] * len(bodies))
    said = [bodies[first]]
    if draws[6] < SAY_MORE and len(bodies) > 1:
        said.append(bodies[(first + 1 + int(draws[7] * (len(bodies) - 1))) % len(bodies)])
    slots = {
        "often": _one(words["often"], draws[3]),
        "day": _one(words["days"], draws[4]),
        "number": 2 + int(draws[4] * 7),
        "minutes": 5 * (3 + int(draws[3] * 9)),
    }
    body = " ".join(text.format(**slots) for text in said)
    parts = [_one(words["openers"][tone], draws[1]), body, _one(words["closers"][tone], draws[2])]
    text = " ".join(part for part in parts if part)
    # As people type: some never use capitals, some never a full stop.
    if draws[5] > 0.85:
        return text.lower()
    return text.rstrip(".") if draws[5] > 0.70 else text


def _contact(options: list[str], draws: np.ndarray) -> str:
    names = ("anna", "tom.b", "m.silva", "j_weber", "carla99", "lee.p")
    number = int(draws[3] * 1000)
    return _one(options, draws[1]).format(
        mail=f"{_one(list(names), draws[0])}@example.com",
        british=f"+44 7700 900{number:03d}",
        german=f"+49 30 23125 {number:03d}",
    )
