"""The business case: what promoters, passives and detractors spend, stay and cost, and what is at stake.

Where there is a holdout, attitudes are those voiced before it and money is what came in it: nobody's answer can have
been moved by the purchases it is held against. Where nobody was asked whether they recommend, satisfied customers
stand beside the others; where nobody was asked anything, those with the leading sign of friction beside those
without, each against what they spent before. All of it is association: the dissatisfied may have spent less anyway.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from ibis import _

from personas.customers import Customers
from personas.customers.feedback import RATED, list_questions
from personas.dataset import Dataset
from personas.estimates import Estimate, Unit, not_measured
from personas.experience.comparison import Group
from personas.experience.disclosure import is_dominated, shown_segments
from personas.experience.kpis.customer_kpis import DOMINATED
from personas.experience.moments import Z, mean_of, moments_of, share_of
from personas.experience.pains.signals import Signal
from personas.experience.scores import DETRACTOR, PROMOTER
from personas.experience.value.value_models import Apart, BusinessCase, WorthClass
from personas.numerals import day

FEWEST = 30
Classes = tuple[tuple[str, str, np.ndarray], ...]
WORTH: dict[str, tuple[str, Unit]] = {
    "spend": ("spend", "money"), "stay": ("still bought", "share"), "cost": ("cases a customer", "count"),
}  # fmt: skip


@dataclass(frozen=True)
class Later:
    """What customers did, aligned with the attitudes.

    ids : customers; values : measure → (n,) float; before : (n,) spend before, None where it is the same period
    words : the period; out_of_time : it follows the attitudes
    """

    ids: pd.Series
    values: dict[str, np.ndarray]
    before: np.ndarray | None
    words: str
    out_of_time: bool


def measure_business_case(
    customers: Customers, segments: np.ndarray, source: Dataset | None, groups: Group,
    friction: tuple[str, Signal] | None = None, weights: np.ndarray | None = None,
) -> dict[int, BusinessCase]:  # fmt: skip
    """The case of the base (0) and of each segment in which every attitude has 30 customers; {} without purchases.

    segments : (n,) aligned with the customer table; friction : (title, signal) that stands in where nobody was asked
    weights : (n,) survey weights, aligned with the customer table, or None
    """
    later = _later(customers, source)
    if later is None:
        return {}
    frame = customers.rehearsal.frame if later.out_of_time else customers.frame
    found = divide(frame, source, friction)
    if found is None:
        return {}
    basis, classes, adjusted = found
    if adjusted and later.before is None:
        return {}
    at = pd.Index(customers.frame["customer_id"]).get_indexer(later.ids)
    of = segments[at]
    own_weights = None if weights is None else weights[at]
    counts = [{s: int((of[rows] == s).sum()) for s in groups.segments} for _key, _label, rows in classes]
    visible = set.intersection(*(shown_segments(count, max(groups.min_group, FEWEST)) for count in counts))
    visible = {s for s in visible if all(count[s] for count in counts)}
    numbers = [0, *sorted(visible)] if all(int(rows.sum()) >= FEWEST for *_names, rows in classes) else []
    sizes = {0: len(customers), **{s: int((segments == s).sum()) for s in groups.segments}}
    return {
        number: _case(number, basis, classes, adjusted, later, of, own_weights, sizes[number]) for number in numbers
    }


def _later(customers: Customers, source: Dataset | None) -> Later | None:
    """What came after the attitudes, in the holdout where there is one, else over the whole observation."""
    rehearsal = customers.rehearsal
    if rehearsal is not None and rehearsal.split is not None and "sales" in rehearsal.outcomes:
        ids = rehearsal.frame["customer_id"]
        values = {
            "spend": rehearsal.outcomes["sales"].fillna(0.0).to_numpy(float),
            "stay": (rehearsal.outcomes["frequency"].fillna(0.0) > 0).to_numpy(float),
        }
        tables = source.between(rehearsal.split, rehearsal.end) if source is not None else {}
        if "tickets" in tables:
            values["cost"] = _cases(tables["tickets"], ids)
        last = day((rehearsal.end - pd.Timedelta(days=1)).date().isoformat())
        words = f"{day(rehearsal.split.date().isoformat())} to {last}"
        return Later(ids, values, rehearsal.frame["sales"].to_numpy(float), words, True)
    frame = customers.frame
    if "sales" not in frame:
        return None
    values = {"spend": frame["sales"].fillna(0.0).to_numpy(float)}
    if source is not None and "tickets" in source.tables:
        values["cost"] = _cases(source.tables["tickets"], frame["customer_id"])
    return Later(frame["customer_id"], values, None, "the whole period, in which they were also asked", False)


def _cases(tickets, ids: pd.Series) -> np.ndarray:
    """Cases opened by each customer; what was opened before the period is not one of its cases."""
    counted = tickets.group_by("customer_id").agg(n=_.count()).to_pandas().set_index("customer_id")["n"]
    return counted.reindex(ids).fillna(0.0).to_numpy(float)


def divide(
    frame: pd.DataFrame, source: Dataset | None, friction: tuple[str, Signal] | None
) -> tuple[str, Classes, bool] | None:
    """(what divides the customers, (key, label, rows) best first, whether to allow for what they spent before)."""
    if "nps" in frame and frame["nps"].notna().sum() >= FEWEST:
        score = frame["nps"].to_numpy(float)
        with np.errstate(invalid="ignore"):
            high, low = score >= PROMOTER, score <= DETRACTOR
        return "recommendation", (
            ("promoters", "promoters (9 or 10)", high),
            ("passives", "passives (between)", np.isfinite(score) & ~high & ~low),
            ("detractors", "detractors (0 to 6)", low),
        ), False  # fmt: skip
    top = _satisfied_from(source)
    name = next((n for n in ("csat", "overall") if n in frame and frame[n].notna().sum() >= FEWEST), None)
    if name and top is not None:
        score = frame[name].to_numpy(float)
        with np.errstate(invalid="ignore"):
            high = score >= top
        return "satisfaction", (
            ("satisfied", f"satisfied ({top:g} or more)", high),
            ("others", "not satisfied", np.isfinite(score) & ~high),
        ), False  # fmt: skip
    if friction is None or not friction[1].applies(frame):
        return None
    title, signal = friction
    exposed, affected = signal.exposed(frame), signal.affected(frame)
    return f"what they do: {title[:1].lower()}{title[1:]}", (
        ("spared", "not affected", exposed & ~affected),
        ("affected", "affected", affected),
    ), True  # fmt: skip


def _satisfied_from(source: Dataset | None) -> float | None:
    """The second highest box of the scale on which most were asked how satisfied they are."""
    if source is None or "feedback" not in source.tables:
        return None
    asked = [q for q in list_questions(source.tables["feedback"]) if q.metric in RATED]
    return asked[0].high - 1 if asked else None


def _case(number: int, basis: str, classes: Classes, adjusted: bool, later: Later, of, weights, size: int):
    inside = np.ones(len(of), bool) if number == 0 else of == number
    asked = np.any([rows for *_names, rows in classes], axis=0) & inside
    shown = tuple(_class(key, label, rows & inside, asked, later, weights) for key, label, rows in classes)
    best, worst = classes[0][2] & inside, classes[-1][2] & inside
    apart, spend = [], not_measured("no later spend", "money")
    for name, (label, unit) in WORTH.items():
        if name not in later.values:
            continue
        if adjusted and name == "spend":
            difference = apart_from_before(later.values[name], later.before, best, worst, of)
        else:
            difference = apart_within(later.values[name], best, worst, of, unit, weights)
        spend = difference if name == "spend" else spend
        apart.append(Apart(key=name, label=label, difference=difference))
    first, last = shown[0].label, shown[-1].label
    among = f"all {size:,} customers of the group" if number else f"all {size:,} customers"
    others = "; those who were not asked are taken to be like those who were"
    if adjusted:  # friction cannot be at stake among those to whom it cannot happen
        size = int(asked.sum())
        among, others = f"the {size:,} customers to whom it could happen", ""
    stake = at_stake(size, shown[-1].share, spend)
    words = f"associated, not caused: {among} × the share of {last} × the difference to {first} in spend{others}"
    return BusinessCase(
        basis=basis, later=later.words, out_of_time=later.out_of_time, classes=shown, apart=tuple(apart),
        at_stake=stake, at_stake_words=words,
    )  # fmt: skip


def _class(key: str, label: str, rows: np.ndarray, asked: np.ndarray, later: Later, weights) -> WorthClass:
    def mean(name: str, unit: Unit) -> Estimate:
        if name not in later.values:
            return not_measured("not recorded", unit)
        own = later.values[name][rows]
        if unit == "money" and is_dominated(own):
            return not_measured(DOMINATED, unit)
        sums = moments_of(own, None if weights is None else weights[rows])
        return share_of(sums) if unit == "share" else mean_of(sums, unit)

    share = share_of(moments_of(rows[asked].astype(float), None if weights is None else weights[asked]))
    measured = {name: mean(name, unit) for name, (_label, unit) in WORTH.items()}
    return WorthClass(key=key, label=label, customers=int(rows.sum()), share=share, **measured)


def apart_within(values, best, worst, of, unit: Unit = "money", weights=None) -> Estimate:
    """Mean of the best less mean of the worst, compared inside each segment and weighted as the worst are spread.

    Segments differ in spend and in attitude; without this, the difference would be partly that between segments.
    """
    parts = []
    for segment in np.unique(of):
        a, b = (rows & (of == segment) for rows in (best, worst))
        if min(a.sum(), b.sum()) >= 2:
            first, second = (moments_of(values[r], None if weights is None else weights[r]) for r in (a, b))
            parts.append((second.count, first.mean - second.mean, first.error**2 + second.error**2))
    if not parts:
        return not_measured("no segment has both", unit)
    weight, differences, variances = (np.array(column) for column in zip(*parts, strict=True))
    weight = weight / weight.sum()
    return _around(float(weight @ differences), float(np.sqrt(weight**2 @ variances)), int((best | worst).sum()), unit)


def apart_from_before(later, before, best, worst, of) -> Estimate:
    """What the affected would have spent more, had their spend gone as that of the others of their segment did."""
    parts = []
    for segment in np.unique(of):
        a, b = (rows & (of == segment) for rows in (best, worst))
        if min(a.sum(), b.sum()) >= 2 and before[a].sum() > 0:
            kept = later[a].sum() / before[a].sum()
            expected = kept * before[b]
            error = np.std(later[a] - kept * before[a], ddof=1) / np.sqrt(a.sum()) / before[a].mean()
            variance = np.var(expected - later[b], ddof=1) / b.sum() + (error * before[b].mean()) ** 2
            parts.append((b.sum(), float((expected - later[b]).mean()), float(variance)))
    if not parts:
        return not_measured("no segment has both", "money")
    weight, differences, variances = (np.array(column, float) for column in zip(*parts, strict=True))
    weight = weight / weight.sum()
    found = _around(
        float(weight @ differences), float(np.sqrt(weight**2 @ variances)), int((best | worst).sum()), "money"
    )
    return found.model_copy(update={"method": "later spend against what each spent before, within segments"})


def _around(value: float, error: float, n: int, unit: Unit) -> Estimate:
    return Estimate(
        value=value, low=value - Z * error, high=value + Z * error, n=n, unit=unit,
        method="difference within segments, normal interval",
    )  # fmt: skip


def at_stake(size: int, share: Estimate, spend: Estimate) -> Estimate:
    """size × share × difference, with the interval of the product by the delta method.

    >>> share = Estimate(value=0.2, low=0.2, high=0.2, n=100, unit="share")
    >>> spend = Estimate(value=50.0, low=40.0, high=60.0, n=100, unit="money")
    >>> at_stake(1000, share, spend).value
    10000.0
    """
    if not share.measured or not spend.measured:
        return not_measured("the difference in spend is not measured", "money")
    errors = [(e.high - e.low) / (2 * Z) for e in (share, spend)]
    error = size * float(np.hypot(share.value * errors[1], spend.value * errors[0]))
    value = size * share.value * spend.value
    return Estimate(
        value=value, low=value - Z * error, high=value + Z * error, n=spend.n, unit="money",
        method="customers × share × difference, delta method",
    )  # fmt: skip
