"""Every budget and every zero of the specification, on the reports of real and simulated datasets, in a browser.

The default dataset's report is looked at where it is published, in test_end_to_end. The public files of the airport are
not shipped; they are read from the shared folder where there is one.
"""

from __future__ import annotations

import pytest

from personas.dataset import read_dataset
from personas.dataset.files import project_root
from tests.report.browsing import BUDGETS, look_at
from tests.report.simulated import report_of, simulated

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHARED = project_root().parent / "shared" / "data" / "sfo"
SEGMENTS = {"demo": 6, "demo_b2b": 2, "sfo_2017": 1, "sfo_2018": 3}
AGAIN = {"demo", "demo_b2b"}  # second runs, from the first of which everything changed: nothing on a page is longer
CUSTOMERS = 1200


@pytest.fixture(scope="module", params=SEGMENTS)
def look(request, chromium, tmp_path_factory):
    """What a browser sees of one dataset's report; made once for all budgets."""
    pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is not installed")
    name, folder = request.param, tmp_path_factory.mktemp(request.param)
    if name.startswith("sfo"):
        if not SHARED.is_dir():
            pytest.skip("the public SFO files are not in ../shared/data/sfo")
        dataset = read_dataset(name, data=SHARED)
    else:
        dataset = simulated(name, folder, CUSTOMERS)
    page = folder / "report.html"
    html = report_of(dataset, SEGMENTS[name], history=folder / "history" if name in AGAIN else None)
    assert ('id="changes-title"' in html) == (name in AGAIN)
    page.write_text(html, encoding="utf-8")
    return look_at(chromium, page)


@pytest.mark.parametrize("budget", BUDGETS)
def test_a_report(look, budget):
    assert not BUDGETS[budget](look)
