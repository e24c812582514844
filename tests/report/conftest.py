"""Pages that several tests read, rendered once."""

from __future__ import annotations

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
