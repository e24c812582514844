"""Reports on paper: the system's Chromium prints a published report as PDF."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from personas.errors import InputError, Problem

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "microsoft-edge")
SECONDS = 180


def find_browser() -> str:
    """The path of a browser that prints without a window. Raises InputError naming those that were looked for."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    fix = "install Chromium, for instance apt-get install chromium; or print report.html from any browser"
    raise InputError([Problem("browser", "none of " + ", ".join(BROWSERS), "one on the PATH", fix)])


def published_report(root: Path, dataset: str) -> Path:
    """The published report of a dataset. Raises InputError where there is none yet."""
    report = root / "reports" / dataset / "report.html"
    if not report.is_file():
        fix = f"make it first: make personas DATASET={dataset}"
        raise InputError([Problem(f"reports/{dataset}/report.html", "no such file", "a published report", fix)])
    return report


def print_report(report: Path) -> Path:
    """Print `report` beside itself as ``report.pdf`` (A4) and return its path; an older PDF stays if that fails.

    Raises InputError with the browser's last words.
    """
    browser, target = find_browser(), report.with_suffix(".pdf")
    with tempfile.TemporaryDirectory(prefix="personas-print-") as folder:
        printed = Path(folder) / "report.pdf"
        command = [
            browser,
            "--headless",
            "--disable-gpu",
            "--no-pdf-header-footer",
            f"--user-data-dir={folder}/profile",
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append(
                "--no-sandbox"
            )  # Chromium refuses to start as root with it; the page runs no script of others
        command += [f"--print-to-pdf={printed}", report.resolve().as_uri()]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
            words = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        except subprocess.TimeoutExpired:
            words = [f"no answer within {SECONDS} seconds"]
        if not printed.is_file():
            raise InputError([Problem(browser, words[0], "a PDF", "print report.html from the browser by hand")])
        shutil.copyfile(printed, target.with_suffix(".pdf.part"))
        os.replace(target.with_suffix(".pdf.part"), target)
    return target
