"""KPIs beside what the business wants to reach and what others reach: how far off, and where they are heading."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from personas.changes.action_words import upright
from personas.changes.loop_models import Aim
from personas.changes.models import Changes
from personas.dataset import Dataset
from personas.dataset.aims import Benchmark, KpiTarget
from personas.errors import Problem, did_you_mean
from personas.estimates import Estimate, not_measured
from personas.experience.kpis.registry import KEYS, REGISTRY
from personas.experience.models import Kpi, Trend
from personas.numerals import Numerals, day
from personas.profiles.models import PersonaSet

FAMILIES = tuple(entry.key[:-1] for entry in REGISTRY if entry.key.endswith("*"))
LONGEST = 60  # months ahead beyond which a straight line says nothing


def find_aim_problems(dataset: Dataset) -> list[Problem]:
    """Find KPIs in `targets`, `benchmarks` and `alerts` that nothing can measure, and targets without a direction."""
    contract, document = dataset.contract, dataset.document
    known = sorted({*KEYS, *contract.kpis})
    named: list[tuple[list[str | int], str]] = [(["targets", key], key) for key in contract.targets]
    named += [(["benchmarks", key], key) for key in contract.benchmarks]
    for rule in ("kpi_worse", "target_missed"):
        named += [(["alerts", rule, number], key) for number, key in enumerate(getattr(contract.alerts, rule))]
    problems = [
        Problem(document.place(keys), f'no KPI "{key}"', "a key of docs/kpis.md or of kpis", did_you_mean(key, known))
        for keys, key in named
        if key not in known and not key.startswith(FAMILIES) and not (key == "all" and keys[0] == "alerts")
    ]
    directions = {entry.key: entry.better for entry in REGISTRY}
    directions |= {key: kpi.better for key, kpi in contract.kpis.items()}
    for key, target in contract.targets.items():
        if directions.get(key) == "neither" and target.better is None:
            place = document.place(["targets", key])
            fix = "add better: higher or better: lower"
            problems.append(Problem(place, "a target for a KPI of which no direction is better", "a direction", fix))
    for number, key in enumerate(contract.alerts.target_missed):
        if key != "all" and key not in contract.targets and key in known:
            place = document.place(["alerts", "target_missed", number])
            problems.append(Problem(place, f'"{key}", which has no target', "a key of targets", f"add targets: {key}"))
    return problems


def measure_aims(dataset: Dataset, personas: PersonaSet, changes: Changes | None = None) -> tuple[Aim, ...]:
    """Set each KPI of everybody that has a target or a benchmark beside it, in the order of the contract.

    changes : for KPIs that are not followed month by month, the change since the run before tells where they head
    """
    contract = dataset.contract
    base = personas.experience.base if personas.experience is not None else None
    kpis = {kpi.key: kpi for kpi in personas.kpis} | {kpi.key: kpi for kpi in (base.ratings if base else ())}
    trends = {trend.key: trend for trend in (base.trends if base else ())}
    figures = changes.figures if changes is not None else ()
    since = {f.key: f.change for f in figures if f.persona_id is None and f.change.measured}
    numbers = Numerals(personas.dataset.currency)
    end = dataset.observation_end.date() if dataset.observation_end is not None else None
    keys = dict.fromkeys([*contract.targets, *contract.benchmarks])
    return tuple(
        _aim(
            key,
            kpis.get(key),
            contract.targets.get(key),
            contract.benchmarks.get(key),
            trends.get(key),
            since.get(key),
            end,
            numbers,
        )
        for key in keys
    )


def _aim(
    key: str,
    kpi: Kpi | None,
    target: KpiTarget | None,
    benchmark: Benchmark | None,
    trend: Trend | None,
    since: Estimate | None,
    end: date | None,
    numbers: Numerals,
) -> Aim:
    better = (target.better if target and target.better else None) or (kpi.better if kpi else "higher")
    better = better if better in ("higher", "lower") else "higher"
    now = kpi.estimate if kpi else not_measured("not among the KPIs of this run")
    aim = Aim(
        key=key, label=kpi.label if kpi else key, better=better, now=now,
        target=target.value if target else None, by=f"{target.by}" if target and target.by else "",
        benchmark=benchmark.value if benchmark else None, benchmark_source=benchmark.source if benchmark else "",
    )  # fmt: skip
    update: dict = {}
    if target is not None:
        distance = less(now, target.value)
        standing = side(distance, better)
        update |= {"distance": distance, "standing": {"better": "reached", "worse": "short"}.get(standing, standing)}
        change = trend.slope if trend is not None and trend.slope.measured else None
        if change is None and since is not None:
            update["trend"] = heading(distance, since, better, None, None)["trend"]
        else:
            update |= {"change": change} | heading(distance, change, better, end, target.by)
    if benchmark is not None:
        update["beside"] = side(less(now, benchmark.value), better)
    aim = aim.model_copy(update=update)
    return aim.model_copy(update={"sentence": say_aim(aim, numbers)})


def less(estimate: Estimate, value: float) -> Estimate:
    """The estimate less a fixed value, its interval moved along."""
    if not estimate.measured:
        return estimate
    moved = {key: getattr(estimate, key) for key in ("value", "low", "high")}
    return estimate.model_copy(update={key: None if v is None else v - value for key, v in moved.items()})


def side(distance: Estimate, better: str) -> str:
    """Say on which side of 0 a whole interval lies: "better", "worse", "not told apart" or "not measured".

    >>> side(Estimate(value=2.0, low=1.0, high=3.0), "lower")
    'worse'
    """
    if not distance.measured:
        return "not measured"
    low, high = (distance.value if bound is None else bound for bound in (distance.low, distance.high))
    above, below = ("better", "worse") if better == "higher" else ("worse", "better")
    return above if low >= 0 else below if high <= 0 else "not told apart"


def heading(distance: Estimate, change: Estimate | None, better: str, end: date | None, by: date | None) -> dict:
    """Where a KPI is heading: trend, reached_in (months at this pace) and in_time, as fields of an Aim.

    distance : the KPI less its target; change : a month, with its interval; None: not followed month by month
    """
    if not distance.measured:
        return {"trend": "cannot tell"}
    if side(distance, better) == "better":
        return {"trend": "reached"}
    way = side(change, better) if change is not None else "not measured"
    if way not in ("better", "worse"):
        return {"trend": "cannot tell"}
    if way == "worse":
        return {"trend": "moving away", "in_time": False if by else None}
    missing = -distance.value if better == "higher" else distance.value
    months = max(0, math.ceil(missing / abs(change.value)))
    if months > LONGEST:
        return {"trend": "on the way", "in_time": False if by else None}
    left = None if by is None or end is None else (by.year - end.year) * 12 + by.month - end.month
    return {"trend": "on the way", "reached_in": months, "in_time": None if left is None else months <= left}


def say_aim(aim: Aim, numbers: Numerals) -> str:
    """Distance, trend and benchmark in a sentence or three."""
    if not aim.now.measured:
        return f"{aim.label} is not measured in this run: {aim.now.method}."
    like = aim.now.model_copy(update={"low": None, "high": None})

    def shown(value: float) -> str:
        return numbers.value(like.model_copy(update={"value": value}), [aim.now])

    said = []
    if aim.target is not None:
        until = f" by {day(aim.by)}" if aim.by else ""
        off = upright(aim.distance) if aim.distance.low is not None else aim.distance
        beyond = (aim.distance.value >= 0) == (aim.better == "higher")
        words = {
            "reached": f"reached, {numbers.say(off)} beyond it",
            "short": f"still {numbers.say(off)} away",
        }
        away = f"{'beyond' if beyond else 'short of'} it by {numbers.say(off)}, within what chance would make it"
        said.append(f"The target of {shown(aim.target)}{until} is {words.get(aim.standing, away)}.")
        said.append(_trend_words(aim, numbers))
    if aim.benchmark is not None:
        whose = f" ({aim.benchmark_source})" if aim.benchmark_source else ""
        beside = {"better": "better than", "worse": "worse than"}.get(aim.beside, "not told apart from")
        said.append(f"It is {beside} the benchmark of {shown(aim.benchmark)}{whose}.")
    return f"{aim.label} is {numbers.say(aim.now)}. " + " ".join(line for line in said if line)


def _trend_words(aim: Aim, numbers: Numerals) -> str:
    if aim.trend == "reached":
        return ""
    if aim.change is None:
        way = {"on the way": "moved towards it", "moving away": "moved away from it"}.get(aim.trend)
        return f"Since the run before it {way}." if way else ""
    pace = f"{numbers.say(upright(aim.change))} a month"
    if aim.trend == "moving away":
        return f"It is moving away, by {pace}."
    if aim.trend == "cannot tell":
        return "Whether it moves towards it cannot be told from the months so far."
    if aim.reached_in is None:
        return f"It is on the way by {pace}, too slowly to say when."
    months = f"{aim.reached_in} month{'' if aim.reached_in == 1 else 's'}"
    late = {True: ", in time", False: ", too late", None: ""}[aim.in_time]
    return f"It is on the way by {pace}: {months} at this pace{late}."


def missed(aims: Sequence[Aim], keys: Sequence[str], today: str) -> list[Aim]:
    """Those that are short of their target with the whole interval and have no time left, of the keys asked for.

    keys : "all" stands for every one; today : as 2025-12-31; a target without a day is due always
    """
    asked = [aim for aim in aims if "all" in keys or aim.key in keys]
    return [aim for aim in asked if aim.standing == "short" and (not aim.by or aim.by <= today)]
