"""The journey from contacts and feedback: who was where, by which channel, and how it felt before and after."""

from __future__ import annotations

import numpy as np
from ibis import _

from personas.estimates import Estimate, not_measured
from personas.experience.comparison import Group
from personas.experience.disclosure import is_few
from personas.experience.journey.observed import NOBODY_ASKED, blank_cell
from personas.experience.journey.presence import AFTER, BEFORE, BySegment, Place, Presence, gather_presence
from personas.experience.models import ChannelShare, JourneyCell
from personas.experience.moments import Moments, mean_of, share_of, total_of
from personas.experience.suppression import suppress
from personas.numerals import percent

MOST_A_STAGE = 4


def tells_of_stages(tables) -> bool:
    """True where feedback or contacts name a stage; contacts that are campaigns alone are told otherwise."""
    if "stage" in getattr(tables.get("feedback"), "columns", ()):
        return True
    touched = tables.get("interactions")
    if touched is None or "stage" not in touched.columns:
        return False
    if "campaign" not in touched.columns:
        return True
    return touched.filter(_.campaign.isnull(), _.stage.notnull()).count().to_pyarrow().as_py() > 0


def measure_stages(tables, stages: tuple[str, ...], members, groups: Group) -> dict[int, tuple[JourneyCell, ...]]:
    """The journey of the base (0) and of each segment: up to four touchpoints a stage, those most customers meet.

    stages : in their order; others that the data names follow. What fewer than `min_group` customers felt is hidden.
    """
    presence = gather_presence(tables, members)
    places = _places(presence, stages, groups.min_group)
    return {
        segment: tuple(_cell(place, presence, segment, groups) for place in places) for segment in (0, *groups.segments)
    }


def _places(presence: Presence, stages: tuple[str, ...], min_group: int) -> list[Place]:
    """Places in the order of their stages, those with most customers first; a stage without any has no touchpoint."""
    size: dict[Place, float] = {}
    for found in (presence.there, presence.answered):
        for place, sums in found.items():
            size[place] = max(size.get(place, 0), _of(sums, 0).customers)
    size = {place: n for place, n in size.items() if n >= min_group}
    chosen: list[Place] = []
    for stage in (*stages, *sorted({place[0] for place in size} - set(stages))):
        own = sorted((place for place in size if place[0] == stage), key=lambda place: (-size[place], place[1]))
        chosen += own[:MOST_A_STAGE] or [(stage, "")]
    return chosen


def _cell(place: Place, presence: Presence, segment: int, groups: Group) -> JourneyCell:
    stage, touchpoint = place
    observed = place in presence.there
    if not observed and place not in presence.answered:
        return blank_cell(stage, touchpoint)
    present = presence.there[place] if observed else presence.answered[place]
    among = presence.everybody if observed else presence.speakers
    alone = segment == 0 or len(groups.segments) == 1
    own, rest = _of(present, segment), _of(present, 0) - _of(present, segment)
    contacts = _of(presence.contacts.get(place, {}), segment)
    others = _among(rest, _of(among, 0) - _of(among, segment))
    feelings = {when: _of(presence.feelings.get(when, {}).get(place, {}), segment) for when in (BEFORE, AFTER)}
    few = is_few(own.customers, groups.min_group)  # how often, and by which way, would then be told of them
    channels = () if few else _ways(presence, "channel", place, segment, groups)
    environments = () if few else _ways(presence, "environment", place, segment, groups)
    each = contacts.count / own.count if observed and own.count and not few else None
    return JourneyCell(
        stage=stage, touchpoint=touchpoint, doing="hardly anybody" if few else _doing(observed, each, channels),
        share=share_of(_among(own, _of(among, segment))), rest=None if alone else share_of(others),
        feeling=_feeling(feelings[AFTER], groups.min_group), kind="observed" if observed else "reported",
        before=_feeling(feelings[BEFORE], groups.min_group) if feelings[BEFORE].customers else None,
        channels=channels, environments=environments, contacts=each,
    )  # fmt: skip


def _of(found: BySegment, segment: int) -> Moments:
    return found.get(segment, Moments()) if segment else total_of(found)


def _among(present: Moments, everybody: Moments) -> Moments:
    """Being there as an answer of 1 or 0 that everybody gives; both sums count each customer once."""
    return Moments(
        answers=everybody.answers, customers=everybody.customers, count=everybody.count, total=present.count,
        squares=present.count, weights=everybody.weights, cc=everybody.cc, cx=present.cc, xx=present.cc,
    )  # fmt: skip


def _feeling(felt: Moments, min_group: int) -> Estimate:
    """Mean of the scores, laid from −2 to +2; hidden below `min_group` customers."""
    if not felt.customers:
        return not_measured(NOBODY_ASKED, "score")
    if felt.customers < min_group:
        return not_measured(f"fewer than {min_group} customers", "score")
    return mean_of(felt, "score", scale=4.0, shift=-2.0)


def _ways(presence: Presence, name: str, place: Place, segment: int, groups: Group) -> tuple[ChannelShare, ...]:
    """Shares of the contacts, largest first; without those so few that they could be told, or worked out."""
    found = presence.ways.get(name, {}).get(place, {})
    ways = sorted({way for names in found.values() for way in names})
    if not ways:
        return ()
    counts = np.array([[found.get(number, {}).get(way, 0) for way in ways] for number in groups.segments])
    everybody = np.array([sum(names.get(way, 0) for names in found.values()) for way in ways])
    hidden, hidden_of_all = suppress(counts, groups.min_group, base=everybody)
    own, left_out = everybody, hidden_of_all
    if segment:
        row = groups.segments.index(segment)
        own, left_out = counts[row], hidden[row]
    told = [(int(n), way) for n, way, out in zip(own, ways, left_out, strict=True) if n and not out]
    order = sorted(told, key=lambda pair: (-pair[0], pair[1]))
    return tuple(ChannelShare(name=way, share=n / int(own.sum())) for n, way in order)


def _doing(observed: bool, each: float | None, channels: tuple[ChannelShare, ...]) -> str:
    """What they do there, in a few words: how often, and by which channels."""
    if not observed:
        return "rated it, of those who rated anything"
    often = f"{each:.1f} contacts each" if each is not None else "no contact"
    named = [f"{channel.name} {percent(channel.share)}" for channel in channels[:2]]
    return f"{often}: {', '.join(named)}" if len(channels) > 1 else often
