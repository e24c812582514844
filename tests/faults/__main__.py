"""``python -m tests.faults``: every kill there is, a hundred at random, make killed; the counts go to docs/safety.md.

Takes some minutes. ``python -m tests.faults 3`` kills make three times instead of ten.
"""

from __future__ import annotations

import contextlib
import io
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from personas import succession
from personas.batch import publication
from tests.batch.projects import Project, write_project
from tests.faults.kills import Tally, kill_at_random, kill_at_steps
from tests.faults.publishing import hashes, open_bench, plain_page
from tests.faults.small_disk import can_mount, on_small_disk
from tests.hostile.figures import Figure, write_figures

COMMAND = "python -m tests.faults"


def kill_make(root: Path, times: int, seed: int) -> Tally:
    """Kill a whole run, make and all that it started, after a random part of its time; then run it to its end."""
    draw, tally, project = random.Random(seed), Tally(), write_project(root)
    wholes = {}
    for number in (7, 8):
        begun = time.monotonic()
        assert project.make("personas", DATASET="tiny", P=f"seed={number}").returncode == 0
        wholes[number] = hashes(root / "reports" / "tiny")
    whole, then = time.monotonic() - begun, 8
    while tally.tried < times:
        wanted = 15 - then
        process = project.start("personas", DATASET="tiny", P=f"seed={wanted}")
        seconds = draw.uniform(0, whole)
        time.sleep(seconds)
        running = process.poll() is None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        tally.tried += running
        if hashes(root / "reports" / "tiny") not in (wholes[then], wholes[wanted]):
            tally.wrong.append(f"torn after {seconds:.2f} s")
        finish(project, wanted, wholes, tally, seconds)
        then = wanted
    return tally


def finish(project: Project, wanted: int, wholes: dict, tally: Tally, seconds: float) -> None:
    again = project.make("personas", DATASET="tiny", P=f"seed={wanted}")
    if again.returncode or hashes(project.root / "reports" / "tiny") != wholes[wanted]:
        tally.wrong.append(f"not put right after a kill at {seconds:.2f} s: {again.stderr[-300:]}")


def main() -> None:
    make_kills = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    figures, exchange = [], publication.exchange
    publication.render_notebook = plain_page
    succession.ENTRIES_KEPT = 4
    os.fsync = lambda file: None  # a kill, unlike a power cut, loses nothing that was written
    with tempfile.TemporaryDirectory() as place, contextlib.redirect_stderr(io.StringIO()):
        folder = Path(place)
        bench = open_bench(folder / "bench")
        tallies = {
            "Publishing killed before each touch of a file": kill_at_steps(bench, range(1, 10_000)),
            "Publishing killed at random moments": kill_at_random(bench, 100, seed=1),
        }
        publication.exchange = lambda one, other: False
        tallies["The same where folders cannot change places in one step"] = kill_at_steps(
            bench, range(1, 10_000), one_step=False
        )
        publication.exchange = exchange
        (folder / "disk").mkdir()
        if not can_mount(folder / "disk"):
            tallies["Publishing on a disk that is full or read-only"] = disk(folder / "disk")
        (folder / "make").mkdir()
        tallies["`make personas` killed at random moments, then run again"] = kill_make(folder / "make", make_kills, 2)
    for what, tally in tallies.items():
        figures.append(Figure(what, tally.tried, len(tally.wrong), "report torn, lost or not put right", COMMAND))
        print(f"{what}: {tally.tried} tried, {len(tally.wrong)} wrong", *tally.wrong, sep="\n    ")
    write_figures("faults", figures)


def disk(folder: Path) -> Tally:
    tally = Tally()
    for rows in on_small_disk(folder).values():
        *stopped, at_last = rows
        for row in stopped:
            tally.tried += 1
            if (row["code"], row["found"], row["left"]) != (1, "new", []) or "Traceback" in row["said"]:
                tally.wrong.append(str(row))
        if (at_last["code"], at_last["found"]) != (0, "old"):
            tally.wrong.append(str(at_last))
    return tally


if __name__ == "__main__":
    main()
