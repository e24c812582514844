"""The types hold: mypy finds nothing in the library, and whoever imports it can read what goes in and comes out."""

import ast
import inspect
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import personas

ROOT = Path(__file__).parents[2]
STAGES = ("dataset", "customers", "segments", "experience", "profiles", "changes", "report", "simulation")
FUNCTIONS = sorted(
    (module, name)
    for module in ("personas", *(f"personas.{stage}" for stage in STAGES))
    for name in import_module(module).__all__
    if inspect.isfunction(getattr(import_module(module), name))
)


def mypy(*arguments):
    command = [sys.executable, "-m", "mypy", "--output=json", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def test_mypy_finds_nothing_in_the_library():
    # Some 22 s of one processor where nothing is known yet, under 3 s with the cache that a run leaves behind.
    found = [one for one in mypy() if one["severity"] == "error"]
    assert [f"{one['file']}:{one['line']}: {one['message']}" for one in found] == []


def test_mypy_reads_what_callers_write(tmp_path):
    script = tmp_path / "analysis.py"
    script.write_text(
        "from personas import compare_candidates, read_dataset\n"
        'dataset = read_dataset("demo")\n'
        "compare_candidates(dataset)\n"  # the customers go in, and not the dataset
    )
    (found,) = [one for one in mypy(script) if one["severity"] == "error"]
    assert (found["line"], found["code"]) == (3, "arg-type")
    assert 'expected "Customers"' in found["message"]


@pytest.mark.parametrize(("module", "name"), FUNCTIONS)
def test_public_functions_say_their_types(module, name):
    signature = inspect.signature(getattr(import_module(module), name))
    silent = [p.name for p in signature.parameters.values() if p.annotation is inspect.Parameter.empty]
    assert silent == []
    assert signature.return_annotation is not inspect.Signature.empty


def test_what_type_checkers_are_told_is_what_is_offered():
    stub = Path(personas.__file__).with_name("__init__.pyi").read_text(encoding="utf-8")
    told = {
        alias.name: node.module
        for node in ast.walk(ast.parse(stub))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert told == personas.HOME


def test_the_package_says_that_it_is_typed():
    assert (Path(personas.__file__).parent / "py.typed").is_file()
