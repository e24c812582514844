"""What a run prepared becomes what people see, all at once or not at all.

The new folder is finished beside the old one; then the two change places in one step. Where the system has no such
step the old one moves aside first, and a run that is killed in between is put right at the next start.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from personas import history, succession
from personas.batch.exchange import exchange
from personas.batch.execution import last_duration
from personas.batch.locks import hold, keep
from personas.batch.pages import render_notebook
from personas.batch.secrets import read_secrets, without
from personas.errors import InputError, Problem
from personas.handover import Workspace, open_workspace
from personas.parameters import STAGES
from personas.progress import duration

NEEDED = ("report.html", "personas.json")


@dataclass(frozen=True)
class Swap:
    """The places of a folder's change: being made, finished, published, stepped aside."""

    making: Path
    ready: Path
    published: Path
    aside: Path


def open_swap(workspace: Workspace) -> Swap:
    folder = workspace.folder
    published = workspace.root / "reports" / workspace.dataset
    return Swap(folder / "publishing", folder / "published-next", published, folder / "published-before")


def publish(root: Path, dataset: str) -> None:
    """Put what the last stage staged, and the executed notebooks as pages, into ``reports/<dataset>/``.

    Raises InputError if the last stage did not leave a whole report; what is published stays then.
    """
    workspace = open_workspace(dataset, "batch", root)
    staged = workspace.staged
    if missing := [name for name in NEEDED if not (staged / name).is_file()]:
        place = f"{staged.relative_to(root).as_posix()}/{missing[0]}"
        raise InputError([Problem(place, "no such file", f"what {STAGES[-1]} writes")])
    with hold(workspace.folder / ".lock", f"another run is working on {dataset}"):
        swap = open_swap(workspace)
        mend_swap(swap)
        succession.mend(workspace)
        try:
            succession.prepare(workspace)
            write_pages(workspace, swap.making)
            settle(swap.making)
        except OSError:  # the disk may be full of what is half made
            shutil.rmtree(swap.making, ignore_errors=True)
            with contextlib.suppress(OSError):
                succession.mend(workspace)
            raise
        os.replace(swap.making, swap.ready)
        take_place(swap)
        succession.commit(workspace)
    publish_index(root)
    seconds = sum(last_duration(path) or 0 for path in notebooks_of(workspace))
    print(f"{dataset}  published, {duration(seconds)} of notebooks", file=sys.stderr, flush=True)


def notebooks_of(workspace: Workspace) -> list[Path]:
    return [workspace.folder / "notebooks" / f"{stage}.ipynb" for stage in STAGES]


def write_pages(workspace: Workspace, making: Path) -> None:
    """Write the whole of a published folder to the place where it is made."""
    making.mkdir()
    for path in sorted(workspace.staged.rglob("*")):
        target = making / path.relative_to(workspace.staged)
        target.mkdir() if path.is_dir() else shutil.copyfile(path, target)
    for path in making.glob("exports/**/*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    pages = making / "notebooks"
    pages.mkdir(exist_ok=True)
    notice = json.loads((making / "personas.json").read_text(encoding="utf-8")).get("dataset", {}).get("notice", "")
    secrets = read_secrets(workspace.root, workspace.dataset)
    for path in notebooks_of(workspace):
        page = without(secrets, render_notebook(path, workspace.root, notice))
        (pages / f"{path.stem}.html").write_text(page, encoding="utf-8")


def settle(folder: Path) -> None:
    """Have everything in a folder written to the disk, so that a power cut after the change finds whole files."""
    for path in [*folder.rglob("*"), folder]:
        file = os.open(path, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)


def take_place(swap: Swap) -> None:
    """Change the published folder for the one that is ready."""
    if not swap.published.exists():
        os.replace(swap.ready, swap.published)
    elif exchange(swap.ready, swap.published):
        discard(swap.ready, swap)
    else:
        os.replace(swap.published, swap.aside)
        os.replace(swap.ready, swap.published)
        discard(swap.aside, swap)


def discard(folder: Path, swap: Swap) -> None:
    """Remove a folder that is done with; half removed, it must not be taken for one to put back."""
    if folder.exists():
        os.replace(folder, swap.making)
        shutil.rmtree(swap.making, ignore_errors=True)


def mend_swap(swap: Swap) -> None:
    """Finish or undo a change that was interrupted, and clear away what it left."""
    shutil.rmtree(swap.making, ignore_errors=True)
    if swap.ready.exists() and not swap.published.exists():
        os.replace(swap.ready, swap.published)
    if swap.aside.exists() and not swap.published.exists():
        os.replace(swap.aside, swap.published)
    for leftover in (swap.ready, swap.aside):
        discard(leftover, swap)


def mend(root: Path, dataset: str) -> None:
    """Put right what an interrupted publication of a dataset left."""
    workspace = open_workspace(dataset, "batch", root)
    with hold(workspace.folder / ".lock", f"another run is working on {dataset}"):
        mend_swap(open_swap(workspace))
        succession.mend(workspace)


def accept(root: Path, dataset: str) -> str:
    """Accept the personas of the published run that waits for it; returns what was done, in words."""
    workspace = open_workspace(dataset, "batch", root)
    with hold(workspace.folder / ".lock", f"another run is working on {dataset}"):
        entry = succession.accept(workspace)
    if entry is None:
        return f"{dataset}  nothing waits to be accepted"
    return (
        f"{dataset}  accepted: the next run is compared with this one\n"
        f"  The report says so after the next make personas DATASET={dataset} (with the same P and DATA)"
    )


def begin(root: Path, datasets: list[str]) -> None:
    """Keep every other run away from these datasets for as long as this process, or what it becomes, is there.

    Raises InputError naming each that another run is working on.
    """
    found = []
    for dataset in sorted(datasets):
        path = open_workspace(dataset, "batch", root).folder / ".run.lock"
        found.append(keep(path, f"another run is working on {dataset}"))
    if problems := [problem for problem in found if problem]:
        raise InputError(problems)


def publish_index(root: Path) -> None:
    """Write the page that lists all published reports; several runs side by side take turns."""
    from personas.report import write_index

    reports = root / "reports"
    with hold(reports / ".work" / ".index.lock"):
        write_index(reports)


def mend_index(root: Path) -> None:
    """Write the page over all reports if a run was killed between publishing and writing it."""
    reports = root / "reports"
    index = reports / "index.html"
    changed = max((path.stat().st_mtime_ns for path in reports.glob("*/*.json")), default=0)
    if not index.is_file() or index.stat().st_mtime_ns < changed:
        publish_index(root)


def _printable(text: str) -> str:
    """A text from data on one line of a terminal that it cannot steer."""
    return "".join(c if c.isprintable() else " " for c in text)


def summarise(root: Path, datasets: list[str], data: str | None = None) -> str:
    """Say in a line for each dataset what came out and where to look."""
    lines = []
    for dataset in datasets:
        folder = root / "reports" / dataset
        found = json.loads((folder / "personas.json").read_text(encoding="utf-8"))
        personas = len(found.get("personas", ()))
        verdict = found.get("verdict", {}).get("word", "no verdict")
        many = f"{personas} persona{'s' if personas != 1 else ''}"
        lines.append(f"{dataset}  {verdict}, {many}  reports/{dataset}/report.html")
        for persona, name in found.get("unused_names", {}).items():
            lines.append(
                f'  dataset.yml names {persona} "{name}", and no persona of this run has that id; the name is kept'
            )
        unused = [_printable(text) for text in found.get("unused_overrides", ())]
        lines += [f"  overrides.yml, not used: {text}" for text in unused]
        told = [alert["sentence"] for alert in read_alerts(root, dataset).get("alerts", ())]
        lines += [f"  alert: {_printable(sentence)}" for sentence in told]
        if any(not entry.accepted for entry in history.read_history(open_workspace(dataset, "batch", root)).entries):
            lines.append(f"  changed personas are proposed; to accept them: make accept DATASET={dataset}")
        if verdict == "none":
            kept = f' DATA="{data}"' if data else ""
            lines.append(
                f'  To publish a division all the same: make personas DATASET={dataset}{kept} P="n_segments=3"'
            )
    return "\n".join([*lines, "All reports  reports/index.html"])


def read_alerts(root: Path, dataset: str) -> dict[str, Any]:
    """Read the published ``alerts.json`` of a dataset; empty where it was published without."""
    path = root / "reports" / dataset / "alerts.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def must_exit(root: Path, datasets: list[str], wish: str = "") -> bool:
    """Say whether an alert stands that is to end the run with an exit code other than 0.

    wish : "exit" for all datasets; else those whose dataset.yml says so
    """
    reports = [read_alerts(root, dataset) for dataset in datasets]
    return any(report.get("alerts") and (wish == "exit" or report.get("exit")) for report in reports)
