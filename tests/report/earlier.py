"""A run before the one at hand, a change planted between the two, so that a report has all it can say of changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from personas.changes import Changes, close_loop, compare_runs, read_earlier, write_run
from personas.customers import Customers
from personas.dataset import Dataset
from personas.experience import Experience
from personas.handover import Workspace, open_workspace
from personas.profiles import PersonaSet, identify_personas
from personas.profiles.identities import Identities
from personas.profiles.models import Kpi, Persona
from personas.segments import Segmentation
from personas.succession import commit, prepare
from tests.profiles.divided import divide


def a_year_before(personas: PersonaSet, by: float = 0.25) -> PersonaSet:
    """The same personas when every figure was `by` lower and the two worst pain points were not known of."""
    card = personas.dataset
    days = {name: getattr(card, name) for name in ("observation_start", "observation_end")}
    when = {name: f"{int(day[:4]) - 1}{day[4:]}" for name, day in days.items() if day}
    return personas.model_copy(
        update={
            "dataset": card.model_copy(update=when),
            "kpis": tuple(lower(kpi, by) for kpi in personas.kpis),
            "personas": tuple(poorer(persona, by) for persona in personas.personas),
            "pain_points": personas.pain_points[2:],
        }
    )


def poorer(persona: Persona, by: float) -> Persona:
    kpis = tuple(lower(kpi, by) for kpi in persona.kpis)
    return persona.model_copy(update={"kpis": kpis, "pain_points": persona.pain_points[2:]})


def lower(kpi: Kpi, by: float) -> Kpi:
    then = {
        name: None if (v := getattr(kpi.estimate, name)) is None else v * (1 - by) for name in ("value", "low", "high")
    }
    return kpi.model_copy(update={"estimate": kpi.estimate.model_copy(update=then)})


def moved(customers: Customers, by: float = 0.3, seed: int = 7) -> Customers:
    """The same people when each number about them was another, by `by` of its spread; every tenth was not there."""
    rng, frame = np.random.default_rng(seed), customers.frame.copy()
    for feature in customers.features:
        if feature.forms and frame[feature.name].dtype.kind == "f":
            values = frame[feature.name]
            frame[feature.name] = (values + by * values.std() * rng.standard_normal(len(frame))).clip(
                values.min(), values.max()
            )
    return replace(customers, frame=frame[np.arange(len(frame)) % 10 > 0].reset_index(drop=True))


def changed(
    folder: Path, dataset: Dataset, customers: Customers, segmentation: Segmentation, experience: Experience, derive
) -> tuple[PersonaSet, Changes]:
    """Publish a run before this one, then make this one; `derive` makes the personas of given identities."""
    for name in ("notebooks", "data"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    work = open_workspace(dataset.name, "batch", folder)
    before = moved(customers)
    then = divide(before, len(segmentation))
    identities = identify_personas(work, before, then, experience)
    personas = a_year_before(derive(identities))
    _publish(work, personas, before, then, identities)
    identities = identify_personas(work, customers, segmentation, experience)
    personas = derive(identities)
    changes = compare_runs(personas, read_earlier(work, identities), identities, customers, segmentation)
    return personas, close_loop(changes, dataset, personas, segmentation.members)


def _publish(
    work: Workspace, personas: PersonaSet, customers: Customers, segmentation: Segmentation, identities: Identities
) -> None:
    changes = compare_runs(personas, read_earlier(work, identities), identities, customers, segmentation)
    write_run(work, personas, customers, segmentation, identities, changes)
    work.staged.mkdir(exist_ok=True)
    (work.staged / "personas.json").write_text(personas.model_dump_json(), encoding="utf-8")
    prepare(work)
    commit(work)
