"""What each customer said, aligned with the customer table: ratings, recommendation, complaints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import ibis
import numpy as np
import pandas as pd
from ibis import _

from personas.customers import Customers
from personas.customers.feedback import Question, exact_sum, list_questions, own_answers, rating_columns
from personas.dataset import Dataset
from personas.experience.pains.halves import gather_halves
from personas.experience.pains.troubles import Trouble, gather_complaints, list_troubles


@dataclass(frozen=True)
class Voices:
    """Aligned with the customer table.

    questions : column → the touchpoint rated; ratings : column → (n,) mean rating, NaN where unknown
    spoke : (n,) who gave any feedback; troubles : what hurts, and whom
    score : (n,) mean recommendation on 0 to 10, or None where nobody was asked
    net : (n,) mean vote in points, 100 promoter, −100 detractor; weights : (n,) survey weights, 1 without
    delights : what goes well, and for whom; spoke_by_half : (n,) who gave feedback in each half, None without dates
    satisfied : (n,) mean satisfaction from 0 to 100, None where nobody was asked
    """

    questions: Mapping[str, Question]
    ratings: Mapping[str, np.ndarray]
    score: np.ndarray | None
    net: np.ndarray | None
    weights: np.ndarray
    spoke: np.ndarray
    troubles: tuple[Trouble, ...] = ()
    delights: tuple[Trouble, ...] = ()
    spoke_by_half: tuple[np.ndarray, np.ndarray] | None = None
    satisfied: np.ndarray | None = None


def gather_voices(dataset: Dataset, customers: Customers, weights: np.ndarray | None) -> Voices | None:
    """Gather what customers said; None without feedback that gives scores."""
    feedback = dataset.tables.get("feedback")
    rows = own_answers(feedback) if feedback is not None else None
    if rows is None:
        return None
    frame = customers.frame
    said = {feature.name for feature in customers.features if feature.block == "feedback"}
    questions = {name: q for name, q in rating_columns(list_questions(feedback)).items() if name in said}
    score, net = _recommendation(rows, frame["customer_id"])
    ratings = {name: frame[name].to_numpy(float) for name in questions}
    middle = midpoint(dataset)
    complaints = gather_complaints(feedback, frame["customer_id"], middle)
    halves = gather_halves(feedback, frame["customer_id"], middle)
    answered = rows.select("customer_id").distinct().to_pandas()["customer_id"]
    spoke = frame["customer_id"].isin(answered).to_numpy() | complaints.asked
    return Voices(
        questions=questions,
        ratings=ratings,
        score=score,
        net=net,
        weights=np.ones(len(frame)) if weights is None else weights,
        spoke=spoke,
        troubles=list_troubles(questions, ratings, complaints, halves),
        delights=list_troubles(questions, ratings, complaints, halves, "praise"),
        spoke_by_half=halves.spoke if halves is not None else None,
        satisfied=_satisfaction(rows, frame["customer_id"]),
    )


def midpoint(dataset: Dataset) -> datetime | None:
    """Where the later half of the observation begins; None without any times."""
    start, end = dataset.observation_start, dataset.observation_end
    return start + (end - start) / 2 if start is not None and end is not None else None


def _satisfaction(rows, ids: pd.Series) -> np.ndarray | None:
    """Mean satisfaction of each customer, 0 to 100; None where satisfaction was never asked."""
    asked = rows.filter(_.metric == "csat").group_by("customer_id").agg(good=exact_sum(_.good) / _.count())
    means = asked.to_pandas()
    return 100 * means.set_index("customer_id")["good"].reindex(ids).to_numpy(float) if len(means) else None


def _recommendation(rows, ids: pd.Series) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Mean score and mean vote of each customer."""
    asked = rows.filter(_.metric == "nps", _.scale_low == 0, _.scale_high == 10)
    vote = ibis.cases((_.good > 0.85, 100.0), (_.good < 0.65, -100.0), else_=0.0)
    means = asked.group_by("customer_id").agg(score=10 * exact_sum(_.good) / _.count(), net=vote.mean()).to_pandas()
    if means.empty:
        return None, None
    placed = means.set_index("customer_id").reindex(ids)
    return placed["score"].to_numpy(float), placed["net"].to_numpy(float)
