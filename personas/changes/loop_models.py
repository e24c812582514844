"""What the closed loop hands over: actions and what came of them, aims, alerts, and what to tell those who spoke up."""

from __future__ import annotations

from typing import Literal

from personas.estimates import Estimate, Frozen

Outcome = Literal[
    "worked",
    "no effect found",
    "made it worse",
    "mixed",
    "was followed by better",
    "was followed by worse",
    "no change followed",
    "cannot tell",
    "too early",
    "planned",
    "not measured",
]


class Effect(Frozen):
    """One outcome of an action.

    holdout : `treated` and `compared` are means after the date, of those treated and of those held out, and
        `difference` is between the two, what they were before held equal; intention to treat
    else : `compared` is the mean before, of the same customers, `difference` what it rose by, and `elsewhere` what it
        rose by among customers who were not treated, where there are enough: then `p` is of the two changes
    sure : the adjusted p-value is below 5 %; good : it went the right way
    """

    key: str
    label: str
    treated: Estimate
    compared: Estimate
    difference: Estimate
    better: Literal["higher", "lower"]
    holdout: bool
    p: float | None = None
    p_adjusted: float | None = None
    sure: bool = False
    good: bool | None = None
    elsewhere: Estimate | None = None
    sentence: str = ""


class TriedAction(Frozen):
    """An action of the register.

    pain_point : as the register names it; pain_title : its title in this run, "" where this run has none of that name
    date, check : days as 2025-04-01; check_given : the register names it, else it is the remedy's
    treated, held_out : customers (accounts in B2B); None where they are too few to be told, or everybody was treated
    days : from the date to the end of the observation
    alike : the groups were alike before, None where nobody was held out; balance : in words
    cost : of the whole action; gain : what it brought with customers held out, times the margin
    return_on_cost : gain less cost, over cost; 0.5 is half as much again as it cost; money : all three in words
    decision : what was decided, "" for nothing yet; overdue : the check is due and nothing was decided
    outcome, reading : what came of it, in a word and in a sentence; doubts : what a reader must know beside that
    """

    id: str
    title: str
    pain_point: str
    pain_title: str
    owner: str
    date: str
    segment: str
    treated: int | None
    held_out: int | None
    everybody: bool
    days: int
    effects: tuple[Effect, ...]
    alike: bool | None
    balance: str
    cost: Estimate
    gain: Estimate
    return_on_cost: Estimate
    money: str = ""
    check: str
    check_given: bool
    decision: str
    overdue: bool
    outcome: Outcome
    reading: str
    doubts: tuple[str, ...] = ()


class Reply(Frozen):
    """ "You said, we did", to customers or to staff; `so_far` is "" where nothing better can be told yet."""

    audience: Literal["customers", "staff"]
    said: str
    did: str
    since: str
    so_far: str
    action_id: str


class Aim(Frozen):
    """A KPI of everybody beside its target and its benchmark.

    distance : the KPI less the target, in the KPI's unit, positive = beyond it where higher is better; the interval is
        that of the KPI; standing : with the whole interval, or "not told apart"
    change : a month; trend : where it is heading; reached_in : months at that pace; in_time : before `by`
    """

    key: str
    label: str
    better: Literal["higher", "lower"]
    now: Estimate
    target: float | None = None
    by: str = ""
    distance: Estimate | None = None
    standing: Literal["reached", "short", "not told apart", "not measured", ""] = ""
    change: Estimate | None = None
    trend: Literal["reached", "on the way", "moving away", "cannot tell", ""] = ""
    reached_in: int | None = None
    in_time: bool | None = None
    benchmark: float | None = None
    benchmark_source: str = ""
    beside: Literal["better", "worse", "not told apart", "not measured", ""] = ""
    sentence: str = ""


class Alert(Frozen):
    """Something to be told of.

    rule : the key in `alerts` of dataset.yml; subject : the key of the KPI, pain point, feature or action
    """

    rule: Literal["kpi_worse", "target_missed", "new_pain_point", "drift", "response_rate", "overdue"]
    subject: str
    sentence: str


class AlertReport(Frozen):
    """What a scheduler reads: ``alerts.json``.

    rules : what was asked for; silent : rules that could not be judged, and why; exit : whether a run is to end with
        an exit code other than 0
    """

    dataset: str
    observation_end: str
    alerts: tuple[Alert, ...]
    silent: tuple[str, ...]
    rules: tuple[str, ...]
    exit: bool
