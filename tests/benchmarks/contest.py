"""The frame of the benchmarks: the same task done by this project and by what one would otherwise write, in turns.

A file ``bench_*.py`` beside this one offers ``contests(size)`` → tuple of :class:`Contest`, size "small" (seconds, in
the tests) or "full" (`make bench`). Ours and theirs take turns within one run, so that a slow moment of the machine
hits both; medians and their ratio are reported. Contests of one file that have the very same `plain` let it run once.
"""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

Size = Literal["small", "full"]
HERE = Path(__file__).parent
VERSIONS = ("numpy", "pandas", "scikit-learn", "duckdb", "joblib")


@dataclass(frozen=True)
class Contest:
    """One task, done twice.

    task : what is done, as a reader would say it; plain_way : what it is compared with
    ours, plain : do it and return what was found; `differs` says how the two findings disagree, "" if they do not
    wanted : plain time over our time that is promised, None where it is told for the record
    rounds : how often both take a turn
    told : a remark on the two findings; seconds : how long a finding took, where it was measured elsewhere
    """

    task: str
    plain_way: str
    ours: Callable[[], Any]
    plain: Callable[[], Any]
    wanted: float | None = None
    rounds: int = 3
    differs: Callable[[Any, Any], str] = lambda ours, plain: ""
    told: Callable[[Any, Any], str] = lambda ours, plain: ""
    seconds: Callable[[Any], float] | None = None


@dataclass(frozen=True)
class Timing:
    """Median seconds of both, plain over ours, and what the two findings disagree about."""

    task: str
    plain_way: str
    ours: float
    plain: float
    ratio: float
    wanted: float | None
    rounds: int
    differs: str
    told: str = ""

    @property
    def kept(self) -> bool:
        return not self.differs and (self.wanted is None or self.ratio >= self.wanted)


def hold(
    contest: Contest, clock: Callable[[], float] = time.perf_counter, plain_run: tuple[float, Any] | None = None
) -> tuple[Timing, tuple[float, Any]]:
    """Let both take turns and take medians; the first finding of each is compared.

    plain_run : (median seconds, finding) of the plain way where it has run already
    Returns the timing, and the plain way's run for contests that share it.
    """
    seconds: dict[str, list[float]] = {"ours": [], "plain": []}
    found = {}
    for _ in range(contest.rounds):
        for side in ("plain", "ours") if plain_run is None else ("ours",):
            start = clock()
            answer = getattr(contest, side)()
            seconds[side].append(clock() - start if contest.seconds is None else contest.seconds(answer))
            found.setdefault(side, answer)
    ours = statistics.median(seconds["ours"])
    plain, plain_found = plain_run or (statistics.median(seconds["plain"]), found["plain"])
    timing = Timing(
        contest.task, contest.plain_way, ours, plain, plain / ours, contest.wanted, contest.rounds,
        contest.differs(found["ours"], plain_found), contest.told(found["ours"], plain_found),
    )  # fmt: skip
    return timing, (plain, plain_found)


def hold_all(contests: Sequence[Contest]) -> tuple[Timing, ...]:
    """The timings of all contests, in order."""
    runs: dict[Callable, tuple[float, Any]] = {}
    timings = []
    for contest in contests:
        timing, runs[contest.plain] = hold(contest, plain_run=runs.get(contest.plain))
        timings.append(timing)
    return tuple(timings)


def files(only: str = "") -> tuple[str, ...]:
    """The names of the ``bench_*.py`` whose name contains `only`, in order."""
    return tuple(sorted(path.stem for path in HERE.glob("bench_*.py") if only in path.stem))


def contests_of(file: str, size: Size) -> tuple[Contest, ...]:
    return import_module(f"{__package__}.{file}").contests(size)


def describe_machine() -> dict[str, str]:
    """Cores, memory, how busy they are, and versions: what a time depends on, and nothing that names the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    facts = {"cores": str(os.cpu_count()), "memory": f"{memory:.0f} GB", "system": platform.system()}
    facts |= {"processor": platform.machine(), "Python": platform.python_version()}
    facts["load before"] = f"{os.getloadavg()[0]:.1f}"
    return facts | {name: version(name) for name in VERSIONS}


def as_row(timing: Timing) -> dict[str, Any]:
    return asdict(timing) | {"kept": timing.kept}
