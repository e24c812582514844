"""A persona as a Markdown card for a wiki: the sentences of its page, each with its evidence."""

from __future__ import annotations

import re

from personas.numerals import GAP, Numerals, day, p_words, unless_few, whole
from personas.profiles.models import Claim, Persona, PersonaSet

SPECIAL = re.compile(r"([\\`*_{}\[\]~|$])")
MARKED, NUMBERED = re.compile(r"^([#+=-])"), re.compile(r"^(\d+)([.)])(?=\s|$)")
TURNS_TEXT = re.compile("[\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """Write words from data so that Markdown and HTML show them and do nothing else; always one line.

    >>> print(plain("<b>1 * 2</b> [x](http://e.org)"))
    &lt;b&gt;1 \\* 2&lt;/b&gt; \\[x\\](http&#58;//e.org)
    """
    text = TURNS_TEXT.sub("", " ".join(str(text).replace("\x00", "").split()))
    text = SPECIAL.sub(r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    text = text.replace("://", "&#58;//").replace("www.", "www&#46;")
    return NUMBERED.sub(r"\1\\\2", MARKED.sub(r"\\\1", text))


def render_card(persona: Persona, persona_set: PersonaSet) -> str:
    """Write one persona as Markdown that stands alone, about a page long.

    Everything from data is escaped; every statement carries its estimate and how it was tested.
    Raises KeyError where the persona refers to a claim that is not there.

    >>> print(render_card(persona_set.personas[0], persona_set).splitlines()[0])
    # Small-basket regulars
    """
    claims = {claim.id: claim for claim in persona_set.claims}
    numbers = Numerals(persona_set.dataset.currency)
    parts = [
        *_head(persona, persona_set, claims, numbers),
        *_said("Who they are", persona.who, claims, numbers),
        *_said("What they want", (*persona.wants, *persona.goals), claims, numbers),
        *_expectation(persona, claims, numbers),
        *_pains(persona, numbers),
        *_said("What they buy more of", persona.buys, claims, numbers),
        *_offers(persona),
        *_said("What delights them", persona.delights, claims, numbers),
        *_kpis(persona, numbers),
        *_said("Who buys in the account", persona.buying_centre, claims, numbers),
        *_said("Who is loyal, at risk and next", persona.standing, claims, numbers),
        *_actions(persona, persona_set, numbers),
        *_talk(persona),
        *_sure(persona, persona_set, claims, numbers),
    ]
    return "\n\n".join(parts) + "\n"


def _head(persona: Persona, persona_set: PersonaSet, claims: dict[str, Claim], numbers: Numerals) -> list[str]:
    card = persona_set.dataset
    worth = f" · {_say(numbers, persona.value_share)} of sales" if persona.value_share.measured else ""
    size = f"{_say(numbers, persona.share)} of {plain(card.units)}, n {whole(persona.n)}"
    parts = [
        f"# {plain(persona.name)}",
        f"**{plain(claims[persona.finding_claim].sentence)}**",
        f"{size}{worth} · {plain(persona.stability_word)}",
    ]
    return [*parts, f"> {plain(card.notice)}"] if card.notice else parts


def _said(title: str, ids, claims: dict[str, Claim], numbers: Numerals) -> list[str]:
    """A section of sentences, each with its evidence in brackets; nothing where there are none."""
    lines = [f"- {_with_evidence(claims[i], numbers)}" for i in dict.fromkeys(ids)]
    return [f"## {title}", "\n".join(lines)] if lines else []


def _with_evidence(claim: Claim, numbers: Numerals) -> str:
    return f"{plain(claim.sentence)} *({_evidence(claim, numbers)})*"


def _evidence(claim: Claim, numbers: Numerals) -> str:
    """Estimate, the others, n and how it was tested."""
    parts = [_say(numbers, claim.estimate, claim.rest)]
    if claim.rest is not None and claim.rest.measured:
        parts.append(f"others {_say(numbers, claim.rest, claim.estimate)}")
    if claim.estimate.n:
        parts.append(f"n {whole(claim.estimate.n)}")
    tested = f"{p_words(claim.p_adjusted)} adjusted" if claim.p_adjusted is not None else plain(claim.test)
    held = f"said too in {claim.held} of {claim.refits} other divisions" if claim.refits else ""
    weighted = "weighted" if claim.weighted else ""
    return "; ".join([*parts, plain(claim.kind), *filter(None, [weighted, tested, held])])


def _expectation(persona: Persona, claims: dict[str, Claim], numbers: Numerals) -> list[str]:
    if not persona.expect or not persona.expect_claim:
        return []
    said = _with_evidence(claims[persona.expect_claim], numbers)
    return ["## What you may expect, and what the data say", f"{plain(persona.expect)} {said}"]


def _pains(persona: Persona, numbers: Numerals) -> list[str]:
    lines = []
    for pain in persona.pain_points:
        against = f"; others {_say(numbers, pain.rest, pain.reach)}" if pain.rest is not None else ""
        lines.append(
            f"- **{plain(pain.title)}**: {_say(numbers, pain.reach, pain.rest)} of them{against}; {plain(pain.kind)}"
        )
    return ["## What hurts", "\n".join(lines)] if lines else []


def _offers(persona: Persona) -> list[str]:
    return ["### What to offer", "\n".join(f"- {plain(o.text)}" for o in persona.offers)] if persona.offers else []


def _changes(persona: Persona, persona_set: PersonaSet) -> list[str]:
    """What an analyst had told otherwise of this persona."""
    own = [o for o in persona_set.overrides if o.claim_ids[0].startswith(f"{persona.id}-")]
    lines = [f"- Worded by an analyst ({plain(o.kind)}); the data said: {plain(o.was)}" for o in own if o.now]
    return [*lines, *(f"- Left out by an analyst: {plain(o.was)} Why: {plain(o.reason)}" for o in own if not o.now)]


def _kpis(persona: Persona, numbers: Numerals) -> list[str]:
    rows = [
        f"| {plain(kpi.label)} | {_say(numbers, kpi.estimate, kpi.rest)} | {whole(kpi.estimate.n)} | "
        f"{_say(numbers, kpi.rest, kpi.estimate) if kpi.rest is not None else ''} |"
        for kpi in persona.kpis
        if kpi.estimate.measured
    ]
    head = ["| Measure | This persona | n | Others |", "| --- | --- | --- | --- |"]
    return ["## In numbers", "\n".join([*head, *rows])] if rows else []


def _actions(persona: Persona, persona_set: PersonaSet, numbers: Numerals) -> list[str]:
    units = plain(persona_set.dataset.units)
    lines = []
    for i, action in enumerate(persona.actions, 1):
        hold = f"hold back {whole(action.holdout_each)}" if action.holdout_each else "too few to prove it"
        lines.append(
            f"{i}. **{plain(action.title)}**: {plain(action.why).rstrip('.')}. Owner: {plain(action.owner)}. "
            f"Reach: {unless_few(action.reach, persona_set.min_group)} {units}. "
            f"Expect: {plain(action.expected_words)}. "
            f"Measure: {plain(action.measure)}, after {action.check_after_weeks} weeks; {hold}."
        )
    return ["## What to do", "\n".join(lines)] if lines else []


def _talk(persona: Persona) -> list[str]:
    parts = []
    for title, told in (("Do", persona.do), ("Do not", persona.dont)):
        if told:
            parts += [f"### {title}", "\n".join(f"- {plain(advice.text)}" for advice in told)]
    return ["## How to talk to them", *parts] if parts else []


def _sure(persona: Persona, persona_set: PersonaSet, claims: dict[str, Claim], numbers: Numerals) -> list[str]:
    card, verdict = persona_set.dataset, persona_set.verdict
    lines = [f"- Verdict on the division: {verdict.word}. {plain(verdict.meaning)}"]
    if persona.in_between.measured and not persona.sure:
        lines.append(f"- {_say(numbers, persona.in_between)} of its {plain(card.units)} lie close to another persona.")
    lines += [f"- {_with_evidence(claims[i], numbers)}" for i in persona.sure]
    if persona.named_by == "analyst":
        lines.append(f"- Named by an analyst; from the data alone: {plain(persona.name_from_data)}.")
    lines += _changes(persona, persona_set)
    period = f"{day(card.observation_start)} to {day(card.observation_end)}" if card.observation_end else ""
    source = " · ".join(filter(None, [plain(card.title), period, plain(card.source), plain(card.licence)]))
    return ["## How sure are we", "\n".join(lines), f"{persona.id} · {source}"]


def _say(numbers: Numerals, estimate, like=None) -> str:
    return plain(numbers.say(estimate, [like])).replace(GAP, " ")
