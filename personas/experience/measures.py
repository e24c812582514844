"""Brings together what the data says of the experience of the base and of each segment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from personas.customers import Customers
from personas.dataset import Dataset
from personas.experience.drivers import measure_drivers
from personas.experience.journey import measure_journey
from personas.experience.kpis import NO_LIFETIMES, list_not_measured, measure_kpis, value_share
from personas.experience.models import Experience, GroupExperience, PainPoint
from personas.experience.outcomes import NOTHING, measure_outcomes, survey_weights
from personas.experience.pain_points import find_pain_points
from personas.experience.playbook import Signal, read_playbook
from personas.experience.stated_pains import find_stated_pains
from personas.experience.voices import gather_voices
from personas.segments import Segmentation


def measure_experience(
    customers: Customers,
    segmentation: Segmentation,
    source: Dataset | Collection[str] = (),
    min_group: int = 10,
    seed: int = 7,
    playbook: dict[str, Signal] | None = None,
) -> Experience:
    """Measure KPIs, pain points and journey for the base and for each segment.

    source : the dataset, whose tables are then measured too; or only the names of its tables, to say what is missing
    min_group : no smaller group is shown
    """
    playbook = read_playbook().signals if playbook is None else playbook
    frame = customers.frame
    segments = segmentation.members["segment"].to_numpy()
    opened = isinstance(source, Dataset)
    roles = tuple(source.tables) if opened else source
    source = with_feedback_at_hand(source) if opened else source
    outcomes = measure_outcomes(source, customers, segments, min_group, seed) if opened else NOTHING
    voices = gather_voices(source, customers, survey_weights(source, frame)) if opened else None
    groups = []
    base_impacts = None
    for number in (0, *range(1, len(segmentation) + 1)):
        inside = None if number == 0 else segments == number
        stated: tuple[PainPoint, ...] = ()
        if voices is not None:
            stated, impacts = find_stated_pains(voices, inside, number, min_group, seed, base_impacts)
            base_impacts = base_impacts or impacts
        inferred = find_pain_points(frame, playbook, customers.rehearsal, inside, number, min_group, seed)
        groups.append(
            GroupExperience(
                segment=number,
                value_share=value_share(frame, inside),
                kpis=(*measure_kpis(frame, customers.features, inside), *outcomes.kpis.get(number, ())),
                pain_points=(*stated, *(behind(pain, len(stated)) for pain in inferred)),
                journey=outcomes.journey.get(number) or measure_journey(frame, inside),
                ratings=outcomes.ratings.get(number, ()),
                drivers=measure_drivers(voices, inside, number, seed) if voices else None,
                trends=outcomes.trends.get(number, ()),
                retention=outcomes.retention.get(number, ()),
                rivals=outcomes.rivals.get(number, ()),
            )
        )
    missing = list_not_measured(frame, roles, groups[0].kpis)
    if all(gap.what != NO_LIFETIMES.what for gap in missing):
        missing = (*missing, NO_LIFETIMES)
    return Experience(
        groups=tuple(groups), not_measured=missing,
        consistency=outcomes.consistency, staff=outcomes.staff, training=outcomes.training,
    )  # fmt: skip


def with_feedback_at_hand(dataset: Dataset) -> Dataset:
    """The same dataset, its feedback put together once instead of for every question; what was written stays away."""
    feedback = dataset.tables.get("feedback")
    if feedback is None:
        return dataset
    kept = [name for name in feedback.columns if name not in ("text", "language")]
    return replace(dataset, tables={**dataset.tables, "feedback": feedback.select(*kept).cache()})


def behind(pain: PainPoint, places: int) -> PainPoint:
    """An inferred pain point ranked behind the stated ones: their scores are on different scales."""
    ranks = {name: getattr(pain, name) + places for name in ("rank", "rank_low", "rank_high")}
    return pain.model_copy(update=ranks) if places else pain
