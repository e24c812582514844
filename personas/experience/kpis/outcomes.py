"""The KPIs that the tables of a dataset give beyond the customer table: answers, contacts, cases, contracts, staff."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from personas.customers import Customers
from personas.customers.feedback import Question, list_questions, rating_columns
from personas.dataset import Dataset
from personas.dataset.engine import hold
from personas.experience.comparison import Group
from personas.experience.journey.consistency import measure_consistency
from personas.experience.journey.stages import measure_stages, tells_of_stages
from personas.experience.kpis.answers import measure_answers
from personas.experience.kpis.cases import measure_cases, measure_contracts
from personas.experience.kpis.contacts import measure_contacts
from personas.experience.kpis.retention import measure_retention
from personas.experience.kpis.rivals import measure_rivals
from personas.experience.kpis.staff import compare_staff, measure_staff, measure_training, staff_scales
from personas.experience.kpis.trend import measure_trends
from personas.experience.models import (
    Consistency,
    JourneyCell,
    Kpi,
    NotMeasured,
    RetentionPoint,
    Rival,
    StaffView,
    TrainingNeed,
    Trend,
)


@dataclass(frozen=True)
class Outcomes:
    """KPIs, ratings by touchpoint, journey, trends, retention and rivals: segment → values, 0 the base.

    The journey is empty where nothing but campaigns could tell it; staff and training belong to no segment.
    """

    kpis: dict[int, tuple[Kpi, ...]]
    ratings: dict[int, tuple[Kpi, ...]]
    journey: dict[int, tuple[JourneyCell, ...]] = field(default_factory=dict)
    consistency: tuple[Consistency, ...] = ()
    trends: dict[int, tuple[Trend, ...]] = field(default_factory=dict)
    retention: dict[int, tuple[RetentionPoint, ...]] = field(default_factory=dict)
    rivals: dict[int, tuple[Rival, ...]] = field(default_factory=dict)
    staff: tuple[StaffView, ...] = ()
    training: tuple[TrainingNeed, ...] = ()


NOTHING = Outcomes({}, {})


def measure_outcomes(
    dataset: Dataset, customers: Customers, segments: np.ndarray, min_group: int, seed: int = 7
) -> Outcomes:
    """Measure all that the tables of `dataset` allow, for the base and for each segment.

    segments : (n,) int, aligned with the customer table; survey weights of the contract are honoured
    """
    members = members_table(dataset, customers.frame, segments)
    numbers = tuple(int(s) for s in np.unique(segments) if s > 0)
    groups = Group(numbers, customers.features, min_group)
    tables, start, end = dataset.tables, dataset.observation_start, dataset.observation_end
    kpis: list[dict[int, Kpi]] = []
    ratings: list[dict[int, Kpi]] = []
    consistency: tuple[Consistency, ...] = ()
    questions: tuple[Question, ...] = ()
    more: dict = {}
    if "feedback" in tables:
        feedback = tables["feedback"]
        questions = list_questions(feedback)
        kpis, ratings = measure_answers(feedback, questions, members, groups)
        consistency = measure_consistency(feedback, questions, members, groups, seed)
        more["rivals"] = measure_rivals(feedback, questions, members, groups)
    if "interactions" in tables:
        kpis += measure_contacts(tables["interactions"], members, groups)
    if "tickets" in tables and end is not None:
        kpis += measure_cases(tables["tickets"], members, groups, end, case_scale(dataset))
    if "subscriptions" in tables and end is not None:
        kpis += measure_contracts(tables["subscriptions"], members, groups, start, end)
        more["retention"] = measure_retention(tables["subscriptions"], members, groups, start, end)
    if start is not None and end is not None:
        more["trends"] = measure_trends(tables, questions, members, groups, start, end)
    staff = None
    if "employees" in tables:
        staff = measure_staff(tables["employees"], min_group)
        more |= _beside_staff(dataset, questions, ratings, min_group)
    told = tells_of_stages(tables)
    journey = measure_stages(tables, dataset.contract.stages, members, groups) if told else {}
    everything = [*kpis, *([{0: staff}] if staff else [])]
    return Outcomes(_by_segment(everything, numbers), _by_segment(ratings, numbers), journey, consistency, **more)


NO_TREND = NotMeasured(
    what="Change of KPIs from month to month",
    why="no KPI has three whole months with enough answers",
    would_need="times of answers, purchases or cases over three months or more",
)
NO_RIVALS = NotMeasured(
    what="Competitors beside us",
    why="nobody was asked about another brand, or too few",
    would_need="ratings of touchpoints with a brand in the feedback table",
)
NO_STAFF = NotMeasured(
    what="Staff beside customers", why="no staff were asked how customers fare, or too few",
    would_need="an employees table with metric csat, a touchpoint, and the scale that customers have",
)  # fmt: skip


def list_gaps(outcomes: Outcomes) -> tuple[NotMeasured, ...]:
    """What the tables do not tell beside the KPIs themselves."""
    found = ((NO_TREND, outcomes.trends.get(0)), (NO_RIVALS, outcomes.rivals.get(0)), (NO_STAFF, outcomes.staff))
    return tuple(gap for gap, there in found if not there)


def case_scale(dataset: Dataset) -> tuple[float, float] | None:
    """The scale of satisfaction with a case; None where it was not asked, or on several scales."""
    scales = {(part.scale.low, part.scale.high) for part in dataset.contract.tickets if part.scale is not None}
    return scales.pop() if len(scales) == 1 else None


def _beside_staff(dataset: Dataset, questions: tuple[Question, ...], ratings: list[dict[int, Kpi]], min_group: int):
    """What staff say of customers, beside what these say, and the training that teams ask for."""
    staff, scales = dataset.tables["employees"], staff_scales(dataset.contract.employees)
    base = {found[0].key: found[0].estimate for found in ratings if 0 in found}
    asked = rating_columns(questions)
    told = {question.touchpoint: base[key] for key, question in asked.items() if key in base}
    rated = {question.touchpoint: (question.low, question.high) for question in asked.values()}
    return {
        "staff": compare_staff(staff, scales, told, rated, min_group),
        "training": measure_training(staff, scales, min_group),
    }


def members_table(dataset: Dataset, frame: pd.DataFrame, segments: np.ndarray):
    """Customers for the engine: (customer_id, segment, weight); a customer without a survey weight counts as 1.

    Where nobody has one, the weights are whole numbers, by which :func:`gather_moments` knows.
    """
    weights = survey_weights(dataset, frame)
    weights = np.ones(len(frame), "int8") if weights is None else weights
    columns = {"customer_id": frame["customer_id"], "segment": segments.astype("int64"), "weight": weights}
    return hold(dataset.connection, pd.DataFrame(columns))


def survey_weights(dataset: Dataset, frame: pd.DataFrame) -> np.ndarray | None:
    """(n,) the survey weights that the contract declares, or None."""
    if dataset.contract.customers.weight is None or "weight" not in frame:
        return None
    return frame["weight"].fillna(1.0).to_numpy(float)


def _by_segment(found: Iterable[dict[int, Kpi]], numbers: tuple[int, ...]) -> dict[int, tuple[Kpi, ...]]:
    found = list(found)
    return {number: tuple(kpi[number] for kpi in found if number in kpi) for number in (0, *numbers)}
