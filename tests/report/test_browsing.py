"""The measures themselves: a page with every fault is told all of them, and a sound one none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.report.browsing import BUDGETS, look_at

pytestmark = pytest.mark.browser

FAULTY = f"""<!doctype html><html><head><title>Faulty</title><style>
button {{ width: 9px; height: 9px; padding: 0; outline: none }} .on {{ position: absolute; top: 40px; left: 20px }}
.wide {{ width: 2000px }} /* {"x" * 15_400} */</style></head>
<body><main id="main"><h1 id="same">One</h1><h3 id="same">Three</h3><a href="#nowhere">nowhere</a>
<img src="elsewhere.png"><button>a</button><span class="on">words on</span><span class="on">other words</span>
<div class="wide">wide</div><details><summary>More</summary><p>hidden</p></details>
<section id="persona-1" class="persona"><p>{"word " * 40_000}</p></section><p id="late"></p>{"<i></i>" * 15_001}</main>
<script>console.log("said"); window.hacked = 1; document.getElementById("late").textContent = "brought";
// {"x" * 10_300}
</script><!-- {"x" * 750_000} --></body></html>"""

SOUND = """<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width"><title>Sound</title>
<style>:focus-visible{outline:2px solid}</style></head><body><a class="skip" href="#main">Skip</a>
<main id="main" tabindex="-1"><h1>One</h1><p>Words.</p>
<p><a href="#main">first</a> and <a href="#main">second</a></p></main>
</body></html>"""


@pytest.fixture(scope="module")
def looks(chromium, tmp_path_factory):
    pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is not installed")
    folder = tmp_path_factory.mktemp("looks")
    for name, html in {"faulty": FAULTY, "sound": SOUND}.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    return {name: look_at(chromium, folder / f"{name}.html") for name in ("faulty", "sound")}


@pytest.mark.parametrize("budget", [name for name in BUDGETS if not name.startswith("stands")])
def test_a_fault_is_told(looks, budget):
    assert BUDGETS[budget](looks["faulty"])


def test_a_slow_page_is_told(looks):
    slow = replace(looks["sound"], seconds=0.51, throttled=2.01)
    assert [name for name, check in BUDGETS.items() if check(slow)] == [n for n in BUDGETS if n.startswith("stands")]


def test_a_sound_page_has_no_fault(looks):
    assert {name: found for name, check in BUDGETS.items() if (found := check(looks["sound"]))} == {}
    assert 0 < looks["sound"].seconds <= looks["sound"].throttled
