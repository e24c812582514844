"""What customers say hurts: a problem ticked where all were asked, else a low rating or a complaint at a touchpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd
from ibis import _

from personas.customers.feedback import Question, about_us

LOW = 0.375  # of the scale: a mean that rounds to the bottom two of five boxes


@dataclass(frozen=True)
class Trouble:
    """Something that hurts, as customers said it.

    affected : (n,) whom; rating : column of the touchpoint's rating, "" if it is not rated
    finding : a sentence about {share} of those who gave feedback
    """

    key: str
    title: str
    touchpoint: str
    stage: str
    affected: np.ndarray
    rating: str
    finding: str
    columns: tuple[str, ...]
    filter: str


@dataclass(frozen=True)
class Complaints:
    """Complaints that were coded.

    rows : place (row of the customer table), metric, code, label, touchpoint, stage; each once a customer
    asked : (n,) who was asked for problems, or complained
    """

    rows: pd.DataFrame
    asked: np.ndarray

    def about(self, column: str, value: str) -> np.ndarray:
        """(n,) who complained about it."""
        flags = np.zeros(len(self.asked), bool)
        flags[self.rows.loc[self.rows[column] == value, "place"].to_numpy(int)] = True
        return flags


def gather_complaints(feedback, ids: pd.Series) -> Complaints:
    """Gather coded problems and comments of known customers about the own brand; praise and suggestions are neither."""
    empty = pd.DataFrame(columns=["place", "metric", "code", "label", "touchpoint", "stage"])
    if not {"customer_id", "metric", "code", "polarity"} <= set(feedback.columns):
        return Complaints(empty, np.zeros(len(ids), bool))
    rows = about_us(feedback).filter(_.metric.isin(("problem", "comment")), _.code.notnull())
    texts = {
        n: rows[n].fill_null("") if n in rows.columns else ibis.literal("") for n in ("label", "touchpoint", "stage")
    }
    rows = rows.select("customer_id", "metric", "code", "polarity", **texts).distinct()
    frame = rows.order_by("customer_id", "metric", "code", "label", "touchpoint", "stage", "polarity").to_pandas()
    frame["place"] = pd.Index(ids).get_indexer(frame["customer_id"])
    frame = frame[frame["place"] >= 0]
    complained = (frame["polarity"] == "complaint").fillna(False).to_numpy(bool)
    asked = np.zeros(len(ids), bool)
    asked[frame.loc[complained | (frame["metric"] == "problem").to_numpy(bool), "place"].to_numpy(int)] = True
    return Complaints(frame.loc[complained, empty.columns].reset_index(drop=True), asked)


def list_troubles(
    questions: Mapping[str, Question], ratings: Mapping[str, np.ndarray], complaints: Complaints
) -> tuple[Trouble, ...]:
    """Every trouble that somebody has; a touchpoint of which a problem was asked by name is not told a second time.

    questions, ratings : column of the customer table → the touchpoint rated, and (n,) ratings
    """
    columns = {question.touchpoint: name for name, question in questions.items()}
    rows = complaints.rows
    named = rows[rows["metric"] == "problem"].drop_duplicates("code").sort_values("code")
    found = [
        Trouble(
            key=f"problem_{row.code}", title=row.label or row.code, touchpoint=row.touchpoint, stage=row.stage,
            affected=complaints.about("code", row.code), rating=columns.get(row.touchpoint, ""),
            finding=f"{{share}} name this as a problem when asked: {lower_first(row.label or row.code)}",
            columns=("feedback.code",), filter=f"problem {row.code}",
        )
        for row in named.itertuples()
    ]  # fmt: skip
    covered = set(named["touchpoint"])
    parts = any(question.metric == "rating" for question in questions.values())
    for name, question in questions.items():
        # Where touchpoints are rated as such, satisfaction is the verdict on all of them and no touchpoint.
        if question.touchpoint not in covered and not (parts and question.metric == "csat"):
            found.append(_low_rating(name, question, ratings[name], complaints))
    return tuple(trouble for trouble in found if trouble.affected.any())


def lower_first(text: str) -> str:
    """Lower the first letter unless the word is an abbreviation."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _low_rating(name: str, question: Question, ratings: np.ndarray, complaints: Complaints) -> Trouble:
    place = question.touchpoint
    bound = question.low + LOW * (question.high - question.low)
    said = complaints.rows[complaints.rows["touchpoint"] == place]
    with np.errstate(invalid="ignore"):
        affected = (ratings <= bound) | complaints.about("touchpoint", place)
    complained = " or complain about it" if len(said) else ""
    leading = said["label"].value_counts(sort=True).index[0] if len(said) else ""
    often = f"; the most common complaint: {leading}" if leading else ""
    return Trouble(
        key=name.replace("rating", "low", 1), title=f"{place} rated low", touchpoint=place, stage=question.stage,
        affected=affected, rating=name, finding=f"{{share}} rate {place} at the low end{complained}{often}",
        columns=("feedback.score", *(("feedback.code",) if len(said) else ())),
        filter=f"mean rating of {place} ≤ {bound:g} on {question.scale}{complained}",
    )  # fmt: skip
