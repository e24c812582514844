"""Reports at the edge of what can be: one persona or twelve, long or right-to-left names, no feedback or nothing but.

And data that mean harm: whatever a file, a column, a category, a name or a comment is called, nothing of it runs.
"""

from __future__ import annotations

import pytest

from personas.dataset import read_dataset
from personas.report import render_report
from tests.report import examples
from tests.report.browsing import BUDGETS, look_at
from tests.report.hostile import write_hostile
from tests.report.simulated import keeping, report_of, simulated

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONG = "of sixty characters and more, as some names in the world are indeed"
ARABIC = "زبائن يشترون الخضار والفواكه الطازجة"


def made_up(count, text=lambda words: words, rich=True):
    return lambda folder: render_report(**examples.inputs(count, text, rich))


def part(*roles):
    def render(folder):
        simulated("demo", folder / "files", 800)
        return report_of(keeping("demo", folder / "files", folder / "project", set(roles)), 3)

    return render


def harmful(folder):
    return report_of(read_dataset("shop", root=write_hostile(folder)), 2)


EXTREMES = {
    "one persona": made_up(1),
    "twelve personas": made_up(12),
    "names of sixty characters": made_up(6, lambda words: f"{words} {LONG}"),
    "one word of sixty letters": made_up(3, lambda words: f"{words} {'x' * 60}"),
    "names from right to left": made_up(3, lambda words: f"{ARABIC} {words}"),
    "no feedback": part("customers", "transactions"),
    "only feedback": part("customers", "feedback"),
    "markup in every string": made_up(3, lambda words: f"{words} {examples.HOSTILE}"),
    "markup in every file": harmful,
}
# Twelve personas are twice as many as a report is made for, and words that are repeated in every string add up.
LET_OFF = {
    "twelve personas": {"has at most 15,000 elements"},
    "names of sixty characters": {"says at most 900 words of a persona", "prints at most four pages of a persona"},
    "one word of sixty letters": {"says at most 900 words of a persona", "prints at most four pages of a persona"},
    "names from right to left": {"says at most 900 words of a persona", "prints at most four pages of a persona"},
    "markup in every string": {"says at most 900 words of a persona", "prints at most four pages of a persona"},
    "markup in every file": {"says at most 900 words of a persona", "prints at most four pages of a persona"},
}


@pytest.fixture(scope="module", params=EXTREMES)
def extreme(request, chromium, tmp_path_factory):
    """A name and what a browser sees of that report; made once for all budgets."""
    pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is not installed")
    folder = tmp_path_factory.mktemp("extreme")
    page = folder / "report.html"
    page.write_text(EXTREMES[request.param](folder), encoding="utf-8")
    return request.param, look_at(chromium, page, axe=["phone"])  # colours are those of any report


@pytest.mark.parametrize("budget", BUDGETS)
def test_an_extreme_report(extreme, budget):
    name, look = extreme
    if budget in LET_OFF.get(name, ()):
        pytest.skip("not promised of this one")
    assert not BUDGETS[budget](look)
