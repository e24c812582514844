"""What customers said and bought before and after a day: one number a customer and period, from the tables.

Only what an action can change and what was measured on both sides counts: whether they would recommend the business,
how they rate the touchpoint of the pain point, whether they name the problem, and what they buy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import ibis
import numpy as np
import pandas as pd

from personas.customers.feedback import RATED, Question, about_us, exact_sum, list_questions, own_answers
from personas.dataset import Dataset
from personas.dataset.engine import hold
from personas.estimates import Unit

ASKED_FOR_ALL = ("nps", "csat", "ces")


@dataclass(frozen=True)
class Window:
    """The periods [before, day) and [day, after)."""

    before: datetime
    day: datetime
    after: datetime


@dataclass(frozen=True)
class Outcome:
    """One number a customer before and after.

    label : what a reader calls it, as the subject of a sentence; before, after : (n,), NaN = not known
    """

    key: str
    label: str
    unit: Unit
    better: Literal["higher", "lower"]
    before: np.ndarray
    after: np.ndarray


@dataclass(frozen=True)
class Record:
    """What the tables tell of customers over time, gathered once for all actions; None: no such table.

    answers : customer_id, time, metric, touchpoint, good (0 worst to 1 best); problems : customer_id, time, code
    questions : what was asked; codes : of problems, without regard to capitals
    """

    dataset: Dataset
    answers: ibis.Table | None
    problems: ibis.Table | None
    purchases: ibis.Table | None
    questions: tuple[Question, ...]
    codes: Mapping[str, str]


def gather_record(dataset: Dataset) -> Record:
    """Gather what customers said and bought, by customer and time."""
    feedback, answers, problems = dataset.tables.get("feedback"), None, None
    questions: tuple[Question, ...] = ()
    codes: dict[str, str] = {}
    if feedback is not None and {"time", "customer_id"} <= set(feedback.columns):
        questions = list_questions(feedback)
        rows = own_answers(feedback)
        if rows is not None:
            answers = rows.select("customer_id", "time", "metric", "touchpoint", "good").cache()
        if "code" in feedback.columns:
            rows = about_us(feedback)
            rows = rows.filter(rows.metric == "problem", rows.code.notnull(), rows.customer_id.notnull())
            problems = rows.select("customer_id", "time", "code").cache()
            known = problems.select("code").distinct().order_by("code").to_pandas()["code"]
            codes = {str(code).casefold(): str(code) for code in known}
    return Record(dataset, answers, problems, dataset.tables.get("transactions"), questions, codes)


def outcomes_within(
    record: Record, ids: pd.Series, window: Window, touchpoint: str = "", code: str = "", problem: str = ""
) -> tuple[Outcome, ...]:
    """Look up what these customers answered before and after.

    ids : (n,) customers (accounts in B2B); touchpoint : whose rating counts, "" for none
    code, problem : the code of the problem in the feedback and its words, "" for none
    """
    found = []
    for key, question, chosen in _questions(record.questions, touchpoint):
        rows = record.answers.filter(chosen(record.answers))
        before, after = _sides(record, rows, ids, window, _mean_of_answers)
        scale = question.high - question.low
        before, after = (question.low + scale * values for values in (before, after))
        found.append(Outcome(key, _asked(key, question), "score", "higher", before, after))
    if code:

        def named(rows, which):
            return (rows.code == code).cast("int8").max(where=which)

        before, after = _sides(record, record.problems, ids, window, named)
        found.append(Outcome("problem", f"Share who named “{problem}”", "share", "lower", before, after))
    return tuple(outcome for outcome in found if np.isfinite(outcome.after).any())


def spend_within(record: Record, ids: pd.Series, window: Window) -> tuple[Outcome, ...]:
    """Look up what these customers spent before and after, nothing being 0; () without purchases."""
    if record.purchases is None:
        return ()
    sides = _sides(record, record.purchases, ids, window, lambda t, which: exact_sum(t.amount, which))
    before, after = (np.nan_to_num(values) for values in sides)
    return (Outcome("spend", "Sales a customer", "money", "higher", before, after),)


def _sides(record: Record, rows, ids: pd.Series, window: Window, make) -> tuple[np.ndarray, np.ndarray]:
    """(n,) one number a customer before the day, and one from it on."""
    people = hold(record.dataset.connection, pd.DataFrame({"customer_id": ids}))
    inside = rows.filter(rows.time >= ibis.literal(window.before), rows.time < ibis.literal(window.after))
    inside = inside.semi_join(people, "customer_id")
    later = inside.time >= ibis.literal(window.day)
    frame = inside.group_by("customer_id").aggregate(before=make(inside, ~later), after=make(inside, later))
    frame = frame.to_pandas().set_index("customer_id").reindex(ids)
    return frame["before"].to_numpy(float), frame["after"].to_numpy(float)


def _mean_of_answers(rows, which):
    return exact_sum(rows.good, which) / rows.count(where=which).nullif(0)


def first_purchases(record: Record, ids: pd.Series) -> pd.Series:
    """The first purchase of each customer that the tables know, NaT where there is none."""
    rows = record.purchases
    frame = rows.group_by("customer_id").aggregate(first=rows.time.min()).to_pandas().set_index("customer_id")
    return frame["first"].reindex(ids).reset_index(drop=True)


def _questions(questions: tuple[Question, ...], touchpoint: str):
    """What everybody is asked (recommendation if there is one), then the rating of the touchpoint."""
    for metric in ASKED_FOR_ALL:
        asked = next((q for q in questions if q.metric == metric), None)
        if asked is not None:
            yield metric, asked, lambda t, metric=metric: t.metric == metric
            break
    asked = next((q for q in questions if q.metric in RATED and touchpoint and q.touchpoint == touchpoint), None)
    if asked is not None:
        yield "rating", asked, lambda t: t.metric.isin(RATED) & (t.touchpoint == touchpoint)


def _asked(key: str, question: Question) -> str:
    words = {"nps": "Willingness to recommend", "csat": "Satisfaction", "ces": "Ease"}
    return f"{words.get(key, f'Rating of {question.touchpoint}')}, {question.scale},"
