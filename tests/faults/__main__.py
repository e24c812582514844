"""``python -m tests.faults``: every kill there is, a hundred at random, and make killed a hundred times.

The counts go to docs/safety.md. Takes half an hour on a quiet machine; ``python -m tests.faults 3`` kills make three
times instead of a hundred, ``python -m tests.faults 100 make`` does nothing else.
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
from tests.hostile.figures import Figure, write_figure

COMMAND = "python -m tests.faults"
NIGHTS = 5


def kill_make(root: Path, times: int, seed: int) -> Tally:
    """Kill a whole run, make and all that it started, after a random part of its time, again and again.

    The next run goes on from what the killed one left and is killed too. Every `NIGHTS` kills one is let to its end:
    the report must then be, byte for byte, that of a run that nobody disturbed.
    """
    draw, tally, project = random.Random(seed), Tally(), write_project(root)
    wholes = {}
    for number in (7, 8):
        begun = time.monotonic()
        assert project.make("personas", DATASET="tiny", P=f"seed={number}").returncode == 0
        wholes[number] = hashes(root / "reports" / "tiny")
    whole, then = time.monotonic() - begun, 8
    while tally.tried < times:
        wanted = 15 - then
        for _ in range(min(NIGHTS, times - tally.tried)):
            process = project.start("personas", DATASET="tiny", P=f"seed={wanted}")
            seconds = draw.uniform(0, whole)
            time.sleep(seconds)
            tally.tried += process.poll() is None
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            if hashes(root / "reports" / "tiny") not in (wholes[then], wholes[wanted]):
                tally.wrong.append(f"torn after {seconds:.2f} s")
        finish(project, wanted, wholes, tally, seconds)
        print(f"make killed {tally.tried} times, {len(tally.wrong)} wrong", file=sys.stdout, flush=True)
        then = wanted
    return tally


def finish(project: Project, wanted: int, wholes: dict, tally: Tally, seconds: float) -> None:
    again = project.make("personas", DATASET="tiny", P=f"seed={wanted}")
    if again.returncode or hashes(project.root / "reports" / "tiny") != wholes[wanted]:
        tally.wrong.append(f"not put right after a kill at {seconds:.2f} s: {again.stderr[-300:]}")


def main() -> None:
    make_kills = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    exchange = publication.exchange
    publication.render_notebook = plain_page
    succession.ENTRIES_KEPT = 4
    os.fsync = lambda file: None  # a kill, unlike a power cut, loses nothing that was written
    with tempfile.TemporaryDirectory() as place, contextlib.redirect_stderr(io.StringIO()):
        folder = Path(place)
        (folder / "make").mkdir()
        tally = kill_make(folder / "make", make_kills, 2)
        keep("`make personas` killed at random moments, then run again", tally)
        if "make" in sys.argv:
            return
        bench = open_bench(folder / "bench")
        keep("Publishing killed before each touch of a file", kill_at_steps(bench, range(1, 10_000)))
        keep("Publishing killed at random moments", kill_at_random(bench, 100, seed=1))
        publication.exchange = lambda one, other: False
        tally = kill_at_steps(bench, range(1, 10_000), one_step=False)
        keep("The same where folders cannot change places in one step", tally)
        publication.exchange = exchange
        (folder / "disk").mkdir()
        if not can_mount(folder / "disk"):
            keep("Publishing on a disk that is full or read-only", disk(folder / "disk"))


def keep(what: str, tally: Tally) -> None:
    """Print a count and put it among the figures."""
    print(f"{what}: {tally.tried} tried, {len(tally.wrong)} wrong", *tally.wrong, sep="\n    ", flush=True)
    meaning = "report torn, lost or not put right"
    write_figure("faults", Figure(what, tally.tried, len(tally.wrong), meaning, COMMAND))


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
