"""Commands run where there is no network: a namespace of their own, for which many systems ask no rights."""

from __future__ import annotations

import shutil
import subprocess

PREFIX = ("unshare", "--user", "--map-root-user", "--net")


def cut_off() -> tuple[str, ...]:
    """What to put before a command so that it has no network at all; empty where that cannot be done."""
    if shutil.which("unshare") is None:
        return ()
    return PREFIX if subprocess.run([*PREFIX, "true"], capture_output=True).returncode == 0 else ()
