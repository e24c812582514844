"""Standings in words: the sentence, the clause and the figure of a trait, and its claim."""

from __future__ import annotations

import numpy as np

from personas.numerals import Numerals
from personas.profiles.claims import Ledger
from personas.profiles.models import Claim, Trait
from personas.profiles.traits import SMALLEST_EFFECT, UNITS, Standing, tested_how


def sentence_of(standing: Standing, numbers: Numerals, place: int = 0) -> str:
    """The standing as a sentence: words and figures, the comparison with the rest.

    place : where it stands in its list; neighbours are built differently, so that a list does not drone
    """
    feature = standing.feature
    own, rest = numbers.alike([standing.own, standing.rest])
    if not standing.distinct:
        small = abs(standing.effect) < SMALLEST_EFFECT
        doubt = "hardly a difference" if small else "a difference that chance alone could give"
        return f"{feature.label}: {own}; others {rest}, {doubt}."
    if standing.level:
        level = quoted_level(standing.level)
        return (
            f"{feature.label}: {level} for {own} of those known; others {rest}.",
            f"For {own} of those known, “{feature.label}” is {level}; among the others for {rest}.",
            f"{level} under “{feature.label}”: {own} of those known, {rest} of the others.",
        )[place % 3]
    if feature.kind == "binary" and not clause_in_words(standing):
        return (
            f"{feature.label}: true of {own} of those known; others {rest}.",
            f"“{feature.label}” holds for {own} of those known; among the others for {rest}.",
        )[place % 2]
    if feature.kind != "binary" and not clause_in_words(standing):
        told = figure_of(standing, own)
        return (
            f"{feature.label}: {told} on average; others {rest}.",
            f"Their average for {lower_first(feature.label)} is {told}; that of the others {rest}.",
        )[place % 2]
    if place % 2:
        return f"{_capital(figure_of(standing, own))} against the others' {rest}: they {clause_of(standing)}."
    return f"They {clause_of(standing)}: {figure_of(standing, own)}; others {rest}."


def _capital(text: str) -> str:
    return text if text[1:2].isupper() else f"{text[:1].upper()}{text[1:]}"


def quoted_level(level: str) -> str:
    """A level in quotes, what lies beyond it outside: levels are the data's own words, and keep their capitals.

    >>> quoted_level("3 to 6 or more")
    '“3 to 6” or more'
    """
    name, _, beyond = level.rpartition(" or ")
    return f"“{name}” or {beyond}" if name and beyond in ("more", "less") else f"“{level}”"


def figure_of(standing: Standing, own: str) -> str:
    """The figure in words; a small share is named for what it counts, not for what is more of the opposite."""
    feature = standing.feature
    named_after_little = bool(feature.low_clause or feature.low) and standing.effect < 0 and not feature.parts_of
    if named_after_little and (feature.unit == "share" or feature.kind == "binary"):
        return f"{lower_first(feature.label)} {own}"
    if feature.phrase == "<value>" and feature.unit not in ("", *UNITS):
        return f"{own} {feature.unit}"
    return feature.phrase.replace("<value>", own)


def clause_of(standing: Standing) -> str:
    """What they do or are more than others, as the end of a sentence about them."""
    feature, more = standing.feature, standing.effect > 0
    if clause := clause_in_words(standing):
        return clause
    if feature.kind == "binary":
        return f"show “{feature.label}” {'more' if more else 'less'} often"
    return f"have a {'higher' if more else 'lower'} average for {lower_first(feature.label)}"


def clause_in_words(standing: Standing) -> str:
    """The clause that the feature's own words give, "" where they give none."""
    feature, more = standing.feature, standing.effect > 0
    clause = feature.high_clause if more else feature.low_clause
    adjective = feature.high if more else feature.low
    if clause or not adjective or not _follows_are(adjective):
        return clause
    return f"are more often {adjective}" if " " in adjective or feature.kind == "binary" else f"are {adjective}"


def _follows_are(adjective: str) -> bool:
    """Whether "they are …" can go before it: not where it ends in a noun, as "larger-household" does."""
    return "-" not in adjective or adjective.endswith(("ed", "ing", "en", "first", "able", "ful", "long", "wide"))


def lower_first(text: str) -> str:
    """Lower the first letter unless the word is an abbreviation."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def enter_trait(
    ledger: Ledger, persona_id: str, standing: Standing, features, numbers: Numerals, place: int = 0
) -> str:
    """Enter the claim of a standing; tested only where its columns did not form the segments."""
    feature = standing.feature
    rule = tested_how(feature, features)
    return ledger.enter(
        Claim(
            id=f"{persona_id}-{feature.name}",
            persona_id=persona_id,
            sentence=sentence_of(standing, numbers, place),
            kind="defines" if feature.forms else "describes",
            feature=feature.name,
            estimate=standing.own,
            rest=standing.rest,
            effect=standing.effect,
            effect_name=standing.effect_name,
            test=rule or "not tested: used to form the segments",
            fits_share=standing.fits,
            columns=feature.columns,
            filter=f"{feature.label} {standing.level}" if standing.level else "",
        ),
        standing.p if rule else None,
    )


def weigh_trait(ledger: Ledger, persona_id: str, standing: Standing, features) -> None:
    """Count the test of a standing that is not told: leaving it out would flatter those that are."""
    if tested_how(standing.feature, features):
        ledger.weigh(f"{persona_id}-{standing.feature.name}", standing.p)


def trait_of(standing: Standing, claim_id: str) -> Trait:
    # Personas told at different levels of one attribute must not share a row of the comparison.
    level = f": {standing.level}" if standing.level else ""
    return Trait(
        feature=standing.feature.name + level,
        label=standing.feature.label + level,
        block=standing.feature.block,
        # Told at a level, the bar points the way of the shares that stand beside it.
        gap=float(np.clip(np.copysign(standing.gap, standing.effect) if standing.level else standing.gap, -3, 3)),
        persona=standing.own,
        rest=standing.rest,
        claim_id=claim_id,
    )
