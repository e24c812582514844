"""The runs of a dataset that were published, oldest first: what the next one is compared with.

``reports/.work/<dataset>/history/0001/`` holds ``run.json`` (the run, reduced), ``segmentation.json`` (what assigns a
customer) and ``members.parquet`` (customer_id, persona). An entry that cannot be used is left out and said, and never
stops a run. Nothing here changes anything on disk: :mod:`personas.succession` does.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from personas.handover import Workspace

FORMAT = 1
FOLDER = "history"
RUN, SEGMENTS, MEMBERS = "run.json", "segmentation.json", "members.parquet"
DECISIONS = "accepted.json"
DAMAGED = "its files are damaged or missing"


@dataclass(frozen=True)
class Entry:
    """One published run.

    number : its place; fingerprint : of what was measured; observation_end : ISO date
    accepted : False while its personas wait to be accepted
    """

    folder: Path
    number: int
    dataset: str
    fingerprint: str
    observation_end: str
    accepted: bool

    def read(self, name: str) -> Any:
        """Read one of its JSON files."""
        return json.loads((self.folder / name).read_text(encoding="utf-8"))


@dataclass(frozen=True)
class History:
    """The usable entries in order, and in `broken` those that are not, with the reason in words."""

    folder: Path
    entries: tuple[Entry, ...]
    broken: tuple[tuple[Path, str], ...] = ()

    @property
    def accepted(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.accepted)

    @property
    def last(self) -> Entry | None:
        """The last accepted run."""
        return self.accepted[-1] if self.accepted else None

    def without(self, numbers: Collection[int]) -> History:
        """The same history with these entries counted among the broken ones."""
        gone = tuple((entry.folder, DAMAGED) for entry in self.entries if entry.number in numbers)
        return History(self.folder, tuple(e for e in self.entries if e.number not in numbers), self.broken + gone)

    def before(self, fingerprint: str) -> Entry | None:
        """The run that one with this fingerprint is compared with: the last accepted one that is not itself."""
        found = self.accepted
        if found and found[-1].fingerprint == fingerprint:
            found = found[:-1]
        return found[-1] if found else None

    def knows_accepted(self, fingerprint: str) -> bool:
        """Whether the run with this fingerprint is the last accepted one."""
        return bool(self.accepted) and self.accepted[-1].fingerprint == fingerprint

    def notes(self) -> tuple[str, ...]:
        """What a reader must know of it."""
        many = f"{len(self.broken)} earlier runs" if len(self.broken) > 1 else "An earlier run"
        why = "; ".join(dict.fromkeys(reason for _path, reason in self.broken))
        return (f"{many} could not be compared with: {why}.",) if self.broken else ()


def history_folder(workspace: Workspace, dataset: str = "") -> Path:
    """Where the history of a dataset is, the workspace's own by default; notebooks run by hand read the same one."""
    return workspace.root / "reports" / ".work" / (dataset or workspace.dataset) / FOLDER


def read_history(workspace: Workspace, dataset: str = "") -> History:
    """Read the history of the workspace's dataset, or of another one; empty where there is none.

    Nothing is changed on disk.
    """
    dataset = dataset or workspace.dataset
    folder = history_folder(workspace, dataset)
    entries, broken = [], []
    for path in sorted(path for path in folder.glob("[0-9]*") if path.is_dir()):
        try:
            entries.append(read_entry(path, dataset))
        except ValueError as error:
            broken.append((path, str(error)))
    return History(folder, tuple(entries), tuple(broken))


def read_entry(folder: Path, dataset: str) -> Entry:
    """Read the head of one entry; raises ValueError saying in words why it cannot be used."""
    try:
        number = int(folder.name)
        head = json.loads((folder / RUN).read_text(encoding="utf-8"))
        version, whose = int(head["format"]), str(head["dataset"])
        if version > FORMAT:
            raise ValueError("it was written by a newer version of this project")
        if whose != dataset:
            raise ValueError(f'it is of another dataset, "{whose}"')
        if not isinstance(head["run"], dict) or not (folder / SEGMENTS).is_file():
            raise ValueError(DAMAGED)
        return Entry(
            folder, number, whose, str(head["fingerprint"]), str(head["observation_end"]), head["accepted"] is True
        )
    except ValueError as error:
        if type(error) is ValueError and str(error).startswith("it"):
            raise
        raise ValueError(DAMAGED) from None
    except (OSError, KeyError, TypeError, OverflowError, RecursionError):
        raise ValueError(DAMAGED) from None
