"""``python -m tests.privacy.published``: attack and sweep what is published, and count what was found.

Says for each dataset under reports/ how many groups too small to show can be counted from what is published, and how
many identifiers stand in it. Needs published runs (make personas); the same is tested on small data by make test.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from tests.privacy.attack import attack
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


def main() -> int:
    folders = sorted(path.parent for path in (ROOT / "reports").glob("*/personas.json"))
    print(f"{'dataset':<20}{'small groups':>14}{'identifiers':>14}")
    total = 0
    for folder in folders:
        groups, identifiers = attack(folder), sweep(folder, ids_of(folder.name), names_of(folder.name))
        total += len(groups) + len(identifiers)
        print(f"{folder.name:<20}{len(groups):>14}{len(identifiers):>14}")
        for one in (*groups[:20], *identifiers[:20]):
            print(f"  {one}")
    if not folders:
        print("Nothing is published: make personas")
    return 1 if total or not folders else 0


if __name__ == "__main__":
    sys.exit(main())
