"""The report of Complete Journey, against profiles of the same customer table: time, size, what the page is like.

The profilers are no dependencies: PROFILERS_PYTHON names a Python that has `fg-data-profiling` and `evidently`; without
it nothing is compared. A browser (Chromium) opens each page as a reader would.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

PROFILERS = ("evidently", "fg-data-profiling")
SEEN = ("opens", "phone", "words", "bare", "twice", "rules")
PHONE = {"width": 390, "height": 844}
WAIT = 30  # seconds; a page that does not stand by then is told as such
TWICE = """() => {
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  return ids.length - new Set(ids).size;
}"""
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}


@cache
def folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="bench-report-"))


@cache
def ours() -> dict:
    """From the customer table to the report: segments, experience, personas, page."""
    from personas import build_customers, read_dataset
    from tests.benchmarks.endtoend import make_report, stopwatch

    source = read_dataset("complete_journey")
    customers = build_customers(source)
    customers.frame.drop(columns="customer_id").to_csv(folder() / "table.csv", index=False)
    seconds, timed = stopwatch()
    page = make_report(source, customers, folder(), timed)
    return {"seconds": sum(seconds.values()), "rendering": seconds["report"], **look(page)}


def profiled(name: str):
    """The same customer table, described by a profiler in a process of its own; starting it does not count."""

    @cache
    def run() -> dict:
        ours()  # writes the table
        page = folder() / f"{name}.html"
        script = Path(__file__).with_name("profiler_process.py")
        command = [os.environ["PROFILERS_PYTHON"], "-W", "ignore", str(script), name, str(folder() / "table.csv"), page]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        return {**json.loads(done.stdout.splitlines()[-1]), **look(page)}

    return run


def look(page: Path) -> dict:
    """What a browser makes of a page, in a process of its own, which may be ended if the page never stands."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_report", str(page)]
    with tempfile.TemporaryFile("w+") as said:
        with subprocess.Popen(command, stdout=said, stderr=subprocess.DEVNULL, start_new_session=True) as reader:
            with suppress(subprocess.TimeoutExpired):
                reader.wait(len(SEEN) * WAIT)
            with suppress(ProcessLookupError):
                os.killpg(reader.pid, signal.SIGKILL)  # its browser as well
        said.seek(0)
        lines = said.read().splitlines()
    return {"size": page.stat().st_size, **dict.fromkeys(SEEN), **json.loads(lines[-1] if lines else "{}")}


def open_as_readers_do(page: Path) -> None:
    """Print what is seen after each step, so that a page that hangs later leaves what was seen before."""
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import Error, sync_playwright

    from personas.batch.printing import find_browser

    seen: dict = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])

        def of(read, throttle: int = 1, **options):
            """What `read` finds on the page, opened anew; None where it does not come to an end in time."""
            context = browser.new_context(**options)
            try:
                tab = context.new_page()
                tab.set_default_timeout(WAIT * 1000)
                context.new_cdp_session(tab).send("Emulation.setCPUThrottlingRate", {"rate": throttle})
                start = time.perf_counter()
                tab.goto(page.as_uri(), wait_until="load", timeout=WAIT * 1000)
                return read(tab, time.perf_counter() - start)
            except Error:
                return None
            finally:
                context.close()

        steps = {
            "opens": (lambda tab, seconds: seconds, {"throttle": 4}),
            "phone": (lambda tab, _: tab.evaluate("document.documentElement.scrollWidth"), {"viewport": PHONE}),
            "words": (lambda tab, _: words(tab), {}),
            "bare": (lambda tab, _: words(tab), {"java_script_enabled": False}),
            "twice": (lambda tab, _: tab.evaluate(TWICE), {}),
            "rules": (lambda tab, _: len(Axe().run(tab, options=WCAG).response["violations"]), {}),
        }
        for name in SEEN:
            read, options = steps[name]
            seen[name] = of(read, **options)
            print(json.dumps(seen), flush=True)
        browser.close()


def words(tab) -> int:
    return len(re.findall(r"\w+", tab.locator("body").inner_text()))


def told(mine: dict, theirs: dict) -> str:
    """Ours beside theirs, in words."""

    def pair(name: str, sentence: str, show=lambda value: f"{value:,}") -> str:
        of = ["never" if found[name] is None else show(found[name]) for found in (mine, theirs)]
        return sentence.format(*of)

    return "; ".join(
        (
            f"{theirs['version']}",
            f"of ours, {mine['rendering']:.1f} s are the page",
            pair("size", "{} against {} KB", lambda size: f"{size / 1000:,.0f}"),
            pair("opens", "opens at a quarter of the speed in {} against {}", lambda s: f"{s:.1f} s"),
            pair("rules", "rules of WCAG A and AA broken: {} against {}"),
            pair("twice", "duplicate ids: {} against {}"),
            pair("phone", "width on a phone of 390 pixels: {} against {}"),
            f"words shown without scripts: {shown_bare(mine)} against {shown_bare(theirs)}",
        )
    )


def shown_bare(found: dict) -> str:
    return "none" if not found["bare"] else f"{found['bare']:,} of {found['words'] or found['bare']:,}"


def contests(size):
    from tests.benchmarks.contest import Contest

    if size == "small" or not os.environ.get("PROFILERS_PYTHON"):
        return ()
    return tuple(
        Contest(
            task="from the customer table of Complete Journey to segments, personas and their report",
            plain_way=f"{name}: a profile of the same table",
            ours=ours,
            plain=profiled(name),
            rounds=1,
            told=told,
            seconds=lambda found: found["seconds"],
        )
        for name in PROFILERS
    )


if __name__ == "__main__":
    open_as_readers_do(Path(sys.argv[1]))
