"""Service cases, what causes them, and how long they took; where there are none, complaints and low ratings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import ibis
import numpy as np
import pandas as pd
from ibis import _

from personas.customers.feedback import RATED, about_us, own_answers
from personas.estimates import Estimate, not_measured
from personas.experience.comparison import Group
from personas.experience.disclosure import shown_segments
from personas.experience.moments import Moments, gather_moments, share_of, total_of
from personas.experience.pains.troubles import LOW
from personas.experience.value.recovery_models import Cause

DAY = 86_400
MOST_CAUSES = 12


@dataclass(frozen=True)
class Incidents:
    """Complaints, a row each in the order they came up.

    rows : customer_id, opened and resolved (days since the observation began, NaN while open), fast (settled in time)
    fast : what counts as fast, in words; settled : whether it is known when a complaint was settled
    """

    rows: pd.DataFrame
    fast: str
    settled: bool


def gather_incidents(tables: Mapping, start: datetime | None, end: datetime | None) -> Incidents | None:
    """Gather service cases, or else dated complaints and low ratings; None where neither is recorded."""
    if start is None or end is None:
        return None
    if "tickets" in tables:
        return _of_tickets(tables["tickets"], start)
    return _of_feedback(tables["feedback"], start) if "feedback" in tables else None


def days_since(start: datetime, moment):
    """Days, with their fraction, from `start` to `moment`."""
    return moment.delta(ibis.literal(start), unit="second").cast("float64") / DAY


def _of_tickets(tickets, start: datetime) -> Incidents:
    has = set(tickets.columns)
    rows = tickets.filter(_.customer_id.notnull()).select(
        "customer_id",
        opened=days_since(start, tickets.opened),
        resolved=days_since(start, tickets.resolved) if "resolved" in has else ibis.null("float64"),
        due=days_since(start, tickets.due) if "due" in has else ibis.null("float64"),
    )
    frame = rows.order_by("customer_id", "opened", "resolved", "due").to_pandas()
    frame[["opened", "resolved", "due"]] = frame[["opened", "resolved", "due"]].astype(float)
    limit, words = fast_limit(frame)
    frame["fast"] = (frame["resolved"] <= limit).to_numpy()
    return Incidents(frame.drop(columns="due"), words, bool(frame["resolved"].notna().any()))


def fast_limit(frame: pd.DataFrame) -> tuple[np.ndarray, str]:
    """(until when each case had to be settled to count as fast, the same in words): the time promised, else half."""
    if frame["due"].notna().any():
        return frame["due"].to_numpy(), "settled by the time promised"
    took = (frame["resolved"] - frame["opened"]).to_numpy()
    half = float(np.nanmedian(took)) if np.isfinite(took).any() else float("nan")
    return frame["opened"].to_numpy() + half, f"settled within {half:.1f} days, as half of the cases were"


def _of_feedback(feedback, start: datetime) -> Incidents | None:
    """Every day on which a customer complained or rated something at the low end."""
    if "time" not in feedback.columns:
        return None
    parts = []
    rated = own_answers(feedback)
    if rated is not None:
        low = rated.filter(_.metric.isin(RATED), _.good <= LOW)
        parts.append(low.select("customer_id", day=days_since(start, low.time).floor()))
    if {"customer_id", "polarity"} <= set(feedback.columns):
        said = about_us(feedback).filter(_.polarity == "complaint", _.customer_id.notnull(), _.time.notnull())
        parts.append(said.select("customer_id", day=days_since(start, said.time).floor()))
    if not parts:
        return None
    both = ibis.union(*parts, distinct=True) if len(parts) > 1 else parts[0].distinct()
    frame = both.filter(_.day.notnull()).order_by("customer_id", "day").to_pandas()
    if frame.empty:
        return None
    nothing = np.full(len(frame), np.nan)
    rows = pd.DataFrame({"customer_id": frame["customer_id"], "opened": frame["day"].astype(float)})
    return Incidents(rows.assign(resolved=nothing, fast=False), "", False)


def measure_causes(tickets, members, groups: Group) -> dict[int, tuple[Cause, ...]]:
    """What the cases of the base (0) and of each segment are about, the causes that return to most customers first."""
    if "category" not in tickets.columns:
        return {}
    has = set(tickets.columns)
    known = tickets.filter(_.category.notnull())
    columns = {"n": _.count(), "twice": (_.count() > 1).cast("int64"), "one": ibis.literal(1)}
    parts = {"twice": ("one", "twice", "twice"), "n": ("one", "n", "n")}
    if "resolved" in has and "due" in has:
        slow = (_.resolved > _.due) | (_.resolved.isnull() & _.due.notnull())
        columns["slow"] = slow.fill_null(False).cast("int64").sum()
        parts["slow"] = ("n", "slow", "slow")
    for name in ("escalated", "reopened"):
        if name in has:
            columns[name] = _[name].fill_null(False).cast("int64").sum()
            parts[name] = ("n", name, name)
    sums = gather_moments(known.group_by("customer_id", "category").agg(**columns), members, ("category",), parts)
    everything = known.group_by("customer_id").agg(all=_.count())
    rows = known.group_by("customer_id", "category").agg(own=_.count()).join(everything, "customer_id")
    rows = rows.select("customer_id", "category", "all", "own")
    shares = _shares_of_all(rows, known, members)
    causes = sorted({category for category, _part in sums})
    found: dict[int, list[Cause]] = {number: [] for number in (0, *groups.segments)}
    for category in causes:
        by = {part: sums.get((category, part), {}) for part in ("twice", "n", "slow", "escalated", "reopened")}
        counts = {s: m.customers for s, m in by["n"].items()}
        total = total_of(by["n"])
        if total.customers < groups.min_group:
            continue
        visible = {0, *shown_segments({s: counts.get(s, 0) for s in groups.segments}, groups.min_group)}
        for number in visible:
            own = {part: _of(found_, number) for part, found_ in by.items()}
            if own["n"].customers:
                found[number].append(_cause(category, own, shares[category].get(number), groups.min_group))
    return {
        number: tuple(sorted(list_, key=lambda cause: (-_again(cause), -cause.cases, cause.cause))[:MOST_CAUSES])
        for number, list_ in found.items()
    }


def _again(cause: Cause) -> float:
    """Customers who had it again, as far as they may be told."""
    return (cause.again.value or 0.0) * cause.again.n


def _of(found: Mapping[int, Moments], number: int) -> Moments:
    return found.get(number, Moments()) if number else total_of(found)


def _shares_of_all(rows, known, members) -> dict[str, dict[int, Moments]]:
    """Per cause and group: its cases as a part of all cases, customers as clusters; those without it count as 0."""
    base = known.group_by("customer_id").agg(n=_.count())
    every = gather_moments(base.mutate(zero=0), members, (), {"n": ("n", "zero", "zero")}).get(("n",), {})
    parts = {"own": ("all", "own", "own")}
    with_it = gather_moments(rows, members, ("category",), parts)
    found: dict[str, dict[int, Moments]] = {}
    for (category, _part), by in with_it.items():
        sums = {}
        for number in (0, *sorted(every)):
            whole, own = _of(every, number), _of(by, number)
            sums[number] = Moments(
                answers=whole.answers, customers=whole.customers, count=whole.count, total=own.total,
                squares=own.total, weights=whole.weights, cc=whole.cc, cx=own.cx, xx=own.xx,
            )  # fmt: skip
        found[category] = sums
    return found


def _cause(category: str, own: Mapping[str, Moments], share: Moments | None, min_group: int) -> Cause:
    return Cause(
        cause=category.replace("_", " "), cases=int(own["n"].total),
        share=share_of(share) if share is not None else not_measured("no cases", "share"),
        again=_hidden_if_few(own["twice"], min_group),
        slow=_rate(own["slow"]) or not_measured("no time promised", "share"), escalated=_rate(own["escalated"]),
        reopened=_rate(own["reopened"]),
    )  # fmt: skip


def _hidden_if_few(moments: Moments, min_group: int) -> Estimate:
    """A share of customers, hidden where those who had it again, or had not, are a small group."""
    yes = moments.total
    if 0 < yes < min_group or 0 < moments.customers - yes < min_group:
        return not_measured(f"fewer than {min_group} customers", "share", int(moments.answers))
    return share_of(moments)


def _rate(moments: Moments) -> Estimate | None:
    return share_of(moments) if moments.customers else None
