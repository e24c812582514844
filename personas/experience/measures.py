"""Brings together what the data says of the experience of the base and of each segment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from personas.customers import Customers
from personas.dataset import Dataset, hold_tables
from personas.experience.drivers.driver_outcomes import choose_outcome
from personas.experience.drivers.importance import measure_drivers
from personas.experience.journey.course import measure_course
from personas.experience.journey.observed import measure_journey
from personas.experience.kpis.counting import count_customers
from personas.experience.kpis.customer_kpis import list_not_measured, value_share
from personas.experience.kpis.outcomes import NOTHING, list_gaps, measure_outcomes, survey_weights
from personas.experience.models import Experience, GroupExperience
from personas.experience.pains.all_sources import measure_pains
from personas.experience.pains.playbook import Playbook, choose_playbook, read_playbook
from personas.experience.text import Texts, gather_themes
from personas.experience.voices import gather_voices
from personas.experience.withholding import withhold_small
from personas.segments import Segmentation


def measure_experience(
    customers: Customers,
    segmentation: Segmentation,
    source: Dataset | Collection[str] = (),
    min_group: int = 10,
    seed: int = 7,
    playbook: Playbook | None = None,
    texts: Texts | None = None,
) -> Experience:
    """Measure KPIs, pain points and journey for the base and for each segment.

    source : the dataset, whose tables are then measured too; or only the names of its tables, to say what is missing
    min_group : no smaller group is shown; playbook : the rules, None: those that the dataset chooses
    texts : what was written, from :func:`gather_themes`; None: gathered here
    Returns an Experience: `of(0)` is the base, `of(1)` the largest segment; a figure of too few is not measured.

    >>> experience = measure_experience(customers, segmentation, dataset)
    >>> next(kpi.label for kpi in experience.of(1).kpis)
    'Sales a customer'
    """
    frame = customers.frame
    segments = segmentation.members["segment"].to_numpy()
    dataset = hold_tables(source) if isinstance(source, Dataset) else None
    roles = tuple(dataset.tables) if dataset else source
    if playbook is None:
        playbook = choose_playbook(dataset) if dataset else read_playbook()
    if texts is None and dataset:
        texts = gather_themes(dataset, customers, segments, min_group, seed)
    counted = count_customers(customers, dataset, segments, min_group, seed)
    dataset = with_feedback_at_hand(dataset) if dataset else None
    outcomes = measure_outcomes(dataset, customers, segments, min_group, seed) if dataset else NOTHING
    weights = survey_weights(dataset, frame) if dataset else None
    voices = gather_voices(dataset, customers, weights) if dataset else None
    pains = measure_pains(
        customers, segments, playbook, dataset, voices, texts, outcomes.ratings, outcomes.rivals, min_group, seed,
        weights,
    )  # fmt: skip
    outcome = choose_outcome(voices, dataset, frame) if dataset else None
    groups = []
    for number in (0, *range(1, len(segmentation) + 1)):
        inside = None if number == 0 else segments == number
        groups.append(
            GroupExperience(
                segment=number,
                value_share=value_share(frame, inside, weights),
                kpis=(*counted.kpis[number], *outcomes.kpis.get(number, ())),
                pain_points=pains.hurts[number],
                delights=pains.delights[number],
                held_equal=pains.held_equal[number],
                journey=outcomes.journey.get(number) or measure_journey(frame, inside),
                ratings=outcomes.ratings.get(number, ()),
                drivers=measure_drivers(voices, inside, number, seed, outcome) if voices else None,
                trends=outcomes.trends.get(number, ()),
                retention=outcomes.retention.get(number, ()),
                rivals=outcomes.rivals.get(number, ()),
            )
        )
    missing = list_not_measured(frame, roles, groups[0].kpis)
    if counted.missing is not None:
        missing = (*(gap for gap in missing if gap.what != counted.missing.what), counted.missing)
    missing = (*missing, *list_gaps(outcomes)) if dataset else missing
    course = measure_course(customers, segmentation, dataset, tuple(groups), playbook, min_group, seed)
    groups = [course.complete(group) for group in groups]
    experience = Experience(
        groups=tuple(groups), not_measured=(*missing, *pains.missing, *course.missing), quote_counts=pains.quotes,
        consistency=outcomes.consistency, staff=outcomes.staff, training=outcomes.training,
        lifetime=counted.lifetime,
    )  # fmt: skip
    return withhold_small(experience, min_group)


def with_feedback_at_hand(dataset: Dataset) -> Dataset:
    """The same dataset, its feedback put together once instead of for every question; what was written stays away."""
    feedback = dataset.tables.get("feedback")
    if feedback is None:
        return dataset
    kept = [name for name in feedback.columns if name not in ("text", "language")]
    return replace(dataset, tables={**dataset.tables, "feedback": feedback.select(*kept).cache()})
