"""What the six notebooks hand over, made by the library on an engine; only the search for the segments is spared."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from personas import (
    build_customers,
    compare_runs,
    derive_personas,
    measure_experience,
    open_workspace,
    read_dataset,
    write_exports,
    write_model,
)
from personas.changes import close_loop, read_earlier
from personas.customers import Customers, write_customers
from personas.dataset import Dataset
from personas.experience.text import gather_themes
from personas.experience.value.standing import flags
from personas.handover import Workspace
from personas.profiles import describe_dataset, identify_personas
from personas.segments import Segmentation
from tests.copies import ROOT
from tests.profiles.divided import divide


@dataclass(frozen=True)
class Run:
    """One run on one engine, and the workspace in which its files are."""

    source: Dataset
    customers: Customers
    segmentation: Segmentation
    work: Workspace

    def files(self) -> dict[str, Path]:
        """Name → file of everything that was handed over or exported."""
        paths = sorted(path for path in self.work.folder.rglob("*") if path.is_file())
        return {path.relative_to(self.work.folder).as_posix(): path for path in paths}


def run_stages(name: str, root: Path, files: Path, engine: str, segments: int = 4) -> Run:
    """Take a dataset whose tables are in `files` through all stages; the contract is the one that is shipped.

    root : a new folder for the project of this run
    """
    (root / "notebooks").mkdir(parents=True)
    (root / "data" / name).mkdir(parents=True)
    shutil.copy(ROOT / "data" / name / "dataset.yml", root / "data" / name)
    work = open_workspace(name, "batch", root)
    source = read_dataset(name, data=files, root=root, engine=engine)
    customers = build_customers(source)
    write_customers(work, customers)
    segmentation = divide(customers, segments)
    members = segmentation.members
    texts = gather_themes(source, customers, members["segment"].to_numpy())
    experience = measure_experience(customers, segmentation, source, texts=texts)
    identities = identify_personas(work, customers, segmentation, experience, source.contract.previous)
    personas = derive_personas(
        customers, segmentation, experience, describe_dataset(source, customers), names=source.contract.names,
        themes=texts.found, source=source, identities=identities,
    )  # fmt: skip
    changes = compare_runs(personas, read_earlier(work, identities), identities, customers, segmentation)
    changes = close_loop(changes, source, personas, members)
    for model, found in (("experience", experience), ("themes", texts.found), ("personas", personas)):
        write_model(work, model, found)
    write_model(work, "changes", changes)
    write_exports(work.staged, members, personas, segmentation, flags=flags(customers, source))
    return Run(source, customers, segmentation, work)
