"""A shop of attacks goes through make, all six notebooks and the report, where there is no network; nothing of it runs.

The pages are looked at as text here; tests/report looks at hostile words in a real browser.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
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
from tests.hostile.network import cut_off
from tests.hostile.shop import COMPUTED, MARK, TAG, write_shop

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
COPIED = ("Makefile", "environment.yml", "pyproject.toml", "requirements.lock", "notebooks", "personas")
KEPT = re.compile("MAKE|MFLAGS|CONDA|DATASET$|DATA$|P$|PYTEST|PYTHONPATH")
QUICK = "pairs=5 null_draws=19 max_segments=3 n_segments=2"
FETCHING = {"src", "srcset", "poster", "background", "action", "formaction", "data", "manifest", "ping"}


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("hostile")
    ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "kernel-ipc-*")
    for name in COPIED:
        source = ROOT / name
        (shutil.copytree(source, root / name, ignore=ignored) if source.is_dir() else shutil.copy(source, root))
    write_shop(root / "data" / "hostile")
    environment = {name: value for name, value in os.environ.items() if not KEPT.match(name)}
    command = ["make", "personas", "DATASET=hostile", f"P={QUICK}", "ENVIRONMENT=", f"PYTHON={sys.executable}"]
    done = subprocess.run(
        [*cut_off(), *command], cwd=root, env=environment, capture_output=True, text=True, timeout=1_500, check=False
    )
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
