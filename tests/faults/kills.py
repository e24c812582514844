"""Kill after kill: what is published must be the old report or the new one, whole, and the next start must go on."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from personas.batch import publication
from tests.faults.publishing import DATASET, VERSIONS, Bench, killed_after, killed_at, publish, stage


@dataclass
class Tally:
    """tried : kills that met a process at work; wrong : what was found instead of a whole report, with when."""

    tried: int = 0
    wrong: list[str] = field(default_factory=list)


def kill_at_steps(bench: Bench, steps: Iterable[int], one_step: bool = True) -> Tally:
    """Kill right before each of these touches of a file; a step beyond the last one ends the count.

    one_step : folders change places in one step, so that the report is there at every moment; without it, at
    the next start
    """
    tally = Tally()
    for step in steps:
        before, after = other_version(bench)
        if not killed_at(bench.root, step):
            break
        tally.tried += 1
        judge(bench, tally, (before, after), f"before touch {step}", one_step)
    return tally


def kill_at_random(bench: Bench, times: int, seed: int) -> Tally:
    """Kill from outside after a random part of the time that publishing takes."""
    draw = random.Random(seed)
    stage(bench.root, bench.found())
    start = time.monotonic()
    publish(bench.root)
    whole = time.monotonic() - start
    tally = Tally()
    while tally.tried < times:
        before, after = other_version(bench)
        seconds = draw.uniform(0, 1.1 * whole)
        if killed_after(bench.root, seconds):
            tally.tried += 1
        judge(bench, tally, (before, after), f"after {seconds:.3f} s", True)
    return tally


def other_version(bench: Bench) -> tuple[str, str]:
    """Stage the version that is not published; returns what is and what will be."""
    bench.trim()
    before = bench.found()
    after = next(name for name in VERSIONS if name != before)
    stage(bench.root, after)
    return before, after


def judge(bench: Bench, tally: Tally, allowed: tuple[str, str], when: str, at_once: bool) -> None:
    found = bench.found()
    if found not in allowed and not (found == "nothing" and not at_once):
        tally.wrong.append(f"{found} {when}")
    try:
        publication.mend(bench.root, DATASET)
    except Exception as error:
        tally.wrong.append(f"{type(error).__name__} at the start after a kill {when}: {error}")
    found, told = bench.found(), bench.told()
    if found not in allowed or told != found or bench.leftovers():
        tally.wrong.append(f"{found}, in the history {told}, with {bench.leftovers()} at the start after a kill {when}")
        publish(bench.root)
