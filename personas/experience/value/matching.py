"""Cases of complaint and customers without one who were where these had been before: nearest neighbours.

Whoever complains has often just had an unusually good or bad time, and would return to the usual level without any
help: regression to the mean. So a case is compared with customers of the same segment who had no case at that time,
bought as much and as increasingly or decreasingly as this one *before* it, were seen as lately, and are watched over
the same days of the calendar; within a caliper [Rosenbaum & Rubin 1985; Austin 2011].

Purchases are orders (or purchase days), matched on the two halves of the 90 days before; a score is matched on the
last score before the case and the mean and the lowest of the ratings given with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import ibis
import numpy as np
import pandas as pd
from ibis import _

from personas.customers.feedback import RATED, exact_sum, own_answers
from personas.experience.value.incidents import Incidents, days_since

BEFORE, AFTER, STEP, LAST = 90, 90, 30, 180
NEIGHBOURS = 5
CALIPER = 0.5  # in standard deviations of each of three, on average
SEEN = 21  # a complaint shows that somebody is still there: so must the others, within so many days before
MOST_CASES, MOST_OTHERS = 5_000, 20_000


@dataclass(frozen=True)
class Pairs:
    """Matched cases, a row each.

    segment, who : of the customer (who: a number, for resampling); arm : fast, slow or open
    own, other : (cases, steps) outcome after the case and mean of the matched; NaN where the step is not over yet
    past : (cases,) the outcome before it; unmatched : segment → cases without anybody alike
    matched : (cases, 5) who they are, −1 where fewer; noise : (cases, steps) variance among them
    """

    segment: np.ndarray
    who: np.ndarray
    arm: np.ndarray
    own: np.ndarray
    other: np.ndarray
    past: np.ndarray
    unmatched: Mapping[int, int]
    matched: np.ndarray
    noise: np.ndarray


@dataclass(frozen=True)
class History:
    """Customers day by day: (days + 1, customers), so that one day of many customers lies together.

    bought, complained : orders and cases before the day; last : the last day before it with an order or a contact
    """

    bought: np.ndarray
    last: np.ndarray
    complained: np.ndarray

    def past(self, who, at: int):
        """(orders in the 90 days before, those of the later half less the earlier, days of silence)."""
        first, middle, last = (self.bought[day, who].astype(int) for day in (at - BEFORE, at - BEFORE // 2, at))
        return last - first, last - 2 * middle + first, at - self.last[at, who].astype(int)

    def after(self, who, at: int, length: int) -> list:
        """Orders in each step after the day itself; None where the step is not over yet."""
        ends = [(at + 1 + day, at + 1 + day + STEP) for day in range(0, LAST, STEP)]
        return [self.bought[b, who] - self.bought[a, who] if b <= length else None for a, b in ends]


def match_purchases(
    tables: Mapping, incidents: Incidents, frame: pd.DataFrame, segments: np.ndarray,
    start: datetime, end: datetime, rng: np.random.Generator,
) -> Pairs | None:  # fmt: skip
    """Match each case with customers of its segment who bought alike in the 90 days before and had no case.

    At most 5,000 cases and 20,000 other customers are looked at, drawn by `rng`.
    """
    place = pd.Index(frame["customer_id"]).get_indexer(incidents.rows["customer_id"])
    every = incidents.rows.assign(place=place, day=np.floor(incidents.rows["opened"]).astype(int))
    length = (end - start).days
    cases = every[(place >= 0) & (every["day"] >= BEFORE) & (every["day"] + 1 + AFTER <= length)]
    cases = cases.iloc[_some(np.arange(len(cases)), MOST_CASES, rng)]
    if cases.empty:
        return None
    pool = _some(np.arange(len(frame)), MOST_OTHERS, rng)
    kept = np.union1d(pool, cases["place"].to_numpy(int))
    ids = frame["customer_id"].to_numpy()[kept]
    bought = _running(_days_of(tables["transactions"], ids, start), len(kept), length)
    seen = bought
    if "interactions" in tables:
        seen = bought + _running(_days_of(tables["interactions"], ids, start), len(kept), length)
    every = every[np.isin(every["place"], kept)]
    complained = _running((np.searchsorted(kept, every["place"]), every["day"]), len(kept), length)
    history = History(*(np.ascontiguousarray(table.T) for table in (bought, _last_day(seen), complained)))
    return _match(cases, kept, pool, history, segments, length, incidents.settled, rng)


def _some(rows: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """At most so many of the rows, in their order; all of them without a draw where they are no more."""
    return rows if len(rows) <= most else rows[np.sort(rng.choice(len(rows), most, replace=False))]


def _days_of(table, ids: np.ndarray, start: datetime) -> tuple[np.ndarray, np.ndarray]:
    """(row in `ids`, whole day since the start) of every order of these customers, or of every day with a contact."""
    wanted = ibis.memtable(pd.DataFrame({"customer_id": ids, "row": np.arange(len(ids))}))
    rows = table.filter(table.time.notnull()).join(wanted, "customer_id")
    one = {"order_id": rows.order_id} if "order_id" in rows.columns else {}
    rows = rows.select("row", day=days_since(start, rows.time).floor().cast("int64"), **one).distinct()
    found = rows.select("row", "day").order_by("row", "day").to_pandas()
    return found["row"].to_numpy(int), found["day"].to_numpy(int)


def _running(events: tuple, customers: int, length: int) -> np.ndarray:
    """Running counts: (customers, length + 1), how many events each had before the day."""
    row, day = (np.asarray(values, int) for values in events)
    inside = (day >= 0) & (day < length)
    counts = np.zeros((customers, length + 1), np.int16)
    np.add.at(counts, (row[inside], day[inside] + 1), 1)
    return np.cumsum(counts, axis=1, dtype=np.int16)


def _last_day(running: np.ndarray) -> np.ndarray:
    """(customers, length + 1) the last day before each day on which something happened, far off before the first."""
    happened = np.diff(running, axis=1) > 0
    days = np.where(happened, np.arange(running.shape[1] - 1, dtype=np.int16), np.int16(-30_000))
    never = np.full((len(running), 1), -30_000, np.int16)
    return np.hstack([never, np.maximum.accumulate(days, axis=1)])


def _match(cases, kept, pool, history: History, segments, length: int, settled: bool, rng) -> Pairs | None:
    others = np.searchsorted(kept, pool)
    by_segment = {int(s): others[segments[pool] == s] for s in np.unique(segments)}
    rows = []
    unmatched: dict[int, int] = {}
    for case in cases.itertuples():
        at, own = int(case.day), int(np.searchsorted(kept, case.place))
        segment, early = int(segments[case.place]), max(at - 2 * BEFORE, 0)
        if history.complained[at, own] - history.complained[early, own]:
            continue  # still under an earlier case: what it was like before is not known
        level, trend, silent = history.past(own, at)
        if level == 0 or silent > SEEN:
            continue
        alike = by_segment[segment]
        until = min(at + 1 + AFTER, length)
        calm = history.complained[until, alike] == history.complained[early, alike]
        alike = alike[calm & (alike != own)]
        levels, trends, silences = history.past(alike, at)
        there = (levels > 0) & (silences <= SEEN)
        alike, levels, trends, silences = alike[there], levels[there], trends[there], silences[there]
        apart: np.ndarray = sum(  # type: ignore[assignment]  # of three arrays, none of them 0
            _apart(mine - theirs, theirs.std() if len(theirs) else 0.0)
            for mine, theirs in ((level, levels), (trend, trends), (silent, silences))
        )
        near = np.flatnonzero(apart <= 3 * CALIPER**2)
        if len(near) == 0:
            unmatched[segment] = unmatched.get(segment, 0) + 1
            continue
        # Orders are whole numbers: many are equally near, and the order of ids must not choose among them.
        chosen = alike[near[np.lexsort((rng.random(len(near)), apart[near]))[:NEIGHBOURS]]]
        own_steps = history.after(own, at, length)
        theirs = history.after(chosen, at, length)
        other_steps = [np.nan if step is None else step.mean() for step in theirs]
        noise = [np.nan if step is None else _variance(step) for step in theirs]
        own_steps = [np.nan if step is None else float(step) for step in own_steps]
        state = arm_of(case, at, settled)
        rows.append((segment, case.place, state, level, own_steps, other_steps, _padded(chosen), noise))
    if not rows:
        return None
    whose, who, arm, past, steps, other, matched, noises = zip(*rows, strict=True)
    return Pairs(
        np.array(whose), np.array(who), np.array(arm, object), np.array(steps), np.array(other),
        np.array(past, float), unmatched, np.array(matched), np.array(noises),
    )  # fmt: skip


def _variance(values: np.ndarray) -> float:
    return float(values.var(ddof=1)) if len(values) > 1 else 0.0


def _padded(chosen: np.ndarray) -> np.ndarray:
    return np.r_[chosen, np.full(NEIGHBOURS - len(chosen), -1)]


def arm_of(case, at: float, settled: bool) -> str:
    """How a case stood when its time was over: fast, slow, open; "all" where nobody wrote down when it was settled."""
    if not settled:
        return "all"
    if not case.resolved <= at + AFTER:
        return "open"
    return "fast" if case.fast else "slow"


def _apart(difference: np.ndarray, spread: float) -> np.ndarray:
    return np.round((difference / spread) ** 2, 9) if spread > 0 else np.where(difference == 0, 0.0, np.inf)


def match_scores(
    feedback, incidents: Incidents, frame: pd.DataFrame, segments: np.ndarray, start: datetime, rng: np.random.Generator
) -> Pairs | None:
    """Match each score given within 90 days of a case with scores of customers who had answered alike before.

    Both sides have a score from before, given outside any case; the others had no case up to the second score.
    At most 5,000 scores after a case and 20,000 others are looked at, drawn by `rng`.
    """
    answers = _dated_scores(feedback, start)
    if answers is None or answers.empty:
        return None
    answers["place"] = pd.Index(frame["customer_id"]).get_indexer(answers["customer_id"])
    answers = answers[answers["place"] >= 0].sort_values(["person", "day"], kind="stable")
    cases = incidents.rows.sort_values("opened", kind="stable")
    latest = pd.merge_asof(
        answers.sort_values("day", kind="stable").reset_index(), cases, left_on="day", right_on="opened",
        by="customer_id",
    ).set_index("index").loc[answers.index]  # fmt: skip
    since = (answers["day"] - latest["opened"]).to_numpy()
    during = since <= AFTER
    person, day, score = (answers[name].to_numpy() for name in ("person", "day", "score"))
    again = np.r_[False, person[1:] == person[:-1]]
    before = np.r_[0, np.arange(len(answers) - 1)]
    clean = again & ~during[before]
    own = clean & during & (latest["opened"].to_numpy() > day[before])
    opened = latest["opened"].fillna(-np.inf).to_numpy()
    calm = clean & ~during & ~(opened > day[before])
    segment = segments[answers["place"].to_numpy()]
    others = _some(np.flatnonzero(calm), MOST_OTHERS, rng)
    by_segment = {number: others[segment[others] == number] for number in np.unique(segment)}
    rows = []
    unmatched: dict[int, int] = {}
    states = latest.reset_index(drop=True)
    level = answers[["score", "mean", "lowest"]].to_numpy(float)[before]
    level = np.nan_to_num(level / np.maximum(np.nanstd(level, axis=0), 1e-9), nan=9.0)  # unknown is alike unknown
    for i in _some(np.flatnonzero(own), MOST_CASES, rng):
        alike = by_segment[segment[i]]
        apart = np.round(((level[alike] - level[i]) ** 2).sum(axis=1), 9)
        near = apart <= 3 * CALIPER**2
        alike, apart = alike[near], apart[near]
        if len(alike) == 0:
            unmatched[int(segment[i])] = unmatched.get(int(segment[i]), 0) + 1
            continue
        waited = np.abs((day[alike] - day[before[alike]]) - (day[i] - day[before[i]])) + np.abs(day[alike] - day[i])
        chosen = alike[np.lexsort((alike, waited, apart))[:NEIGHBOURS]]
        case = states.loc[i]
        state = "all" if not incidents.settled else "open" if not case["resolved"] <= day[i] else (
            "fast" if case["fast"] else "slow"
        )  # fmt: skip
        rows.append((int(segment[i]), answers["place"].iloc[i], state, [score[i]], [score[chosen].mean()],
                     score[before[i]], _padded(chosen), [_variance(score[chosen])]))  # fmt: skip
    if not rows:
        return None
    number, who, arm, after, other, past, matched, noise = zip(*rows, strict=True)
    return Pairs(
        np.array(number), np.array(who), np.array(arm, object), np.array(after), np.array(other), np.array(past),
        unmatched, np.array(matched), np.array(noise),
    )  # fmt: skip


def _dated_scores(feedback, start: datetime) -> pd.DataFrame | None:
    """Recommendation, 0 to 10, with its day; None where nobody was asked or when is not known.

    A row an answer: customer_id, person, day, score, and the mean and the lowest of the ratings given that day.
    """
    rows = own_answers(feedback)
    if rows is None or "time" not in rows.columns:
        return None
    rows = rows.filter(rows.time.notnull(), rows.customer_id.notnull())
    person = rows.contact_id.fill_null(rows.customer_id) if "contact_id" in rows.columns else rows.customer_id
    rows = rows.mutate(person=person, day=days_since(start, rows.time), good=rows.good.cast("float64"))
    asked = rows.filter(rows.metric == "nps").select("customer_id", "person", "day", score=10 * _.good)
    rated = rows.filter(_.metric.isin(RATED)).mutate(date=_.day.floor())
    rated = rated.group_by("person", "date").agg(mean=exact_sum(_.good) / _.count(), lowest=_.good.min())
    both = asked.mutate(date=_.day.floor()).left_join(rated, ["person", "date"])
    found = both.select("customer_id", "person", "day", "score", "mean", "lowest")
    found = found.order_by("customer_id", "person", "day", "score").to_pandas()
    return found.astype({"day": float, "score": float, "mean": float, "lowest": float})
