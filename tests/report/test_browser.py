"""The page in a real browser: what a reader does with it. Budgets and zeros stand in test_budgets and test_extremes."""

from __future__ import annotations

import pytest

from personas.report import render_report, write_index
from tests.report import examples
from tests.report.browsing import RULES, SPACING

pytestmark = pytest.mark.browser

WIDTHS = (1280, 700, 390, 320)


def without_trait(feature, index):
    """Three personas, one of which was not measured on a feature."""
    given = examples.inputs(3)
    personas = list(given["persona_set"].personas)
    kept = tuple(t for t in personas[index].traits if t.feature != feature)
    personas[index] = personas[index].model_copy(update={"traits": kept})
    return given | {"persona_set": given["persona_set"].model_copy(update={"personas": tuple(personas)})}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, six, hostile):
    """The example reports as files: a browser opens them as a reader would."""
    folder = tmp_path_factory.mktemp("pages")
    pages = {
        "six": six,
        "hostile": hostile,
        "gaps": render_report(**without_trait("evening", 0)),
    }
    for name, html in pages.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    for name in ("six", "one"):
        (folder / name).mkdir()
        data = examples.grocery(6 if name == "six" else 1).model_dump_json()
        (folder / name / "personas.json").write_text(data, encoding="utf-8")
    write_index(folder)
    return folder


@pytest.fixture
def opened(chromium, folder):
    """Open a page by name; every request and error is on ``page.seen``."""
    contexts = []

    def open_page(name, width=1280, height=900, **options):
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.seen = []
        page.on("request", lambda request: page.seen.append(request.url))
        page.on("pageerror", lambda error: page.seen.append(str(error)))
        page.on("console", lambda message: page.seen.append(message.text))
        page.goto((folder / f"{name}.html").as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark", "width": 390}], ids=["light", "dark phone"])
def test_axe_finds_no_violation_on_the_index(opened, options):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is not installed").Axe()
    page = opened("index", **options)
    found = axe.run(page, options=RULES).response["violations"]
    told = [(v["id"], v["nodes"][0]["html"][:160], v["nodes"][0]["failureSummary"][:200]) for v in found]
    assert told == []


def test_the_index_never_scrolls_sideways(opened):
    page = opened("index")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
    page.add_style_tag(content=SPACING)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_script_in_data_does_not_run(opened, folder):
    page = opened("hostile")
    page.locator("[data-do=sort]").select_option("given")
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0
    assert page.seen == [(folder / "hostile.html").as_uri()]


def test_text_keeps_its_size_at_every_width(opened):
    page = opened("six")
    sizes = set()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        sizes.add(page.evaluate("getComputedStyle(document.querySelector('.pt .val')).fontSize"))
    assert len(sizes) == 1
    assert page.evaluate("document.querySelectorAll('svg text').length") == 0


def test_first_screen_says_finding_size_period_verdict_and_three_moves(opened):
    page = opened("six")
    for selector in ("h1", ".strip", ".notice", ".first li:nth-child(3)", ".garden li:nth-child(6)"):
        box = page.locator(selector).first.bounding_box()
        assert box["y"] + box["height"] <= 900, selector


def test_evidence_stands_in_the_margin_when_wide_and_folds_when_narrow(opened):
    page = opened("six", java_script_enabled=False)
    detail = page.locator("#persona-1 .note p").first
    said = page.locator("#persona-1 .said").first
    assert detail.is_visible()
    assert detail.bounding_box()["x"] > said.bounding_box()["x"] + said.bounding_box()["width"]
    page.set_viewport_size({"width": 390, "height": 900})
    assert not detail.is_visible()
    page.locator("#persona-1 .note summary").first.click()
    assert detail.is_visible()


def test_a_comparison_can_be_shared(opened, folder):
    page = opened("six")
    shown = "table.versus thead th:visible"
    assert page.locator(shown).count() == 3
    page.locator("[data-pick='4']").check()
    assert page.url.endswith("#compare=1,2,4")
    assert page.locator(shown).count() == 4
    page.goto((folder / "six.html").as_uri() + "#compare=2,5")
    page.reload()
    assert page.locator(shown).all_inner_texts()[1:] == ["2 Fresh-first regulars", "5 Evening convenience buyers"]


def test_compared_rows_come_largest_difference_first_and_equal_ones_fold(opened):
    page = opened("six")
    rows = page.locator("table.versus tbody tr:visible").all()
    pairs = [[float(r.locator(f"[data-p='{p}']").get_attribute("data-gap")) for p in (1, 2)] for r in rows]
    gaps = [abs(a - b) for a, b in pairs]
    assert gaps == sorted(gaps, reverse=True)
    assert min(gaps) >= 0.2
    before = len(gaps)
    page.locator("[data-do=equal]").click()
    assert page.locator("table.versus tbody tr:visible").count() > before


def test_a_row_known_for_one_persona_only_is_not_called_equal(opened):
    page = opened("gaps")
    rows = page.locator("table.versus tbody tr:visible th").all_inner_texts()
    assert rows[-1] == "Bought after 19:00"


def test_statements_can_be_filtered_by_their_evidence(opened):
    page = opened("six")
    page.locator("[data-do=filter]").select_option("observed")
    kinds = page.evaluate(
        "[...document.querySelectorAll('.claim[data-kind]')].filter(c => c.offsetParent).map(c => c.dataset.kind)"
    )
    assert set(kinds) == {"observed"}


def test_the_theme_can_be_turned_by_hand(opened):
    page = opened("six")
    paper = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(paper) == "rgb(250, 247, 241)"
    page.locator("[data-do=theme]").click()
    assert page.evaluate(paper) == "rgb(23, 21, 18)"


def test_a_link_to_evidence_opens_the_fold_around_it(opened):
    page = opened("six", width=390)
    note = page.locator("#appendix .fold .claim").first
    assert not note.is_visible()
    page.evaluate("id => { location.hash = id }", note.get_attribute("id"))
    page.wait_for_function("document.querySelector('#appendix .fold').open")
    assert note.is_visible()


def test_keyboard_reaches_the_report_first_and_focus_can_be_seen(opened):
    page = opened("six")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(12):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement); return [s.outlineStyle, s.outlineWidth] })()"
        )
        assert style == ["solid", "2px"]


def test_all_personas_are_compared_on_paper_and_without_scripts(opened):
    page, bare = opened("six"), opened("six", java_script_enabled=False)
    assert page.locator("table.versus thead th:visible").count() == 3
    assert bare.locator("table.versus thead th:visible").count() == 7
    assert not bare.locator(".tools, .picker").first.is_visible()
    page.emulate_media(media="print")
    assert page.locator("table.versus thead th:visible").count() == 7
    rows = page.locator("table.versus tbody tr")
    assert page.locator("table.versus tbody tr:visible").count() == rows.count() > 5


def test_each_printed_persona_starts_with_a_page_for_the_wall(opened):
    page = opened("six")
    page.emulate_media(media="print")
    breaks = "s => [getComputedStyle(s).breakBefore, getComputedStyle(s.querySelector('.poster')).breakAfter]"
    found = page.evaluate(f"[...document.querySelectorAll('.persona')].map({breaks})")
    assert found == [["page", "page"]] * 6


def test_on_paper_proof_is_open_and_data_only_what_the_reader_opened(opened):
    page = opened("six")
    page.emulate_media(media="print")
    data, shown = page.locator("main details.data"), page.locator("main details.data:visible")
    assert data.count() > 20
    assert shown.count() == 0
    assert page.locator("#persona-1 .note p").first.is_visible()
    assert page.locator("#appendix .fold .claim").first.is_visible()
    data.first.evaluate("fold => { fold.open = true }")
    assert shown.count() == 1
    page.emulate_media(media="screen")
    page.locator("[data-do=folds]").click()
    page.emulate_media(media="print")
    assert shown.count() == data.count()


def test_opening_and_closing_all_folds_leaves_the_margin_alone(opened):
    page = opened("six")
    button, notes = page.locator("[data-do=folds]"), page.locator("main details.note[open]")
    before = notes.count()
    button.click()
    assert page.locator("main details:not([open])").count() == 0
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    assert page.locator("main details[open]:not(.note)").count() == 0
    assert notes.count() == before > 0
