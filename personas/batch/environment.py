"""The Python that make works with: ``.venv`` with what ``requirements.lock`` pins, and this project.

Runs on any Python from 3.11 with nothing but the standard library. An environment counts as made only when
it is complete; one that was left half-made, or made from another lock, is made again from the start.
"""

from __future__ import annotations

import hashlib
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from personas.progress import duration

EVERY_SECONDS = 5.0
PINNED = re.compile(r"^[A-Za-z0-9][\w.\-\[\]]*==", re.MULTILINE)
PIN = re.compile(r"^([A-Za-z0-9][\w.\-]*)(?:\[[^\]]*\])?==(\S+)", re.MULTILINE)
COMPLETE = "complete"  # holds the hash of the lock; the Makefile compares its time
HALF_MADE = "half-made"


class EnvironmentFailed(Exception):
    """The environment could not be made; the text holds pip's last words."""


def make_environment(root: Path, folder: Path) -> None:
    """Make `folder` an environment with all that the lock of the project at `root` pins.

    Raises EnvironmentFailed. An environment that somebody else made there is completed rather than replaced.
    """
    lock = root / "requirements.lock"
    state = hashlib.sha256(lock.read_bytes()).hexdigest()
    complete = folder / COMPLETE
    python = folder / "bin" / "python"
    if works(python) and complete.is_file() and complete.read_text().strip() == state:
        complete.touch()
        return
    start = time.monotonic()
    packages = len(PINNED.findall(lock.read_text(encoding="utf-8")))
    say(f"Making {folder.name} with {packages} packages; a few minutes the first time")
    foreign = works(python) and not complete.exists() and not (folder / HALF_MADE).exists()
    if folder.exists() and not foreign:
        shutil.rmtree(folder)
    folder.mkdir(exist_ok=True)
    (folder / HALF_MADE).touch()
    if not foreign:
        create(folder)
    install(python, lock, packages)
    site = ask(python, "import sysconfig; print(sysconfig.get_path('purelib'))")
    Path(site, "personas.pth").write_text(f"{root}\n", encoding="utf-8")
    (folder / HALF_MADE).unlink()
    complete.write_text(f"{state}\n")
    say(f"{folder.name} is ready, {duration(time.monotonic() - start)}")


def add_extra(root: Path, python: Path, name: str) -> None:
    """Install into the environment of `python` what ``requirements-NAME.lock`` pins beside the main lock.

    Raises EnvironmentFailed, also for an extra that there is not.
    """
    lock = root / f"requirements-{name}.lock"
    known = sorted(path.stem.removeprefix("requirements-") for path in root.glob("requirements-*.lock"))
    if name not in known:
        raise EnvironmentFailed(f'EXTRA: there is no extra "{name}"; there is {", ".join(known) or "none"}')
    pins = PIN.findall(lock.read_text(encoding="utf-8"))
    wanted, there = {name for name, _ in pins}, installed(python)
    if wanted == {name for name, version in pins if there.get(name) == version}:
        return
    start = time.monotonic()
    say(f"Adding what {name} needs, {len(wanted)} packages; a few minutes the first time")
    install(python, lock, len(wanted))
    say(f"{name} is ready, {duration(time.monotonic() - start)}")


def installed(python: Path) -> dict[str, str]:
    """The versions of all packages of an environment, by their names in small letters with dashes."""
    question = "import importlib.metadata as m; print(*(f'{d.name}=={d.version}' for d in m.distributions()))"
    pairs = (pair.split("==") for pair in ask(python, question).split())
    return {name.lower().replace("_", "-"): version for name, version in pairs}


def create(folder: Path) -> None:
    """Create an empty environment with pip in it."""
    made = subprocess.run([sys.executable, "-m", "venv", str(folder)], capture_output=True, text=True)
    if made.returncode:
        advice = "On Debian and Ubuntu this often means: apt install python3-venv"
        raise EnvironmentFailed(f"{made.stdout}{made.stderr}\n{advice}")


def install(python: Path, lock: Path, packages: int) -> None:
    """Install the lock with pip, a line every few seconds."""
    command = [str(python), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    command += ["--progress-bar", "off", "--require-hashes", "-r", str(lock)]
    environment = os.environ | {"PIP_USER": "0", "PYTHONPATH": ""}
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment,
    )
    last: deque[str] = deque(maxlen=15)
    start = due = time.monotonic()
    found = chosen = 0
    for line in lines_of(process):
        if line:
            last.append(line)
            found += line.startswith(("Collecting ", "Requirement already satisfied"))
            if line.startswith("Installing collected packages:"):
                chosen = line.count(",") + 1
        if time.monotonic() >= due + EVERY_SECONDS:
            due = time.monotonic()
            done = len(list(python.parent.parent.glob("lib/python*/site-packages/*.dist-info")))
            fetching = f"fetching, {min(found, packages)} of {packages}"
            doing = f"installing, {min(done, chosen)} of {chosen}" if chosen else fetching
            say(f"  {doing}, {duration(due - start)}")
    if process.wait():
        text = "\n".join(last)
        raise EnvironmentFailed(f"{text}\n\npip could not install {lock.name}; its last lines are above")


def lines_of(process: subprocess.Popen[str]) -> Iterator[str]:
    """Yield a process's lines as they come, and an empty one every second in which there is none."""
    waiting: queue.Queue[str | None] = queue.Queue()

    def listen() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            waiting.put(line.rstrip())
        waiting.put(None)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        try:
            line = waiting.get(timeout=1)
        except queue.Empty:
            yield ""
            continue
        if line is None:
            return
        yield line


def works(python: Path) -> bool:
    """Say whether an environment's Python runs and is new enough."""
    return python.exists() and ask(python, "import sys; print(sys.version_info >= (3, 11))") == "True"


def ask(python: Path, question: str) -> str:
    try:
        return subprocess.run([str(python), "-c", question], capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    """Make the environment; with `extra`, add to the one that runs this what EXTRA names."""
    root = Path.cwd()
    try:
        if sys.argv[1:] == ["extra"]:
            for name in os.environ.get("EXTRA", "").split():
                add_extra(root, Path(sys.executable), name)
        else:
            make_environment(root, root / ".venv")
    except EnvironmentFailed as failure:
        say(f"\n{failure}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
