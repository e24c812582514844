"""KPIs month by month, and whether they rise or fall.

The slope is that of least squares over the months, each weighing as many answers as it has. Its variance is that of a
sum over customers, since most of them are in many months; where the months scatter more than that explains (seasons,
campaigns, a bad week), it is widened by as much [McCullagh & Nelder 1989, quasi-likelihood].
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import ibis
import numpy as np
import pandas as pd
from ibis import _

from personas.customers.feedback import Question, exact_sum, own_answers
from personas.estimates import Estimate, Unit, not_measured
from personas.experience.comparison import Group, Wording
from personas.experience.disclosure import hidden_shares, is_few, sides_of
from personas.experience.kpis.answers import PARTS, flag_answers, on_scale_of, sum_answers
from personas.experience.models import Trend, TrendPoint
from personas.experience.moments import (
    Moments,
    Z,
    gather_moments,
    mean_of,
    net_promoters_of,
    share_of,
    total_of,
)
from personas.experience.suppression import hidden_groups

FEWEST_MONTHS = 3
SLOPE = "least squares over {} months, customers as clusters"
SCATTER = ", widened for months that scatter more than chance"


@dataclass(frozen=True)
class Series:
    """One KPI by month.

    rows : Ibis, a row a customer and month: customer_id, month, c (answers), x (their total), q (of their squares)
    estimate : of the sums of a month; scale : points of the KPI's unit in one unit of x / c
    everybody : sums of all customers where those without a row in a month count as 0; None: they do not count
    """

    wording: Wording
    rows: ibis.Table
    estimate: Callable[..., Estimate]
    unit: Unit
    scale: float = 1.0
    everybody: Mapping[int, Moments] | None = None


def measure_trends(
    tables, questions: tuple[Question, ...], members, groups: Group, start: datetime, end: datetime
) -> dict[int, tuple[Trend, ...]]:
    """Follow recommendation, satisfaction, ease, sales, buyers and cases over the whole months of the observation.

    members : Ibis (customer_id, segment, weight). The base is 0; a KPI without three months anywhere is left out.
    """
    first, last = whole_months(start, end)
    found = []
    for series in _series(tables, questions, members, first, last):
        rows = series.rows.filter(_.month >= ibis.literal(first), _.month < ibis.literal(last)).cache()
        trend = _follow(replace(series, rows=rows), members, groups)
        found += [trend] if trend and len(trend[0].points) >= FEWEST_MONTHS else []
    return {number: tuple(trend[number] for trend in found) for number in (0, *groups.segments)}


def whole_months(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """The first day of the first month wholly in [start, end), and the day after the last one.

    >>> [f"{day:%Y-%m-%d}" for day in whole_months(datetime(2024, 1, 5), datetime(2024, 4, 1))]
    ['2024-02-01', '2024-04-01']
    """
    begins = datetime(start.year, start.month, 1)
    if begins < start:
        begins = datetime(start.year + start.month // 12, start.month % 12 + 1, 1)
    return begins, datetime(end.year, end.month, 1)


def _series(tables, questions, members, first: datetime, last: datetime):
    feedback = tables.get("feedback")
    rows = own_answers(feedback) if feedback is not None and "time" in feedback.columns else None
    if rows is not None:
        rows = rows.filter(_.time.notnull()).mutate(month=_.time.truncate("M"))
        answers = sum_answers(flag_answers(rows, False, "month"), "metric", "month").cache()
        yield from _said(answers, questions)
    everybody = gather_moments(
        members.select("customer_id").mutate(n=1), members, (), {"n": ("n", "n", "n")}
    )[("n",)]  # fmt: skip
    counted = partial(Series, everybody=everybody)
    if "transactions" in tables:
        days = tables["transactions"].mutate(month=_.time.truncate("M"))
        money = days.group_by("customer_id", "month").agg(x=_.amount.sum().cast("float64")).mutate(c=1, q=_.x * _.x)
        text = "Sales in the month, mean over all customers, those who bought nothing included"
        wording = Wording("sales_a_month", "Sales a customer and month", text, "higher", ("transactions.amount",))
        yield counted(wording, money, partial(mean_of, unit="money"), "money")
        there = days.select("customer_id", "month").distinct().mutate(c=1, x=1, q=1)
        text = "Customers who bought in the month, of all in the table, whether they had come by then or not"
        wording = Wording("buyers_a_month", "Bought in the month", text, "higher", ("transactions.time",))
        yield counted(wording, there, share_of, "share")
    if "tickets" in tables:
        cases = tables["tickets"].mutate(month=_.opened.truncate("M"))
        cases = cases.group_by("customer_id", "month").agg(x=_.count()).mutate(c=1, q=_.x * _.x)
        text = "Service cases opened in the month, for 100 customers"
        wording = Wording("cases_a_month", "Cases for 100 customers", text, "lower", ("tickets.opened",))
        yield counted(wording, cases, partial(mean_of, unit="count", scale=100.0), "count", 100.0)


def _said(answers, questions: tuple[Question, ...]):
    asked = {q.metric: q for q in reversed(questions)}
    source = ("feedback.score",)

    def series(metric, part, label, text, estimate, unit, scale=1.0):
        count, total, squares = PARTS[part]
        rows = answers.filter(_.metric == metric, answers[count] > 0)
        rows = rows.select("customer_id", "month", c=rows[count], x=rows[total], q=rows[squares])
        return Series(Wording(metric, label, text, "higher", source), rows, estimate, unit, scale)

    if "nps" in asked:
        text = "Share of 9 and 10 less share of 0 to 6, of answers given in the month"
        yield series("nps", "net", "Recommendation (NPS)", text, net_promoters_of, "points", 100.0)
    if "csat" in asked:
        text = f"Answers of the month in the top two boxes of the scale from {asked['csat'].scale}"
        yield series("csat", "top", "Satisfaction (CSAT)", text, share_of, "share")
    if "ces" in asked:
        question = asked["ces"]
        text = f"Mean ease of the month on the scale from {question.scale}, higher is easier"
        yield series("ces", "score", "Ease (CES)", text, on_scale_of(question), "score", question.high - question.low)


def _follow(series: Series, members, groups: Group) -> dict[int, Trend] | None:
    """The trend of the base and of each segment; None without a row."""
    sums = gather_moments(series.rows, members, ("month",), {"x": ("c", "x", "q")})
    by_month: dict[pd.Timestamp, dict[int, Moments]] = {}
    for (month, _part), found in sorted(sums.items(), key=lambda item: item[0][0]):
        everybody = series.everybody
        own = found if everybody is None else {s: among(found.get(s, Moments()), everybody[s]) for s in everybody}
        by_month[pd.Timestamp(month)] = own
    if not by_month:
        return None
    hidden = {
        month: hidden_groups({s: own.customers for s, own in found.items()}, groups.min_group)
        | _of_few(series, found, groups.min_group)
        for month, found in by_month.items()
    }
    shown: dict[int, dict[pd.Timestamp, Moments]] = {}
    for number in (0, *groups.segments):
        for month, found in by_month.items():
            answered = found.get(number, Moments()) if number else total_of(found)
            if answered.customers >= groups.min_group and number not in hidden[month]:
                shown.setdefault(number, {})[month] = answered
    lines = {number: _Line.through(found) for number, found in shown.items() if len(found) >= FEWEST_MONTHS}
    errors = _errors(series, members, lines) if lines else {}
    words = series.wording
    # A month has few answers, and a net score with its interval tells how many voted how.
    estimate = partial(series.estimate, blunt=groups.min_group) if words.key == "nps" else series.estimate
    return {
        number: Trend(
            key=words.key, label=words.label, definition=words.definition, better=words.better,
            points=tuple(
                TrendPoint(month=f"{month:%Y-%m}", estimate=estimate(own))
                for month, own in shown.get(number, {}).items()
            ),
            slope=_slope(lines.get(number), errors.get(number), series),
        )
        for number in (0, *groups.segments)
    }  # fmt: skip


def _of_few(series: Series, found: Mapping[int, Moments], min_group: int) -> set[int]:
    """Segments in which too few customers are behind the figure of a month, though all are counted."""
    if series.unit == "share":
        return hidden_shares(found, min_group)
    if series.everybody is None:
        return set()
    behind = {s: sides_of(own)[0] for s, own in found.items()}
    few = {0, *found} if is_few(sides_of(total_of(found))[0], min_group) else set()
    return few | hidden_groups(behind, min_group)


def among(some: Moments, everybody: Moments) -> Moments:
    """The sums of `everybody`, of whom those that are not in `some` count as 0; each customer counts once."""
    return Moments(
        answers=everybody.answers, customers=everybody.customers, count=everybody.count, total=some.total,
        squares=some.squares, weights=everybody.weights, cc=everybody.cc, cx=some.cx, xx=some.xx,
    )  # fmt: skip


@dataclass(frozen=True)
class _Line:
    """The least-squares line through months.

    pull : month → what a mean higher by 1 adds to the slope; at : month → (count, mean); count : of all months
    scatter : variance of the months about the line over what their errors explain, at least 1
    n : answers; customers : in the month that has most
    """

    pull: dict[pd.Timestamp, float]
    at: dict[pd.Timestamp, tuple[float, float]]
    value: float
    scatter: float
    count: float
    n: int
    customers: float

    @classmethod
    def through(cls, months: Mapping[pd.Timestamp, Moments]) -> _Line:
        when = np.array([12.0 * month.year + month.month for month in months])
        counts, means, errors = (
            np.array([getattr(own, name) for own in months.values()]) for name in ("count", "mean", "error")
        )
        away = when - np.average(when, weights=counts)
        pull = counts * away / (counts @ away**2)
        value = float(pull @ means)
        off = means - np.average(means, weights=counts) - value * away
        known = errors > 0
        scatter = float(((off[known] / errors[known]) ** 2).sum() / (len(when) - 2)) if known.any() else 1.0
        return cls(
            dict(zip(months, pull.tolist(), strict=True)),
            {month: (own.count, own.mean) for month, own in months.items()},
            value, max(scatter, 1.0), float(counts.sum()), int(sum(own.answers for own in months.values())),
            max(own.customers for own in months.values()),
        )  # fmt: skip


def _errors(series: Series, members, lines: Mapping[int, _Line]) -> dict[int, float]:
    """Standard errors of the slopes: what each customer adds to them, squared and summed by the engine."""
    pulls = pd.DataFrame(
        [
            # Times all answers: what a customer adds is then of the size of an answer, and exact sums keep digits.
            (number, month, line.pull[month] / count * line.count, line.pull[month] * mean / count * line.count)
            for number, line in lines.items()
            for month, (count, mean) in line.at.items()
        ],
        columns=["number", "month", "of_x", "of_c"],
    ).assign(month=lambda f: f["month"].astype("datetime64[us]"))
    rows = series.rows.join(members, "customer_id")
    found: dict[int, float] = {}
    for part in (pulls[pulls["number"] == 0], pulls[pulls["number"] > 0]):
        if part.empty:
            continue
        table = ibis.memtable(part)
        of_segment = [rows.segment == table.number] if part["number"].iloc[0] else []
        joined = rows.join(table, [rows.month == table.month, *of_segment])
        expected = 0.0 if series.everybody is not None else joined.of_c * joined.c.cast("float64")
        joined = joined.mutate(added=joined.weight * (joined.of_x * joined.x.cast("float64") - expected))
        customers = joined.group_by("number", "customer_id", "weight").agg(added=exact_sum(_.added))
        sums = customers.group_by("number").agg(
            squares=exact_sum(_.added * _.added), weighted=exact_sum(_.added * _.weight)
        )
        for row in sums.order_by("number").to_pyarrow().to_pylist():
            number, squares = int(row["number"]), row["squares"]
            line = lines[number]
            if series.everybody is not None:  # those without a row are expected to add as much as the others
                everybody = series.everybody[number] if number else total_of(series.everybody)
                share = line.count * line.value / everybody.count
                squares += share**2 * everybody.weights - 2 * share * row["weighted"]
            n = line.customers
            found[number] = float(np.sqrt(max(squares, 0.0) * n / max(n - 1, 1))) / line.count
    return found


def _slope(line: _Line | None, error: float | None, series: Series) -> Estimate:
    if line is None or error is None:
        return not_measured(f"fewer than {FEWEST_MONTHS} months to follow", series.unit)
    from scipy.stats import t

    months = len(line.pull)
    wide = float(t.ppf(0.975, months - 2)) if line.scatter > 1 else Z
    reach = series.scale * wide * error * float(np.sqrt(line.scatter))
    value = series.scale * line.value
    method = SLOPE.format(months) + (SCATTER if line.scatter > 1 else "")
    return Estimate(value=value, low=value - reach, high=value + reach, n=line.n, unit=series.unit, method=method)
