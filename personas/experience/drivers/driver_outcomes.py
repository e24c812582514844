"""What drivers are drivers of: recommendation; where nobody was asked, satisfaction as a whole; else staying."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd
from ibis import _

from personas.customers.feedback import exact_sum, list_questions, own_answers
from personas.dataset import Dataset
from personas.experience.voices import Voices

FEWEST = 100


@dataclass(frozen=True)
class Outcome:
    """label : as a reader sees it; score : (n,) what is explained, NaN where unknown

    points : (n,) what a change is told in, 100 for a promoter, a satisfied or a staying customer; unit : its name
    """

    label: str
    score: np.ndarray
    points: np.ndarray
    unit: str


def choose_outcome(voices: Voices | None, dataset: Dataset, frame: pd.DataFrame) -> Outcome | None:
    """The first of recommendation, satisfaction as a whole and staying that at least 100 customers tell."""
    if voices is None:
        return None
    if voices.score is not None:
        return Outcome("Recommendation, 0 to 10", voices.score, voices.net, "points of NPS")
    for outcome in (_satisfaction(dataset, frame["customer_id"]), _staying(dataset, frame["customer_id"])):
        if outcome is not None and np.isfinite(outcome.score).sum() >= FEWEST:
            return outcome
    return None


def _satisfaction(dataset: Dataset, ids: pd.Series) -> Outcome | None:
    """Satisfaction as a whole: asked of no touchpoint in particular, or it would explain itself."""
    whole = [q for q in list_questions(dataset.tables["feedback"]) if q.metric == "csat" and not q.touchpoint]
    if not whole:
        return None
    question = whole[0]
    rows = own_answers(dataset.tables["feedback"]).filter(_.metric == "csat", _.touchpoint == "")
    top = 1 - 1 / (rows.scale_high - rows.scale_low)
    rows = rows.mutate(satisfied=(rows.good >= top - 1e-9).cast("float64"))
    means = rows.group_by("customer_id").agg(good=exact_sum(_.good) / _.count(), top=_.satisfied.mean()).to_pandas()
    placed = means.set_index("customer_id").reindex(ids)
    score = question.low + (question.high - question.low) * placed["good"].to_numpy(float)
    label = f"Satisfaction as a whole, {question.scale}"
    return Outcome(label, score, 100 * placed["top"].to_numpy(float), "points of satisfied customers")


def _staying(dataset: Dataset, ids: pd.Series) -> Outcome | None:
    """Whether any contract still runs at the end, among those who had one."""
    contracts = dataset.tables.get("subscriptions")
    if contracts is None or "end" not in contracts.columns:
        return None
    running = contracts["end"].isnull().ifelse(ibis.literal(1.0), 0.0)
    stays = contracts.mutate(runs=running).group_by("customer_id").agg(runs=_.runs.max()).to_pandas()
    stay = stays.set_index("customer_id")["runs"].reindex(ids).to_numpy(float)
    return Outcome("Contract still running, 1 or 0", stay, 100 * stay, "points of staying customers")
