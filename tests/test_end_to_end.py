"""The whole default, as `make personas` runs it through Papermill, in a copy of the project; one run for all tests.

Where the system allows it, the run has no network.

What the report says is compared with figures worked out from the dataset's files without the library.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import stat
from pathlib import Path

import pandas as pd
import pytest

from personas.profiles import PersonaSet
from tests.copies import ROOT, copy_project, make_personas
from tests.customers.journey import ask
from tests.report.browsing import BUDGETS, look_at

pytestmark = pytest.mark.slow

NOTICE = "Simulated data based on real grocery shopping patterns, for educational and exploratory data analysis only"


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    root = copy_project(tmp_path_factory.mktemp("project"))
    shutil.copytree(ROOT / "data" / "complete_journey", root / "data" / "complete_journey")
    done = make_personas(root, "complete_journey")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return root


@pytest.fixture(scope="module")
def published(project) -> Path:
    return project / "reports" / "complete_journey"


@pytest.fixture(scope="module")
def page(published) -> str:
    return (published / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def text(page) -> str:
    """What a reader reads: no script, no style, no tags."""
    visible = re.sub(r"(?s)<(script|style)\b.*?</\1>", " ", page)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", visible)))


@pytest.fixture(scope="module")
def personas(published) -> PersonaSet:
    return PersonaSet.model_validate_json((published / "personas.json").read_bytes())


@pytest.fixture(scope="module")
def totals() -> dict:
    found = ask(
        """SELECT sum(CAST(sales_value AS DECIMAL(18, 2))) AS sales, count(DISTINCT basket_id) AS baskets,
        count(DISTINCT household_id) AS households, count(*) AS lines FROM {transactions}"""
    )
    return found.to_dict("records")[0]


def test_the_totals_worked_out_here_are_the_published_ones(totals):
    assert float(totals["sales"]) == 4_596_039.58
    assert (totals["baskets"], totals["households"], totals["lines"]) == (155_848, 2_469, 1_469_307)


def test_the_report_counts_the_households(text, totals):
    assert f"of {totals['households']:,} households" in text


def test_the_report_counts_the_lines_that_were_read(text, totals):
    assert f"{totals['lines']:,}" in text


def test_the_report_says_what_a_household_spent(personas, totals):
    spend = next(kpi for kpi in personas.kpis if kpi.key == "spend")
    assert spend.estimate.value == pytest.approx(float(totals["sales"]) / totals["households"], rel=1e-12)


def test_the_customer_table_adds_up_to_the_sales_and_baskets_of_the_files(project, totals):
    table = pd.read_parquet(project / "reports" / ".work" / "complete_journey" / "customers.parquet")
    assert round(table["sales"].sum(), 2) == float(totals["sales"])
    assert table["orders"].sum() == totals["baskets"]
    assert len(table) == totals["households"]


def test_the_sales_and_baskets_of_the_files_stand_in_the_report(text, totals):
    assert f"{totals['baskets']:,}" in text
    assert f"${totals['sales']:,.2f}" in text
    assert f"${float(totals['sales']) / 1e6:.2f} million" in text.replace("\u00a0", " ")


def test_every_persona_stands_in_the_report_with_its_size(text, personas):
    for persona in personas.personas:
        assert persona.name in text
        assert f"{persona.n:,}" in text


def test_the_verdict_and_the_headline_stand_in_the_report(text, personas):
    plain = re.sub(r"\s+", " ", text)
    assert re.sub(r"\s+", " ", personas.headline) in plain
    assert re.sub(r"\s+", " ", personas.verdict.meaning) in plain
    for reason in personas.verdict.reasons:
        assert re.sub(r"\s+", " ", reason) in plain


def test_the_notice_of_the_package_stands_at_the_head_and_with_every_persona(text, personas):
    assert text.index(NOTICE) < text.index(personas.personas[0].name) + 3_000
    assert text.count(NOTICE) > len(personas.personas)


def test_the_executed_notebooks_are_published_with_it(published):
    pages = [path.read_text(encoding="utf-8") for path in (published / "notebooks").glob("0*.html")]
    assert len(pages) == 6
    assert all(NOTICE in html.unescape(page) for page in pages)


def test_only_our_own_script_may_run(page):
    assert page.count("<script") == 1
    assert "default-src 'none'" in html.unescape(page)
    assert "script-src 'sha256-" in html.unescape(page)
    assert "unsafe-inline" not in re.search(r"script-src[^;\"]*", html.unescape(page)).group()
    assert not re.search(r"<[^>]+\son[a-z]+\s*=", page), "no handler in a tag"
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page), "nothing is fetched"


def test_the_report_is_small_enough_to_mail(published):
    assert (published / "report.html").stat().st_size < 1_000_000


def test_no_household_stands_in_the_report(page):
    assert "customer_id" not in page
    assert "household_id" not in page


def test_the_exports_hold_every_household_once_and_are_private(project, published, personas):
    table = pd.read_csv(published / "exports" / "members.csv", dtype={"customer_id": str})
    again = pd.read_parquet(published / "exports" / "members.parquet")
    assert len(table) == len(again) == 2_469
    assert table["customer_id"].is_unique
    assert table["confidence"].between(0.5, 1).all()
    counts = table["persona"].value_counts()
    assert counts.to_dict() == {persona.name: persona.n for persona in personas.personas}
    assert again["customer_id"].astype(str).tolist() == table["customer_id"].tolist()
    for path in (published / "exports").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path.name
    work = project / "reports" / ".work"
    assert stat.S_IMODE(work.stat().st_mode) == 0o700


def test_personas_as_data_say_what_the_exports_say(personas):
    assert personas.dataset.customers == sum(persona.n for persona in personas.personas) == 2_469
    assert personas.verdict.k == len(personas.personas)
    assert personas.verdict.word in ("natural", "reproducible", "constructive", "none")
    assert len({claim.id for claim in personas.claims}) == len(personas.claims)


def test_the_evidence_was_gathered_with_the_effort_that_is_promised(project):
    evidence = json.loads((project / "reports" / ".work" / "complete_journey" / "evidence.json").read_text())
    assert [row["k"] for row in evidence["rows"]] == list(range(1, 9))
    # As many tables without segments as it takes: 19 settle a clear answer, a close one gets up to 199.
    assert 19 <= evidence["null_draws"] <= 199
    assert 9 <= evidence["stability_null_draws"] <= 199
    chosen = next(row for row in evidence["rows"] if row["chosen"])
    assert chosen["k"] > 1, "methods.md: expect reproducible at few segments or constructive at more"
    assert all(row["stability"] is not None for row in evidence["rows"][1:])


def test_the_map_draws_at_most_two_thousand_points_within_its_frame(project):
    points = json.loads((project / "reports" / ".work" / "complete_journey" / "map.json").read_text())
    assert 1_000 < len(points) <= 2_000
    assert all(0 <= p["x"] <= 1 and 0 <= p["y"] <= 1 for p in points)


@pytest.mark.browser
def test_the_published_report_keeps_every_budget_in_a_browser(published, chromium):
    pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is not installed")
    look = look_at(chromium, published / "report.html")
    assert {name: found for name, check in BUDGETS.items() if (found := check(look))} == {}


def test_a_second_run_does_nothing(project, published):
    before = {path: path.stat().st_mtime_ns for path in published.rglob("*")}
    done = make_personas(project, "complete_journey", network=True)
    assert done.returncode == 0, done.stderr
    assert {path: path.stat().st_mtime_ns for path in published.rglob("*")} == before
