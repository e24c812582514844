"""A whole copy of the project, in which make runs as it does for a user; without a network where that can be done.

`tests/batch/projects.py` has the small copy with stand-ins; this one has everything but the datasets.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.hostile.network import cut_off

ROOT = Path(__file__).parents[1]
COPIED = ("Makefile", "environment.yml", "pyproject.toml", "requirements.lock", "notebooks", "personas")
# Of the test's own environment these would change what make does.
LEFT_OUT = re.compile("MAKE|MFLAGS|CONDA|DATASET$|DATA$|P$|PYTEST|PYTHONPATH")


def copy_project(root: Path) -> Path:
    """Copy the project's code and notebooks into an empty folder; data/ is up to the caller."""
    ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "kernel-ipc-*")
    for name in COPIED:
        source = ROOT / name
        (shutil.copytree(source, root / name, ignore=ignored) if source.is_dir() else shutil.copy(source, root))
    return root


def make_personas(root: Path, dataset: str, p: str = "", network: bool = False) -> subprocess.CompletedProcess[str]:
    """Run ``make personas`` in a copy, with the Python that is running."""
    call = _call(root, dataset, p, network)
    return subprocess.run(**call, capture_output=True, timeout=1_500, check=False)


def start_personas(root: Path, dataset: str, p: str = "") -> subprocess.Popen[str]:
    """Start the same as a group of processes of its own, which can be killed."""
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(**_call(root, dataset, p, network=True), **silent, start_new_session=True)


def _call(root: Path, dataset: str, p: str, network: bool) -> dict[str, Any]:
    command = ["make", "personas", f"DATASET={dataset}", f"P={p}", "ENVIRONMENT=", f"PYTHON={sys.executable}"]
    environment = {name: value for name, value in os.environ.items() if not LEFT_OUT.match(name)}
    return {"args": [*(() if network else cut_off()), *command], "cwd": root, "env": environment, "text": True}
