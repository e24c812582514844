"""One run at a time in a folder: a lock goes with its process, so a killed run never leaves it closed.

The file of a lock stays behind and means nothing by itself; what counts is whether a living process holds it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from personas.errors import InputError, Problem


@contextmanager
def hold(path: Path, busy: str = "") -> Iterator[None]:
    """Hold a lock file while the block runs.

    busy : what to say if somebody else holds it, as an InputError; without it, wait
    """
    with path.open("a+") as file:
        if not take(file, wait=not busy):
            raise InputError([busy_problem(path, busy)])
        yield


def keep(path: Path, busy: str) -> Problem | None:
    """Take a lock for as long as this process lives, and whatever program it becomes or starts.

    busy : what to say if somebody else holds it, which is then what comes back
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(file, "a+", closefd=False) as opened:
        taken = take(opened, wait=False)
    if not taken:
        os.close(file)
        return busy_problem(path, busy)
    os.set_inheritable(file, True)
    return None


def take(file: IO[str], wait: bool) -> bool:
    """Take the lock of an open file and write down which process has it; says whether it could be had."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return True


def busy_problem(path: Path, busy: str) -> Problem:
    """Say who is at it; the number of the process is there as soon as the lock is."""
    holder = path.read_text(encoding="utf-8", errors="replace").strip()
    who = f" (process {holder})" if holder.isdigit() else ""
    return Problem(path.parent.name, f"{busy}{who}", "one run at a time", "wait until it has ended, or stop it")
