"""All stages for the made-up shop in a process of their own: seconds a stage and the most memory, as a line of JSON.

`python -m tests.benchmarks.endtoend 500000` is 500,000 purchase lines, as many contacts, and 10,000 customers.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from personas import (
    build_customers,
    compare_candidates,
    compare_runs,
    derive_personas,
    measure_experience,
    read_dataset,
    segment,
    write_report,
)
from personas.profiles import describe_dataset
from personas.report import read_versions
from personas.segments import draw_map
from tests.benchmarks.shop import bench_folder, make_shop

MB = 1024  # of the kilobytes that Linux counts in


def stopwatch() -> tuple[dict[str, float], Callable[[str, Callable], Any]]:
    """(name → seconds, what runs a stage and notes them there under its name)"""
    seconds: dict[str, float] = {}

    def timed(name: str, work: Callable) -> Any:
        start = time.perf_counter()
        found = work()
        seconds[name] = round(time.perf_counter() - start, 2)
        return found

    return seconds, timed


def make_report(source, customers, folder: Path, timed, most_segments: int = 8, n_segments: int | None = None) -> Path:
    """From the customer table to the report, each stage by way of `timed`; returns the page."""
    comparison = timed("comparison", lambda: compare_candidates(customers, most_segments))
    segmentation = timed("segments", lambda: segment(customers, comparison, n_segments))
    experience = timed("experience", lambda: measure_experience(customers, segmentation, source))
    card = describe_dataset(source, customers)
    personas = timed("profiles", lambda: derive_personas(customers, segmentation, experience, card, source=source))
    points = timed("map", lambda: draw_map(customers, segmentation, 7))
    parts = (comparison.evidence, segmentation.sizes, points, customers.quality, customers.features)
    changes = compare_runs(personas)
    return timed("report", lambda: write_report(folder, personas, *parts, changes, read_versions()))


def run(lines: int, most_segments: int) -> dict:
    """Run every stage once; the shop's files are made before the clock starts."""
    place = make_shop(bench_folder(), lines)
    seconds, timed = stopwatch()
    source = timed("read", lambda: read_dataset(place.name, root=bench_folder()))
    customers = timed("customers", lambda: build_customers(source))
    with tempfile.TemporaryDirectory() as folder:
        make_report(source, customers, Path(folder), timed, most_segments, min(4, most_segments))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB
    return {"customers": len(customers), "seconds": seconds, "total": sum(seconds.values()), "peak_mb": round(peak)}


if __name__ == "__main__":
    print(json.dumps(run(int(float(sys.argv[1])), int(sys.argv[2]) if len(sys.argv) > 2 else 6)))
