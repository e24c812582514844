"""The runs of a dataset that were published, oldest first: what the next one is compared with.

``reports/.work/<dataset>/history/0001/`` holds ``run.json`` (the run, reduced), ``segmentation.json`` (what assigns a
customer) and ``members.parquet`` (customer_id, persona). A run whose personas changed waits at the end of the history
until it is accepted, and the next run replaces it; runs that were accepted stay. An entry that cannot be used is left
out and said, and never stops a run. Nothing here reads a clock.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from personas.errors import InputError, Problem
from personas.handover import Workspace

FORMAT = 1
FOLDER = "history"
RUN, SEGMENTS, MEMBERS = "run.json", "segmentation.json", "members.parquet"
CANDIDATE = "candidate"
NEXT, OLD, ASIDE, DECISIONS = ".next", ".old", "aside", "accepted.json"
ENTRIES_KEPT = 60  # about a year of weekly runs
DAMAGED = "its files are damaged or missing"
MEMBERS_KEPT = 3  # only the last ones are compared customer by customer


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


def write_candidate(workspace: Workspace, head: dict[str, Any], segments: dict[str, Any], members) -> Path:
    """Write this run as the history would hold it into the workspace; only a publication adds it, see :func:`prepare`.

    head : fingerprint, observation_end, accepted, run, compared_with (number of an entry or None) and wave_of (the
        dataset whose entry that is, "" for its own), left_out (numbers of entries that could not be read)
    members : DataFrame of customer_id and persona
    """
    folder, making = workspace.folder / CANDIDATE, workspace.folder / f".{CANDIDATE}"
    for left in (making, folder):
        shutil.rmtree(left, ignore_errors=True)
    making.mkdir(mode=0o700)
    _write_json(making / RUN, {"format": FORMAT, "dataset": workspace.dataset} | head)
    _write_json(making / SEGMENTS, segments)
    members.to_parquet(making / MEMBERS, index=False)
    os.replace(making, folder)
    return folder


def drop_candidate(workspace: Workspace) -> None:
    """Remove a candidate that an earlier run left: what is out of order does not enter the history."""
    shutil.rmtree(workspace.folder / CANDIDATE, ignore_errors=True)


def prepare(workspace: Workspace) -> None:
    """Put the run that is about to be published beside the history, whole; :func:`commit` adds it.

    Raises InputError where the history is not the one that the run was compared with.
    """
    candidate, history = workspace.folder / CANDIDATE, read_history(workspace)
    if not (candidate / RUN).is_file():
        return
    head = json.loads((candidate / RUN).read_text(encoding="utf-8"))
    history = history.without(head.get("left_out", ()))
    wave = head.get("wave_of", "")
    before = read_history(workspace, wave).last if wave else history.before(head["fingerprint"])
    if (before.number if before else None) != head["compared_with"]:
        for stage in ("04_profiles", "05_changes"):
            (workspace.folder / "notebooks" / f"{stage}.ipynb").unlink(missing_ok=True)
        place = history.folder.relative_to(workspace.root).as_posix()
        fix = "give the same command again: the personas are then compared with the history as it is now"
        raise InputError([Problem(place, "changed while this run was made", "", fix)])
    same = history.knows_accepted(head["fingerprint"])
    taken = [e.number for e in history.accepted] + [
        int(path.name) for path, _why in history.broken if path.name.isdecimal()
    ]
    number = history.accepted[-1].number if same else max(taken, default=0) + 1
    making, ready = history.folder / ".making", history.folder / NEXT
    history.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.rmtree(making, ignore_errors=True)
    shutil.copytree(candidate, making)
    published = digest_of(workspace.staged / "personas.json")
    accepted = bool(head["accepted"] or same)
    _write_json(making / RUN, head | {"number": number, "accepted": accepted, "published": published})
    if ready.exists():
        _drop(ready)
    os.replace(making, ready)


def commit(workspace: Workspace) -> Entry | None:
    """Add the run that :func:`prepare` put beside the history; None where there is none.

    A run that still waits to be accepted, and the same run published before, give way to it. Entries that cannot be
    used are moved to ``aside/``; the oldest are removed. Killed at any moment, it can be called again.
    """
    folder = history_folder(workspace)
    ready = folder / NEXT
    if not ready.is_dir():
        return None
    head = json.loads((ready / RUN).read_text(encoding="utf-8"))
    history, number = read_history(workspace).without(head.get("left_out", ())), int(head["number"])
    for path, _why in history.broken:
        _set_aside(path, folder / ASIDE)
    place = folder / f"{number:04d}"
    for entry in history.entries:
        if not entry.accepted and entry.folder != place:
            _drop(entry.folder)
    if place.exists():
        shutil.rmtree(folder / OLD, ignore_errors=True)
        os.replace(place, folder / OLD)
    os.replace(ready, place)
    shutil.rmtree(folder / OLD, ignore_errors=True)
    _thin_out(read_history(workspace))
    return read_entry(place, workspace.dataset)


def mend(workspace: Workspace) -> None:
    """Put right what a killed publication left: add the run that waits if it was published, else drop it."""
    folder = history_folder(workspace)
    shutil.rmtree(folder / ".making", ignore_errors=True)
    if (folder / NEXT).is_dir():
        published = digest_of(workspace.root / "reports" / workspace.dataset / "personas.json")
        if published and published == json.loads((folder / NEXT / RUN).read_text(encoding="utf-8"))["published"]:
            commit(workspace)
        else:
            _drop(folder / NEXT)
    shutil.rmtree(folder / OLD, ignore_errors=True)


def accept(workspace: Workspace) -> Entry | None:
    """Accept the personas of the run that waits; None where none does.

    The decision is written beside the entries, so that the next run knows that something was decided.
    """
    history = read_history(workspace)
    waiting = [entry for entry in history.entries if not entry.accepted]
    if not waiting:
        return None
    entry = waiting[-1]
    _write_json(entry.folder / RUN, entry.read(RUN) | {"accepted": True})
    decisions = history.folder / DECISIONS
    before = json.loads(decisions.read_text(encoding="utf-8")) if decisions.is_file() else []
    _write_json(decisions, [*before, entry.fingerprint])
    return read_entry(entry.folder, workspace.dataset)


def forget_customers(folder: Path, ids: Collection[str]) -> int:
    """Remove customers from every list of members in a history; returns how many rows went.

    folder : the history's; ids : customer ids as they stand in the exports. Counts and shares stay: they are of groups.
    """
    import pandas

    gone, removed = {str(one) for one in ids}, 0
    for path in sorted(folder.glob(f"**/{MEMBERS}")):
        try:
            members = pandas.read_parquet(path)
        except (OSError, ValueError):
            path.unlink()  # what cannot be read cannot be searched for them either
            continue
        kept = members[~members["customer_id"].astype(str).isin(gone)]
        if len(kept) < len(members):
            removed += len(members) - len(kept)
            part = path.with_name(f".{MEMBERS}.part")
            kept.to_parquet(part, index=False)
            os.replace(part, path)
    return removed


def digest_of(path: Path) -> str:
    """Hash a file's content; "" where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _thin_out(history: History) -> None:
    for entry in history.entries[:-ENTRIES_KEPT]:
        _drop(entry.folder)
    for entry in history.entries[:-MEMBERS_KEPT]:
        (entry.folder / MEMBERS).unlink(missing_ok=True)


def _drop(path: Path) -> None:
    """Remove a folder so that, killed half-way, it is not taken for an entry whose files are damaged."""
    old = path.with_name(OLD)
    shutil.rmtree(old, ignore_errors=True)
    os.replace(path, old)
    shutil.rmtree(old)


def _set_aside(path: Path, aside: Path) -> None:
    aside.mkdir(mode=0o700, exist_ok=True)
    place, copy = aside / path.name, 1
    while place.exists():
        copy += 1
        place = aside / f"{path.name}-{copy}"
    os.replace(path, place)


def _write_json(path: Path, value: Any) -> None:
    part = path.with_name(f".{path.name}.part")
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False, sort_keys=True) + "\n"
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)
