"""Names that come from the data: an adjective and a noun from the traits that set the segment apart most."""

from __future__ import annotations

from collections.abc import Mapping

from personas.profiles.traits import Standing

AFTER = ("with ", "without ", "in ", "from ", "of ")
LONGEST = 60  # characters; a longer name is passed over
NAMEABLE = 0.25  # a trait weaker than this (standard deviations from the base) does not name anybody


def name_personas(
    standings: list[list[Standing]],
    units: str,
    taken: Mapping[int, str] | None = None,
    earlier: Mapping[int, str] | None = None,
) -> tuple[str, ...]:
    """One short, distinct name a segment, strongest traits first.

    standings : for each segment its standing on every forming feature; units : "households", "customers" …
    taken : names that an analyst gave, by position from 0; nobody else gets one of them
    earlier : names of the run before, by position; one is kept as long as what it says still sets the segment apart
    A noun comes from the strongest trait that has one, else it is `units`; adjectives come from other blocks.
    """
    if len(standings) == 1:
        return (f"All {units}",)
    taken = taken or {}
    ranked = [
        sorted(
            (s for s in own if s.feature.forms and s.distinct and abs(s.gap) >= NAMEABLE),
            key=lambda s: (-abs(s.gap), s.feature.name),
        )
        for own in standings
    ]
    kept: dict[int, str] = {}
    for position, name in sorted((earlier or {}).items()):
        others = [*kept.values(), *(given for place, given in taken.items() if place != position)]
        if name not in others and (not ranked[position] or name in set(_names(ranked[position], units))):
            kept[position] = name
    names: list[str] = []
    for position, own in enumerate(ranked):
        others = [name for place, name in [*taken.items(), *kept.items()] if place != position]
        names.append(kept.get(position) or _first_free(own, units, [*names, *others]))
    return tuple(names)


def _first_free(ranked: list[Standing], units: str, taken: list[str]) -> str:
    for name in _names(ranked, units):
        if name not in taken and len(name) <= LONGEST:
            return name
    return f"Other {units}" if f"Other {units}" not in taken else f"Other {units} {len(taken) + 1}"


def _names(ranked: list[Standing], units: str):
    """Possible names, best first."""
    nouns = [s for s in ranked if _noun(s)]
    for noun in nouns[:3]:
        for other in ranked:
            if other.feature.block != noun.feature.block and _adjective(other):
                yield _sentence_case(_joined(_adjective(other), _noun(noun)))
        yield _sentence_case(_noun(noun))
    adjectives = [s for s in ranked if _adjective(s)]
    for first in adjectives:
        for second in adjectives:
            if first.feature.block != second.feature.block and abs(first.gap) >= abs(second.gap):
                yield _sentence_case(_joined(_adjective(first), _joined(_adjective(second), units)))
        yield _sentence_case(_joined(_adjective(first), units))
    if not ranked:
        yield f"Average {units}"


def _joined(adjective: str, noun: str) -> str:
    """Put "with children" behind the noun and "frequent" before it."""
    return f"{noun} {adjective}" if adjective.startswith(AFTER) else f"{adjective} {noun}"


def _noun(standing: Standing) -> str:
    return standing.feature.name_high if standing.gap > 0 else standing.feature.name_low


def _adjective(standing: Standing) -> str:
    return standing.feature.high if standing.gap > 0 else standing.feature.low


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]
