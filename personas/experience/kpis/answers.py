"""KPIs from what customers say: recommendation, satisfaction, ease, expectation and the rating of each touchpoint."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import ibis
from ibis import _

from personas.customers.feedback import RATED, Question, exact_sum, own_answers, rating_columns
from personas.estimates import Estimate
from personas.experience.comparison import Group, Wording, compare_groups
from personas.experience.models import Kpi
from personas.experience.moments import Moments, gather_moments, mean_of, net_promoters_of, share_of

SCORE = ("feedback.score",)
ALMOST = 1e-9


def measure_answers(
    feedback, questions: tuple[Question, ...], members, groups: Group
) -> tuple[list[dict[int, Kpi]], list[dict[int, Kpi]]]:
    """Measure (KPIs, ratings by touchpoint), each as {segment: Kpi}, 0 the base.

    feedback : normalised table; members : Ibis (customer_id, segment, weight)
    """
    rows = own_answers(feedback)
    if rows is None or not questions:
        return [], []
    rows = flag_answers(rows, "expectation" in feedback.columns).cache()
    by_metric = gather_moments(sum_answers(rows, "metric"), members, ("metric",), PARTS)
    placed = rows.filter(_.metric.isin((*RATED, "ces")), _.touchpoint != "")
    placed = placed.mutate(kind=(_.metric == "ces").ifelse("ces", "rating"))
    by_place = gather_moments(sum_answers(placed, "kind", "touchpoint"), members, ("kind", "touchpoint"), PARTS)
    kpis = [compare_groups(w, by_metric.get(key, {}), e, groups) for key, w, e in _of_metrics(questions)]
    ratings = [compare_groups(w, by_place.get(key, {}), e, groups) for key, w, e in _of_places(questions)]
    return [k for k in kpis if k], [k for k in ratings if k]


PARTS = {
    "score": ("n", "good", "good2"),
    "net": ("asked", "net", "voted"),
    "top": ("n", "top", "top"),
    "easy": ("n", "easy", "easy"),
    "gap": ("paired", "gap", "gap2"),
}


def flag_answers(rows, expected: bool, *kept: str):
    """Each answer with what it counts for; only 0 to 10 makes promoters and detractors."""
    width = rows.scale_high - rows.scale_low
    asked = (rows.scale_low == 0) & (rows.scale_high == 10)
    promoter, detractor = asked & (rows.good >= 0.9 - ALMOST), asked & (rows.good <= 0.6 + ALMOST)
    gap = ibis.null("float64")
    if expected:
        hoped = (rows.expectation - rows.scale_low) / width
        turned = rows.higher_is_better.fill_null(True).ifelse(hoped, 1 - hoped)
        gap = ibis.cases((hoped.between(0, 1), rows.good - turned))
    return rows.select(
        "customer_id", "metric", "touchpoint", "good", *kept, asked=asked.cast("int64"), gap=gap,
        net=promoter.cast("int64") - detractor.cast("int64"), voted=(promoter | detractor).cast("int64"),
        top=(rows.good >= 1 - 1 / width - ALMOST).cast("int64"), easy=(rows.good > 0.5 + ALMOST).cast("int64"),
    )  # fmt: skip


def sum_answers(rows, *by: str):
    return rows.group_by("customer_id", *by).agg(
        n=_.count(), good=exact_sum(_.good), good2=exact_sum(_.good * _.good), asked=_.asked.sum(), net=_.net.sum(),
        voted=_.voted.sum(), top=_.top.sum(), easy=_.easy.sum(), paired=_.gap.count(),
        gap=exact_sum(_.gap).fill_null(0.0), gap2=exact_sum(_.gap * _.gap).fill_null(0.0),
    )  # fmt: skip


def _of_metrics(questions: tuple[Question, ...]) -> Iterator[tuple]:
    """(key of the sums, wording, estimate) of each KPI over a whole metric."""
    first = {q.metric: q for q in reversed(questions)}

    def entry(metric, part, key, label, definition, estimate):
        return (metric, part), Wording(key, label, definition, "higher", SCORE), estimate

    if "nps" in first:
        text = "Share of 9 and 10 less share of 0 to 6, of answers from 0 to 10"
        yield entry("nps", "net", "nps", "Recommendation (NPS)", text, net_promoters_of)
    if "csat" in first:
        scale = first["csat"].scale
        text = f"Answers in the top two boxes of the scale from {scale}"
        yield entry("csat", "top", "csat", "Satisfaction (CSAT)", text, share_of)
        text = f"Mean satisfaction on the scale from {scale}"
        yield entry("csat", "score", "csat_mean", "Mean satisfaction", text, on_scale_of(first["csat"]))
    if "ces" in first:
        scale = first["ces"].scale
        text = f"Mean ease on the scale from {scale}, higher is easier"
        yield entry("ces", "score", "ces", "Ease (CES)", text, on_scale_of(first["ces"]))
        text = f"Answers on the easy side of the middle of the scale from {scale}"
        yield entry("ces", "easy", "ces_easy", "Found it easy", text, share_of)


def _of_places(questions: tuple[Question, ...]) -> Iterator[tuple]:
    """(key of the sums, wording, estimate) of each touchpoint: its rating, the gap to what was expected, its ease."""
    for key, question in rating_columns(questions).items():
        place = question.touchpoint
        text = f"Mean rating of {place} on the scale from {question.scale}"
        yield ("rating", place, "score"), Wording(key, place, text, "higher", SCORE), on_scale_of(question)
        text = f"Experience less expectation at {place}, in points of the scale from {question.scale}"
        wording = Wording(
            key.replace("rating", "gap", 1), f"{place}: against expectation", text, "higher", ("feedback.expectation",)
        )
        yield ("rating", place, "gap"), wording, partial(mean_of, scale=question.high - question.low)
    eased = [question for question in questions if question.metric == "ces" and question.touchpoint]
    for number, question in enumerate(eased, start=1):
        place = question.touchpoint
        text = f"Mean ease of {place} on the scale from {question.scale}, higher is easier"
        wording = Wording(f"ease_{number}", f"{place}: ease", text, "higher", SCORE)
        yield ("ces", place, "score"), wording, on_scale_of(question)


def on_scale_of(question: Question):
    """An estimate of the mean on the question's own scale, from shares of it."""

    def estimate(moments: Moments) -> Estimate:
        return mean_of(moments, scale=question.high - question.low, shift=question.low)

    return estimate
