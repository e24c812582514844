"""``pip install .``: an importable package that finds its data, templates and notebooks from any folder."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from personas.batch.project import OF_THE_REPOSITORY, own_makefile, write_project
from personas.errors import InputError

ROOT = Path(__file__).parents[2]
NOT_COPIED = shutil.ignore_patterns("__pycache__", "*.parquet", "truth.json", ".forgotten.json")

# All in one process, because loading the library is most of what it costs.
WORKS = """
import os, sys
from pathlib import Path
import personas
from personas.experience import read_playbook
from tests.report import examples

site, project = map(Path, sys.argv[1:])
assert Path(personas.__file__).is_relative_to(site), personas.__file__
try:
    personas.read_dataset("demo")
except personas.InputError as error:
    print(error.problems[0].fix)
os.chdir(project / "notebooks")
print(personas.read_dataset("complete_journey").card.title)
print(personas.write_report(project / "out", **examples.inputs(3)).stat().st_size, len(read_playbook().signals))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy in which somebody has data and a notebook of their own."""
    copy = tmp_path_factory.mktemp("source")
    for name in ("personas", "notebooks", "data"):
        shutil.copytree(ROOT / name, copy / name, ignore=NOT_COPIED)
    for name in ("pyproject.toml", "setup.py", "MANIFEST.in", "Makefile", ".gitignore", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy / name)
    (copy / "data" / "acme").mkdir()
    (copy / "data" / "acme" / "dataset.yml").write_text("title: Ours alone\n")
    (copy / "notebooks" / "our_customers.ipynb").write_text("{}")
    pip(copy, "wheel", "--no-build-isolation", "-w", copy / "dist", copy)
    (built,) = (copy / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def site(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("installed")
    pip(folder, "install", "--no-compile", "--target", folder, wheel)
    return folder


def pip(folder, command, *arguments):
    options = ["--no-deps", "--no-index", "--disable-pip-version-check", "--no-cache-dir"]
    done = subprocess.run(
        [sys.executable, "-m", "pip", command, *options, *map(str, arguments)],
        cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def run(site, folder, *arguments, python_path=()):
    """Run the installed package from another folder; the path holds nothing of the repository unless it is given."""
    paths = os.pathsep.join(map(str, (site, *python_path)))
    return subprocess.run(
        [sys.executable, *map(str, arguments)], cwd=folder, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": paths},
    )  # fmt: skip


def test_the_wheel_holds_every_file_of_the_library(wheel):
    held = set(zipfile.ZipFile(wheel).namelist())
    mine = {path.relative_to(ROOT).as_posix() for path in (ROOT / "personas").rglob("*") if path.is_file()}
    assert {path for path in mine if "__pycache__" not in path} - held == set()


def test_nothing_of_ones_own_goes_into_the_wheel(wheel):
    held = zipfile.ZipFile(wheel).namelist()
    assert [name for name in held if "acme" in name or "our_customers" in name or name.startswith("tests/")] == []


def test_the_installed_package_lists_its_commands(site, tmp_path):
    done = run(site, tmp_path, "-m", "personas")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ")] == [
        "start", "draft", "simulate", "batch"
    ]  # fmt: skip


def test_a_command_that_there_is_not_is_told(site, tmp_path):
    done = run(site, tmp_path, "-m", "personas", "strat")
    assert (done.returncode, done.stdout) == (2, "")
    assert 'fix       did you mean "start"?' in done.stderr


@pytest.fixture(scope="module")
def project(site, tmp_path_factory):
    folder = tmp_path_factory.mktemp("elsewhere")
    done = run(site, folder, "-m", "personas", "start", "work")
    assert done.returncode == 0, done.stderr
    assert "make personas DATASET=demo" in done.stdout
    return folder / "work"


def test_the_installed_package_reads_data_and_writes_a_report(site, project, tmp_path):
    done = run(site, tmp_path, "-c", WORKS, site, project, python_path=[ROOT])
    assert done.returncode == 0, done.stderr
    fix, title, (size, signals) = *done.stdout.splitlines()[:2], map(int, done.stdout.splitlines()[2].split())
    assert fix == "change to it, or make one: python -m personas start FOLDER"
    assert f"title: {title}\n" in (ROOT / "data" / "complete_journey" / "dataset.yml").read_text()
    assert size == (project / "out" / "report.html").stat().st_size > 100_000
    assert signals > 5


def test_a_project_has_the_notebooks_and_the_shipped_datasets(site, project):
    stages = sorted(path.name for path in (project / "notebooks").glob("*.ipynb"))
    assert stages == sorted(path.name for path in (ROOT / "notebooks").glob("0*.ipynb"))
    assert sorted(path.name for path in (project / "data").iterdir()) == [
        "complete_journey", "demo", "demo_b2b", "sfo_2017", "sfo_2018"
    ]  # fmt: skip


def test_a_project_knows_when_the_installed_library_has_changed(site, project):
    stamped = run(site, project, "-m", "personas", "batch", "stamp", "demo")
    assert stamped.returncode == 0, stamped.stderr
    stamp = json.loads((project / "reports/.work/demo/stamps/01_customers").read_text())
    assert "dataset/reader.py" in stamp["library"]
    assert "missing" not in (stamp["notebook"], stamp["lock"])


def test_make_knows_the_project(project):
    done = subprocess.run(["make", "help"], cwd=project, capture_output=True, text=True)
    offered = [line.split()[1] for line in done.stdout.splitlines()]
    assert {"personas", "dataset", "lab", "accept", "clean"} <= set(offered)
    assert set(offered).isdisjoint(OF_THE_REPOSITORY)
    plan = ["make", "-n", "--no-print-directory", "data/demo/truth.json"]
    planned = subprocess.run(plan, cwd=project, capture_output=True, text=True).stdout
    assert planned.startswith(f'"{sys.executable}" -m personas.simulation')


def test_nothing_is_written_over(tmp_path):
    write_project(tmp_path)
    (tmp_path / "Makefile").write_text("mine")
    with pytest.raises(InputError, match="is there already"):
        write_project(tmp_path)
    assert (tmp_path / "Makefile").read_text() == "mine"


def test_the_makefile_of_a_project_calls_the_given_python():
    text = own_makefile((ROOT / "Makefile").read_text(), "/opt/my $python")
    assert "PYTHON := /opt/my $$python\n" in text
    assert "requirements.lock" not in text
