"""The journey from contacts and feedback: who was where, by which channel, and how it felt before and after."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np
from ibis import _

from personas.customers.feedback import RATED, own_answers
from personas.estimates import Estimate, not_measured
from personas.experience.comparison import Group
from personas.experience.journey import NOBODY_ASKED
from personas.experience.models import ChannelShare, JourneyCell
from personas.experience.moments import Moments, gather_moments, mean_of, share_of

MOST_A_STAGE = 4
BEFORE, AFTER = "before", "after"
Place = tuple[str, str]


@dataclass(frozen=True)
class Seen:
    """What is known of the places (stage, touchpoint), each by segment.

    there : customers in contact; contacts : how many contacts; answered : customers who scored it; feelings : moment →
    place → sums of the share of the scale; ways : "channel" or "environment" → place → segment → name → contacts
    everybody, speakers : customers, and those who scored anything
    """

    there: dict[Place, dict[int, Moments]]
    answered: dict[Place, dict[int, Moments]]
    feelings: dict[str, dict[Place, dict[int, Moments]]]
    ways: dict[str, dict[Place, dict[int, dict[str, int]]]]
    everybody: dict[int, Moments]
    speakers: dict[int, Moments]


def tells_of_stages(tables) -> bool:
    """True where contacts other than campaigns, or feedback, name a stage; campaigns alone are told otherwise."""
    if "stage" in getattr(tables.get("feedback"), "columns", ()):
        return True
    touched = tables.get("interactions")
    if touched is None or "stage" not in touched.columns:
        return False
    return "campaign" not in touched.columns or touched.filter(_.campaign.isnull()).count().to_pyarrow().as_py() > 0


def measure_stages(tables, stages: tuple[str, ...], members, groups: Group) -> dict[int, tuple[JourneyCell, ...]]:
    """The journey of the base (0) and of each segment: up to four touchpoints a stage, those most customers meet.

    stages : in their order; others that the data names follow. Feelings of fewer than `min_group` customers are hidden.
    """
    seen = _look(tables, members)
    places = _places(seen, stages, groups.min_group)
    return {
        segment: tuple(_cell(place, seen, segment, groups) for place in places) for segment in (0, *groups.segments)
    }


def _look(tables, members) -> Seen:
    ones = members.select("customer_id").mutate(n=1)
    everybody = gather_moments(ones, members, (), {"n": ("n", "n", "n")})[("n",)]
    there: dict = {}
    ways: dict = {}
    touched = tables.get("interactions")
    if touched is not None and "stage" in touched.columns:
        touched = touched.filter(_.stage.notnull(), ~_.touchpoint.lower().contains("survey"))
        there = _by_place(touched.group_by("customer_id", "stage", "touchpoint").agg(n=_.count()), members, "n")
        ways = {name: _ways(touched, members, name) for name in ("channel", "environment") if name in touched.columns}
    answered, feelings, speakers = {}, {}, {}
    said = own_answers(tables["feedback"]) if "feedback" in tables else None
    if said is not None:
        said = said.filter(_.stage != "", _.touchpoint != "")
        scored = said.filter(_.metric.isin((*RATED, "ces")))
        answered = _by_place(scored.group_by("customer_id", "stage", "touchpoint").agg(n=_.count()), members, "n")
        whoever = scored.group_by("customer_id").agg(n=_.count()).mutate(n=1)
        speakers = gather_moments(whoever, members, (), {"n": ("n", "n", "n")}).get(("n",), {})
        feelings = _feelings(said, members)
    return Seen(there, answered, feelings, ways, everybody, speakers)


def _by_place(rows, members, count: str) -> dict[Place, dict[int, Moments]]:
    found = gather_moments(rows, members, ("stage", "touchpoint"), {"n": (count, count, count)})
    return {(stage, touchpoint): by_segment for (stage, touchpoint, _), by_segment in found.items()}


def _feelings(said, members) -> dict[str, dict[Place, dict[int, Moments]]]:
    """Feelings asked for as such; where none were, ratings tell how it was afterwards."""
    found = {}
    asked = said.filter(_.metric == "emotion")
    if "moment" in said.columns:
        found = {
            when: _felt(asked.filter(_.moment == when), members) for when in (BEFORE, AFTER)
        }  # "during" belongs to neither
    rated = _felt(said.filter(_.metric.isin(RATED)), members)
    return {BEFORE: found.get(BEFORE, {}), AFTER: rated | found.get(AFTER, {})}


def _felt(rows, members) -> dict[Place, dict[int, Moments]]:
    sums = rows.group_by("customer_id", "stage", "touchpoint").agg(
        n=_.count(), good=_.good.sum(), good2=(_.good * _.good).sum()
    )
    found = gather_moments(sums, members, ("stage", "touchpoint"), {"good": ("n", "good", "good2")})
    return {(stage, touchpoint): by_segment for (stage, touchpoint, _), by_segment in found.items()}


def _ways(touched, members, name: str) -> dict[Place, dict[int, dict[str, int]]]:
    """Contacts by channel or environment: place → segment → name → how many."""
    rows = touched.filter(touched[name].notnull()).join(members, "customer_id")
    counted = rows.group_by("segment", "stage", "touchpoint", way=rows[name]).agg(n=_.count())
    found: dict = defaultdict(lambda: defaultdict(dict))
    for row in counted.to_pyarrow().to_pylist():
        found[row["stage"], row["touchpoint"]][int(row["segment"])][row["way"]] = row["n"]
    return found


def _places(seen: Seen, stages: tuple[str, ...], min_group: int) -> list[Place]:
    """Places in the order of the stages, those with most customers first, at most four a stage."""
    size = {}
    for place in (*seen.there, *seen.answered):
        met = [_total(found[place]).customers for found in (seen.there, seen.answered) if place in found]
        size[place] = max(met)
    size = {place: n for place, n in size.items() if n >= min_group}
    order = [*stages, *sorted({stage for stage, _ in size} - set(stages))]
    chosen: list[Place] = []
    for stage in order:
        own = sorted((p for p in size if p[0] == stage), key=lambda p: (-size[p], p[1]))[:MOST_A_STAGE]
        chosen += own or ([(stage, "")] if stage in stages else [])
    return chosen


def _total(found: dict[int, Moments]) -> Moments:
    return reduce(add, found.values(), Moments())


def _of(found: dict[int, Moments], segment: int) -> Moments:
    return found.get(segment, Moments()) if segment else _total(found)


def _among(present: Moments, everybody: Moments) -> Moments:
    """Being there as an answer that every customer gives: 1 or 0. Sums of weights are those of counting each once."""
    share = present.customers / everybody.customers if everybody.customers else 0.0
    count = everybody.count * share if present.count == 0 else present.count
    return Moments(
        everybody.answers, everybody.customers, everybody.count, count, count, everybody.weights, everybody.cc,
        present.cc, present.cc,
    )  # fmt: skip


def _once(found: dict[int, Moments]) -> dict[int, Moments]:
    """The same sums with every customer counted once, however many contacts."""
    return found


def _cell(place: Place, seen: Seen, segment: int, groups: Group) -> JourneyCell:
    raise NotImplementedError


def _mean_feeling(moments: Moments, min_group: int) -> Estimate:
    """From −2 to +2; hidden below `min_group` customers."""
    if not moments.customers:
        return not_measured(NOBODY_ASKED, "score")
    if moments.customers < min_group:
        return not_measured(f"fewer than {min_group} customers", "score")
    return mean_of(moments, "score", scale=4.0, shift=-2.0)


def _shares(ways, place: Place, segment: int) -> tuple[ChannelShare, ...]:
    counts: dict[str, int] = defaultdict(int)
    for number, names in ways.get(place, {}).items():
        if segment in (0, number):
            for name, n in names.items():
                counts[name] += n
    total = sum(counts.values())
    order = sorted(counts, key=lambda name: (-counts[name], name))
    return tuple(ChannelShare(name=name, share=counts[name] / total) for name in order)


__all__ = ["measure_stages", "tells_of_stages"]
unused = (np, share_of)
