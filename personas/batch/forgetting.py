"""Forgets customers: nothing that runs keep tells of them afterwards, and no later run reads a row of theirs.

First the exclusion list is written, so that whatever happens next they stay forgotten. Then what runs keep is cleared:
all that one stage hands to the next (the next run makes it anew, from the rows that are left), the lab, failed
notebooks and logs; the history and the published member lists lose their rows. The published report stays, since it
tells of no single customer.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from personas.batch.publication import begin, mend
from personas.dataset.exclusions import write_exclusions
from personas.errors import InputError, Problem
from personas.handover import open_workspace, part_of
from personas.report.exports import inert, private
from personas.succession import forget_customers

HISTORY = "history"
KEPT = (HISTORY,)  # and files that begin with a dot: locks
MOST_BYTES = 100_000_000
HEADINGS = ("customer_id", "id", "ids", "customer")


@dataclass(frozen=True)
class Forgotten:
    """What was done for one dataset. asked : ids in the file; listed : on the exclusion list now

    exported, remembered : rows that went from published member lists and from the history
    """

    dataset: str
    asked: int
    listed: int
    exported: int
    remembered: int

    def __str__(self) -> str:
        return (
            f"{self.dataset}  {self.asked:,} ids to forget, {self.listed:,} on the exclusion list; {self.exported:,} "
            f"rows went from published member lists, {self.remembered:,} from the history; hand-overs and lab are "
            "cleared\n"
            f"  The report stays as it is. Make it anew without them: make personas DATASET={self.dataset}"
        )


def find_forget_problems(ids: str, unnamed: bool) -> list[Problem]:
    """Say what a command to forget leaves open. unnamed : the datasets are only those that make takes by default."""
    example = "make forget IDS=ids.txt DATASET=name"
    problems = [] if ids else [Problem("IDS", "empty", "a file of customer ids, one a line", example)]
    if unnamed:
        problems.append(Problem("DATASET", "not given", "the dataset whose customers these are", example))
    return problems


def read_ids(path: Path) -> tuple[str, ...]:
    """Read customer ids, one a line; a heading such as customer_id, quotes and empty lines do not count.

    Raises InputError for a file that is not there, not text, empty, or has several columns.
    """
    problem = None
    try:
        if path.stat().st_size > MOST_BYTES:
            problem = Problem("IDS", f"more than {MOST_BYTES // 1_000_000} MB", "a list of ids", "split the file")
        text = "" if problem else path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        problem = Problem(
            "IDS", f"no file {path.name}", "a file of customer ids, one a line", "make forget IDS=ids.txt"
        )
    except (OSError, UnicodeDecodeError) as error:
        problem = Problem("IDS", f"{path.name} cannot be read ({type(error).__name__})", "a text file, one id a line")
    if problem:
        raise InputError([problem])
    lines = [line.strip().strip('"') for line in text.splitlines()]
    ids = [line for line in lines if line]
    if ids and ids[0].lower() in HEADINGS:
        ids = ids[1:]
    if not ids:
        raise InputError([Problem("IDS", f"{path.name} is empty", "customer ids, one a line")])
    if odd := [number for number, line in enumerate(lines, start=1) if "," in line or "\t" in line or "\0" in line]:
        found = f"several columns in line {odd[0]}" + (f" and {len(odd) - 1} more" if len(odd) > 1 else "")
        raise InputError([Problem("IDS", found, "one id a line and nothing else", "keep the column of ids only")])
    return tuple(dict.fromkeys(ids))


def forget(root: Path, datasets: Collection[str], path: Path) -> list[Forgotten]:
    """Forget the customers of a file in each dataset. Raises InputError while a run of one is under way."""
    ids = read_ids(path)
    begin(root, list(datasets))
    return [forget_in(root, dataset, ids) for dataset in datasets]


def forget_in(root: Path, dataset: str, ids: Collection[str]) -> Forgotten:
    """Forget customers in one dataset; doing so again changes nothing more."""
    listed = write_exclusions(root / "data" / dataset, ids)
    mend(root, dataset)
    workspace = open_workspace(dataset, "batch", root)
    exported = _from_members(root / "reports" / dataset / "exports", set(ids))
    history = workspace.folder / HISTORY
    remembered = forget_customers(history, ids) if history.is_dir() else 0
    for kept in workspace.folder.iterdir():
        if kept.name in KEPT or kept.name.startswith("."):
            continue
        if kept.is_dir() and not kept.is_symlink():
            shutil.rmtree(kept)
        else:
            kept.unlink()
    return Forgotten(dataset, len(ids), len(listed), exported, remembered)


def _from_members(exports: Path, ids: set[str]) -> int:
    """Take rows out of the published member lists, each list at once; returns how many customers went."""
    import pandas as pd

    gone = 0
    parquet, csv = exports / "members.parquet", exports / "members.csv"
    if parquet.is_file():
        frame = pd.read_parquet(parquet)
        kept = frame[~frame["customer_id"].astype(str).isin(ids)]
        gone = len(frame) - len(kept)
        if gone:
            part = private(part_of(parquet))
            kept.to_parquet(part, index=False)
            os.replace(part, parquet)
    if csv.is_file():
        frame = pd.read_csv(csv, dtype=str, keep_default_na=False)
        kept = frame[~frame["customer_id"].isin(ids | {inert(one) for one in ids})]
        gone = max(gone, len(frame) - len(kept))
        if len(kept) < len(frame):
            part = private(part_of(csv))
            kept.to_csv(part, index=False, lineterminator="\n")
            os.replace(part, csv)
    return gone
