"""`make personas` on Spark is killed in the middle of a stage; the same command goes on from there and publishes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from personas.simulation import simulate
from tests.copies import ROOT, copy_project, make_personas, start_personas
from tests.engines.sessions import needs_spark, small_sessions  # noqa: F401

pytestmark = [
    needs_spark,
    pytest.mark.slow,
    pytest.mark.skipif(not os.environ.get("SPARK_ALL"), reason="minutes more: SPARK_ALL=yes runs it"),
]
P = "engine=spark pairs=5 null_draws=19 max_segments=3 n_segments=3"


def wait_for(path: Path, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, path
        time.sleep(0.2)


def on_spark(process: int) -> bool:
    """Whether a process has a Java among what it started; a kernel is in a session of its own."""
    with suppress(psutil.NoSuchProcess):
        return any("java" in child.name() for child in psutil.Process(process).children(recursive=True))
    return False


def test_a_run_on_spark_that_is_killed_goes_on_where_it_was(tmp_path):
    root = copy_project(tmp_path)
    folder = root / "data" / "demo"
    simulate(folder, "demo", 500, 7)
    shutil.copy(ROOT / "data" / "demo" / "dataset.yml", folder)
    work = root / "reports" / ".work" / "demo"
    running = start_personas(root, "demo", P)
    wait_for(work / "notebooks" / ".running-03_experience.ipynb")
    end = time.monotonic() + 120
    while not on_spark(running.pid) and time.monotonic() < end:
        time.sleep(0.2)
    time.sleep(3)  # into its queries
    assert on_spark(running.pid), "the stage is on Spark"
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    assert not (root / "reports" / "demo").exists()
    assert not (work / "experience.json").exists()
    made = {name: (work / "notebooks" / f"{name}.ipynb").stat().st_mtime_ns for name in ("01_customers", "02_segments")}

    again = make_personas(root, "demo", P, network=True)
    assert again.returncode == 0, again.stderr[-3000:]
    assert made == {name: (work / "notebooks" / f"{name}.ipynb").stat().st_mtime_ns for name in made}
    told = [line.split()[1] for line in again.stderr.splitlines() if line.startswith("demo  0")]
    assert sorted(set(told)) == ["03_experience", "04_profiles", "05_changes", "06_report"]
    personas = json.loads((root / "reports" / "demo" / "personas.json").read_text(encoding="utf-8"))
    assert len(personas["personas"]) == 3
    assert (root / "reports" / "demo" / "report.html").is_file()
