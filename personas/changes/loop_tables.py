"""The closed loop as tables for the notebook."""

from __future__ import annotations

import pandas as pd

from personas.changes.action_words import as_points
from personas.changes.models import Changes
from personas.listing import Listing
from personas.numerals import Numerals, day, p_words, whole

NO_REGISTER = "Not measured: no table of actions. With one (docs/contract.md, actions) each action is followed here."


def tabulate_register(changes: Changes, currency: str = "") -> Listing:
    """A row an action, the latest first: what was done about what, and what came of it."""
    numbers = Numerals(currency)
    return Listing(
        pd.DataFrame(
            {
                "action": a.title,
                "about": a.pain_title or a.pain_point,
                "owner": a.owner,
                "since": day(a.date),
                "treated": "everybody" if a.everybody else "too few" if a.treated is None else whole(a.treated),
                "held out": "" if a.held_out is None else whole(a.held_out),
                "cost": numbers.value(a.cost),
                "what came of it": " ".join(filter(None, [a.reading, a.balance, a.money])),
                "check": f"{day(a.check)}{', overdue' if a.overdue else ''}" if a.check else "",
                "decided": a.decision,
                "mind": "; ".join(a.doubts),
            }
            for a in changes.actions
        ),
        "" if changes.actions else NO_REGISTER,
    )


def tabulate_effects(changes: Changes, currency: str = "") -> Listing:
    """A row an outcome of an action: the difference with its interval, whatever came out."""
    numbers = Numerals(currency)
    return Listing(
        pd.DataFrame(
            {
                "action": a.title,
                "outcome": e.label.rstrip(","),
                "treated": numbers.value(e.treated),
                "compared with": numbers.value(e.compared),
                "who": "held out" if e.holdout else "themselves before",
                "difference": numbers.say(as_points(e.difference)),
                "all others": numbers.say(as_points(e.elsewhere)) if e.elsewhere is not None else "",
                "n": e.difference.n,
                "test": p_words(e.p_adjusted),
            }
            for a in changes.actions
            for e in a.effects
        ),
        "" if changes.actions else NO_REGISTER,
    )


def tabulate_aims(changes: Changes, currency: str = "") -> Listing:
    """A row a KPI with a target or a benchmark: where it is, how far off, where it is heading."""
    numbers = Numerals(currency)
    return Listing(
        pd.DataFrame(
            {
                "KPI": aim.label,
                "now": numbers.say(aim.now),
                "target": aim.standing,
                "by": day(aim.by),
                "heading": aim.trend,
                "benchmark": aim.beside,
                "in words": aim.sentence,
            }
            for aim in changes.aims
        ),
        "" if changes.aims else "No targets or benchmarks: dataset.yml can name them (targets, benchmarks).",
    )


def tabulate_alerts(changes: Changes) -> Listing:
    """A row an alert; the caption says which rules there are and which could not be judged."""
    report = changes.alerts
    if report is None or not report.rules:
        return Listing(pd.DataFrame(), "No rules for alerts: dataset.yml can name some (alerts).")
    silent = f" Could not be judged: {'; '.join(report.silent)}." if report.silent else ""
    head = "No alert." if not report.alerts else f"{len(report.alerts)} of what was asked to be told."
    return Listing(
        pd.DataFrame([(a.rule, a.sentence) for a in report.alerts], columns=["rule", "alert"]), head + silent
    )


def tabulate_replies(changes: Changes) -> Listing:
    """What to tell customers and staff: you said, we did."""
    return Listing(
        pd.DataFrame(
            {"to": r.audience, "you said": r.said, "we did": r.did, "since": r.since, "so far": r.so_far}
            for r in changes.replies
        ),
        "" if changes.replies else "Nothing to reply: no action is about something that customers or staff said.",
    )
