"""A published run takes its place in the history: whole, in the same step as the report, or not at all.

A run whose personas changed waits at the end of the history until it is accepted, and the next run replaces it; runs
that were accepted stay. Killed at any moment, the next start puts things right. Nothing here reads a clock.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any

from personas.errors import InputError, Problem
from personas.handover import Workspace
from personas.history import (
    DECISIONS,
    FORMAT,
    MEMBERS,
    RUN,
    SEGMENTS,
    Entry,
    History,
    history_folder,
    read_entry,
    read_history,
)

CANDIDATE = "candidate"
NEXT, OLD, ASIDE = ".next", ".old", "aside"
ENTRIES_KEPT = 60  # about a year of weekly runs
MEMBERS_KEPT = 3  # only the last ones are compared customer by customer


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
        if published and published == _published(folder / NEXT / RUN):
            commit(workspace)
        else:
            _drop(folder / NEXT)
    shutil.rmtree(folder / OLD, ignore_errors=True)


def _published(path: Path) -> str:
    """The digest of the report that a run waits for; "" where its file is damaged."""
    try:
        head = json.loads(path.read_text(encoding="utf-8"))
        return str(head["published"]) if int(head["number"]) > 0 else ""
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""


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
    _write_json(decisions, [*_decided(decisions), entry.fingerprint])
    return read_entry(entry.folder, workspace.dataset)


def _decided(path: Path) -> list[str]:
    """Fingerprints that were accepted; [] where the file is missing or damaged: only that it differs counts."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    return [str(one) for one in found] if isinstance(found, list) else []


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
