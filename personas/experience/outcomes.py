"""The KPIs that the tables of a dataset give beyond the customer table: answers, contacts, cases, contracts, staff."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import ibis
import numpy as np
import pandas as pd

from personas.customers import Customers
from personas.customers.feedback import list_questions
from personas.dataset import Dataset
from personas.experience.answers import measure_answers
from personas.experience.cases import measure_cases, measure_contracts
from personas.experience.comparison import Group
from personas.experience.consistency import measure_consistency
from personas.experience.contacts import measure_contacts
from personas.experience.models import Consistency, JourneyCell, Kpi
from personas.experience.staff import measure_staff
from personas.experience.stages import measure_stages, tells_of_stages


@dataclass(frozen=True)
class Outcomes:
    """KPIs, ratings by touchpoint and journey: segment → values, 0 the base.

    The journey is empty where nothing but campaigns could tell it.
    """

    kpis: dict[int, tuple[Kpi, ...]]
    ratings: dict[int, tuple[Kpi, ...]]
    journey: dict[int, tuple[JourneyCell, ...]] = field(default_factory=dict)
    consistency: tuple[Consistency, ...] = ()


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
    if "feedback" in tables:
        feedback = tables["feedback"]
        questions = list_questions(feedback)
        kpis, ratings = measure_answers(feedback, questions, members, groups)
        consistency = measure_consistency(feedback, questions, members, groups, seed)
    if "interactions" in tables:
        kpis += measure_contacts(tables["interactions"], members, groups)
    if "tickets" in tables and end is not None:
        kpis += measure_cases(tables["tickets"], members, groups, end)
    if "subscriptions" in tables and end is not None:
        kpis += measure_contracts(tables["subscriptions"], members, groups, start, end)
    staff = measure_staff(tables["employees"], min_group) if "employees" in tables else None
    told = tells_of_stages(tables)
    journey = measure_stages(tables, dataset.contract.stages, members, groups) if told else {}
    everything = [*kpis, *([{0: staff}] if staff else [])]
    return Outcomes(_by_segment(everything, numbers), _by_segment(ratings, numbers), journey, consistency)


def members_table(dataset: Dataset, frame: pd.DataFrame, segments: np.ndarray):
    """Customers for the engine: (customer_id, segment, weight); a customer without a survey weight counts as 1."""
    weights = survey_weights(dataset, frame)
    weights = np.ones(len(frame)) if weights is None else weights
    columns = {"customer_id": frame["customer_id"], "segment": segments.astype("int64"), "weight": weights}
    return ibis.memtable(pd.DataFrame(columns))


def survey_weights(dataset: Dataset, frame: pd.DataFrame) -> np.ndarray | None:
    """(n,) the survey weights that the contract declares, or None."""
    if dataset.contract.customers.weight is None or "weight" not in frame:
        return None
    return frame["weight"].fillna(1.0).to_numpy(float)


def _by_segment(found: Iterable[dict[int, Kpi]], numbers: tuple[int, ...]) -> dict[int, tuple[Kpi, ...]]:
    found = list(found)
    return {number: tuple(kpi[number] for kpi in found if number in kpi) for number in (0, *numbers)}
