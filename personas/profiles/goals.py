"""What a persona wants: what its customers say matters (stated), what they do (observed), what it may mean (inferred).

The rules are in ``advice.yml``: which attributes are answers on what matters, and which need a trait may hint at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatch

from personas.experience.text.models import Themes
from personas.numerals import Numerals
from personas.profiles.advice import read_advice
from personas.profiles.claims import Ledger
from personas.profiles.models import Claim
from personas.profiles.trait_claims import lower_first
from personas.profiles.traits import Standing

MOST_STATED, MOST_SUGGESTED, MOST_INFERRED = 2, 1, 2


def enter_goals(
    ledger: Ledger,
    persona_id: str,
    standings: Mapping[str, Standing],
    observed: Sequence[str],
    themes: Themes | None,
    numbers: Numerals,
    number: int = 0,
) -> tuple[str, ...]:
    """Enter goals, needs and motivations; returns the claims' ids: stated first, then observed, then inferred.

    standings : by feature; observed : ids of claims on what they do that no other place of the page tells
    themes : what was written, whose suggestions are goals too; number : of the persona's segment in them
    """
    ranked = sorted((s for s in standings.values() if s.distinct), key=lambda s: (-abs(s.gap), s.feature.name))
    stated = [s for s in ranked if is_stated(s) and s.gap > 0 and not s.level.endswith(" or less")][:MOST_STATED]
    ids = [_enter_stated(ledger, persona_id, standing, numbers) for standing in stated]
    ids += _enter_suggestions(ledger, persona_id, number, themes, numbers)
    ids += observed
    needs: dict[str, Standing] = {}
    for standing in ranked:
        need = need_of(standing)
        if need and need not in needs:
            needs[need] = standing
    ids += [
        _enter_inferred(ledger, persona_id, need, standing, numbers, place)
        for place, (need, standing) in enumerate(list(needs.items())[:MOST_INFERRED])
    ]
    return tuple(ids)


def is_stated(standing: Standing) -> bool:
    """Whether a feature is what customers said matters to them, by the block or the name of its attribute."""
    rule, feature = read_advice()["stated"], standing.feature
    asked = bool(feature.columns) and feature.columns[0].startswith("customers.")
    return asked and (feature.block in rule["blocks"] or any(fnmatch(feature.name, name) for name in rule["names"]))


def is_habit(standing: Standing) -> bool:
    """Whether an attribute is what customers use or do, by its block."""
    return any(fnmatch(standing.feature.block, name) for name in read_advice()["habits"]["blocks"])


def need_of(standing: Standing) -> str:
    """The need that a trait may hint at, "" where the rules know none."""
    return read_advice()["needs"].get(standing.feature.name, {}).get("high" if standing.gap > 0 else "low", "")


def _enter_stated(ledger, persona_id, standing: Standing, numbers: Numerals) -> str:
    """An answer on what matters, in the words of the question."""
    own, rest = numbers.alike([standing.own, standing.rest])
    feature = standing.feature
    if standing.level:
        sentence = f"Asked about “{feature.label}”, {own} answer {standing.level}; others {rest}."
    else:
        sentence = f"Asked about “{feature.label}”, they answer {own}; others {rest}."
    test = ledger.claims.get(f"{persona_id}-{feature.name}")
    return ledger.enter(
        Claim(
            id=f"{persona_id}-goal-{feature.name}", persona_id=persona_id, sentence=sentence, kind="stated",
            feature=feature.name, estimate=standing.own, rest=standing.rest, effect=standing.effect,
            effect_name=standing.effect_name, fits_share=standing.fits, columns=feature.columns,
            test=f"as {test.id}" if test else "interval only: an answer among several, not tested",
            filter=f"{feature.label} {standing.level}" if standing.level else "",
        )
    )  # fmt: skip


def _enter_suggestions(ledger, persona_id, number: int, themes: Themes | None, numbers: Numerals) -> list[str]:
    """What they suggest more often than others who wrote."""
    found = [
        (theme, share)
        for theme in (themes.of("suggestion") if themes is not None else ())
        for share in theme.segments
        if share.segment == number and share.rest is not None and share.rest.measured
        and share.reach.measured and share.reach.low > share.rest.value
    ]  # fmt: skip
    found.sort(key=lambda pair: (-pair[1].reach.value, pair[0].key))
    ids = []
    for theme, share in found[:MOST_SUGGESTED]:
        own, rest = numbers.alike([share.reach, share.rest])
        ids.append(
            ledger.enter(
                Claim(
                    id=f"{persona_id}-suggests-{theme.key}", persona_id=persona_id, kind="stated",
                    sentence=f"{own} of those who wrote suggest something on “{theme.label}”; others {rest}.",
                    feature=theme.key, estimate=share.reach, rest=share.rest, fits_share=share.reach.value,
                    test="interval only: what is written is described, not tested", columns=("feedback.text",),
                )
            )
        )  # fmt: skip
    return ids


def _enter_inferred(ledger, persona_id, need: str, standing: Standing, numbers: Numerals, place: int) -> str:
    """A need that what they do hints at, with the figure it rests on."""
    own, rest = numbers.alike([standing.own, standing.rest])
    label = standing.feature.label
    clue = f"{f'“{label}”' if standing.feature.kind == 'binary' else lower_first(label)} ({own}, others {rest})"
    sentence = f"They may {need}. Nobody said so; the clue is {clue}."
    if place % 2:
        sentence = f"Perhaps they {need}, going by {clue}."
    return ledger.enter(
        Claim(
            id=f"{persona_id}-need-{standing.feature.name}", persona_id=persona_id, kind="inferred",
            sentence=sentence,
            feature=standing.feature.name, estimate=standing.own, rest=standing.rest, effect=standing.effect,
            effect_name=standing.effect_name, fits_share=standing.fits, columns=standing.feature.columns,
            test="not tested: a reading of what they do",
        )
    )  # fmt: skip
