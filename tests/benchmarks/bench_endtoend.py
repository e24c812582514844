"""All stages, from files to report, for ten times the customers: at most ten times the time, and bounded memory."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from itertools import pairwise

from tests.benchmarks.shop import LINES_EACH, bench_folder, make_shop

MOST_MEMORY = 4_096  # MB, with the engine's own limit of 2 GB
SIZES = "10_000,100_000,1_000_000"  # customers; or BENCH_SIZES=10_000,100_000


@cache
def run(customers: int, most_segments: int) -> dict:
    """The stages' seconds and the most memory, in a process of their own."""
    make_shop(bench_folder(), customers * LINES_EACH)
    command = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks.endtoend"]
    done = subprocess.run([*command, str(customers * LINES_EACH), str(most_segments)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])


def timed(customers: int, most_segments: int) -> Callable:
    return lambda: run(customers, most_segments)


def growth(many: dict, few: dict) -> str:
    """The exponent by which time grows with the customers, for all stages and for each that takes a second."""
    times = math.log(many["customers"] / few["customers"])
    of = {name: s / few["seconds"][name] for name, s in many["seconds"].items() if s >= 1 and few["seconds"][name] > 0}
    each = ", ".join(f"{name} {math.log(ratio) / times:.2f}" for name, ratio in of.items())
    whole = math.log(many["total"] / few["total"]) / times
    return f"grows with the power {whole:.2f} of the customers ({each}); at most {many['peak_mb']:,} MB of memory"


def too_large(many: dict, few: dict) -> str:
    found = max(many["peak_mb"], few["peak_mb"])
    return f"{found:,} MB of memory, more than {MOST_MEMORY:,}" if found > MOST_MEMORY else ""


def contests(size):
    from tests.benchmarks.contest import Contest

    sizes = [int(n) for n in os.environ.get("BENCH_SIZES", SIZES).split(",")] if size == "full" else [600, 1_200]
    most = 6 if size == "full" else 3
    # A process measures its own seconds: those of starting it and of making the files do not count.
    return tuple(
        Contest(
            task=f"from files to report, {many:,} customers and {many * LINES_EACH:,} purchase lines",
            plain_way=f"the same for {few:,} customers",
            ours=timed(many, most),
            plain=timed(few, most),
            wanted=few / many if size == "full" else None,
            rounds=1,
            differs=too_large,
            told=growth,
            seconds=lambda found: found["total"],
        )
        for few, many in pairwise(sizes)
    )
