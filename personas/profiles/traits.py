"""How each segment stands on each feature: against the rest, with effect and interval, as claims."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from personas.customers.models import Feature
from personas.estimates import Estimate, Unit, cohen_d, cohen_h, mean_estimate, share_estimate
from personas.experience.kpis.customer_kpis import how_tested, welch_p
from personas.experience.suppression import hidden_cells
from personas.numerals import Numerals
from personas.profiles.claims import Ledger
from personas.profiles.models import Claim, Distribution, Trait
from personas.segments.space import levels_of, numbers_of

SMALLEST_EFFECT = 0.2  # smallest effect of interest, |d| or |h|
TYPICAL = 0.5

UNITS: dict[str, Unit] = {
    "share": "share",
    "money": "money",
    "days": "days",
    "ratio": "ratio",
    "index": "index",
}


@dataclass(frozen=True)
class Standing:
    """One segment on one feature.

    gap : mean difference to the base in standard deviations of the base; effect : Cohen's d or h against the rest
    distinct : interval of the difference off zero and effect above the smallest of interest; of what did not form the
        segments, also after the adjustment of :mod:`personas.profiles.screening`
    fits : share of the segment's customers on its side of the base's median
    """

    feature: Feature
    own: Estimate
    rest: Estimate
    gap: float
    effect: float
    effect_name: str
    distinct: bool
    fits: float
    p: float | None
    level: str = ""


def stand(frame: pd.DataFrame, feature: Feature, inside: np.ndarray, min_group: int = 10) -> Standing | None:
    """Compare a segment with the rest on one feature; None where either has nothing to compare.

    Numbers are compared by their means. Ordered answers are compared at the cut, other categories at the level,
    where segment and rest differ most; the p-value allows for the choice [Bonferroni].
    """
    levels = levels_of(feature, frame[feature.name])
    values = numbers_of(frame[feature.name], levels)
    known = np.isfinite(values)
    fewest = max(2, min_group)
    if min((known & inside).sum(), (known & ~inside).sum()) < fewest or np.nanstd(values) == 0:
        return None
    if levels:
        return _stand_on_levels(feature, inside, values, known, levels, min_group)
    a, b = values[known & inside], values[known & ~inside]
    effect = cohen_d(a, b)
    if effect is None:
        return None
    name = "d"
    if feature.kind == "binary":
        if min(a.sum(), len(a) - a.sum()) < min_group or _few(b, min_group):
            return None
        name, effect, own, rest = "h", cohen_h(a.mean(), b.mean()), share_estimate(a), share_estimate(b)
    else:
        unit = UNITS.get(feature.unit, "count")
        own, rest = mean_estimate(a, unit), mean_estimate(b, unit)
    median = np.median(values[known])
    side = (a > median) if effect > 0 else (a < median)
    fits = float(side.mean() + (a == median).mean() / 2)
    error = np.hypot(a.std(ddof=1) / np.sqrt(len(a)), b.std(ddof=1) / np.sqrt(len(b)))
    apart = abs(a.mean() - b.mean()) > 1.96 * error
    return Standing(
        feature, own, rest, float((a.mean() - values[known].mean()) / values[known].std()), effect, name,
        bool(apart and abs(effect) >= SMALLEST_EFFECT), fits, welch_p(a, b),
    )  # fmt: skip


def _stand_on_levels(feature, inside, values, known, levels, min_group) -> Standing | None:
    """Compare at the cut (ordered) or level (other) with the largest effect, always one that the segment has more of.

    Cuts that would tell of fewer than `min_group` customers of the segment or of the rest, or of all but so few, are
    passed over.
    """
    ordered = feature.kind == "ordered"
    best = None
    codes = range(1, len(levels)) if ordered else range(len(levels))
    for code in codes:
        flags = (values >= code) if ordered else (values == code)
        a, b = flags[known & inside].astype(float), flags[known & ~inside].astype(float)
        level = _or_beyond(levels[code], code == len(levels) - 1, "or more") if ordered else levels[code]
        if ordered and a.mean() < b.mean():
            a, b, level = 1 - a, 1 - b, _or_beyond(levels[code - 1], code == 1, "or less")
        if min(a.sum(), len(a) - a.sum()) < min_group or _few(b, min_group):
            continue
        effect = cohen_h(a.mean(), b.mean())
        # What they are is easier to read than what they are not.
        if effect >= 0 and (best is None or effect > best[0]):
            best = (effect, a, b, level)
    if best is None:
        return None
    effect, a, b, level = best
    error = np.hypot(np.sqrt(a.mean() * (1 - a.mean()) / len(a)), np.sqrt(b.mean() * (1 - b.mean()) / len(b)))
    apart = abs(a.mean() - b.mean()) > 1.96 * error
    own, rest = share_estimate(a), share_estimate(b)
    p = welch_p(a, b)
    gap = effect
    if ordered:
        gap = float((values[known & inside].mean() - values[known].mean()) / values[known].std())
    return Standing(
        feature, own, rest, gap, effect, "h", bool(apart and abs(effect) >= SMALLEST_EFFECT), own.value,
        None if p is None else min(1.0, p * len(codes)), level,
    )  # fmt: skip


def codes_told(standing: Standing, levels: tuple[str, ...]) -> list[int]:
    """The places among `levels` that a standing at a level or cut tells of together."""
    for code, level in enumerate(levels):
        if standing.level == level:
            return [code]
        if standing.level == f"{level} or more":
            return list(range(code, len(levels)))
        if standing.level == f"{level} or less":
            return list(range(code + 1))
    return []


def _few(flags: np.ndarray, min_group: int) -> bool:
    """Whether the rest's share would tell of a group of 1 to `min_group` − 1; nobody at all tells of nobody."""
    yes = flags.sum()
    return bool(0 < yes < min_group or 0 < len(flags) - yes < min_group)


def _or_beyond(level: str, last: bool, words: str) -> str:
    return level if last else f"{level} {words}"


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
        # Levels are the data's own words and may be names, so they keep their capitals.
        return (
            f"{feature.label}: “{standing.level}” for {own} of those known; others {rest}.",
            f"For {own} of those known, “{feature.label}” is “{standing.level}”; among the others for {rest}.",
            f"“{standing.level}” under “{feature.label}”: {own} of those known, {rest} of the others.",
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
            f"On average {told} for “{feature.label}”; others {rest}.",
        )[place % 2]
    if place % 2:
        return f"{_capital(figure_of(standing, own))} against the others' {rest}: they {clause_of(standing)}."
    return f"They {clause_of(standing)}: {figure_of(standing, own)}; others {rest}."


def _capital(text: str) -> str:
    return text if text[1:2].isupper() else f"{text[:1].upper()}{text[1:]}"


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
        return f"are {'more' if more else 'less'} often marked “{feature.label}”"
    return f"have a {'higher' if more else 'lower'} figure for {lower_first(feature.label)}"


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


def tested_how(feature: Feature, features) -> str:
    """How a feature may be tested, "" where it may not.

    A feature of a block that formed the segments is not tested even if its own column did not: the number of children
    says again what the size of the household said.
    """
    if feature.block in {f.block for f in features if f.forms}:
        return ""
    rule = how_tested(feature.columns, features)
    return "" if rule.startswith("not tested") else rule


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


def distribution_of(
    frame: pd.DataFrame,
    feature: Feature,
    segments: np.ndarray,
    number: int,
    min_group: int,
    claim_id: str | None,
    hidden: tuple[np.ndarray, np.ndarray] | None = None,
) -> Distribution | None:
    """Shares by level among the known, persona against the rest; None where too few are known.

    segments : (n,) int, the segment of each customer; number : that of the persona
    hidden : what is left open beside all that is told of the attribute, from
        :func:`personas.profiles.concealment.hide_levels`; None: only this distribution is told
    """
    inside = segments == number
    levels = levels_of(feature, frame[feature.name])
    values = numbers_of(frame[feature.name], levels)
    known = np.isfinite(values)
    if not levels or (known & inside).sum() < min_group or (known & ~inside).sum() < min_group:
        return None

    numbers = np.unique(segments)
    counts = np.array(
        [np.bincount(values[known & (segments == s)].astype(int), minlength=len(levels)) for s in numbers]
    )
    own_hidden, rest_hidden = hidden_cells(counts, min_group) if hidden is None else hidden
    row = int(np.flatnonzero(numbers == number)[0])
    # What few wrote in a field without declared answers may say who they are.
    named = np.ones(len(levels), bool) if feature.levels else counts.sum(axis=0) >= min_group
    if (own_hidden[row] | ~named).all():
        return None

    def shares(counted, hidden):
        told = zip(counted[named], hidden[named], strict=True)
        return tuple(None if hide else float(n / counted.sum()) for n, hide in told)

    return Distribution(
        feature=feature.name, label=feature.label,
        levels=tuple(level for level, tell in zip(levels, named, strict=True) if tell),
        persona=shares(counts[row], own_hidden[row]), rest=shares(counts.sum(axis=0) - counts[row], rest_hidden),
        known=int((known & inside).sum()), of=int(inside.sum()), known_rest=int((known & ~inside).sum()),
        claim_id=claim_id,
    )  # fmt: skip


def enter_distribution(ledger: Ledger, persona_id: str, told: Distribution, features, numbers: Numerals) -> str:
    """Enter the commonest level that a distribution shows; for attributes that set nobody apart."""
    feature = next(f for f in features if f.name == told.feature)
    shown = [(s, -i) for i, s in enumerate(told.persona) if s is not None]
    share, place = max(shown)
    level, other = told.levels[-place], told.rest[-place]
    own, rest = (
        None if value is None else share_estimate(np.arange(n) < round(value * n))
        for value, n in ((share, told.known), (other, told.known_rest))
    )
    against = f"; others {numbers.value(rest, [own])}" if rest is not None else ""
    return ledger.enter(
        Claim(
            id=f"{persona_id}-profile-{told.feature}", persona_id=persona_id, kind="describes", feature=told.feature,
            sentence=f"{told.label}: most often “{level}”, {numbers.value(own, [rest])} of those known{against}.",
            estimate=own, rest=rest, test="not tested: the commonest of several answers", fits_share=own.value,
            columns=feature.columns, filter=f"{told.label} {level}",
        )
    )  # fmt: skip
