"""Errors in a notebook, with what happened inside libraries folded behind one line.

Wrong input is told by :class:`personas.errors.InputError` alone: found, expected, fix, and no traceback. Any other
error keeps the analyst's own lines, in which the cause most often is; the calls inside this library and those below it
become one line that says how to unfold them. Errors that never passed through this library are left to IPython.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import traceback
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Any

OWN = str(Path(__file__).resolve().parent) + os.sep
INSTALLED = tuple({sysconfig.get_path(name) + os.sep for name in ("stdlib", "platstdlib", "purelib", "platlib")})
WHOLE = "PERSONAS_TRACEBACK"  # set to "whole": nothing is folded, also in a run by make


def fold_in_notebooks() -> bool:
    """Have the running IPython, if there is one, fold the errors of this library; returns whether it does.

    A handler that somebody else has set stays, and so does everything where PERSONAS_TRACEBACK is "whole".
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    if shell is None or shell.custom_exceptions or os.environ.get(WHOLE) == "whole":
        return False
    shell.set_custom_exc((Exception,), _show)
    return True


def fold(error: BaseException, course: TracebackType | None) -> list[str] | None:
    """The lines to show for an error, causes first; None where it never passed through this library.

    course : its traceback; frames above the analyst's first line belong to whatever runs the cells and are left out
    """
    if not any(is_own(frame.filename) for frame in traceback.extract_tb(course)):
        return None
    lines: list[str] = []
    for link in chain(error):
        link_course = course if link is error else link.__traceback__
        lines += [*_frames(link_course), *_words(link), ""]
    return lines[:-1]


def chain(error: BaseException) -> list[BaseException]:
    """An error behind those that it was raised from, the first cause first."""
    found = [error]
    while True:
        before = error.__context__ if error.__cause__ is None and not error.__suppress_context__ else error.__cause__
        if before is None or before in found:
            return found[::-1]
        found.append(before)
        error = before


def is_own(filename: str) -> bool:
    return filename.startswith(OWN)


def is_library(filename: str) -> bool:
    """Say whether a file is this library's, another installed one's or Python's own, and not the analyst's.

    >>> is_library(os.__file__), is_library("/home/ann/work/helpers.py")
    (True, False)
    """
    return is_own(filename) or filename.startswith((*INSTALLED, "<frozen"))


def _frames(course: TracebackType | None) -> Iterator[str]:
    frames = traceback.extract_tb(course)
    first = next((at for at, frame in enumerate(frames) if not is_library(frame.filename)), 0)
    for folded, group in groupby(frames[first:], key=lambda frame: is_library(frame.filename)):
        run = list(group)
        if folded:
            yield _folded(run)
            continue
        for frame in run:
            yield f"{_place(frame)}\n    {frame.line}"


def _folded(run: list[traceback.FrameSummary]) -> str:
    names = dict.fromkeys(_library(frame.filename) for frame in run)
    calls = f"{len(run)} call{'s' if len(run) > 1 else ''} inside {', '.join(names)}"
    last = f"{Path(run[-1].filename).name}:{run[-1].lineno}"
    return f"… {calls}, the last at {last} (%tb in the next cell shows them; in a run by make, {WHOLE}=whole)"


def _library(filename: str) -> str:
    if is_own(filename):
        return "personas"
    inside = max((path for path in INSTALLED if filename.startswith(path)), key=len, default="")
    return Path(filename.removeprefix(inside)).parts[0].removesuffix(".py") if inside else "Python"


def _place(frame: traceback.FrameSummary) -> str:
    """Where a line of the analyst's is; to Python, a cell is a file that is not there."""
    ipython = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    cell = ipython.compile.format_code_name(frame.filename) if ipython is not None else None
    where = " ".join(cell) if cell else frame.filename
    return f"{where}, line {frame.lineno}" + ("" if frame.name == "<module>" else f", in {frame.name}")


def _words(error: BaseException) -> list[str]:
    return [line.rstrip("\n") for line in traceback.format_exception_only(error)]


def _show(
    shell: Any, kind: type[BaseException], error: BaseException, course: Any, tb_offset: int | None = None
) -> None:
    lines = fold(error, course) if not hasattr(error, "_render_traceback_") else None
    if lines is None:
        shell.showtraceback((kind, error, course), tb_offset=tb_offset, running_compiled_code=True)
        return
    error._render_traceback_ = lambda: lines  # type: ignore[attr-defined]  # what IPython asks an error for
    try:
        shell.showtraceback((kind, error, course))
    finally:
        del error._render_traceback_  # type: ignore[attr-defined]  # and %tb, later, finds the whole
