"""What a run prepared becomes what people see, all at once or not at all.

The new folder is finished beside the old one; then the old one steps aside and the new one takes its place.
A run that is killed in between is put right at the next start.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from personas.batch.execution import last_duration
from personas.batch.locks import hold
from personas.batch.pages import render_notebook
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
        write_pages(workspace, swap.making)
        os.replace(swap.making, swap.ready)
        take_place(swap)
    publish_index(root)
    seconds = sum(last_duration(path) or 0 for path in notebooks_of(workspace))
    print(f"{dataset}  published, {duration(seconds)} of notebooks", file=sys.stderr, flush=True)


def notebooks_of(workspace: Workspace) -> list[Path]:
    return [workspace.folder / "notebooks" / f"{stage}.ipynb" for stage in STAGES]


def write_pages(workspace: Workspace, making: Path) -> None:
    """Write the whole of a published folder to the place where it is made."""
    shutil.copytree(workspace.staged, making, copy_function=shutil.copyfile)
    for path in making.glob("exports/**/*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    pages = making / "notebooks"
    pages.mkdir(exist_ok=True)
    notice = json.loads((making / "personas.json").read_text(encoding="utf-8")).get("dataset", {}).get("notice", "")
    for path in notebooks_of(workspace):
        (pages / f"{path.stem}.html").write_text(render_notebook(path, workspace.root, notice), encoding="utf-8")


def take_place(swap: Swap) -> None:
    """Change the published folder for the one that is ready."""
    if swap.published.exists():
        os.replace(swap.published, swap.aside)
    os.replace(swap.ready, swap.published)
    shutil.rmtree(swap.aside, ignore_errors=True)


def mend_swap(swap: Swap) -> None:
    """Finish or undo a change that was interrupted, and clear away what it left."""
    shutil.rmtree(swap.making, ignore_errors=True)
    if swap.ready.exists() and not swap.published.exists():
        os.replace(swap.ready, swap.published)
    if swap.aside.exists() and not swap.published.exists():
        os.replace(swap.aside, swap.published)
    for leftover in (swap.ready, swap.aside):
        shutil.rmtree(leftover, ignore_errors=True)


def mend(root: Path, dataset: str) -> None:
    """Put right what an interrupted publication of a dataset left."""
    workspace = open_workspace(dataset, "batch", root)
    with hold(workspace.folder / ".lock", f"another run is working on {dataset}"):
        mend_swap(open_swap(workspace))


def publish_index(root: Path) -> None:
    """Write the page that lists all published reports; several runs side by side take turns."""
    from personas.report import write_index

    reports = root / "reports"
    with hold(reports / ".work" / ".index.lock"):
        write_index(reports)


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
        if verdict == "none":
            kept = f' DATA="{data}"' if data else ""
            lines.append(
                f'  To publish a division all the same: make personas DATASET={dataset}{kept} P="n_segments=3"'
            )
    return "\n".join([*lines, "All reports  reports/index.html"])
