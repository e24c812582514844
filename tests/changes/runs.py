"""Runs of a simulated shop one after the other, with their history in a folder of the test's own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from personas.changes import Changes, compare_runs, read_earlier, write_run
from personas.customers import Customers
from personas.experience import Experience, measure_experience
from personas.handover import Workspace, open_workspace
from personas.profiles import DatasetCard, PersonaSet, derive_personas, identify_personas
from personas.profiles.identities import Identities
from personas.segments import Segmentation, fit_space
from personas.segments.kmeans import fit_kmeans
from personas.segments.layout import canonical
from personas.simulation.waves import Wave, simulate_wave
from personas.succession import commit, prepare
from tests.profiles.divided import published

CARD = DatasetCard(
    name="shop", title="Made-up shop", unit="customer", units="customers", notice="", source="", licence="",
    currency="EUR", observation_start="2024-01-01", observation_end="2024-12-31", customers=0,
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One run, as its stages hand it over."""

    workspace: Workspace
    customers: Customers
    segmentation: Segmentation
    identities: Identities
    personas: PersonaSet
    changes: Changes


def project(folder) -> Workspace:
    """A workspace of the dataset "shop" in an empty project."""
    for name in ("notebooks", "data"):
        (folder / name).mkdir(exist_ok=True)
    return open_workspace("shop", "batch", folder)


def divided(customers: Customers, k: int, seed: int = 7) -> Segmentation:
    space = fit_space(customers.frame, customers.features)
    points = space.points(customers.frame)
    found = canonical(fit_kmeans(points, k, np.random.default_rng(seed), n_init=8), points)
    return published(customers, space, found.centres, points)


@cache
def wave(n: int = 300, seed: int = 3, change: str = "none", number: int = 1) -> Wave:
    """A simulated wave, the same object whenever it is asked for."""
    return simulate_wave(n, seed, change, number)


MEASURED: dict[tuple[int, int], tuple] = {}  # stages 02 and 03 of a wave do not hang on the history


def measured(customers: Customers, k: int) -> tuple[Segmentation, Experience]:
    key = id(customers), k
    if key not in MEASURED:
        if len(MEASURED) > 20:
            MEASURED.clear()
        segmentation = divided(customers, k)
        experience = measure_experience(customers, segmentation, ("customers", "transactions"))
        MEASURED[key] = customers, segmentation, experience
    return MEASURED[key][1:]


def run(
    workspace: Workspace,
    wave: Wave | Customers,
    k: int = 4,
    end: str = "2024-12-31",
    publish: bool = True,
    segmentation: Segmentation | None = None,
    names: dict[str, str] | None = None,
    start: str = "",
) -> Run:
    """Make a run of the stages 02 to 05, and publish it."""
    customers = wave.customers if isinstance(wave, Wave) else wave
    if segmentation is None:
        segmentation, experience = measured(customers, k)
    else:
        experience = measure_experience(customers, segmentation, ("customers", "transactions"))
    start = start or f"{int(end[:4]) - 1}{end[4:]}"
    card = CARD.model_copy(update={"observation_start": start, "observation_end": end})
    identities = identify_personas(workspace, customers, segmentation, experience)
    personas = derive_personas(customers, segmentation, experience, card, names=names, identities=identities)
    earlier = read_earlier(workspace, identities)
    changes = compare_runs(personas, earlier, identities, customers, segmentation)
    write_run(workspace, personas, customers, segmentation, identities, changes)
    if publish:
        workspace.staged.mkdir(exist_ok=True)
        (workspace.staged / "personas.json").write_text(personas.model_dump_json())
        prepare(workspace)
        commit(workspace)
    return Run(workspace, customers, segmentation, identities, personas, changes)


__all__ = ["CARD", "Run", "divided", "project", "run", "simulate_wave", "wave"]
