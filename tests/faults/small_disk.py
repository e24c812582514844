"""A disk of our own that is full or can only be read: a few megabytes of memory in a user namespace, without root."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from personas.batch import publication
from personas.batch.__main__ import main
from tests.faults.publishing import DATASET, Bench, open_bench, plain_page, publish, stage

SIZE = 3_000_000
PREFIX = ("unshare", "--user", "--map-root-user", "--mount")


def can_mount(folder: Path) -> str:
    """Say why a disk cannot be mounted here; "" if it can."""
    if shutil.which("unshare") is None:
        return "unshare is not installed"
    tried = subprocess.run([*PREFIX, "mount", "-t", "tmpfs", "tmpfs", str(folder)], capture_output=True, text=True)
    return "" if tried.returncode == 0 else f"no user namespaces here: {tried.stderr.strip()[:80]}"


def on_small_disk(folder: Path) -> dict[str, list[dict]]:
    """Run this module with `folder` as a small disk; returns what it found by what was wrong, a step a row."""
    mount = f'mount -t tmpfs -o size={SIZE} tmpfs "$0" && exec "$@"'
    command = [*PREFIX, "sh", "-c", mount, str(folder), sys.executable, "-m", "tests.faults.small_disk", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def attempt(bench: Bench, what: str) -> dict:
    """Publish as make does; what was said, the exit code and what is published then."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        code = main(["publish", DATASET])
    return {"what": what, "code": code, "said": said.getvalue(), "found": bench.found(), "left": bench.leftovers()}


def fill(folder: Path, free: int) -> Path:
    """Fill the disk but for so many bytes."""
    filler = folder / "filler"
    state = os.statvfs(folder)
    filler.write_bytes(b"x" * max(state.f_bavail * state.f_frsize - free, 0))
    return filler


def full(bench: Bench) -> list[dict]:
    """Try with ever more room; then with enough."""
    rows = []
    for free in (0, 4_096, 40_000, 150_000, 190_000):
        filler = fill(bench.root, free)
        rows.append(attempt(bench, f"{free} bytes free"))
        filler.unlink()
    return [*rows, attempt(bench, "room again")]


def read_only(bench: Bench) -> list[dict]:
    subprocess.run(["mount", "-o", "remount,ro", str(bench.root)], check=True)
    rows = [attempt(bench, "read-only")]
    subprocess.run(["mount", "-o", "remount,rw", str(bench.root)], check=True)
    return [*rows, attempt(bench, "writable again")]


if __name__ == "__main__":
    place = Path(sys.argv[1])
    publication.render_notebook = plain_page
    with contextlib.redirect_stderr(io.StringIO()):
        made = open_bench(place)
    (place / "notebooks").mkdir()
    os.chdir(place)
    found = {}
    for name, tries in (("full", full), ("read-only", read_only)):
        with contextlib.redirect_stderr(io.StringIO()):
            stage(place, "new")
            publish(place)
            stage(place, "old")
        found[name] = tries(made)
    print(json.dumps(found))
