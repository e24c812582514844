"""``python -m tests.privacy.variants``: attack what every dataset tells in several variants and successive runs.

Each dataset is made five times, as the notebooks make it but for the search for the number of segments: with other
numbers of segments, without a tenth of the customers, with a larger smallest group. Each run is compared with the one
before, and all that it would publish is attacked and swept. Takes a quarter of an hour. Names after the command choose
datasets; the airport's need the folder of their public files in SFO.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from personas.changes import close_loop, compare_runs, read_earlier, write_run
from personas.customers import build_customers
from personas.dataset import Dataset, read_dataset
from personas.dataset.files import project_root
from personas.errors import InputError
from personas.experience import measure_experience
from personas.experience.text import gather_themes
from personas.experience.value.standing import flags
from personas.handover import Workspace, open_workspace, write_model, write_table
from personas.profiles import derive_personas, describe_dataset, identify_personas
from personas.report import write_exports, write_report
from personas.segments import fit_typing_tool
from personas.simulation import simulate
from personas.succession import commit, prepare
from tests.hostile.figures import Figure, write_figure
from tests.privacy.attack import Finding, attack, intersect, strings_in
from tests.privacy.changes_attack import attack_changes
from tests.privacy.insider import dominated_sums, rare_levels
from tests.privacy.sweep import Identifier, sweep
from tests.profiles.divided import divide
from tests.report.surroundings import evidence_of, points_of

SIMULATED = ("demo", "demo_b2b")
DATASETS = ("complete_journey", *SIMULATED, "sfo_2017", "sfo_2018")
# Number of segments, smallest group, share of the customers.
VARIANTS = ((4, 10, None), (5, 10, 0.9), (5, 10, None), (2, 10, None), (7, 25, None))
COMMAND = "python -m tests.privacy.variants"


@dataclass
class Tally:
    """What was found in so many runs. between : base figures of two runs that differ by fewer than a group may"""

    runs: int = 0
    groups: list[Finding] = field(default_factory=list)
    identifiers: list[Identifier] = field(default_factory=list)
    between: list[Finding] = field(default_factory=list)


def made(dataset: Dataset, workspace: Workspace, k: int, min_group: int, seed: int = 7) -> Path:
    """Make one run as stages 01 to 06 do, and publish it in the history; returns the folder of what it tells."""
    customers = build_customers(dataset)
    segmentation = divide(customers, k)
    segments = segmentation.members["segment"].to_numpy()
    texts = gather_themes(dataset, customers, segments, min_group=min_group, seed=seed)
    experience = measure_experience(customers, segmentation, dataset, min_group=min_group, seed=seed, texts=texts)
    identities = identify_personas(workspace, customers, segmentation, experience, dataset.contract.previous)
    personas = derive_personas(
        customers, segmentation, experience, describe_dataset(dataset, customers), min_group, seed,
        names=dataset.contract.names, themes=texts.found, source=dataset, identities=identities,
    )  # fmt: skip
    changes = compare_runs(personas, read_earlier(workspace, identities), identities, customers, segmentation)
    changes = close_loop(changes, dataset, personas, segmentation.members)
    write_run(workspace, personas, customers, segmentation, identities, changes)
    tool = fit_typing_tool(customers, segmentation, personas.personas, min_group, seed)
    folder = workspace.staged
    parts = (evidence_of(k), segmentation.sizes, points_of(personas), customers.quality, customers.features, changes)
    write_report(folder, personas, *parts, {"personas": "0"}, tool, texts.found)
    write_exports(folder, segmentation.members, personas, segmentation, tool, flags(customers, dataset))
    write_model(workspace, "changes", changes)
    write_table(workspace, "membership", segmentation.members)
    prepare(workspace)
    commit(workspace)
    return folder


def look(folder: Path, workspace: Workspace, dataset: Dataset, tally: Tally) -> dict:
    """Attack and sweep what one run tells; returns its ``personas.json``."""
    customers = build_customers(dataset)
    told = json.loads((folder / "personas.json").read_text(encoding="utf-8"))
    people = (told["dataset"]["unit"], told["dataset"]["units"])
    changes = json.loads((workspace.folder / "changes.json").read_text(encoding="utf-8"))
    words = set(strings_in(dataset.contract.model_dump(mode="json")))
    tally.runs += 1
    segments = pd.read_parquet(workspace.folder / "membership.parquet")["segment"].to_numpy()
    tally.groups += attack(folder)
    tally.groups += attack_changes(changes, told["min_group"], people)
    tally.groups += rare_levels(folder, customers, words, told["min_group"])
    tally.groups += dominated_sums(told, customers, segments)
    tally.identifiers += sweep(folder, set(customers.frame["customer_id"].astype(str)), names_in(dataset))
    return told


def names_in(dataset: Dataset) -> set[str]:
    """What the columns hold that a contract declares as names."""
    listed = dataset.listed.get("customers")
    columns = [name for name in listed.table.columns if name.startswith("private ")] if listed is not None else []
    found = {str(v) for column in columns for v in listed.table[column].to_pandas().dropna().unique()}
    return {name for name in found if len(name) > 3}


def opened(name: str, place: Path) -> Iterator[tuple[Dataset, int, int]]:
    """A dataset as each variant reads it, with the number of segments and the smallest group."""
    data = Path(os.environ["SFO"]) if name.startswith("sfo") else None
    if name in SIMULATED:
        data = place / "files"
        simulate(data, name, 4_000, 7)
    for k, min_group, share in VARIANTS:
        yield read_dataset(name, data=data, share=share, root=project_root()), k, min_group


def tally_of(name: str, place: Path) -> Tally:
    (place / "notebooks").mkdir(parents=True)
    (place / "data" / name).mkdir(parents=True)
    workspace, tally, before = open_workspace(name, "batch", place), Tally(), None
    for dataset, k, min_group in opened(name, place):
        try:
            folder = made(dataset, workspace, k, min_group)
        except InputError as error:  # segments smaller than the smallest group are refused
            print(f"{name}: {k} segments refused, {error.problems[0].found}", flush=True)
            continue
        told = look(folder, workspace, dataset, tally)
        if before is not None:
            tally.between += intersect(before, told)
        before = told
    return tally


def main() -> int:
    names = sys.argv[1:] or [name for name in DATASETS if "SFO" in os.environ or not name.startswith("sfo")]
    print(f"{'dataset':<20}{'runs':>6}{'small groups':>14}{'identifiers':>14}{'between runs':>14}")
    wrong = 0
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            tally = tally_of(name, Path(folder) / name)
        found = (len(tally.groups), len(tally.identifiers), len(tally.between))
        print(f"{name:<20}{tally.runs:>6}{found[0]:>14}{found[1]:>14}{found[2]:>14}", flush=True)
        for one in (*tally.groups[:20], *tally.identifiers[:20], *tally.between[:5]):
            print(f"  {one}", flush=True)
        keep(name, tally)
        wrong += found[0] + found[1]
    return 1 if wrong else 0


def keep(name: str, tally: Tally) -> None:
    """Put the counts of a dataset among the figures of docs/safety.md; those of the others stay."""
    words = f"All that {tally.runs} runs of {name} publish, with other parameters and one after another"
    meaning = "a group under `min_group` counted, or an identifier found"
    write_figure("privacy", Figure(words, tally.runs, len(tally.groups) + len(tally.identifiers), meaning, COMMAND))


if __name__ == "__main__":
    sys.exit(main())
