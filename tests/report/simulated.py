"""Reports of whole datasets, made by the library as the notebooks do, but for the search for the number of segments.

The search is long and changes no template; its evidence is made up in `surroundings`.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from personas.customers import build_customers
from personas.dataset import Dataset, read_dataset
from personas.dataset.files import project_root
from personas.experience import measure_experience
from personas.experience.text import gather_themes
from personas.profiles import derive_personas, describe_dataset
from personas.report import render_report
from personas.simulation import simulate
from tests.profiles.divided import divide
from tests.report.earlier import changed
from tests.report.surroundings import evidence_of, points_of

ROLES = ("customers", "accounts", "transactions", "interactions", "feedback", "tickets", "subscriptions", "employees",
         "actions", "targets", "benchmarks", "alerts", "emotions", "holdout")  # fmt: skip


def report_of(dataset: Dataset, k: int, seed: int = 7, history: Path | None = None) -> str:
    """The report of a dataset whose customers are divided in `k` segments, as HTML.

    history : an empty folder for a run before this one, from which much has changed; without it this is the first run
    """
    customers = build_customers(dataset)
    segmentation = divide(customers, k)
    texts = gather_themes(dataset, customers, segmentation.members["segment"].to_numpy(), seed=seed)
    experience = measure_experience(customers, segmentation, dataset, seed=seed, texts=texts)

    def derive(identities=None):
        return derive_personas(
            customers, segmentation, experience, describe_dataset(dataset, customers), seed=seed, themes=texts.found,
            names=dataset.contract.names, source=dataset, identities=identities,
        )  # fmt: skip

    changes = None
    if history is None:
        personas = derive()
    else:
        personas, changes = changed(history, dataset, customers, segmentation, experience, derive)
    return render_report(
        personas, evidence_of(k), segmentation.sizes, points_of(personas), customers.quality, customers.features,
        changes, versions={"personas": "0"}, themes=texts.found,
    )  # fmt: skip


def simulated(name: str, folder: Path, customers: int) -> Dataset:
    """A simulated dataset in `folder`, smaller than the one that is published."""
    simulate(folder, name, customers, 7)
    return read_dataset(name, data=folder)


def keeping(name: str, folder: Path, root: Path, roles: set[str]) -> Dataset:
    """The files of a dataset in `folder`, read by a contract that keeps only these `roles` of it."""
    contract = yaml.safe_load((project_root() / "data" / name / "dataset.yml").read_text(encoding="utf-8"))
    contract = {key: value for key, value in contract.items() if key not in ROLES or key in roles}
    here = root / "data" / name
    here.mkdir(parents=True)
    (here / "dataset.yml").write_text(yaml.safe_dump(contract, allow_unicode=True), encoding="utf-8")
    return read_dataset(name, data=folder, root=root)
