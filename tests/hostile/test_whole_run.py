"""A shop of attacks goes through make, all six notebooks and the report, where there is no network; nothing of it runs.

Every row holds a word of its own, which stands in no page, no log and no message afterwards.
"""

from __future__ import annotations

import csv
import json
import re
import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import sqlglot
from bs4 import BeautifulSoup

from personas.report.exports import FORMULA_STARTS
from tests.batch.projects import code
from tests.copies import copy_project, make_personas
from tests.hostile.network import cut_off
from tests.hostile.shop import CANARY as CANARY_OF
from tests.hostile.shop import COMPUTED, MARK, TAG, write_shop

pytestmark = pytest.mark.slow

QUICK = "pairs=5 null_draws=19 max_segments=2 n_segments=2"
CANARY = re.compile(rb"zq[a-z]+\d{4}x|Zqq[a-j]{4}x")
# What a notebook may show: no script, and nothing that a viewer would run or fetch.
SHOWN = {"text/plain", "text/html", "image/png", "image/svg+xml", "text/markdown"}
FETCHING = {"src", "srcset", "poster", "background", "action", "formaction", "data", "manifest", "ping"}


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    root = copy_project(tmp_path_factory.mktemp("hostile"))
    write_shop(root / "data" / "hostile")
    done = make_personas(root, "hostile", QUICK)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    (root / "said.txt").write_text(done.stdout + done.stderr)
    return root


@pytest.fixture(scope="module")
def published(project) -> Path:
    return project / "reports" / "hostile"


def pages_of(project) -> list[Path]:
    published = project / "reports"
    return [published / "index.html", *sorted((published / "hostile").rglob("*.html"))]


def test_the_run_was_cut_off_or_says_that_it_could_not_be(project):
    if not cut_off():
        pytest.skip("no namespaces here: the whole run had the machine's network")
    code = "import socket; socket.create_connection(('192.0.2.1', 80), 1)"
    done = subprocess.run([*cut_off(), sys.executable, "-c", code], capture_output=True, text=True)
    assert "unreachable" in done.stderr


def test_nothing_in_a_name_was_run_by_a_shell_or_a_notebook(project):
    assert not list(project.rglob("pwned"))
    assert "Traceback" not in (project / "said.txt").read_text()


def test_pages_show_attacks_as_text_and_fetch_nothing(project):
    for path in pages_of(project):
        page = path.read_text(encoding="utf-8")
        soup = BeautifulSoup(page, "html.parser")
        assert soup.find_all(MARK) == [], path.name
        assert soup.find_all(["iframe", "object", "embed", "base", "form", "frame", "portal"]) == [], path.name
        own = 0 if path.parent.name == "notebooks" else 1
        assert len(soup.find_all("script")) == own, path.name
        assert "default-src 'none'" in str(soup.find("meta", {"http-equiv": "Content-Security-Policy"})), path.name
        for element in soup.find_all(True):
            for name, value in element.attrs.items():
                assert not name.startswith("on"), f"{path.name}: {element.name} {name}"
                if name in FETCHING:
                    assert str(value).startswith("data:"), f"{path.name}: {element.name} {name}={value}"
                if name in ("href", "xlink:href"):
                    assert re.match(r"#|[\w./-]+(?:#|$)", str(value)), f"{path.name}: {element.name} {name}={value}"
        assert not re.search(r"url\((?!['\"]?(?:data:|#))|@import", page), path.name


def test_the_attacks_are_there_to_be_read(published):
    soup = BeautifulSoup((published / "report.html").read_text(encoding="utf-8"), "html.parser")
    text = soup.get_text(" ")
    assert f"Shop <script>document.title='pwned'</script>{TAG}" in text
    assert "{{ 1234567*7654321 }}" in text
    stages = [path.read_text(encoding="utf-8") for path in (published / "notebooks").glob("*.html")]
    assert sum(f"&lt;{MARK}&gt;" in page for page in stages) >= 3


def test_no_template_and_no_expression_was_worked_out(project):
    for path in (project / "reports").rglob("*"):
        if path.is_file() and path.suffix in (".html", ".json", ".csv", ".sql", ".md"):
            assert COMPUTED not in path.read_text(encoding="utf-8"), path.name


def test_no_cell_of_the_exports_is_a_formula(published):
    tables = list((published / "exports").rglob("*.csv"))
    assert tables
    for path in tables:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        assert len(rows) == 301
        for row in rows:
            for cell in row:
                assert not cell.startswith(FORMULA_STARTS) or re.fullmatch(r"-?\d+(\.\d+)?", cell), cell


def test_the_assignment_is_one_query_in_both_dialects_and_assigns_as_it_was(project, published):
    for dialect, name in (("duckdb", "assign.sql"), ("spark", "assign.spark.sql")):
        text = (published / "exports" / name).read_text(encoding="utf-8")
        statements = [one for one in sqlglot.parse(text, read=dialect) if one is not None]
        assert len(statements) == 1
        assert isinstance(statements[0], sqlglot.exp.Query)
        assert not list(statements[0].find_all(sqlglot.exp.Drop, sqlglot.exp.Command))
    customers = pd.read_parquet(project / "reports" / ".work" / "hostile" / "customers.parquet")
    with duckdb.connect() as engine:
        engine.register("customers", customers)
        found = engine.sql((published / "exports" / "assign.sql").read_text(encoding="utf-8")).df()
    members = pd.read_parquet(published / "exports" / "members.parquet")
    both = found.merge(members, on="customer_id", suffixes=("", "_then"))
    assert len(both) == 300
    assert (both["persona_id"] == both["persona_id_then"]).all()


def test_no_customer_stands_in_a_page_or_in_what_was_said(project):
    members = pd.read_parquet(project / "reports" / "hostile" / "exports" / "members.parquet")
    endings = re.compile(r"(?<!\d)(?:" + "|".join(customer[-4:] for customer in members["customer_id"]) + r")(?!\d)")
    said = (project / "said.txt").read_text()
    assert not [customer for customer in members["customer_id"] if customer in said]
    for path in pages_of(project):
        text = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").get_text(" ")
        assert not [customer for customer in members["customer_id"] if customer in text], path.name
        assert not [found for found in endings.findall(text) if found.startswith("00")], path.name


def test_what_is_personal_is_private(project, published):
    for path in (*(published / "exports").rglob("*"), project / "reports" / ".work"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path.name


def test_the_data_of_the_report_is_plain_json(published):
    found = json.loads((published / "personas.json").read_text(encoding="utf-8"))
    assert TAG in found["dataset"]["title"]


def test_a_browser_runs_and_fetches_nothing_of_what_the_pages_hold(project, chromium):
    """With the pages' own policy and without it: markup that is only kept from acting by the policy would act then."""
    for bypass in (False, True):
        context = chromium.new_context(bypass_csp=bypass)
        page, seen = context.new_page(), []
        page.on("request", lambda request, seen=seen: seen.append(request.url))
        page.on("dialog", lambda dialog, seen=seen: (seen.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("pageerror", lambda error, seen=seen: seen.append(str(error)))
        for path in pages_of(project):
            seen.clear()
            page.goto(path.as_uri())
            assert [url for url in seen if not url.startswith("data:")] == [path.as_uri()], path.name
            assert "pwned" not in page.title().replace("document.title='pwned'", ""), path.name
            assert page.locator(MARK).count() == 0, path.name
        context.close()


def test_executed_notebooks_hold_nothing_that_a_viewer_would_run(project):
    kept = sorted((project / "reports" / ".work" / "hostile" / "notebooks").glob("*.ipynb"))
    assert len(kept) == 6
    for path in kept:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", ()):
                data = output.get("data", {})
                assert set(data) <= SHOWN, path.name
                shown = BeautifulSoup("".join(data.get("text/html", "")), "html.parser")
                assert shown.find_all(["script", "iframe", "object", "embed", "link", MARK]) == [], path.name
                handlers = [name for tag in shown.find_all(True) for name in tag.attrs if name.startswith("on")]
                assert handlers == [], path.name


def traces(project) -> list[str]:
    """Files with a word of a row, outside the sources, the private folder and the member lists."""
    private = {project / "data", project / "reports" / ".work"}
    found = []
    for path in project.rglob("*"):
        if path.is_file() and not private & set(path.parents) and not path.name.startswith("members."):
            found += [f"{path.relative_to(project)}: {word.decode()}" for word in CANARY.findall(path.read_bytes())]
    return found


def test_no_word_of_a_row_stands_in_what_is_published_or_said(project):
    tables = [path for path in (project / "data" / "hostile").glob("*.csv") if CANARY.search(path.read_bytes())]
    assert len(tables) == 4, "every table has such words"
    assert any(CANARY.search(path.read_bytes()) for path in (project / "reports" / ".work").rglob("*.parquet"))
    assert traces(project) == []


BETRAYING = """
import os, sys, warnings
mail = customers.frame["mail"].max()
print(customers.frame.to_string(), file=sys.stderr)
os.write(2, mail.encode())
warnings.warn(mail)
float(mail)
"""


def test_a_notebook_that_fails_tells_no_word_of_a_row(project):
    """The words of the exception are a customer's, as they are where text stands in a column of numbers."""
    notebook = project / "notebooks" / "05_changes.ipynb"
    whole = notebook.read_text(encoding="utf-8")
    document = json.loads(whole)
    place = next(i for i, cell in enumerate(document["cells"]) if cell["id"] == "changes")
    document["cells"].insert(place + 1, code("betrays", BETRAYING))
    notebook.write_text(json.dumps(document), encoding="utf-8")
    done = make_personas(project, "hostile", QUICK, network=True)
    notebook.write_text(whole, encoding="utf-8")
    said = done.stdout + done.stderr
    assert done.returncode == 2
    assert "05_changes stopped" in said
    assert "ValueError" in said, "what it was is told"
    assert CANARY.search(said.encode()) is None
    failed = project / "reports" / ".work" / "hostile" / "failed" / "05_changes.ipynb"
    assert CANARY.search(failed.read_bytes()), "the whole of it is kept for whoever may read it"
    assert traces(project) == []


@pytest.mark.parametrize(("table", "column"), [("orders.csv", 2), ("answers.csv", 1)])
def test_of_rows_that_cannot_be_read_three_values_at_most_are_told(project, table, column):
    path = project / "data" / "hostile" / table
    whole = path.read_bytes()
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    for n, row in enumerate(rows[1:]):
        row[column] = CANARY_OF.format(kind="broken", n=n % 7)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    done = make_personas(project, "hostile", QUICK, network=True)
    path.write_bytes(whole)
    said = done.stdout + done.stderr
    assert done.returncode == 2
    assert "in the input" in said
    told = set(CANARY.findall(said.encode()))
    assert 0 < len(told) <= 3, "of seven broken values the commonest, so that the contract can be mended"
    assert all(b"broken" in value for value in told), "nothing of the other columns"
