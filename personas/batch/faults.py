"""What stopped a command when neither input nor a notebook did, in words: the disk, the rights, a fault of ours."""

from __future__ import annotations

import errno
import os
import re
import shutil
import traceback
from collections.abc import Sequence
from pathlib import Path

OWN_ERRORS = ("InputError", "EngineError")
ANSI = re.compile(r"\x1b\[[0-9;]*m")
PLACE = re.compile(r"([\w-]+\.py)(?::|, line )(\d+)")
SYSTEM_WORDS = re.compile(r"\[Errno (\d+)\] [\w -]+(: '[^']*')?$")
ADVICE = {
    errno.ENOSPC: "make room, then run the same command: it goes on from here",
    errno.EDQUOT: "make room within your quota, then run the same command: it goes on from here",
    errno.EFBIG: "a limit on the size of files stands in the way; ask for a larger one",
    errno.EROFS: "the folder can only be read; mount it so that it can be written",
    errno.EACCES: "the folder belongs to somebody else; ask for the right to write there",
    errno.EPERM: "the folder belongs to somebody else; ask for the right to write there",
    errno.EXDEV: "reports/ and reports/.work/ must be on one file system",
    errno.ENOLCK: "the file system knows no locks; keep reports/ on a disk of this machine",
    errno.EMFILE: "too many files are open; raise the limit (ulimit -n)",
}


def describe_fault(error: Exception, root: Path) -> str:
    """Say what stopped a command and what to do; the traceback of a fault of ours goes to a file.

    Values are left out, because what is printed may end in a log and a value may be somebody's.
    """
    if isinstance(error, shutil.Error):
        error = first_of(error)
    if isinstance(error, OSError) and error.errno:
        where = shown(error.filename2 or error.filename, root)
        lines = [f"{error.strerror}{f': {where}' if where else ''}"]
        if error.errno in ADVICE:
            lines.append(f"    fix       {ADVICE[error.errno]}")
        return "\n".join(lines)
    if isinstance(error, MemoryError):
        return "The machine's memory was not enough\n    fix       give it more, or set PERSONAS_MEMORY lower"
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}, line {last.lineno}"
    kept = write_traceback(error, root)
    told = f"\n    its course is in {kept}, which may hold values of your data" if kept else ""
    return f"A fault of this suite, not of your input: {type(error).__name__} in {place}{told}"


def describe_error(name: str, words: str, course: Sequence[str]) -> tuple[str, str]:
    """Say what stopped a notebook: (for the terminal, for the top of the notebook that is kept in private).

    name, words : of the exception; course : the lines of its traceback
    Words of our own errors are the same in both. Any other's may hold a value of the data, and what is printed is
    often mailed or kept as a log: there only its kind and place stand, unless it is the system's word on a file.
    """
    if name in OWN_ERRORS:
        return words, words
    kept = f"{name}: {words}"
    if found := SYSTEM_WORDS.match(words):
        code = int(found[1])
        advice = f"\n    fix       {ADVICE[code]}" if code in ADVICE else ""
        return f"{os.strerror(code)}{found[2] or ''}{advice}", kept
    places = PLACE.findall(ANSI.sub("", "\n".join(course)))
    where = f" in {places[-1][0]}, line {places[-1][1]}" if places else ""
    return f"{name}{where}; what it says stands at the top of the notebook, since it may hold values of your data", kept


def first_of(error: shutil.Error) -> OSError:
    """Take the first of the errors that copying a folder collects as (source, target, words)."""
    _, target, words = (error.args[0] or [("", "", "")])[0]
    code = re.match(r"\[Errno (\d+)\]", str(words))
    return OSError(int(code.group(1)), os.strerror(int(code.group(1))), target) if code else error


def write_traceback(error: Exception, root: Path) -> str:
    """Write the course of an error to the private folder; returns where, or "" if even that cannot be done."""
    path = root / "reports" / ".work" / "fault.txt"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except OSError:
        return ""
    return path.relative_to(root).as_posix()


def shown(filename: str | bytes | int | None, root: Path) -> str:
    """Tell a path from the project's folder, or by its name alone where it is elsewhere."""
    if not isinstance(filename, str):
        return ""
    path = Path(filename)
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
