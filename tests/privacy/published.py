"""``python -m tests.privacy.published``: attack and sweep what is published, and count what was found.

Says for each dataset under reports/ how many groups too small to show can be counted from what is published, and how
many identifiers stand in it. Needs published runs (make personas); the same is tested on small data by make test.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd
import yaml

from personas.customers import read_customers
from personas.handover import open_workspace
from tests.privacy.attack import Finding, attack, strings_in
from tests.privacy.changes_attack import attack_changes
from tests.privacy.insider import dominated_sums, rare_levels
from tests.privacy.sweep import sweep

ROOT = Path(__file__).parents[2]


def ids_of(dataset: str) -> set[str]:
    """The ids of a run's customers, from the list that is published for its owner's eyes only."""
    path = ROOT / "reports" / dataset / "exports" / "members.parquet"
    return set(pd.read_parquet(path, columns=["customer_id"])["customer_id"].astype(str)) if path.is_file() else set()


def names_of(dataset: str) -> set[str]:
    """What the columns of a dataset hold that are declared as names, as far as its files are under data/."""
    from personas.dataset import read_dataset
    from personas.errors import InputError

    try:
        listed = read_dataset(dataset, root=ROOT).listed.get("customers")
    except InputError:
        return set()
    if listed is None:
        return set()
    columns = [name for name in listed.table.columns if name.startswith("private ")]
    found: set[str] = set()
    for column in columns:
        found |= {str(v) for v in listed.table[column].to_pandas().dropna().unique()}
    return {name for name in found if len(name) > 3}


def beside(folder: Path) -> list[Finding]:
    """What the comparison with the run before tells, and what only somebody finds who knows the data."""
    work = open_workspace(folder.name, "batch", ROOT)
    told = json.loads((folder / "personas.json").read_text(encoding="utf-8"))
    found: list[Finding] = []
    if (changes := work.folder / "changes.json").is_file():
        people = (told["dataset"]["unit"], told["dataset"]["units"])
        found += attack_changes(json.loads(changes.read_text(encoding="utf-8")), told["min_group"], people)
    members = folder / "exports" / "members.parquet"
    if (work.folder / "customers.parquet").is_file() and members.is_file():
        customers = read_customers(work)
        numbers = {persona["id"]: persona["number"] for persona in told["personas"]}
        listed = pd.read_parquet(members).set_index("customer_id")["persona_id"].map(numbers)
        segments = customers.frame["customer_id"].astype(str).map(listed).fillna(0).to_numpy(int)
        found += dominated_sums(told, customers, segments)
        found += rare_levels(folder, customers, declared_by(folder.name), told["min_group"])
    return found


def declared_by(dataset: str) -> set[str]:
    """All words of a dataset's contract."""
    contract = yaml.safe_load((ROOT / "data" / dataset / "dataset.yml").read_text(encoding="utf-8"))
    return set(strings_in(contract))


def main() -> int:
    folders = sorted(path.parent for path in (ROOT / "reports").glob("*/personas.json"))
    print(f"{'dataset':<20}{'small groups':>14}{'identifiers':>14}")
    total = 0
    for folder in folders:
        groups = [*attack(folder), *beside(folder)]
        identifiers = sweep(folder, ids_of(folder.name), names_of(folder.name))
        total += len(groups) + len(identifiers)
        print(f"{folder.name:<20}{len(groups):>14}{len(identifiers):>14}")
        for one in (*groups[:20], *identifiers[:20]):
            print(f"  {one}")
    if not folders:
        print("Nothing is published: make personas")
    return 1 if total or not folders else 0


if __name__ == "__main__":
    sys.exit(main())
