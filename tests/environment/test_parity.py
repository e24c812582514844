"""pyproject.toml, requirements.lock and environment.yml say the same."""

import ast
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
RUNTIME = [Requirement(line) for line in PROJECT["dependencies"]]
DECLARED = RUNTIME + [Requirement(line) for line in PROJECT["optional-dependencies"]["test"]]
SPARK = [Requirement(line) for line in PROJECT["optional-dependencies"]["spark"]]


def read_pins(lock):
    return [Requirement(line.rstrip("\\ ")) for line in lock.splitlines() if re.match(r"[A-Za-z0-9]", line)]


LOCK, SPARK_LOCK = ((ROOT / name).read_text() for name in ("requirements.lock", "requirements-spark.lock"))
PINS, SPARK_PINS = read_pins(LOCK), read_pins(SPARK_LOCK)
PYTHONS = ("3.11.9", "3.12.4", "3.13.1")


def pinned(name, python, pins=PINS):
    """The versions of a package that a lock installs on a Python."""
    environment = {"python_version": python.rpartition(".")[0], "python_full_version": python}
    return [
        next(iter(pin.specifier)).version
        for pin in pins
        if canonicalize_name(pin.name) == canonicalize_name(name)
        and (pin.marker is None or Marker(str(pin.marker)).evaluate(environment))
    ]


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("requirement", DECLARED, ids=lambda requirement: requirement.name)
def test_lock_pins_each_dependency_once_and_within_its_range(requirement, python):
    versions = pinned(requirement.name, python)
    assert len(versions) == 1
    assert requirement.specifier.contains(versions[0])


@pytest.mark.parametrize("python", PYTHONS)
def test_lock_of_spark_pins_it_within_its_range_and_moves_nothing_of_the_main_lock(python):
    for requirement in SPARK:
        [version] = pinned(requirement.name, python, SPARK_PINS)
        assert requirement.specifier.contains(version)
    common = {pin.name for pin in SPARK_PINS} & {pin.name for pin in PINS}
    assert "pyarrow" in common
    for name in common:
        assert pinned(name, python, SPARK_PINS) == pinned(name, python)


@pytest.mark.parametrize("lock", [LOCK, SPARK_LOCK], ids=["main", "spark"])
def test_lock_holds_pins_with_hashes_and_nothing_else(lock):
    entries = lock.replace("\\\n", " ").splitlines()
    for entry in filter(str.strip, entries):
        assert re.fullmatch(r"[\w.\-\[\]]+==\S+( ; [^#]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*", entry), entry[:80]


def test_conda_environment_installs_the_lock_and_the_project():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text())
    assert conda["name"] == PROJECT["name"]
    assert conda["channels"] == ["conda-forge"]
    *plain, last = conda["dependencies"]
    assert plain == ["python" + PROJECT["requires-python"], "make", "pip"]
    assert last == {"pip": ["-r requirements.lock", "-e ."]}


def test_environment_that_runs_these_tests_is_the_locked_one():
    python = ".".join(map(str, sys.version_info[:3]))
    wanted = {canonicalize_name(pin.name): pinned(pin.name, python) for pin in PINS if pin.marker is None}
    found = {name: importlib.metadata.version(name) for name in wanted}
    assert {name: [version] for name, version in found.items()} == wanted


def test_everything_imported_is_declared():
    distributions = importlib.metadata.packages_distributions()
    declared = {canonicalize_name(requirement.name) for requirement in RUNTIME + SPARK}
    undeclared = {}
    for path in ROOT.glob("personas/**/*.py"):
        for module in imported(path):
            if module == "personas" or module in sys.stdlib_module_names:
                continue
            owners = {canonicalize_name(owner) for owner in distributions.get(module, [module])}
            if not owners & declared:
                undeclared[module] = path.relative_to(ROOT).as_posix()
    assert undeclared == {}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.partition(".")[0]
