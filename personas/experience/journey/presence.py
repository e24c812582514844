"""Who was where on the journey, by which channel, and how it felt: sums by stage, touchpoint and segment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from ibis import _

from personas.customers.feedback import RATED, exact_sum, own_answers
from personas.experience.moments import Moments, gather_moments

SCORED = (*RATED, "ces")
BEFORE, AFTER = "before", "after"
Place = tuple[str, str]
BySegment = dict[int, Moments]
ONCE = {"n": ("n", "n", "n")}


@dataclass(frozen=True)
class Presence:
    """Places are (stage, touchpoint).

    everybody, speakers : customers, and those who scored anything, each counted once
    there, contacts : customers in contact with a place, each counted once, and their contacts
    answered : customers who scored a place, each counted once
    feelings : moment → place → scores as shares of their scale
    ways : "channel" or "environment" → place → segment → name → contacts
    """

    everybody: BySegment
    speakers: BySegment = field(default_factory=dict)
    there: Mapping[Place, BySegment] = field(default_factory=dict)
    contacts: Mapping[Place, BySegment] = field(default_factory=dict)
    answered: Mapping[Place, BySegment] = field(default_factory=dict)
    feelings: Mapping[str, Mapping[Place, BySegment]] = field(default_factory=dict)
    ways: Mapping[str, Mapping[Place, dict[int, dict[str, int]]]] = field(default_factory=dict)


def gather_presence(tables, members) -> Presence:
    """Let the engine add up where customers were; members : Ibis (customer_id, segment, weight)."""
    found: dict = {"everybody": gather_moments(members.select("customer_id").mutate(n=1), members, (), ONCE)[("n",)]}
    touched = tables.get("interactions")
    if touched is not None and "stage" in touched.columns:
        touched = touched.filter(_.stage.notnull(), ~_.touchpoint.lower().contains("survey"))
        rows = touched.group_by("customer_id", "stage", "touchpoint").agg(many=_.count()).mutate(n=1)
        sums = _by_place(rows, members, ONCE | {"many": ("many", "many", "many")})
        found |= {"there": sums["n"], "contacts": sums["many"]}
        known = [name for name in ("channel", "environment") if name in touched.columns]
        found["ways"] = _ways(touched, members, known) if known else {}
    said = own_answers(tables["feedback"]) if "feedback" in tables else None
    if said is not None and "stage" in tables["feedback"].columns:
        said = said.filter(_.stage != "", _.touchpoint != "")
        scored = said.filter(_.metric.isin(SCORED))
        rows = scored.select("customer_id", "stage", "touchpoint").distinct().mutate(n=1)
        found["answered"] = _by_place(rows, members, ONCE)["n"]
        whoever = scored.select("customer_id").distinct().mutate(n=1)
        found["speakers"] = gather_moments(whoever, members, (), ONCE).get(("n",), {})
        found["feelings"] = _feelings(said, members, "moment" in said.columns)
    return Presence(**found)


def _by_place(rows, members, parts) -> dict[str, dict[Place, BySegment]]:
    found: dict[str, dict[Place, BySegment]] = {part: {} for part in parts}
    for (stage, touchpoint, part), sums in gather_moments(rows, members, ("stage", "touchpoint"), parts).items():
        found[part][stage, touchpoint] = sums
    return found


def _feelings(said, members, moments_known: bool) -> dict[str, dict[Place, BySegment]]:
    """Feelings asked for as such, before and after; where none were, ratings tell how it was afterwards."""
    asked = said.filter(_.metric == "emotion")
    found = {when: _felt(asked.filter(_.moment == when), members) if moments_known else {} for when in (BEFORE, AFTER)}
    rated = _felt(said.filter(_.metric.isin(RATED)), members)
    return {BEFORE: found[BEFORE], AFTER: rated | found[AFTER]}


def _felt(rows, members) -> dict[Place, BySegment]:
    sums = rows.group_by("customer_id", "stage", "touchpoint").agg(
        n=_.count(), good=exact_sum(_.good), good2=exact_sum(_.good * _.good)
    )
    return _by_place(sums, members, {"good": ("n", "good", "good2")})["good"]


def _ways(touched, members, names: list[str]) -> dict[str, dict[Place, dict[int, dict[str, int]]]]:
    """Contacts by each of `names`, from one reading of the table."""
    rows = touched.join(members.select("customer_id", "segment"), "customer_id")
    counted = rows.group_by("segment", "stage", "touchpoint", *names).agg(n=_.count())
    found: dict = {name: defaultdict(lambda: defaultdict(lambda: defaultdict(int))) for name in names}
    for row in counted.to_pyarrow().to_pylist():
        for name in names:
            if row[name] is not None:
                found[name][row["stage"], row["touchpoint"]][int(row["segment"])][row[name]] += row["n"]
    return found
