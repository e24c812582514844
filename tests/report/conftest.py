"""Pages that several tests read, rendered once; a Chromium for those that look at them."""

from __future__ import annotations

import shutil

import pytest

from personas.report import render_report
from tests.report import examples


@pytest.fixture(scope="session")
def six():
    """The realistic report with six personas, as HTML."""
    return render_report(**examples.inputs(6))


@pytest.fixture(scope="session")
def hostile():
    """A report in which every string that data can carry tries to break out of the page."""
    return render_report(**examples.inputs(3, lambda words: f"{words} {examples.HOSTILE}"))


@pytest.fixture(scope="session")
def chromium():
    """The system's Chromium, headless; tests skip where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = next((p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None)
    if path is None:
        pytest.skip("no Chromium on this machine: install one to look at pages")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
