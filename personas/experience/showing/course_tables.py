"""Tables for the notebook of what happens in the course of time: movement, path, recovery, business case, standing."""

from __future__ import annotations

import pandas as pd

from personas.estimates import Estimate
from personas.experience.models import Experience
from personas.listing import Listing
from personas.numerals import Numerals, percent
from personas.numerals import whole as in_full

NOTHING_MORE = "nothing more"


def _group(segment: int) -> str:
    return "everybody" if segment == 0 else f"segment {segment}"


def _said(estimate: Estimate | None, numbers: Numerals) -> str:
    """The estimate, or why there is none."""
    if estimate is None:
        return ""
    return numbers.say(estimate) if estimate.measured else f"not measured: {estimate.method}"


def tabulate_transitions(experience: Experience, segment: int = 0, most: int = 12) -> Listing:
    """What follows a contact more often than it follows any contact, the widest difference first."""
    movement = experience.of(segment).movement
    if movement is None:
        return Listing(pd.DataFrame(), "Transitions are not measured: contacts are not recorded one by one.")
    numbers = Numerals()
    found = sorted(movement.transitions, key=lambda t: (t.usual - t.share.value, t.before, t.after))[:most]
    rows = [
        {
            "after": row.before, "comes": row.after or NOTHING_MORE, "share": numbers.say(row.share),
            "after any contact": percent(row.usual),
        }
        for row in found
    ]  # fmt: skip
    return Listing(pd.DataFrame(rows), f"The next contact within {movement.days} days, {_group(segment)}.")


def tabulate_switches(experience: Experience) -> Listing:
    """How often customers change the channel, and how the next contact then goes, beside those who stayed."""
    numbers = Numerals()
    rows = [
        {
            "group": _group(group.segment),
            "change the channel": numbers.say(group.movement.switches) if group.movement.switches else "",
            "measure": cost.label, "changed": numbers.value(cost.switched), "stayed": numbers.value(cost.stayed),
            "difference": numbers.say(cost.difference),
            "reading": _apart(cost.difference),
        }
        for group in experience.groups
        if group.movement is not None
        for cost in group.movement.costs
    ]  # fmt: skip
    return Listing(pd.DataFrame(rows), "" if rows else "Switches of channel are not measured.")


def _apart(difference: Estimate) -> str:
    if not difference.measured:
        return ""
    if difference.low <= 0 <= difference.high:
        return "no more than chance"
    return "more" if difference.value > 0 else "less"


def tabulate_path(experience: Experience, segment: int = 0) -> Listing:
    """The steps that many customers of a group share, in the order of the median day on which they take them."""
    path = experience.of(segment).path
    if path is None:
        return Listing(pd.DataFrame(), "No path: contacts are not recorded.")
    numbers = Numerals()
    rows = [
        {
            "median day": numbers.say(step.days) if step.days.measured else "",
            "stage": step.stage, "touchpoint": step.touchpoint, "channel": step.channel,
            "share who take it": numbers.say(step.share),
            "feeling": numbers.say(step.feeling) if step.feeling.measured else "",
        }
        for step in path.steps
    ]  # fmt: skip
    until = f", followed for {path.horizon} days" if path.horizon else ""
    return Listing(pd.DataFrame(rows), f"{in_full(path.customers)} of {_group(segment)}: {path.basis}{until}.")


def tabulate_recovery(experience: Experience) -> Listing:
    """What is left of purchases and recommendation after a complaint, against matched customers without one."""
    numbers = Numerals()
    rows = [
        {
            "group": _group(group.segment), "outcome": outcome.label, "cases": arm.label,
            "matched": in_full(arm.cases) if arm.cases is not None else "",
            "against matched": _said(arm.effect, numbers),
            "against their own past": "" if arm.before is None else f"{arm.before:.2f}",
            "back to the level of the others": _back(arm.back_after) if arm.course else "",
        }
        for group in experience.groups
        if group.recovery is not None
        for outcome in group.recovery.outcomes
        for arm in outcome.arms
    ]  # fmt: skip
    told = "Purchases: 1 means as many as customers without a complaint. Scores: 0 means as high."
    return Listing(pd.DataFrame(rows), told if rows else "Recovery is not measured.")


def _back(days: int | None) -> str:
    if days is None:
        return "not in the time seen"
    return "was never surely below" if days == 0 else f"after {days} days"


def tabulate_causes(experience: Experience, segment: int = 0) -> Listing:
    """What complaints are about, those that come back to the most customers first."""
    recovery = experience.of(segment).recovery
    numbers = Numerals()
    rows = [
        {
            "cause": cause.cause, "cases": cause.cases, "share of all": numbers.say(cause.share),
            "customers who had it again": _said(cause.again, numbers), "slow or open": _said(cause.slow, numbers),
            "escalated": _said(cause.escalated, numbers), "reopened": _said(cause.reopened, numbers),
        }
        for cause in (recovery.causes if recovery else ())
    ]  # fmt: skip
    fast = f"Fast: {recovery.fast}." if recovery else ""
    return Listing(pd.DataFrame(rows), fast if rows else "Causes of complaints are not recorded.")


def tabulate_business_case(experience: Experience, currency: str = "USD") -> Listing:
    """What each attitude spends, stays and costs, and what is at stake."""
    numbers = Numerals(currency)
    rows = []
    for group in experience.groups:
        case = group.business_case
        if case is None:
            continue
        for row in case.classes:
            rows.append(
                {
                    "group": _group(group.segment), "customers": row.label, "share": numbers.say(row.share),
                    "later spend": _said(row.spend, numbers), "still bought": _said(row.stay, numbers),
                    "cases a customer": numbers.say(row.cost) if row.cost.measured else "", "at stake": "",
                }
            )  # fmt: skip
        apart = {entry.key: numbers.say(entry.difference) for entry in case.apart}
        rows.append(
            {
                "group": _group(group.segment), "customers": "first less last, like with like", "share": "",
                "later spend": apart.get("spend", ""), "still bought": apart.get("stay", ""),
                "cases a customer": apart.get("cost", ""), "at stake": _said(case.at_stake, numbers),
            }
        )  # fmt: skip
    first = next((group.business_case for group in experience.groups if group.business_case), None)
    if first is None:
        return Listing(pd.DataFrame(), "The business case is not measured: it takes purchases and somebody's opinion.")
    when = "later" if first.out_of_time else "not later: in the same period"
    return Listing(pd.DataFrame(rows), f"Divided by {first.basis}; spend is that of {first.later} ({when}).")


def tabulate_standing(experience: Experience) -> Listing:
    """Loyalists, those at risk by rule, and how far the rules were borne out afterwards."""
    numbers = Numerals()
    rows = []
    for group in experience.groups:
        standing = group.standing
        if standing is None:
            continue
        for entry in (standing.loyalists, standing.at_risk, *standing.risks):
            if entry is not None:
                rows.append(
                    {
                        "group": _group(group.segment), "who": entry.label, "rule": entry.rule,
                        "customers": "" if entry.customers is None else in_full(entry.customers),
                        "share": _said(entry.found, numbers), "decided for": percent(entry.known),
                        "stopped buying later": _said(entry.confirmed, numbers),
                        "the others": _said(entry.otherwise, numbers),
                    }
                )  # fmt: skip
    return Listing(pd.DataFrame(rows))


def tabulate_neighbours(experience: Experience) -> Listing:
    """The segment next to each, the customers between the two, and prospects who resemble it."""
    numbers = Numerals()
    rows = []
    for group in experience.groups[1:]:
        near = group.standing.neighbour if group.standing else None
        like = group.standing.prospects if group.standing else None
        if near or like:
            rows.append(
                {
                    "segment": group.segment, "next to": near.segment if near else "",
                    "in between": _said(near.in_between, numbers) if near else "",
                    "prospects like it": "" if like is None else _said(like.share, numbers),
                    "how surely": "" if like is None or not like.confidence.measured else numbers.say(like.confidence),
                }
            )  # fmt: skip
    return Listing(pd.DataFrame(rows), "" if rows else "One segment has no neighbour.")


def tabulate_buying_centre(experience: Experience) -> Listing:
    """Who is known in the accounts, what each role says, and how long the first order takes."""
    numbers = Numerals()
    rows = [
        {
            "group": _group(group.segment), "role": role.role, "contacts": in_full(role.contacts),
            "accounts with one": _said(role.accounts, numbers), "NPS": _said(role.nps, numbers),
        }
        for group in experience.groups
        if group.buying_centre is not None
        for role in group.buying_centre.roles
    ]  # fmt: skip
    centre = experience.base.buying_centre
    if centre is None:
        return Listing(
            pd.DataFrame(), "No buying centre: the customers are not accounts with contacts in several roles."
        )
    told = (
        f"{numbers.value(centre.each)} contacts an account; a decider is known in {_said(centre.decider, numbers)}; "
        f"first order after {_said(centre.cycle, numbers)}; not at risk {_said(centre.healthy, numbers)}."
    )
    return Listing(pd.DataFrame(rows), told)
