"""One notebook executed for one dataset: there afterwards whole, or not at all."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from personas.batch.faults import describe_error
from personas.batch.given import is_as_before, write_given
from personas.batch.locks import hold
from personas.batch.notebooks import read_notebook
from personas.batch.secrets import mask_file, read_secrets, without
from personas.errors import InputError, Problem
from personas.handover import open_workspace
from personas.parameters import STAGES
from personas.progress import duration

QUIET_SECONDS = 4.0
EVERY_SECONDS = 10.0
STOPPING_SECONDS = 10.0

# Many small fits: more threads than one each make them slower, up to forty times on a busy machine.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class StageFailed(Exception):
    """A notebook stopped with an error; the text says what and where for the person who started the run."""


def run_stage(root: Path, stage: str, dataset: str, overrides: dict[str, Any], data: Path | None) -> None:
    """Execute ``notebooks/<stage>.ipynb`` into ``reports/.work/<dataset>/notebooks/``.

    The result is moved to its place when all cells have run; until then the last good one stays there. A
    failed notebook is kept under ``failed/``; a stage that would be given nothing new is passed over.
    Raises StageFailed, or InputError if another run works on the dataset.
    """
    source = root / "notebooks" / f"{stage}.ipynb"
    if not source.is_file():
        raise InputError([Problem(f"notebooks/{stage}.ipynb", "no such notebook", " or ".join(STAGES))])
    notebook = read_notebook(source)
    parameters = {name: value for name, value in overrides.items() if name in notebook.defaults}
    parameters |= {"dataset": dataset, "workspace": "batch"}
    if data is not None and "data" in notebook.defaults:
        parameters["data"] = str(data)
    workspace = open_workspace(dataset, "batch", root)
    done = workspace.folder / "notebooks" / f"{stage}.ipynb"
    done.parent.mkdir(exist_ok=True)
    listener = Listener(f"{dataset}  {stage}", len(notebook.cells) + 1, last_duration(done))
    with hold(workspace.folder / ".lock", f"another run is working on {dataset}"):
        if done.is_file() and is_as_before(workspace, stage, notebook.defaults | parameters):
            os.utime(done)
            print(f"{dataset}  {stage}  nothing new that it is made from", file=sys.stderr, flush=True)
            return
        if stage == STAGES[-1]:
            shutil.rmtree(workspace.staged, ignore_errors=True)
        running = done.with_name(f".running-{stage}.ipynb")
        secrets = read_secrets(root, dataset)
        execute(source, running, parameters, root, listener, secrets)
        mask_file(secrets, running)
        os.replace(running, done)
        write_given(workspace, stage, notebook.defaults | parameters)
    (workspace.folder / "failed" / f"{stage}.ipynb").unlink(missing_ok=True)
    print(f"{dataset}  {stage}  {notebook.title}  {duration(listener.seconds)}", file=sys.stderr, flush=True)


def execute(
    source: Path,
    running: Path,
    parameters: dict[str, Any],
    root: Path,
    listener: Listener,
    secrets: tuple[str, ...] = (),
) -> None:
    """Have Papermill execute a notebook; on failure moves it to ``failed/`` and raises StageFailed.

    secrets : texts that are masked in whatever is told or kept of a failure
    """
    prepare_environment(root)
    # Imported only to validate a format that no notebook has, its grammar would cost a second for each stage.
    sys.modules.setdefault("rfc3987_syntax", None)
    from nbclient.exceptions import DeadKernelError
    from papermill import execute_notebook
    from papermill.exceptions import PapermillExecutionError

    from personas.batch.kernel import NAME

    stop_when_told()
    try:
        with running.parent.with_name("kernel.log").open("w") as errors, open_sockets() as sockets:
            os.environ["JUPYTER_RUNTIME_DIR"] = sockets
            execute_notebook(
                source,
                running,
                parameters,
                engine_name=NAME,
                kernel_name="python3",
                progress_bar=False,
                cwd=source.parent,
                listener=listener,
                errors=errors,
            )
    except PapermillExecutionError as error:
        told, kept = describe_error(error.ename, error.evalue, error.traceback)
    except DeadKernelError:
        told = kept = "the kernel died, most often for want of memory; its last words are in kernel.log beside failed/"
    else:
        return
    raise StageFailed(describe_failure(root, running, told, kept, secrets))


def stop_when_told(patience: float = STOPPING_SECONDS) -> None:
    """Stop for Ctrl-C and for SIGTERM by an exception, so that the kernel is stopped on the way out.

    patience : seconds after which the process ends all the same: an exception that is raised inside a callback of the
        kernel's sockets is lost there. The kernel notices that its parent is gone and ends too.
    """

    def leave(number: int, _frame: Any) -> None:
        timer = threading.Timer(patience, os._exit, [128 + number])
        timer.daemon = True
        timer.start()
        raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)


def open_sockets() -> TemporaryDirectory:
    """Open a folder for the kernel's sockets; its path is short because a socket's has 104 characters at most."""
    return TemporaryDirectory(prefix="personas-")


def describe_failure(root: Path, running: Path, told: str, kept: str, secrets: tuple[str, ...] = ()) -> str:
    """Keep a failed notebook for reading, `kept` at its top, and say `told` and where the notebook is."""
    stage = running.stem.removeprefix(".running-")
    failed = running.parent.parent / "failed" / f"{stage}.ipynb"
    failed.parent.mkdir(exist_ok=True)
    write_failure(running, f"{stage} stopped", without(secrets, kept))
    mask_file(secrets, running)
    os.replace(running, failed)
    where = failed.relative_to(root).as_posix()
    head = f"{failed.parent.parent.name}  {stage} stopped"
    return f"{head}\n\n{without(secrets, told)}\n\nThe notebook as far as it came: {where}"


def write_failure(path: Path, title: str, plain: str) -> None:
    """Put what went wrong above a notebook's first cell, as text that nothing in it can turn into markup."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    text = "\n".join(f"    {line}" for line in plain.splitlines())
    source = f"## {title}\n\n{text}\n\nThe cell that failed is the last one with output."
    notebook["cells"].insert(0, {"cell_type": "markdown", "id": "failure", "metadata": {}, "source": source})
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False), encoding="utf-8")


def prepare_environment(root: Path) -> None:
    """Set what the kernel inherits: this project, one thread a process, nobody's start-up scripts."""
    os.environ |= dict.fromkeys(THREADS, "1")
    os.environ |= {
        "PYTHONPATH": str(root),
        "PYTHONHASHSEED": "0",
        "PYTHONWARNINGS": "ignore:IProgress not found",  # of a progress bar that nobody sees here
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "IPYTHONDIR": str(root / "reports" / ".work" / ".ipython"),
    }


def last_duration(done: Path) -> float | None:
    """Look up how many seconds a stage took the last time it was executed."""
    try:
        return json.loads(done.read_text(encoding="utf-8"))["metadata"]["papermill"]["duration"]
    except (OSError, ValueError, KeyError):
        return None


class Listener:
    """Prints a line now and then on how far a running notebook is; silent about short ones."""

    def __init__(self, label: str, cells: int, expected: float | None):
        self.label, self.cells, self.expected = label, cells, expected
        self.start = time.monotonic()
        self.due = self.start + QUIET_SECONDS

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.start

    def hear(self, cell_index: int, said: str) -> None:
        """Take note of a message from the kernel; `said` is the text of a progress display, if it was one."""
        if time.monotonic() < self.due:
            return
        self.due = time.monotonic() + EVERY_SECONDS
        left = max(self.expected - self.seconds, 0) if self.expected else 0
        parts = [
            f"cell {cell_index + 1} of {self.cells}",
            said,
            f"about {duration(left)} left" if left >= 1 else "",
        ]
        print(f"{self.label}  {', '.join(filter(None, parts))}", file=sys.stderr, flush=True)
