"""KPIs from service cases and contracts: how long, how many settled at once, who stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

import ibis
import numpy as np
import pandas as pd
from ibis import _

from personas.customers.feedback import exact_sum
from personas.estimates import Estimate, not_measured
from personas.experience.comparison import GIVES_AWAY, Group, Wording, compare_groups
from personas.experience.kpis.customer_kpis import how_tested
from personas.experience.kpis.survival import Spells, curve_p, share_left, time_until
from personas.experience.models import Kpi
from personas.experience.moments import gather_moments, mean_of, share_of
from personas.experience.suppression import hidden_groups

DAY = 86_400
MONTH = 30.4375
YEARS_OF_STAY = (12, 6, 3)
LOG_RANK = "log-rank test; Benjamini-Hochberg"


def measure_cases(
    tickets, members, groups: Group, end: datetime, scale: tuple[float, float] | None = None
) -> list[dict[int, Kpi]]:
    """Shares settled at once, escalated and in time; days to the first answer and to the solution, with open cases.

    scale : lowest and highest satisfaction with a case; None: it was not asked
    """
    has = set(tickets.columns)
    columns, shares = {}, {}

    def add(key, known, yes, label, definition, better, source):
        columns[f"{key} n"], columns[key] = known.sum(), (known & yes).sum()
        shares[key] = Wording(key, label, definition, better, tuple(f"tickets.{name}" for name in source))

    trouble = [name for name in ("reopened", "escalated") if name in has]
    if "resolved" in has and trouble:
        again = tickets[trouble[0]].fill_null(False)
        for name in trouble[1:]:
            again = again | tickets[name].fill_null(False)
        text = f"Resolved cases that were not {' or '.join(trouble)}"
        source = ("resolved", *trouble)
        add("first_contact", tickets.resolved.notnull(), ~again, "Settled at first", text, "higher", source)
    if "escalated" in has:
        known = tickets.escalated.notnull()
        add("escalated", known, tickets.escalated, "Escalated", "Cases that were escalated", "lower", ("escalated",))
    if {"reopened", "resolved"} <= has:
        known = tickets.resolved.notnull() & tickets.reopened.notnull()
        text = "Resolved cases that were opened again"
        again = tickets.reopened.fill_null(False)
        add("reopened", known, again, "Opened again", text, "lower", ("reopened", "resolved"))
    if {"due", "resolved"} <= has:
        due = (tickets.due < ibis.literal(end)).fill_null(False)
        text = "Cases resolved by the time promised, of those due before the observation ends"
        kept = (tickets.resolved <= tickets.due).fill_null(False)
        add("in_time", due, kept, "Within the time promised", text, "higher", ("due", "resolved"))
    kpis = []
    if shares:
        rows = tickets.group_by("customer_id").agg(**columns)
        parts = {key: (f"{key} n", key, key) for key in shares}
        sums = gather_moments(rows, members, (), parts)
        kpis += [compare_groups(shares[key], found, share_of, groups) for (key,), found in sums.items()]
    for name, label in (("first_response", "first answer"), ("resolved", "resolution")):
        if name in has:
            kpis += _durations(tickets, members, groups, end, name, label)
    if scale is not None and "satisfaction" in has:
        kpis += _case_satisfaction(tickets, members, groups, scale)
    return [kpi for kpi in kpis if kpi]


def _case_satisfaction(tickets, members, groups, scale: tuple[float, float]) -> list[dict[int, Kpi]]:
    """How satisfied customers were with their case; scores off the scale are left out."""
    low, high = scale
    scored = tickets.filter(tickets.satisfaction.between(low, high))
    top = (scored.satisfaction >= high - 1).cast("int64")
    rows = scored.mutate(top=top).group_by("customer_id").agg(
        n=_.count(), top=_.top.sum(), score=exact_sum(_.satisfaction), squares=exact_sum(_.satisfaction**2)
    )  # fmt: skip
    sums = gather_moments(rows, members, (), {"top": ("n", "top", "top"), "score": ("n", "score", "squares")})
    words = f"satisfaction with how a case was handled, on the scale from {low:g} to {high:g}"
    source = ("tickets.satisfaction",)
    first = Wording("case_satisfaction", "Satisfied with the case", f"Top two boxes of the {words}", "higher", source)
    second = Wording("case_score", "Mean satisfaction with cases", f"Mean {words}", "higher", source)
    shares = compare_groups(first, sums.get(("top",), {}), share_of, groups)
    return [shares, compare_groups(second, sums.get(("score",), {}), mean_of, groups)]


def _durations(tickets, members, groups, end, name, label) -> list[dict[int, Kpi]]:
    spells, who = gather_spells(tickets, members, "opened", name, end)
    columns = ("tickets.opened", f"tickets.{name}")
    found = []
    for share, word, key in ((0.5, "half", "median"), (0.9, "nine in ten", "p90")):
        wording = Wording(
            f"{name}_{key}", f"Time to {label}, {word}", f"Days until {word} of the cases had their {label}; "
            "cases still waiting are kept in", "lower", columns,
        )  # fmt: skip
        found.append(_compare_spells(wording, spells, who, groups, partial(time_until, share=share)))
    return found


def measure_contracts(subscriptions, members, groups: Group, start: datetime, end: datetime) -> list[dict[int, Kpi]]:
    """Who keeps a contract: the share still there after a year (or what was watched), and what ends a month.

    Contracts begun before the observation count from the day it began: those that had ended by then are not here.
    """
    spells, who = gather_spells(subscriptions, members, "start", "end", end, start)
    if not len(spells):
        return []
    months = next((m for m in YEARS_OF_STAY if spells.days.max() >= m * MONTH), None)
    columns = ("subscriptions.start", "subscriptions.end")
    kpis = []
    if months:
        text = f"Contracts that still run {months} months after they began"
        wording = Wording(f"kept_{months}_months", f"Kept after {months} months", text, "higher", columns)
        kpis.append(_compare_spells(wording, spells, who, groups, lambda own: share_left(own, months * MONTH)))
    begun = ibis.greatest(subscriptions.start, ibis.literal(start))
    last = _ended(subscriptions).coalesce(ibis.literal(end))
    rows = subscriptions.mutate(seconds=last.delta(begun, unit="second"), over=_ended(subscriptions).notnull())
    rows = rows.group_by("customer_id").agg(
        n=_.seconds.sum().cast("float64") / (DAY * MONTH), over=_.over.cast("float64").sum()
    )
    text = "Contracts that ended a month, of those running"
    wording = Wording("churn_a_month", "Churn a month", text, "lower", columns)
    sums = gather_moments(rows, members, (), {"over": ("n", "over", "over")})
    kpis += [compare_groups(wording, found, _rate, groups) for found in sums.values()]
    return [kpi for kpi in kpis if kpi]


def _rate(moments) -> Estimate:
    """Ends over months; n counts the contracts' customers, not their months."""
    found = mean_of(moments, "share")
    known = found.low is not None
    low = max(found.low, 0.0) if known else None
    method = "ends over months watched, linearised over customers"
    return found.model_copy(
        update={
            "low": low,
            "n": int(moments.customers),
            "n_effective": None,
            "method": method if known else "one customer",
        }
    )


def _ended(subscriptions):
    return subscriptions["end"] if "end" in subscriptions.columns else ibis.null("timestamp")


def _days(first, last):
    return last.delta(first, unit="second").cast("float64") / DAY


def gather_spells(table, members, first: str, last: str, end: datetime, start: datetime | None = None):
    """Spans of known customers (those that end before they begin are left out) and the segment of each."""
    over = table[last] if last in table.columns else ibis.null("timestamp")
    rows = table.mutate(began=table[first], over=over).join(members, "customer_id")
    entry = _days(rows.began, ibis.literal(start)) if start is not None else ibis.literal(0.0)
    days = _days(rows.began, rows.over.coalesce(ibis.literal(end)))
    frame: pd.DataFrame = rows.select(
        "segment", "customer_id", "weight", days=days, ended=rows.over.notnull(), entry=entry
    ).filter(_.days >= 0).order_by("segment", "days", "ended", "entry", "customer_id").to_pandas()  # fmt: skip
    came = np.maximum(frame["entry"].to_numpy(float), 0.0) if start is not None else None
    who = pd.factorize(frame["customer_id"])[0]
    weights = frame["weight"].to_numpy(float)
    spells = Spells(frame["days"].to_numpy(float), frame["ended"].to_numpy(bool), came, weights, who)
    return spells, frame["segment"].to_numpy(int)


def _compare_spells(
    wording: Wording, spells: Spells, who: np.ndarray, groups: Group, estimate: Callable[[Spells], Estimate]
) -> dict[int, Kpi]:
    """The KPI of the base and of each segment; groups of fewer than `min_group` customers are not shown."""
    if not len(spells):
        return {}

    people = {segment: spells.of(who == segment).people for segment in np.unique(who)}
    hidden = hidden_groups(people, groups.min_group)

    def shown(own: Spells, given_away: bool = False) -> Estimate:
        found = estimate(own)
        if 0 < own.people < groups.min_group:
            return not_measured(f"fewer than {groups.min_group} customers", found.unit)
        return not_measured(GIVES_AWAY.format(groups.min_group), found.unit) if given_away else found

    words = {"key": wording.key, "label": wording.label, "definition": wording.definition, "better": wording.better}
    kpis = {0: Kpi(**words, estimate=shown(spells))}
    test = how_tested(wording.columns, groups.features)
    for segment in groups.segments:
        own, rest = spells.of(who == segment), spells.of(who != segment)
        alone = len(groups.segments) == 1
        first, second = shown(own, segment in hidden), None if alone else shown(rest, segment in hidden)
        compared = second is not None and first.measured and second.measured
        tested = compared and not test.startswith("not tested")
        kpis[segment] = Kpi(
            **words, estimate=first, rest=second, p=curve_p(own, rest) if tested else None,
            test="" if alone else LOG_RANK if tested else test,
        )  # fmt: skip
    return kpis
