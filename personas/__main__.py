"""``python -m personas``: what can be done with the package from the command line, wherever it is installed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import personas
from personas.errors import InputError, Problem, did_you_mean

COMMANDS = {
    "start": ("FOLDER", "lay out a project to work in: notebooks, contracts of the shipped datasets, a Makefile"),
    "draft": ("--name NAME --from FILES", "draft data/NAME/dataset.yml from your own files, separated by commas"),
    "simulate": ("demo --to FOLDER", "simulate customers with a planted truth, as many as you like"),
    "batch": ("COMMAND DATASET", "what the Makefile calls: check, run, publish, summary …"),
}
MODULES = {
    "draft": "personas.dataset.drafting.__main__",
    "simulate": "personas.simulation.__main__",
    "batch": "personas.batch.__main__",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, or list them all; returns the exit code, 2 for input that cannot be used.

    >>> main(["--help"]), main(["--version"])  # doctest: +ELLIPSIS
    python -m personas COMMAND …
    ...
    (0, 0)
    """
    name, *rest = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    if name in ("--version", "-V"):
        print(f"personas {personas.__version__}")
        return 0
    if name in ("--help", "-h"):
        print(overview())
        return 0
    try:
        if name not in COMMANDS:
            raise InputError([Problem("command", f'"{name}"', ", ".join(COMMANDS), did_you_mean(name, [*COMMANDS]))])
        return start(rest) if name == "start" else import_module(MODULES[name]).main(rest)
    except InputError as error:
        print(f"\n{error}", file=sys.stderr)
        return 2


def overview() -> str:
    """The commands with what each does, for whoever asks for none."""
    width = max(len(f"{name} {takes}") for name, (takes, _) in COMMANDS.items())
    lines = [f"  {f'{name} {takes}':{width}}  {does}" for name, (takes, does) in COMMANDS.items()]
    return "\n".join(["python -m personas COMMAND …", "", *lines, "", "Each says more with --help."])


def start(arguments: Sequence[str]) -> int:
    """Lay out a project and say what to do next."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("python -m personas start FOLDER\n\nLays out a project in FOLDER; nothing is written over.")
        return 0 if arguments[:1] in (["--help"], ["-h"]) else 2
    folder = Path(arguments[0]).expanduser()
    written = import_module("personas.batch.project").write_project(folder, sys.executable)
    print(f"{len(written)} files in {folder}. Next:\n")
    print(f"  cd {folder}")
    print("  make personas DATASET=demo    simulated customers to a report, in minutes")
    print("  make dataset NAME=acme FROM=customers.csv,orders.csv    a draft for your own files")
    print("  make lab    the notebooks in JupyterLab")
    return 0


if __name__ == "__main__":
    sys.exit(main())
