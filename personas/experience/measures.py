"""Brings together what the data says of the experience of the base and of each segment."""

from __future__ import annotations

from collections.abc import Collection

from personas.customers import Customers
from personas.experience.journey import measure_journey
from personas.experience.kpis import list_not_measured, measure_kpis, value_share
from personas.experience.models import Experience, GroupExperience
from personas.experience.pain_points import find_pain_points
from personas.experience.playbook import Signal, read_playbook
from personas.segments import Segmentation


def measure_experience(
    customers: Customers,
    segmentation: Segmentation,
    roles: Collection[str] = (),
    min_group: int = 10,
    seed: int = 7,
    playbook: dict[str, Signal] | None = None,
) -> Experience:
    """Measure KPIs, pain points and journey for the base and for each segment.

    roles : the tables that the dataset declares, to say what is missing; min_group : no smaller group is shown
    """
    playbook = read_playbook() if playbook is None else playbook
    frame = customers.frame
    segments = segmentation.members["segment"].to_numpy()
    groups = []
    for number in (0, *range(1, len(segmentation) + 1)):
        inside = None if number == 0 else segments == number
        groups.append(
            GroupExperience(
                segment=number,
                value_share=value_share(frame, inside),
                kpis=measure_kpis(frame, customers.features, inside),
                pain_points=find_pain_points(frame, playbook, customers.rehearsal, inside, number, min_group, seed),
                journey=measure_journey(frame, inside),
            )
        )
    return Experience(groups=tuple(groups), not_measured=list_not_measured(frame, roles))
