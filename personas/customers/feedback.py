"""What customers say: mean scores by question and by touchpoint, and whether they answer at all.

Only answers about the own brand count, on the scale that the contract states; a scale on which low is good is turned
round, so that higher is better everywhere. These columns describe customers and never form segments.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import ibis
from ibis import _

from personas.customers.models import Feature

RATED = ("csat", "rating")
METRICS = {
    "nps": {
        "label": "Willingness to recommend", "definition": "Mean answer to whether they would recommend it",
        "high": "recommending", "low": "critical",
        "high_clause": "would rather recommend it", "low_clause": "would rather not recommend it",
    },
    "csat": {
        "label": "Satisfaction", "definition": "Mean answer to how satisfied they are",
        "high": "satisfied", "low": "dissatisfied",
        "high_clause": "are more satisfied", "low_clause": "are less satisfied",
    },
    "ces": {
        "label": "Ease", "definition": "Mean answer to how easy it was, higher is easier",
        "high_clause": "find things easier", "low_clause": "find things harder",
    },
    "overall": {
        "label": "Mean of all ratings", "definition": "Mean of everything they rated, satisfaction included",
        "high_clause": "rate things better", "low_clause": "rate things worse",
    },
}  # fmt: skip
MIN_ANSWERS, MOST_TOUCHPOINTS = 30, 40
OWN_BRAND = "own"
DECIMAL = "decimal(38, 12)"


@dataclass(frozen=True)
class Question:
    """One thing that was asked for a score.

    metric : as in the contract; touchpoint, stage : "" where none is named
    low, high : the scale that most answers use; answers on another one are mapped onto it; answers : how many
    """

    metric: str
    touchpoint: str
    stage: str
    low: float
    high: float
    answers: int

    @property
    def scale(self) -> str:
        return f"{self.low:g} to {self.high:g}"


def own_answers(feedback, start: datetime | None = None, end: datetime | None = None):
    """Scores that known customers gave the own brand in ``[start, end)``; without bounds, undated ones too.

    Adds `metric`, `touchpoint` and `stage` as text ("" = none) and `good`, the score as a share of its scale, 0 (worst)
    to 1 (best). Scores off their scale are left out. None where no score was ever asked for.
    """
    has = set(feedback.columns)
    if not {"customer_id", "score", "scale_low", "scale_high"} <= has:
        return None
    on_scale = (_.score >= _.scale_low) & (_.score <= _.scale_high)
    rows = about_us(feedback, start, end).filter(_.customer_id.notnull(), on_scale)
    share = (rows.score - rows.scale_low) / (rows.scale_high - rows.scale_low)
    rows = rows.mutate(good=rows.higher_is_better.fill_null(True).ifelse(share, 1 - share))
    text = {n: rows[n].fill_null("") if n in has else ibis.literal("") for n in ("metric", "touchpoint", "stage")}
    return rows.mutate(**text)


def exact_sum(values, where=None):
    """Sum of numbers as a float: added up as decimals, since floats add up differently in every order of rows."""
    return values.cast(DECIMAL).sum(where=where).cast("float64")


def about_us(feedback, start: datetime | None = None, end: datetime | None = None):
    """Rows of feedback about the own brand in ``[start, end)``; rows without a brand are about it."""
    rows = feedback
    if "brand" in rows.columns:
        rows = rows.filter(_.brand.fill_null(OWN_BRAND).lower() == OWN_BRAND)
    bounds = (start, end) if "time" in rows.columns else (None, None)
    if bounds[0] is not None:
        rows = rows.filter(_.time >= ibis.literal(bounds[0]))
    if bounds[1] is not None:
        rows = rows.filter(_.time < ibis.literal(bounds[1]))
    return rows


def list_questions(feedback) -> tuple[Question, ...]:
    """What was asked for a score, most answered first; one question a metric and touchpoint."""
    rows = own_answers(feedback)
    if rows is None:
        return ()
    counted = rows.group_by("metric", "touchpoint", "scale_low", "scale_high").agg(n=_.count(), stage=_.stage.max())
    found: dict[tuple[str, str], list[dict]] = {}
    order = (ibis.desc("n"), "metric", "touchpoint", "scale_low", "scale_high")
    for row in counted.order_by(*order).to_pyarrow().to_pylist():
        found.setdefault((row["metric"], row["touchpoint"]), []).append(row)
    questions = [
        Question(metric, touchpoint, rows[0]["stage"], rows[0]["scale_low"], rows[0]["scale_high"],
                 sum(row["n"] for row in rows))
        for (metric, touchpoint), rows in found.items()
    ]  # fmt: skip
    return tuple(sorted(questions, key=lambda q: (-q.answers, q.metric, q.touchpoint)))


def rated_touchpoints(questions: Iterable[Question]) -> tuple[Question, ...]:
    """The touchpoints with enough ratings to stand alone, most rated first; each once."""
    first: dict[str, Question] = {}
    for question in questions:
        if question.metric in RATED and question.touchpoint and question.answers >= MIN_ANSWERS:
            first.setdefault(question.touchpoint, question)
    return tuple(first.values())[:MOST_TOUCHPOINTS]


def rating_column(touchpoint: str) -> str:
    """The column of the customer table that holds the mean rating of a touchpoint."""
    return "rating_" + "".join(c if c.isalnum() else "_" for c in touchpoint.lower())


def rating_columns(questions: Iterable[Question]) -> dict[str, Question]:
    """The column of the customer table for each rated touchpoint; names that would be the same get a number."""
    names: dict[str, Question] = {}
    for question in rated_touchpoints(questions):
        stem = name = rating_column(question.touchpoint)
        number = 2
        while name in names:
            name, number = f"{stem}_{number}", number + 1
        names[name] = question
    return names


def feedback_features(
    feedback, questions: tuple[Question, ...], start: datetime | None = None, end: datetime | None = None
):
    """Summarise the scores of ``[start, end)``: (expression with a row an answering customer, its features).

    questions : from :func:`list_questions`; columns are means on the scale of the question. None without questions.
    """
    rows = own_answers(feedback, start, end)
    if rows is None or not questions:
        return None
    columns, features = {}, []
    for metric, words in METRICS.items():
        asked = [q for q in questions if q.metric == metric or (metric == "overall" and q.metric in RATED)]
        if not asked:
            continue
        which = _.metric.isin(RATED) if metric == "overall" else _.metric == metric
        columns[metric] = _mean_on(asked[0], which)
        text = f"{words['definition']}, {asked[0].scale}"
        features.append(_described(metric, "feedback.score", **words | {"definition": text}))
    for name, question in rating_columns(questions).items():
        columns[name] = _mean_on(question, _.metric.isin(RATED) & (_.touchpoint == question.touchpoint))
        place = question.touchpoint
        words = {"high_clause": f"rate {place} better", "low_clause": f"rate {place} worse"}
        text = f"Mean rating of {place}, {question.scale}"
        features.append(_described(name, "feedback.score", label=f"Rating of {place}", definition=text, **words))
    columns["feedback_given"] = _.count().clip(upper=1)
    words = {"label": "Gave feedback", "definition": "Gave at least one score", "kind": "binary"}
    features.append(_described("feedback_given", "feedback.customer", **words))
    return rows.group_by("customer_id").agg(**columns), tuple(features)


def _mean_on(question: Question, which):
    """Mean of the chosen answers on a question's scale."""
    good = exact_sum(_.good, which) / _.count(where=which).nullif(0)
    return (question.low + (question.high - question.low) * good).round(9)  # decimals cut a third off at the 12th


def _described(name: str, column: str, *, kind: str = "number", **words) -> Feature:
    return Feature(name=name, kind=kind, block="feedback", forms=False, columns=(column,), **words)


def survey_invitations(interactions):
    """The interactions that asked for an answer: those with "survey" in their touchpoint; None where they are unknown.

    Adds `replied`, true unless the outcome is "no answer" or the like.
    """
    if not {"touchpoint", "outcome"} <= set(interactions.columns):
        return None
    silent = ("no answer", "not answered", "unanswered", "ignored", "failed", "abandoned")
    asked = interactions.filter(_.touchpoint.lower().contains("survey"), _.outcome.notnull())
    return asked.mutate(replied=~_.outcome.lower().isin(silent))


def response_features(interactions, start: datetime | None, end: datetime | None):
    """Survey invitations of ``[start, end)`` and the share answered; None where invitations are not recorded."""
    asked = survey_invitations(interactions)
    if asked is None:
        return None
    for bound, kept in ((start, lambda t: t.time >= ibis.literal(start)), (end, lambda t: t.time < ibis.literal(end))):
        if bound is not None:
            asked = asked.filter(kept)
    table = asked.group_by("customer_id").agg(survey_response=_.replied.cast("float64").mean())
    words = {"label": "Surveys answered", "definition": "Survey invitations answered, of those sent", "unit": "share"}
    return table, (_described("survey_response", "interactions.outcome", kind="share", **words),)
