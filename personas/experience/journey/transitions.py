"""What follows what: from touchpoint to touchpoint, from channel to channel, and what a change of channel goes with.

Two contacts follow each other when no other contact of the customer lies between them and they are at most `DAYS`
apart; contacts after which nobody could watch for so long are left out. All sums are the engine's, with customers as
clusters; switchers are compared with those who stayed at the same touchpoint and in the same channel.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import ibis
import numpy as np
import pandas as pd
from ibis import _

from personas.customers.feedback import exact_sum
from personas.estimates import Estimate, Unit, not_measured
from personas.experience.comparison import Group
from personas.experience.disclosure import shown_segments
from personas.experience.journey.journey_models import Movement, SwitchCost, Transition
from personas.experience.kpis.contacts import FAILED
from personas.experience.moments import Moments, Z, gather_moments, share_of, total_of

DAYS, AGAIN_DAYS = 30, 7
MOST_PLACES, LEAST_SHARE = 8, 0.02
NOTHING = ""
FEWEST = 5  # contacts on either side of a comparison inside one touchpoint and channel
COSTS: dict[str, tuple[str, str, Unit]] = {
    "success": ("Went well", "higher", "share"),
    "again": (f"Came back to the same touchpoint within {AGAIN_DAYS} days", "neither", "share"),
    "duration": ("Time it took, against staying", "lower", "share"),
}


def measure_movement(interactions, members, groups: Group, end: datetime | None) -> dict[int, Movement]:
    """How the base (0) and each segment move; {} where contacts are not dated or nobody has two.

    members : Ibis (customer_id, segment, weight); survey weights are honoured in the shares
    """
    if end is None or not {"time", "touchpoint", "customer_id"} <= set(interactions.columns):
        return {}
    contacts = following(interactions, end).cache()
    transitions = _transitions(contacts, "touchpoint", members, groups)
    if not transitions:
        return {}
    known = "channel" in interactions.columns
    channels = _transitions(contacts, "channel", members, groups) if known else {}
    switches, costs = _switches(contacts, members, groups) if known else ({}, {})
    return {
        number: Movement(
            days=DAYS, transitions=rows, channels=channels.get(number, ()), switches=switches.get(number),
            costs=costs.get(number, ()),
        )
        for number, rows in transitions.items()
    }  # fmt: skip


def following(interactions, end: datetime):
    """Each contact of a customer with the next one, if it came within 30 days; survey invitations are no contacts."""
    has = set(interactions.columns)
    rows = interactions.filter(
        _.customer_id.notnull(), _.time.notnull(), _.touchpoint.notnull(), ~_.touchpoint.lower().contains("survey")
    )
    columns = {name: rows[name] for name in ("customer_id", "time", "touchpoint")}
    columns["channel"] = rows.channel if "channel" in has else ibis.null("string")
    if "outcome" in has:
        columns["ok"] = (~rows.outcome.lower().isin(FAILED)).cast("int64")
    if "duration" in has:
        columns["duration"] = rows.duration.cast("float64")
    rows = rows.select(**columns)
    measured = [name for name in ("ok", "duration") if name in columns]
    order = ["time", "touchpoint", "channel", *measured]
    # Contacts of one moment are put in one order for both questions: else they would be answered of different ones.
    rows = rows.mutate(nth=ibis.row_number().over(ibis.window(group_by="customer_id", order_by=order)))
    window = ibis.window(group_by="customer_id", order_by="nth")
    place = ibis.window(group_by=["customer_id", "touchpoint"], order_by="nth")
    same = rows.mutate(here=rows.time.lead().over(place))
    same = same.mutate(again=_soon(same.here, same.time, AGAIN_DAYS).cast("int64"))
    carried = {f"next_{name}": same[name].lead().over(window) for name in ("touchpoint", "channel", "time", "again")}
    carried |= {f"next_{name}": same[name].lead().over(window) for name in measured}
    pairs = same.mutate(**carried)
    pairs = pairs.mutate(follows=_soon(pairs.next_time, pairs.time, DAYS))
    return pairs.filter(_.time < ibis.literal(end - timedelta(days=DAYS)))


def _soon(later, earlier, days: int):
    return (later.delta(earlier, unit="second") <= days * 86_400).fill_null(False)


def _transitions(contacts, name: str, members, groups: Group) -> dict[int, tuple[Transition, ...]]:
    """Shares of what follows, the most frequent place first; up to eight places, the busiest."""
    known = contacts.filter(contacts[name].notnull())
    after = known.follows.ifelse(known[f"next_{name}"].fill_null(NOTHING), NOTHING)
    rows = known.select("customer_id", before=known[name], after=after)
    rows = rows.group_by("customer_id", "before", "after").agg(x=_.count()).cache()
    base = rows.group_by("customer_id", "before").agg(n=_.x.sum()).mutate(zero=0)
    parts = {"n": ("n", "zero", "zero")}
    from_ = {at: with_base(by) for (at, _part), by in gather_moments(base, members, ("before",), parts).items()}
    own = rows.join(base, ["customer_id", "before"])
    into = gather_moments(own, members, ("before", "after"), {"x": ("n", "x", "x")})
    moved = {(before, after): with_base(by) for (before, after, _part), by in into.items()}
    usual = {number: _usual(from_, moved, number) for number in (0, *groups.segments)}
    busiest = sorted(from_, key=lambda place: (-from_[place][0].count, place))[:MOST_PLACES]
    found: dict[int, list[Transition]] = {number: [] for number in (0, *groups.segments)}
    for before in busiest:
        whole = {s: from_[before].get(s, Moments()).customers for s in groups.segments}
        known_ = shown_segments(whole, groups.min_group)
        for after in (*busiest, NOTHING):
            sums = moved.get((before, after))
            if sums is None or sums[0].customers < groups.min_group:
                continue
            if sums[0].total < LEAST_SHARE * from_[before][0].count:
                continue
            counts = {s: sums.get(s, Moments()).customers for s in groups.segments}
            shown = shown_segments(counts, groups.min_group) & known_
            for number in (0, *sorted(s for s in shown if counts[s])):
                share = share_of(as_part(from_[before][number], sums[number]))
                found[number].append(Transition(before=before, after=after, share=share, usual=usual[number][after]))
    return {number: tuple(rows) for number, rows in found.items() if rows}


def with_base(by: Mapping[int, Moments]) -> dict[int, Moments]:
    """The sums of the segments with those of the base (0), which holds all of them."""
    return {**by, 0: total_of(by)}


def _usual(from_: Mapping, moved: Mapping, number: int) -> dict[str, float]:
    """How often each place follows a contact anywhere, in one group."""
    contacts = sum(by[number].count for by in from_.values() if number in by)
    into: dict[str, float] = {}
    for (_before, after), by in moved.items():
        into[after] = into.get(after, 0.0) + (by[number].total if number in by else 0.0)
    return {after: round(float(total / contacts), 6) if contacts else 0.0 for after, total in into.items()}


def _of(found: Mapping[int, Moments], number: int) -> Moments:
    return found.get(number, Moments()) if number else total_of(found)


def as_part(whole: Moments, own: Moments) -> Moments:
    """Sums of a share of which `own` has the customers with any of it, and `whole` everybody, none of it added up."""
    return Moments(
        answers=whole.answers, customers=whole.customers, count=whole.count, total=own.total, squares=own.total,
        weights=whole.weights, cc=whole.cc, cx=own.cx, xx=own.xx,
    )  # fmt: skip


def _switches(contacts, members, groups: Group) -> tuple[dict[int, Estimate], dict[int, tuple[SwitchCost, ...]]]:
    """How often the next contact is in another channel, and how it then goes."""
    known = contacts.filter(_.follows, _.channel.notnull(), _.next_channel.notnull())
    known = known.mutate(switched=(_.channel != _.next_channel).cast("int64"))
    outcomes = [name for name in COSTS if f"next_{_source(name)}" in contacts.columns]
    sums = {"n": _.count()}
    for name in outcomes:
        value = known[f"next_{_source(name)}"].cast("float64")
        sums |= {f"n_{name}": value.count(), f"x_{name}": exact_sum(value).fill_null(0.0)}
    by = {"place": known.next_touchpoint, "way": known.next_channel}
    rows = known.mutate(**by).group_by("customer_id", "place", "way", "switched").agg(**sums)
    rows = rows.join(members.select("customer_id", "segment"), "customer_id").cache()
    each = rows.group_by("customer_id").agg(n=_.n.sum(), yes=(_.n * _.switched).sum())
    found = gather_moments(each, members, (), {"yes": ("n", "yes", "yes")}).get(("yes",), {})
    counts = {s: found.get(s, Moments()).customers for s in groups.segments}
    shown = [s for s in (0, *sorted(shown_segments(counts, groups.min_group))) if _of(found, s).customers]
    shares = {s: share_of(_of(found, s)) for s in shown if _of(found, s).customers >= groups.min_group}
    costs: dict[int, list[SwitchCost]] = {number: [] for number in shares}
    for name in outcomes:
        for number, cost in _costs(rows, name, groups).items():
            if number in costs:
                costs[number].append(cost)
    return shares, {number: tuple(rows) for number, rows in costs.items()}


def _source(name: str) -> str:
    return {"success": "ok"}.get(name, name)


def _costs(rows, name: str, groups: Group) -> dict[int, SwitchCost]:
    """The difference inside each touchpoint and channel, weighted by where the switchers came to."""
    rows = rows.select("customer_id", "segment", "place", "way", "switched", n=rows[f"n_{name}"], x=rows[f"x_{name}"])
    rows = rows.filter(_.n > 0)
    found = {}
    for grouped in (ibis.literal(0), rows.segment):
        own = rows.mutate(g=grouped.cast("int64"))
        cells = own.group_by("g", "place", "way", "switched").agg(
            n=_.n.sum(), x=exact_sum(_.x), who=_.customer_id.nunique()
        )
        frame = cells.order_by("g", "place", "way", "switched").to_pandas()
        for number, part in frame.groupby("g"):
            if number not in (0, *groups.segments):
                continue
            if weighed := _weigh(part):
                levels, weights, contacts, who = weighed
                if min(who) >= groups.min_group:
                    errors = _errors(own.filter(_.g == int(number)), weights)
                    found[int(number)] = _cost(name, levels, errors, contacts)
    return found


def _weigh(cells: pd.DataFrame):
    """((mean after a switch, mean of those who stayed), weights of the cells, contacts, customers of the rarest).

    None where no touchpoint and channel has both.
    """
    wide = cells.pivot_table(index=["place", "way"], columns="switched", values=["n", "x", "who"], aggfunc="sum")
    if {("n", 0), ("n", 1)} - set(wide.columns):
        return None
    wide = wide[(wide["n"][0] >= FEWEST) & (wide["n"][1] >= FEWEST)]
    if wide.empty:
        return None
    weight = (wide["n"][1] / wide["n"][1].sum()).to_numpy(float)
    means = {s: (wide["x"][s] / wide["n"][s]).to_numpy(float) for s in (0, 1)}
    frames = [
        pd.DataFrame({"place": wide.index.get_level_values(0), "way": wide.index.get_level_values(1), "switched": s,
                      "a": weight / wide["n"][s].to_numpy(float), "mean": means[s]})
        for s in (0, 1)
    ]  # fmt: skip
    levels = float(weight @ means[1]), float(weight @ means[0])
    who = [float(wide["who"][s].sum()) for s in (0, 1)]
    return levels, pd.concat(frames, ignore_index=True), int(wide["n"][1].sum()), who


def _errors(rows, weights: pd.DataFrame) -> tuple[float, float, float]:
    """Standard errors of the two levels and of their difference, by linearisation over customers."""
    named = ibis.memtable(weights)
    both = rows.join(named, ["place", "way", "switched"])
    left = both.a * (both.x - both["mean"] * both.n)
    each = both.mutate(up=left * both.switched, low=left * (1 - both.switched))
    each = each.group_by("customer_id").agg(up=exact_sum(_.up), low=exact_sum(_.low))
    squares = each.agg(
        up=exact_sum(_.up * _.up), low=exact_sum(_.low * _.low), both=exact_sum((_.up - _.low) * (_.up - _.low)),
        n=_.count(),
    ).to_pyarrow().to_pylist()[0]  # fmt: skip
    n = max(squares["n"], 2)
    up, low, both = (float(np.sqrt((squares[name] or 0.0) * n / (n - 1))) for name in ("up", "low", "both"))
    return up, low, both


def _cost(name: str, levels: tuple[float, float], errors: tuple[float, float, float], contacts: int) -> SwitchCost:
    label, better, unit = COSTS[name]
    method = "weighted to where the switchers came to, linearised over customers"
    switched, stayed = levels
    scale = 1.0
    if name == "duration":
        if stayed <= 0:
            nothing = not_measured("no time recorded", unit)
            return SwitchCost(
                key=name, label=label, better=better, switched=nothing, stayed=nothing, difference=nothing
            )
        scale = 1 / stayed  # seconds on different errands: as a share of what staying takes

    def estimate(value: float, error: float, bounded: bool) -> Estimate:
        low, high = value - Z * error, value + Z * error
        if bounded:
            low, high = max(low, 0.0), min(high, 1.0)
        return Estimate(value=value, low=low, high=high, n=contacts, unit=unit, method=method)

    shares = name != "duration"
    return SwitchCost(
        key=name, label=label, better=better, switched=estimate(switched * scale, errors[0] * scale, shares),
        stayed=estimate(stayed * scale, errors[1] * scale, shares),
        difference=estimate((switched - stayed) * scale, errors[2] * scale, False),
    )  # fmt: skip
