"""Who does not go on: of those at a stage, the share who never reach the next one in the time there was.

Only customers who could be watched for so long after their first contact at a stage are counted, so that those who
came late are not taken for lost. Purchases count as being at the stage "purchase", whether or not a contact tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise

import ibis
from ibis import _

from personas.estimates import Estimate, not_measured
from personas.experience.comparison import Group
from personas.experience.disclosure import shown_parts
from personas.experience.models import ChannelShare
from personas.experience.moments import Moments, gather_moments, share_of, total_of
from personas.experience.suppression import suppress

WITHIN_DAYS = 90
PURCHASE = "purchase"
ONCE = {"lost": ("one", "lost", "lost")}


def measure_dropoff(
    events, stages: tuple[str, ...], members, groups: Group, end: datetime, linked: bool = False
) -> dict[str, dict[int, Estimate]]:
    """Share lost after each stage but the last: stage → group → estimate.

    events : customer_id, time, stage, bought (a purchase and no contact); members : (customer_id, segment, weight)
    linked : contacts are campaigns alone; then a stage leads to the next only by contacts, and the last to a purchase
    """
    contacts = events.filter(~_.bought)
    seen = _seen_stages(events if not linked else contacts, stages)
    found = {}
    for stage, following in pairwise(seen):
        here = contacts if linked else events
        found[stage] = _lost(here.filter(_.stage == stage), here.filter(_.stage == following), members, groups, end)
    if linked and seen:
        last = contacts.filter(_.stage == seen[-1])
        found[seen[-1]] = _lost(last, events.filter(_.bought), members, groups, end, later_day=True)
    return found


def _seen_stages(events, stages: tuple[str, ...]) -> list[str]:
    there = events.select("stage").distinct().to_pyarrow().to_pydict()["stage"]
    return [stage for stage in stages if stage in there]


def _lost(here, there, members, groups: Group, end: datetime, later_day: bool = False) -> dict[int, Estimate]:
    """later_day : what happens on the very day does not count as going on"""
    first = here.group_by("customer_id").agg(first=_.time.min())
    first = first.filter(_.first < ibis.literal(end - timedelta(days=WITHIN_DAYS)))
    reached = there.select("customer_id", reached="time")
    both = first.left_join(reached, "customer_id")
    both = both.select("customer_id", "first", "reached")
    since = both.reached.delta(both["first"], unit="second")
    soon = (since <= WITHIN_DAYS * 86_400) & (since >= 0)
    if later_day:
        soon = soon & (both.reached.date() > both["first"].date())
    rows = both.group_by("customer_id").agg(on=soon.fill_null(False).any())
    rows = rows.select("customer_id", one=1, lost=(~rows.on).cast("int64"))
    sums = gather_moments(rows, members, (), ONCE).get(("lost",), {})
    yes = {s: _sums(sums, s).total for s in sums}
    no = {s: _sums(sums, s).customers - _sums(sums, s).total for s in sums}
    shown = shown_parts(yes, no, groups.min_group)
    few = not_measured(f"fewer than {groups.min_group} customers", "share")
    nobody = not_measured(f"nobody could be watched for {WITHIN_DAYS} days", "share")
    return {
        number: nobody if not _of(sums, number).customers else share_of(_of(sums, number)) if number in shown else few
        for number in (0, *groups.segments)
    }


def _sums(found: Mapping[int, Moments], number: int) -> Moments:
    return found.get(number, Moments())


def _of(found: Mapping[int, Moments], number: int) -> Moments:
    return _sums(found, number) if number else total_of(found)


def measure_motives(contacts, members, groups: Group) -> dict[tuple[str, str], dict[int, tuple[ChannelShare, ...]]]:
    """Why they came, as far as it is written down: where visits came from, else the campaign.

    Returns (stage, touchpoint) → group → shares of the contacts of which it is known; what fewer than `min_group`
    customers share is left out.
    """
    found: dict = {}
    for name in ("campaign", "referral"):  # what a visit came from says more than a campaign, and is written over it
        if name in contacts.columns:
            found |= _named(contacts.mutate(why=contacts[name].cast("string")), members, groups)
    return found


def _named(contacts, members, groups: Group) -> dict:
    rows = contacts.filter(_.why.notnull(), _.stage.notnull()).join(members, "customer_id")
    counted = rows.group_by("stage", "touchpoint", "why", "segment").agg(n=_.count(), who=_.customer_id.nunique())
    frame = counted.order_by("stage", "touchpoint", "why", "segment").to_pandas()
    found: dict = {}
    for place, part in frame.groupby(["stage", "touchpoint"], sort=True):
        whys = sorted(part["why"].unique())
        wide = {
            what: part.pivot_table(index="segment", columns="why", values=what, aggfunc="sum", fill_value=0)
            for what in ("n", "who")
        }
        own_who = wide["who"].reindex(index=groups.segments, columns=whys, fill_value=0).to_numpy()
        everybody = wide["who"].reindex(columns=whys).sum(axis=0).to_numpy()
        hidden, hidden_of_all = suppress(own_who, groups.min_group, base=everybody)
        contacts = wide["n"].reindex(columns=whys)
        told = {0: (contacts.sum(axis=0), hidden_of_all)}
        told |= {s: (contacts.loc[s], hidden[i]) for i, s in enumerate(groups.segments) if s in contacts.index}
        shown = {}
        for number, (counts, left_out) in told.items():
            pairs = [
                (why, n / counts.sum()) for why, n, out in zip(whys, counts, left_out, strict=True) if n and not out
            ]
            if pairs:
                pairs.sort(key=lambda p: (-p[1], p[0]))
                shown[number] = tuple(ChannelShare(name=why, share=float(share)) for why, share in pairs)
        found[place] = shown
    return found


def measure_reasons(subscriptions, members, groups: Group) -> dict[int, tuple[ChannelShare, ...]]:
    """Why contracts were ended, as customers said; {} where no reason is recorded."""
    if not {"reason", "end"} <= set(subscriptions.columns):
        return {}
    ended = subscriptions.filter(_.end.notnull(), _.reason.notnull())
    rows = ended.mutate(stage=ibis.literal("loyalty"), touchpoint=ibis.literal(""), why=_.reason)
    return _named(rows, members, groups).get(("loyalty", ""), {})
