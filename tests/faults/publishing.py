"""A published report, another one ready to take its place, and ways to kill the process that changes them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from personas import history, succession
from personas.batch import publication
from personas.handover import Workspace, open_workspace
from personas.parameters import STAGES

DATASET = "tiny"
VERSIONS = ("old", "new")
TOUCHES = ("open", "os.", "shutil.", "ctypes.")


@dataclass(frozen=True)
class Bench:
    """A project in which only publishing is tried: `wholes` is what each version looks like when it is whole."""

    root: Path
    wholes: dict[str, dict[str, str]]

    @property
    def published(self) -> Path:
        return self.root / "reports" / DATASET

    def found(self) -> str:
        """Say which version is published: "old", "new", "nothing" or "torn"."""
        state = hashes(self.published)
        if not state:
            return "nothing"
        return next((name for name, whole in self.wholes.items() if whole == state), "torn")

    def told(self) -> str:
        """Say which version the history ends with; "broken" where an entry cannot be used."""
        found = history.read_history(open_workspace(DATASET, "batch", self.root))
        return "broken" if found.broken else found.last.fingerprint if found.last else "nothing"

    def trim(self) -> None:
        """Keep the history short: kills right before it is thinned out would let it grow for ever."""
        folder = history.history_folder(open_workspace(DATASET, "batch", self.root))
        for path in sorted(folder.glob("[0-9]*"))[:-2]:
            shutil.rmtree(path)

    def leftovers(self) -> list[str]:
        work = open_workspace(DATASET, "batch", self.root).folder
        left = [*work.glob("publish*"), *work.glob(f"{history.FOLDER}/.[a-z]*")]
        return sorted(path.name for path in left)


def open_bench(root: Path) -> Bench:
    """Make the project, and publish each version once to know what it must look like; the last stays."""
    (root / "data" / DATASET).mkdir(parents=True)
    (root / "data" / DATASET / "dataset.yml").write_text("title: Tiny\n")
    write_notebooks(root)
    wholes = {}
    for version in VERSIONS:
        stage(root, version)
        publication.publish(root, DATASET)
        wholes[version] = hashes(root / "reports" / DATASET)
    return Bench(root, wholes)


def stage(root: Path, version: str) -> None:
    """Lay out what the last stage leaves: files of several kinds and sizes, all of one version."""
    staged = open_workspace(DATASET, "batch", root).staged
    files = {
        "report.html": f"<title>{version}</title>" + version * 60_000,
        "personas.json": json.dumps({"personas": [], "dataset": {"notice": version}}),
        "exports/members.csv": "customer_id\n" + f"{version}\n" * 3_000,
        "exports/personas/P1.md": f"# {version}\n",
        **({"only-in-new.txt": version} if version == "new" else {}),
    }
    stage_history(open_workspace(DATASET, "batch", root), version)
    for path in sorted(staged.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    for name, text in files.items():
        path = staged / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def stage_history(workspace: Workspace, version: str) -> None:
    """Lay out the run as the history is to hold it, compared with what is there now."""
    before = history.read_history(workspace).before(version)
    head = {
        "fingerprint": version,
        "observation_end": "2024-05-31",
        "accepted": True,
        "run": {"version": version},
        "compared_with": before.number if before else None,
    }
    succession.write_candidate(workspace, head, {"version": version}, Members())


class Members:
    """Stands in for the table of members: Arrow's threads must not run in a process that is forked."""

    def to_parquet(self, path: Path, index: bool) -> None:
        path.write_bytes(b"customer_id,persona")


def write_notebooks(root: Path) -> None:
    folder = open_workspace(DATASET, "batch", root).folder / "notebooks"
    folder.mkdir(exist_ok=True)
    cell = {"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# A stage"}
    text = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    for name in STAGES:
        (folder / f"{name}.ipynb").write_text(text)


def plain_page(path: Path, root: Path, notice: str = "") -> str:
    """Stand in for the slow rendering of a notebook, which writes no file."""
    return f"<title>{path.stem}</title>{notice}"


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def publish(root: Path) -> None:
    publication.publish(root, DATASET)


def killed_at(root: Path, step: int, action: Callable[[Path], None] = publish) -> bool:
    """Publish in a process of its own that kills itself right before its `step`-th touch of the project's files.

    Returns whether it was killed; False means that it had finished before.
    """

    def prepare() -> None:
        count = 0

        def listen(event: str, arguments: tuple) -> None:
            nonlocal count
            if not event.startswith(TOUCHES):
                return
            if event.startswith("ctypes.") or str(arguments[0] if arguments else "").startswith(str(root)):
                count += 1
                if count == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(listen)

    return finish(start(root, action, prepare)) == -signal.SIGKILL


def killed_after(root: Path, seconds: float, action: Callable[[Path], None] = publish) -> bool:
    """Publish in a process of its own that is killed from outside after some time; says whether it was still at it."""
    process = start(root, action, lambda: None)
    time.sleep(seconds)
    os.kill(process, signal.SIGKILL)
    return finish(process) == -signal.SIGKILL


def start(root: Path, action: Callable[[Path], None], prepare: Callable[[], None]) -> int:
    process = os.fork()
    if process:
        return process
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 2)
        prepare()
        action(root)
        os._exit(0)
    except BaseException:
        os._exit(1)


def finish(process: int) -> int:
    """Wait for a process and return its exit code; one that hangs is ended and is an error."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(process, signal.SIGTERM)
    os.waitpid(process, 0)
    raise TimeoutError("a publication hangs")
