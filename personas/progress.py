"""Show how far a long step has come and how long it will take.

`tqdm.auto` stands still at 0 % under Papermill. A display handle does not: its updates arrive as the kernel
sends them, and the notebook keeps the last one only, which says what was done. Outside a notebook there are
lines on stderr, few enough to read.
"""

from __future__ import annotations

import html
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Item = TypeVar("Item")

NOTEBOOK_SECONDS = 0.5
STREAM_SECONDS = 5.0
_SHARED: ContextVar[Rounds | None] = ContextVar("rounds", default=None)


def track(
    iterable: Iterable[Item],
    label: str,
    total: int | None = None,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Item]:
    """Pass items on, one by one, and show on the way how many are done and how long the rest will take.

    label : what is being done, "Drawing structureless tables"
    total : how many items there are, if `iterable` has no length
    In a notebook one line is updated at most twice a second; elsewhere a line goes to stderr at most every
    five seconds, and none for what takes less. The last line says how many there were, also when stopped.

    >>> [2 * number for number in track([1, 2], "Doubling")]
    [2, 4]
    """
    if total is None:
        total = len(iterable) if isinstance(iterable, Sized) else None
    show = _SHARED.get() or _new_line()
    start = shown = clock()
    done = 0
    show.update(label, done, total, 0.0)
    try:
        for item in iterable:
            yield item
            done += 1
            now = clock()
            if now - shown >= show.every and done != total:
                show.update(label, done, total, now - start)
                shown = now
    finally:
        show.finish(label, done, total, clock() - start)


@contextmanager
def rounds(label: str, *, clock: Callable[[], float] = time.monotonic) -> Iterator[None]:
    """Let all that is tracked while the block runs share one line, closed once with how many there were in all.

    For work that goes on in rounds of which nobody knows the number beforehand.
    """
    shared = Rounds(_new_line())
    token, start = _SHARED.set(shared), clock()
    try:
        yield
    finally:
        _SHARED.reset(token)
        if shared.done:
            shared.line.finish(label, shared.done, None, clock() - start)


class Rounds:
    """A line that several tracked steps update in turn and none of them closes."""

    def __init__(self, line: NotebookLine | StreamLine) -> None:
        self.line, self.every, self.done = line, line.every, 0

    def update(self, label: str, done: int, total: int | None, seconds: float) -> None:
        self.line.update(label, done, total, seconds)

    def finish(self, label: str, done: int, total: int | None, seconds: float) -> None:
        self.done += done


def _new_line() -> NotebookLine | StreamLine:
    return NotebookLine() if in_notebook() else StreamLine()


class NotebookLine:
    """One display of a notebook, updated in place."""

    every = NOTEBOOK_SECONDS

    def __init__(self) -> None:
        self.handle: Any = None

    def show(self, text: str, done: int, total: int | None) -> None:
        from IPython.display import display

        bar = f'<progress max="{total}" value="{done}"></progress> ' if total and done < total else ""
        bundle = {"text/plain": text, "text/html": f"{bar}{html.escape(text)}"}
        if self.handle is None:
            self.handle = display(bundle, raw=True, display_id=True)
        else:
            self.handle.update(bundle, raw=True)

    def update(self, label: str, done: int, total: int | None, seconds: float) -> None:
        self.show(sentence(label, done, total, seconds), done, total)

    def finish(self, label: str, done: int, total: int | None, seconds: float) -> None:
        self.show(closing(label, done, total, seconds), done, done)


class StreamLine:
    """Lines on stderr; silent for a step that is over before the first would be due."""

    every = STREAM_SECONDS

    def __init__(self) -> None:
        self.spoken = False

    def update(self, label: str, done: int, total: int | None, seconds: float) -> None:
        if done:
            self.spoken = True
            print(sentence(label, done, total, seconds), file=sys.stderr, flush=True)

    def finish(self, label: str, done: int, total: int | None, seconds: float) -> None:
        if self.spoken:
            print(closing(label, done, total, seconds), file=sys.stderr, flush=True)


def sentence(label: str, done: int, total: int | None, seconds: float) -> str:
    """Say where a step stands.

    >>> sentence("Resampling", 25, 100, 30.0)
    'Resampling: 25 of 100, about 1 min 30 s left'
    """
    if total is None:
        return f"{label}: {done} done" if done else f"{label}: starting"
    if not done:
        return f"{label}: {total} to do"
    left = seconds / done * (total - done)
    return f"{label}: {done} of {total}, {f'about {duration(left)} left' if left >= 1 else 'nearly done'}"


def closing(label: str, done: int, total: int | None, seconds: float) -> str:
    """Say what a finished or stopped step did.

    >>> closing("Resampling", 40, 100, 48.2), closing("Resampling", 100, 100, 120.0)
    ('Resampling: stopped after 40 of 100, 48 s', 'Resampling: 100 done in 2 min')
    """
    if total is not None and done < total:
        return f"{label}: stopped after {done} of {total}, {duration(seconds)}"
    return f"{label}: {done} done in {duration(seconds)}"


def duration(seconds: float) -> str:
    """Word a time with as much precision as anybody wants.

    >>> [duration(s) for s in (0.2, 8.44, 75, 3600, 5000)]
    ['under 1 s', '8 s', '1 min 15 s', '1 h', '1 h 23 min']
    """
    if seconds < 1:
        return "under 1 s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    parts = ((whole // 3600, "h"), (whole % 3600 // 60, "min"), (whole % 60 if whole < 3600 else 0, "s"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


def in_notebook() -> bool:
    """Say whether a Jupyter kernel is running this code; IPython is not imported to find out."""
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    return shell is not None and hasattr(shell, "kernel")
