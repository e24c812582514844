"""An analyst's changes to what is told: sentences left out, worded otherwise or merged, each recorded.

They stand in ``overrides.yml`` beside ``dataset.yml``, by claim id, which keeps from run to run as the persona's id
does. The numbers behind a sentence cannot be changed. A change that fits nothing of a run is kept and reported.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints, ValidationError

from personas.dataset import Dataset
from personas.dataset.document import read_document
from personas.errors import InputError, Problem, did_you_mean
from personas.estimates import Frozen
from personas.numerals import Numerals
from personas.profiles.models import Claim, Override, Persona, PersonaSet

FILENAME = "overrides.yml"
LISTS = ("who", "wants", "struggles", "goals", "delights", "standing", "buying_centre", "buys", "sure")
FIGURES = ("-journey-", "-path-", "-rated-")  # rows of a figure, which stands or falls as a whole
CONTROLS = re.compile("[\u0000-\u001f\u007f\u0085\u2028\u2029\u202a-\u202e\u2066-\u2069]")

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]


class _Strict(Frozen):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Merge(_Strict):
    """Several claims told in one sentence; the first of them carries it."""

    claims: tuple[str, ...] = Field(min_length=2)
    sentence: Text


class Overrides(_Strict):
    """What an analyst wants told otherwise.

    suppress : claim id → why it is left out; reword : claim id → the sentence, in which {estimate} and {rest} stand for
    the figures; merge : several claims told as one
    """

    suppress: dict[str, Text] = Field(default_factory=dict)
    reword: dict[str, Text] = Field(default_factory=dict)
    merge: tuple[Merge, ...] = ()


def read_overrides(source: Dataset | Path) -> Overrides:
    """Read ``overrides.yml`` beside a dataset's contract; nothing is changed where there is none.

    source : the dataset, or the folder. Raises InputError naming the key that is wrong, all problems at once.
    """
    folder = source if isinstance(source, Path) else source.folder
    path = folder / FILENAME
    if not path.is_file():
        return Overrides()
    written = read_document(path, _at(path)).values
    try:
        found = Overrides.model_validate(written)
    except ValidationError as error:
        raise InputError([_problem(path, item) for item in error.errors()]) from None
    texts = [*found.suppress.values(), *found.reword.values(), *(merge.sentence for merge in found.merge)]
    problems = [
        Problem(_at(path), f"“{CONTROLS.sub('?', text)[:60]}”", "one line without control characters")
        for text in texts
        if CONTROLS.search(text)
    ]
    if problems:
        raise InputError(problems)
    return found


def _at(path: Path) -> str:
    return f"data/{path.parent.name}/{path.name}"


def _problem(path: Path, item: Mapping) -> Problem:
    key = ".".join(str(part) for part in item["loc"])
    fix = did_you_mean(str(item["loc"][0]), list(Overrides.model_fields)) if item["type"] == "extra_forbidden" else ""
    return Problem(f"{_at(path)}, {key}", item["msg"].lower(), "suppress, reword (claim id: text) and merge", fix)


def apply_overrides(persona_set: PersonaSet, overrides: Overrides) -> PersonaSet:
    """The personas as the analyst wants them told, with each change on record and those that fit nothing.

    A left-out claim leaves every list, and takes with it the pain point, KPI or advice that rests on it; it is named in
    `overrides` with its sentence. Findings and rows of figures can be reworded, not left out.
    """
    claims = {claim.id: claim for claim in persona_set.claims}
    numbers = Numerals(persona_set.dataset.currency)
    firm = {persona.finding_claim for persona in persona_set.personas}
    done: list[Override] = []
    unused: list[str] = []
    told: dict[str, str] = {}
    gone: set[str] = set()
    for claim_id, reason in sorted(overrides.suppress.items()):
        if why := _cannot_go(claim_id, claims, firm):
            unused.append(f"suppress {claim_id}: {why}")
            continue
        gone.add(claim_id)
        done.append(Override(kind="suppressed", claim_ids=(claim_id,), was=claims[claim_id].sentence, reason=reason))
    for claim_id, sentence in sorted(overrides.reword.items()):
        if claim_id not in claims:
            unused.append(f"reword {claim_id}: {_unknown(claim_id, claims)}")
            continue
        told[claim_id] = _filled(sentence, claims[claim_id], numbers)
        done.append(Override(kind="reworded", claim_ids=(claim_id,), was=claims[claim_id].sentence, now=told[claim_id]))
    for merge in overrides.merge:
        first, *others = merge.claims
        wrong = [why for i in others if (why := _cannot_go(i, claims, firm))]
        wrong += [_unknown(first, claims)] if first not in claims else []
        if wrong or len({claims[i].persona_id for i in merge.claims}) > 1:
            unused.append(f"merge {', '.join(merge.claims)}: {wrong[0] if wrong else 'not of one persona'}")
            continue
        told[first] = _filled(merge.sentence, claims[first], numbers)
        gone |= set(others)
        was = " ".join(claims[i].sentence for i in merge.claims)
        done.append(Override(kind="merged", claim_ids=merge.claims, was=was, now=told[first]))
    if not (done or unused):
        return persona_set
    return _changed(persona_set, claims, told, gone, tuple(done), tuple(unused))


def _unknown(claim_id: str, claims: Mapping[str, Claim]) -> str:
    guess = did_you_mean(claim_id, list(claims))
    return f"no such claim in this run{'; ' * bool(guess)}{guess}"


def _cannot_go(claim_id: str, claims: Mapping[str, Claim], firm: set[str]) -> str:
    """Why a claim cannot be left out, "" where it can."""
    if claim_id not in claims:
        return _unknown(claim_id, claims)
    if claim_id in firm or claims[claim_id].persona_id is None or claim_id.startswith("set-"):
        return "it carries the persona's or the report's headline; reword it instead"
    if any(part in claim_id for part in FIGURES):
        return "it is a row of a figure, which stands as a whole"
    return ""


def _filled(sentence: str, claim: Claim, numbers: Numerals) -> str:
    rest = numbers.value(claim.rest, [claim.estimate]) if claim.rest is not None else "not measured"
    return sentence.replace("{estimate}", numbers.value(claim.estimate, [claim.rest])).replace("{rest}", rest)


def _changed(persona_set, claims, told: Mapping[str, str], gone: set[str], done, unused) -> PersonaSet:
    kept = tuple(
        claim.model_copy(update={"sentence": told[claim.id]}) if claim.id in told else claim
        for claim in persona_set.claims
        if claim.id not in gone
    )
    was = {claims[i].sentence: text for i, text in told.items()}
    return persona_set.model_copy(
        update={
            "claims": kept,
            "headline": was.get(persona_set.headline, persona_set.headline),
            "summary": tuple(was.get(text, text) for text in persona_set.summary),
            "represented": tuple(was.get(text, text) for text in persona_set.represented),
            "personas": tuple(_without(persona, gone) for persona in persona_set.personas),
            "overrides": done,
            "unused_overrides": unused,
        }
    )


def _without(persona: Persona, gone: set[str]) -> Persona:
    """The persona without what rests on a claim that is left out."""
    pains = tuple(pain for pain in persona.pain_points if not set(pain.claim_ids) & gone)
    there = {pain.id for pain in pains}
    change = {name: tuple(i for i in getattr(persona, name) if i not in gone) for name in LISTS}
    change |= {
        "pain_points": pains,
        "actions": tuple(a for a in persona.actions if a.pain_point_id is None or a.pain_point_id in there),
        "traits": tuple(trait for trait in persona.traits if trait.claim_id not in gone),
        "profile": tuple(one for one in persona.profile if one.claim_id not in gone),
        "kpis": tuple(kpi for kpi in persona.kpis if f"{persona.id}-kpi-{kpi.key}" not in gone),
    }
    change |= {
        name: tuple(one for one in getattr(persona, name) if one.claim_id not in gone)
        for name in ("do", "dont", "offers")
    }
    if persona.expect_claim in gone:
        change |= {"expect": None, "expect_claim": None}
    return persona.model_copy(update=change)
