"""One run at a time in a folder: a lock goes with its process, so a killed run never leaves it closed."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from personas.errors import InputError, Problem


@contextmanager
def hold(path: Path, busy: str = "") -> Iterator[None]:
    """Hold a lock file while the block runs.

    busy : what to say if somebody else holds it, as an InputError; without it, wait
    """
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (fcntl.LOCK_NB if busy else 0))
        except BlockingIOError:
            raise InputError([Problem(path.parent.name, busy, "", "wait until it has ended")]) from None
        yield
