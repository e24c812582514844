"""A new user's day, by what README and docs tell people to type: own files to an own report, and every other command.

The commands are taken from the documents and given to a shell as they stand there, in a copy of the project; only which
Python make uses is said from outside. What cannot be run here is named below with the place that runs it.
"""

import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import time
import urllib.request

import numpy as np
import pandas as pd
import pytest

from personas.dataset import read_dataset
from tests.copies import LEFT_OUT, ROOT, copy_project

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md")), *ROOT.glob("data/*/*.md")]
OWN = "## Your own data in ten minutes"
MINUTES = 10

# What is typed → what runs it, since it is too long, is what runs this, or needs what a copy does not have.
ELSEWHERE = {
    "make test": ".ci/run",
    "make personas": "tests/test_end_to_end.py",
    "make evidence": "tests/evidence/test_evidence.py",
    "make bench": "tests/benchmarks/test_benchmarks.py",
    "make env EXTRA=spark": ".ci/run",
    'make personas DATASET=demo P="engine=spark"': "tests/engines/test_connect.py",
    'make personas DATASET=acme P="share=0.02"': "tests/engines/test_connect.py",
    "start-connect-server.sh": "tests/engines/test_connect.py",
    "make personas DATASET=sfo_2017 DATA=path/to/the/folder": "tests/batch/test_make.py",
    "make personas DATASET=acme ALERT=exit": "tests/readme/test_nightly.py",
}


def blocks(text):
    return re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands(text):
    """Lines of blocks that are typed: after a prompt, or beginning with make; what follows a # is a remark."""
    typed = (line.strip() for block in blocks(text) for line in block.splitlines())
    found = (re.match(r"(?:\$ )(.+)|((?:make|python -m) .+)", line) for line in typed)
    return [re.sub(r"\s+#.*", "", match[1] or match[2]) for match in found if match]


def write_exports(folder):
    """What a shop might have: semicolons, decimal commas, days first; regulars and occasional shoppers."""
    rng = np.random.default_rng(11)
    number = np.arange(400)
    often, dear = number % 3 == 0, number % 2 == 0
    people = pd.DataFrame({
        "customer_no": [f"K{n:05d}" for n in number],
        "name": [f"{first} {last}" for first, last in zip(rng.choice(FIRST, 400), rng.choice(LAST, 400), strict=True)],
        "email": [f"{n}.{rng.integers(1e6)}@example.org" for n in number],
        "town": rng.choice(["Ulm", "Jena", "Kiel"], 400),
        "member_since": [f"{day:02d}.{month:02d}.2019" for day, month in rng.integers(1, 13, (400, 2))],
        "newsletter": rng.choice(["yes", "no"], 400),
    })  # fmt: skip
    rows = []
    for n in number:
        for _ in range(rng.poisson(13 if often[n] else 4) + 1):
            day = pd.Timestamp("2024-01-01") + pd.Timedelta(int(rng.integers(0, 363)), "D")
            each = rng.gamma(8, (60 if dear[n] else 18) / 8)
            rows.append((people["customer_no"][n], f"{day:%d.%m.%Y}", f"{each:.2f}".replace(".", ","),
                         rng.choice(["Bakery", "Fruit", "Household", "Drinks"])))  # fmt: skip
    orders = pd.DataFrame(rows, columns=["customer_no", "ordered", "total", "department"])
    orders.insert(0, "order_no", [f"A{n:06d}" for n in range(len(orders))])
    folder.mkdir(parents=True)
    people.to_csv(folder / "customers.csv", sep=";", index=False)
    orders.to_csv(folder / "orders.csv", sep=";", index=False)
    return people, orders


FIRST = ["Anna", "Bela", "Carla", "Dario", "Elif", "Frank", "Greta", "Hanno"]
LAST = ["Abel", "Brandt", "Conrad", "Dietz", "Ebert", "Fuchs", "Gerlach", "Horn"]


class Desk:
    """A copy of the project as its user has it; `type` gives a line to a shell in it."""

    def __init__(self, root, home):
        self.root, self.home, self.typed = root, home, []
        (home / "bin").mkdir(parents=True)
        for name, real in {
            "make": f'{shutil.which("make")} "$@" ENVIRONMENT= PYTHON={sys.executable}',
            "python": f'{sys.executable} "$@"',
        }.items():
            (home / "bin" / name).write_text(f"#!/bin/sh\nexec {real}\n")
            (home / "bin" / name).chmod(0o700)
        kept = {name: value for name, value in os.environ.items() if not LEFT_OUT.match(name)}
        self.environment = kept | {"HOME": str(home), "PATH": f"{home / 'bin'}:{os.environ['PATH']}"}

    def type(self, line, passes=True):
        self.typed.append(line)
        done = subprocess.run(["bash", "-c", line], cwd=self.root, env=self.environment, capture_output=True, text=True)
        assert (done.returncode == 0) == passes, f"{line}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done.stdout

    def report(self):
        return (self.root / "reports" / "acme" / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    place = tmp_path_factory.mktemp("new user")
    root = place / "personas"
    (root / "data").mkdir(parents=True)
    copy_project(root)
    return Desk(root, place / "home")


@pytest.fixture(scope="module")
def own(desk):
    """The section of the README, from two files to a report; returns its files, what was said, and the seconds."""
    files = write_exports(desk.home / "Downloads")
    draft, run = commands(README.partition(OWN)[2].partition("\n## ")[0])
    start = time.monotonic()
    said = desk.type(draft)
    desk.type(run)
    return files, said, time.monotonic() - start


def test_the_draft_says_what_the_readme_shows(own):
    shown = blocks(README.partition(OWN)[2])[0].partition("\n")[2]
    assert own[1].strip() == shown.strip()


def test_the_contract_reads_as_the_readme_shows(own, desk):
    shown = blocks(README.partition(OWN)[2])[1]
    assert shown in (desk.root / "data" / "acme" / "dataset.yml").read_text(encoding="utf-8")


def test_own_files_become_an_own_report_in_ten_minutes(own, desk):
    (people, orders), _, seconds = own
    assert seconds < MINUTES * 60
    read = read_dataset("acme", root=desk.root).tables["transactions"].execute()
    spent = orders["total"].str.replace(",", ".").astype(float)
    assert len(read) == len(orders) and read["amount"].astype(float).sum() == pytest.approx(spent.sum())
    page = desk.report()
    assert not [name for name in people["name"] if name in page] and "@example.org" not in page
    members = pd.read_csv(desk.root / "reports" / "acme" / "exports" / "members.csv")
    assert sorted(members["customer_id"]) == sorted(people["customer_no"])


def test_every_other_command_does_what_is_said(own, desk):
    reports = desk.root / "reports"
    before = desk.report()
    desk.type('make personas DATASET=acme P="n_segments=2 seed=7"')
    assert len(json.loads((reports / "acme" / "personas.json").read_bytes())["personas"]) == 2
    assert desk.report() != before
    assert "make personas" in desk.type("make help")
    desk.type("make accept DATASET=acme")
    desk.type("make split DATASET=acme")
    assert (reports / "acme" / "pages" / "index.html").exists()
    assert "members.csv" in "".join(path.name for path in (reports / "acme" / "exports").iterdir())
    desk.type("make sbom")
    assert json.loads((reports / "sbom.cdx.json").read_bytes())["components"]
    assert "pandas" in desk.type("make licences")
    desk.type("make env")
    desk.type("make lint")


def test_a_report_is_printed(own, desk, chromium):
    desk.type("make pdf DATASET=acme")
    assert (desk.root / "reports" / "acme" / "report.pdf").read_bytes().startswith(b"%PDF")


def test_a_customer_is_forgotten_as_the_page_says(own, desk):
    forget, again = commands((ROOT / "docs" / "privacy.md").read_text(encoding="utf-8"))
    (desk.root / "ids.txt").write_text("K00007\nK00010\n")
    desk.type(forget)
    desk.type(again)
    members = pd.read_csv(desk.root / "reports" / "acme" / "exports" / "members.csv")
    assert len(members) == 398 and not {"K00007", "K00010"} & set(members["customer_id"])
    assert stat.S_IMODE((desk.root / "reports" / "acme" / "exports" / "members.csv").stat().st_mode) == 0o600


def test_the_laboratory_opens_on_the_notebooks(own, desk):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (desk.home / ".jupyter").mkdir()
    settings = {"ServerApp": {"port": port, "open_browser": False, "token": "t", "allow_root": True}}
    (desk.home / ".jupyter" / "jupyter_server_config.json").write_text(json.dumps(settings))
    desk.typed.append("make lab")
    with subprocess.Popen(["make", "lab"], cwd=desk.root, env=desk.environment, start_new_session=True,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as lab:  # fmt: skip
        try:
            names = {one["name"] for one in ask(f"http://127.0.0.1:{port}/api/contents?token=t")["content"]}
        finally:
            os.killpg(lab.pid, 15)
    assert {"01_customers.ipynb", "06_report.ipynb", "gallery"} <= names


def ask(address, wait=60):
    for _ in range(wait * 2):
        try:
            return json.load(urllib.request.urlopen(address, timeout=5))
        except OSError:
            time.sleep(0.5)
    raise AssertionError(f"nothing answers at {address}")


@pytest.mark.parametrize("name", ["demo", "demo_b2b"])
def test_simulated_customers_are_made_again(desk, name):
    (line,) = commands((ROOT / "data" / name / "README.md").read_text(encoding="utf-8"))
    desk.type(line)
    assert (desk.root / "data" / name / "truth.json").exists()


def test_clean_removes_the_reports_and_nothing_else(own, desk):
    desk.type("make clean")
    assert not (desk.root / "reports").exists()
    assert (desk.root / "data" / "acme" / "dataset.yml").exists()


def test_every_command_of_the_documents_is_run(own, desk):
    """By target and names of variables: `make pdf DATASET=demo` is run for acme."""

    def kind(line):
        return (*line.split()[:2], *re.findall(r"\b([A-Z]+)=", line))

    run = {kind(line) for line in desk.typed} | {kind(line) for line in ELSEWHERE}
    shown = [line for path in DOCUMENTS for line in commands(path.read_text(encoding="utf-8"))]
    assert len(shown) > 15
    left = [line for line in shown if kind(line) not in run and not any(key in line for key in ELSEWHERE)]
    assert left == []
    for place in ELSEWHERE.values():
        assert (ROOT / place).exists(), place
