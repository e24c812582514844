"""What a browser makes of a report: every budget and every zero of the specification, measured on one file.

A browser opens a report once with scripts and once without, and turns it from one way of reading to the next;
`look_at` hands back what it saw as a :class:`Look`, and tests only compare that with a limit. So one rendering serves
all checks, and a fault names itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.report.pages import Element, read_page, words_of

# WCAG 1.4.12: text may be spaced this wide and nothing may be lost.
SPACING = "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}"
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
READERS = ("light", "dark", "phone")
COLOURS = ("color-contrast", "link-in-text-block")
WIDE, PHONE = {"width": 1280, "height": 720}, {"width": 390, "height": 844}


@dataclass(frozen=True)
class Look:
    """What was seen of one report. Lists name the faults and are empty where all is well; sizes are bytes.

    seconds : of work until the page stood, best of three; throttled : the same at a quarter of the processor's speed
    words, sheets : of each persona's page without opening a fold, and printed on A4
    requests : addresses that were asked for beside the file itself; said : console messages and script errors
    """

    size: int
    script: int
    style: int
    elements: int
    seconds: float
    throttled: float
    words: dict[str, int]
    sheets: dict[str, int]
    requests: list[str]
    said: list[str]
    hacked: bool
    twice: list[str]
    outline: list[str]
    axe: dict[str, list]
    sideways: list[str]
    overlaps: list
    outside: list
    targets: list
    walk: list[str]
    lost: set[str]
    folds: list[str]


def look_at(browser, report: Path, axe=READERS) -> Look:
    """Open `report` in every way that readers do; `axe` names those in which accessibility is checked, slowly.

    What does not hang on colours is the same in the dark, and what hangs on them is the same on a phone, but for what
    only a phone shows: where the light page is checked, the others are for what can differ.
    """
    html = report.read_text(encoding="utf-8")
    elements = read_page(html)
    seen = {}
    lively, silent = (browser.new_context(viewport=WIDE, java_script_enabled=on) for on in (True, False))
    try:
        page, bare = (_opened(context, report, seen) for context in (lively, silent))
        page.emulate_media(reduced_motion="reduce")
        found = {"lost": _lost(bare, page), "hacked": page.evaluate("window.hacked !== undefined")}
        light, checked = _laid_out(page), {}
        if "light" in axe:
            checked["light"] = _violations(page)
            page.evaluate(SHOWN)
        if "dark" in axe:
            page.emulate_media(color_scheme="dark")
            checked["dark"] = _violations(page, only=COLOURS if "light" in axe else ())
            page.emulate_media(color_scheme="light")
        walk = _walk(page)
        page.evaluate("document.activeElement.blur()")
        page.set_viewport_size(PHONE)
        phone = _laid_out(page)
        if "phone" in axe:
            checked["phone"] = _violations(page, without=COLOURS if "light" in axe else ())
            if "light" in axe and page.evaluate(ONLY_HERE):
                checked["phone"] += _violations(page, only=COLOURS, within=".only-here")
        sideways, folds, sheets = _sideways(page), _closed_in_print(bare), _sheets(bare)
        times = _times(browser, report)
    finally:
        for context in (lively, silent):
            context.close()
    return Look(
        size=len(html.encode()),
        script=len("".join(re.findall(r"(?s)<script[^>]*>(.*?)</script>", html)).encode()),
        style=len("".join(re.findall(r"(?s)<style[^>]*>(.*?)</style>", html)).encode()),
        elements=len(elements),
        seconds=times[1],
        throttled=times[4],
        words={name: len(_open_words(elements, section).split()) for name, section in _personas(elements)},
        sheets=sheets,
        requests=[url for url in seen.get("requests", []) if url.partition("#")[0] != report.as_uri()],
        said=seen.get("said", []),
        twice=_twice(elements),
        outline=_outline(elements),
        sideways=sideways,
        axe=checked,
        walk=walk,
        folds=folds,
        **{what: [("light", *one) for one in light[what]] + [("phone", *one) for one in phone[what]] for what in light},
        **found,
    )


QUICK = {1: 0.5, 4: 2.0}  # seconds allowed, by how much the processor is slowed down

# The specification, budget by budget: what is wrong with a look, empty or False where nothing is.
BUDGETS = {
    "weighs at most 1,000 KB": lambda look: look.size > 1_000_000 and look.size,
    "has at most 10 KB of script": lambda look: look.script > 10 * 1024 and look.script,
    "has at most 15 KB of style": lambda look: look.style > 15 * 1024 and look.style,
    "has at most 15,000 elements": lambda look: look.elements > 15_000 and look.elements,
    "stands within half a second": lambda look: look.seconds > QUICK[1] and look.seconds,
    "stands within two seconds at a quarter of the speed": lambda look: look.throttled > QUICK[4] and look.throttled,
    "says at most 900 words of a persona": lambda look: {k: v for k, v in look.words.items() if v > 900},
    "prints at most four pages of a persona": lambda look: {k: v for k, v in look.sheets.items() if v > 4},
    "asks for nothing": lambda look: look.requests,
    "says nothing on the console": lambda look: look.said,
    "runs no script from the data": lambda look: look.hacked,
    "has every id once": lambda look: look.twice,
    "has headings in order and no dead link": lambda look: look.outline,
    "breaks no rule of WCAG A or AA in light, in the dark or on a phone": lambda look: (
        any(look.axe.values()) and look.axe
    ),
    "never scrolls sideways": lambda look: look.sideways,
    "lays no text on other text": lambda look: look.overlaps,
    "cuts nothing off": lambda look: look.outside,
    "has targets of 24 pixels": lambda look: look.targets,
    "can be walked by keyboard": lambda look: look.walk,
    "is complete without scripts": lambda look: look.lost,
    "opens every fold that it prints": lambda look: look.folds,
}


def _opened(context, report: Path, seen: dict):
    page = context.new_page()
    page.on("request", lambda request: seen.setdefault("requests", []).append(request.url))
    page.on("pageerror", lambda error: seen.setdefault("said", []).append(str(error)))
    page.on("console", lambda message: seen.setdefault("said", []).append(message.text))
    page.goto(report.as_uri())
    return page


def _laid_out(page) -> dict[str, list]:
    """Text on other text, what is cut off and what is too small to hit, at the width that the page has now."""
    return {"overlaps": page.evaluate(OVERLAPS), "outside": page.evaluate(OUTSIDE), "targets": page.evaluate(TARGETS)}


def _violations(page, only: tuple[str, ...] = (), without: tuple[str, ...] = (), within: str | None = None) -> list:
    from axe_playwright_python.sync_playwright import Axe

    options = RULES | {"rules": RULES["rules"] | {rule: {"enabled": False} for rule in without}}
    if only:
        options = {"runOnly": list(only), "resultTypes": ["violations"]}
    found = Axe().run(page, context=within, options=options).response["violations"]
    return [
        (v["id"], len(v["nodes"]), v["nodes"][0]["html"][:160], v["nodes"][0]["failureSummary"][:200]) for v in found
    ]


def _times(browser, report: Path) -> dict[int, float]:
    """Seconds of work until the page stands, at a whole and at a quarter of the processor's speed: best of three.

    The first that is quick enough ends the trials. The time of the page's own thread is taken, its start included,
    since others that share the machine delay a page without slowing it. Each time is in a new context, which has a
    process of its own.
    """
    return {rate: _best(browser, report, rate, enough) for rate, enough in QUICK.items()}


def _best(browser, report: Path, rate: int, enough: float) -> float:
    best = _worked(browser, report, rate)
    for _ in range(2):
        best = best if best <= enough else min(best, _worked(browser, report, rate))
    return best


def _worked(browser, report: Path, rate: int) -> float:
    context = browser.new_context()
    try:
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Performance.enable")
        session.send("Emulation.setCPUThrottlingRate", {"rate": rate})
        page.goto(report.as_uri())
        metrics = session.send("Performance.getMetrics")["metrics"]
    finally:
        context.close()
    return next(metric["value"] for metric in metrics if metric["name"] == "ThreadTime")


def _sheets(page) -> dict[str, int]:
    """A4 pages of each persona, printed by itself."""
    names = page.evaluate("[...document.querySelectorAll('main > .persona')].map(s => s.id)")
    printed = {}
    for name in names:
        page.evaluate(
            "name => document.querySelectorAll('main > section').forEach(s => { s.hidden = s.id !== name })", name
        )
        pdf = page.pdf(prefer_css_page_size=True)
        printed[name] = len(re.findall(rb"/Type\s*/Page\b", pdf))
    return printed


def _sideways(page) -> list[str]:
    """Widths at which the page scrolls sideways; at the narrowest also with text spaced wide."""
    found = []
    for width in (1280, 700, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        if (across := page.evaluate("document.documentElement.scrollWidth")) > width:
            found.append(f"{across} px at {width}")
    page.add_style_tag(content=SPACING)
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        if (across := page.evaluate("document.documentElement.scrollWidth")) > width:
            found.append(f"{across} px at {width}, spaced")
    return found


def _walk(page, steps: int = 60) -> list[str]:
    """What is wrong on the way of the tabulator key: the skip link first, then the order of the page, always seen."""
    faults = []
    page.emulate_media(reduced_motion="reduce")  # else the page is still on its way to what has the focus
    page.keyboard.press("Tab")
    if page.evaluate("document.activeElement.className") != "skip":
        faults.append("the skip link is not first")
    page.keyboard.press("Enter")
    if page.evaluate("location.hash") != "#main":
        faults.append("the skip link does not lead to the report")
    page.evaluate("window.last = document.getElementById('main')")
    for _ in range(steps):
        page.keyboard.press("Tab")
        fault = page.evaluate(FOCUS)
        if fault is None:  # beyond the last place of the page
            return [*faults, *page.evaluate(UNREACHED)]
        if fault:
            faults.append(fault)
    return faults


def _lost(bare, lively) -> set[str]:
    """Words that only scripts bring, but for those of the controls they add."""
    without, within = (set(re.findall(r"\w+", page.locator("main").inner_text())) for page in (bare, lively))
    controls = " ".join(lively.locator(".tools, .picker, .equal").all_inner_texts())
    return within - without - set(re.findall(r"\w+", controls))


def _closed_in_print(page) -> list[str]:
    page.emulate_media(media="print")
    return page.evaluate(CLOSED)


def _personas(elements: list[Element]) -> list[tuple[str, Element]]:
    return [(e.attributes["id"], e) for e in elements if e.tag == "section" and "persona" in e.classes]


def _open_words(elements: list[Element], section: Element) -> str:
    """What is read of a section without opening a fold; signs that stand alone are no words."""
    inside = [e for e in elements if section in e.ancestors]
    read = words_of([e for e in inside if not e.within("away") and not folded(e)])
    return " ".join(re.findall(r"\S*\w\S*", read))


def folded(element: Element) -> bool:
    """Whether the element stands in a fold, behind its summary, or is proof in the margin, beside the reading."""
    if element.within("note"):
        return True
    chain = (*element.ancestors, element)
    behind = (inner for outer, inner in pairwise(chain) if outer.tag == "details")
    return any(inner.tag != "summary" for inner in behind)


def _twice(elements: list[Element]) -> list[str]:
    ids = [e.attributes["id"] for e in elements if "id" in e.attributes]
    return sorted({i for i in ids if ids.count(i) > 1}) if len(set(ids)) < len(ids) else []


def _outline(elements: list[Element]) -> list[str]:
    """Headings that leave a level out, more than one first heading, and references to ids that are not there."""
    levels = [(int(e.tag[1]), e.text.strip()) for e in elements if re.fullmatch("h[1-6]", e.tag)]
    faults = [f"{words} jumps" for (above, _), (level, words) in pairwise(levels) if level > above + 1]
    if sum(level == 1 for level, _ in levels) != 1:
        faults.append("not one h1")
    ids = {e.attributes.get("id") for e in elements}
    for e in elements:
        links = [e.attributes["href"][1:]] if (e.attributes.get("href") or "").startswith("#") else []
        for target in (*links, *(e.attributes.get("aria-labelledby") or "").split()):
            if target not in ids:
                faults.append(f"nothing is called {target}")
    return faults


# Elements that are shown now, and later those that are shown but were not then, to be looked at by their class.
SHOWN = "() => { window.shown = new Set([...document.querySelectorAll('body *')].filter(e => e.checkVisibility())); }"
ONLY_HERE = """() => {
  const found = [...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && !window.shown.has(e));
  found.forEach(e => e.classList.add('only-here'));
  return found.length;
}"""

# Lines of text of the whole page, swept from top to bottom: no two may lie on each other.
OVERLAPS = """() => {
  const lines = [], found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const held = node.parentElement;
    if (!node.data.trim() || !held.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })) continue;
    if (held.closest('.away, .skip, script, style, option, thead')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const small = parseFloat(getComputedStyle(held).fontSize);
    for (const box of range.getClientRects()) {
      if (box.width < 2) continue;
      const spare = Math.max(0, (box.height - small) / 2);
      lines.push({ words: node.data.trim().slice(0, 40), held, left: box.left, right: box.right,
                   top: box.top + spare, bottom: box.bottom - spare });
    }
  }
  lines.sort((a, b) => a.top - b.top);
  lines.forEach((a, i) => {
    for (let j = i + 1; j < lines.length && lines[j].top < a.bottom - 2; j++) {
      const b = lines[j];
      if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && found.length < 20)
        found.push([a.words, b.words, (a.held.closest('figure, section') || a.held).className]);
    }
  });
  return found;
}"""

# Text and marks beyond the window or cut off by what holds them; tables that scroll by themselves may be wider.
OUTSIDE = """() => {
  const found = [], wide = document.documentElement.clientWidth;
  for (const e of document.querySelectorAll('main *')) {
    if (found.length > 20) break;
    if (e.closest('.scroll, .away') || !e.checkVisibility()) continue;
    const style = getComputedStyle(e), box = e.getBoundingClientRect();
    if (!box.width) continue;
    const name = e.tagName + '.' + (e.getAttribute('class') || '') + ': ' + e.textContent.trim().slice(0, 40);
    if (box.right > wide + 1 || box.left < -1) found.push([name, Math.round(box.left), Math.round(box.right)]);
    const cut = ['hidden', 'clip'].includes(style.overflowX) && !e.closest('svg');
    if (cut && e.scrollWidth > e.clientWidth + 1) found.push([name, e.clientWidth, e.scrollWidth]);
  }
  return found;
}"""

# WCAG 2.5.8: at least 24 by 24; links within a sentence are let off, boxes count with their labels.
TARGETS = """() => [...document.querySelectorAll('a, button, select, input, summary')]
  .filter(e => e.checkVisibility() && !e.classList.contains('skip'))
  .map(e => e.tagName === 'INPUT' ? e.closest('label') : e)
  .filter(e => getComputedStyle(e).display !== 'inline')
  .map(e => [e.textContent.trim().slice(0, 40), e.getBoundingClientRect()])
  .filter(([, box]) => box.height < 23.9 || box.width < 23.9)
  .map(([words, box]) => [words, Math.round(box.width), Math.round(box.height)]).slice(0, 20)"""

# On a busy machine the browser scrolls to what has the focus some frames later.
FOCUS = """async () => {
  const at = document.activeElement, words = at.tagName + ' ' + at.textContent.trim().slice(0, 40);
  const style = getComputedStyle(at);
  const away = () => { const box = at.getBoundingClientRect(); return box.bottom < 0 || box.top > innerHeight; };
  const order = window.last.compareDocumentPosition(at) & (Node.DOCUMENT_POSITION_FOLLOWING);
  if (at === document.body || at.classList.contains('skip')) return null;
  window.last = at;
  if (!order) return words + ' comes too late';
  if (style.outlineStyle !== 'solid' || parseFloat(style.outlineWidth) < 2) return words + ' shows no focus';
  for (let frames = 0; away() && frames < 60; frames++) await new Promise(requestAnimationFrame);
  return away() ? words + ' is out of sight' : '';
}"""

UNREACHED = """() => [...document.querySelectorAll('a[href], button, select, input:not([type=radio]), summary')]
  .filter(e => e.checkVisibility() && window.last.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING)
  .map(e => e.tagName + ' ' + e.textContent.trim().slice(0, 40) + ' is never reached').slice(0, 5)"""

CLOSED = """() => [...document.querySelectorAll('details')]
  .filter(d => d.checkVisibility() && ![...d.children].slice(1).every(c => c.checkVisibility()))
  .map(d => d.className + ': ' + d.textContent.trim().slice(0, 40))"""
