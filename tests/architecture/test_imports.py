"""Imports go one way, stages keep their private parts, and looking at the package costs nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import personas

ROOT = Path(__file__).parents[2]
MODULES = sorted(ROOT.glob("personas/**/*.py"))
ORDER = [
    "dataset",
    "customers",
    "segments",
    "experience",
    "profiles",
    "changes",
    "report",
    "simulation",
    "batch",
]
SHARED = {path.stem for path in ROOT.glob("personas/*.py")}
RUNS_CODE = {"pickle", "dill", "cloudpickle", "shelve", "marshal"}


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def imports_of(path):
    """Every (module, name) that a file imports; name is "" for a plain import."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} imports relatively"
            yield from ((node.module, alias.name) for alias in node.names)


def part_of(module, name):
    """The part of the package that an import names, None for anything else."""
    words = f"{module}.{name}".strip(".").split(".")
    return words[1] if words[0] == "personas" and len(words) > 1 else None


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_up_the_list(path):
    parts = path.relative_to(ROOT / "personas").parts
    own = ORDER.index(parts[0]) if len(parts) > 1 else -1
    for module, name in imports_of(path):
        part = part_of(module, name)
        if part in ORDER:
            assert ORDER.index(part) <= own, f"{module} from {name_of(path)}"
        elif part is not None:
            assert part in SHARED or module == "personas", f"{module} from {name_of(path)}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_stage_imports_the_private_parts_of_another(path):
    own = path.relative_to(ROOT / "personas").parts[0]
    for module, name in imports_of(path):
        if (part := part_of(module, name)) and part != own:
            private = [word for word in f"{module}.{name}".split(".") if word.startswith("_")]
            assert not private, f"{private} from {name_of(path)}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_that_is_opened_can_run_code(path):
    for module, name in imports_of(path):
        assert module.partition(".")[0] not in RUNS_CODE, f"{module}.{name} in {name_of(path)}"
        assert (module, name) not in {("joblib", "load"), ("joblib", "dump")}, name_of(path)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"eval", "exec"}, f"{name_of(path)}, line {node.lineno}"
        if isinstance(node, ast.Attribute):
            assert node.attr not in {"read_pickle", "to_pickle", "unsafe_load"}, name_of(path)


def test_modules_are_nouns():
    assert {path.stem for path in MODULES} & {"utils", "util", "helpers", "helper", "common", "misc"} == set()


@pytest.mark.parametrize("name", sorted(personas.HOME))
def test_offered_name_resolves(name):
    assert getattr(personas, name).__name__ == name


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        personas.no_such_name  # noqa: B018


@pytest.mark.parametrize(
    "module",
    ["personas", "personas.handover", "personas.progress", "personas.batch.stamps", "personas.batch.checks"],
)
def test_light_modules_load_nothing_slow(module):
    slow = {
        "pandas",
        "numpy",
        "ibis",
        "duckdb",
        "sklearn",
        "umap",
        "matplotlib",
        "papermill",
        "nbformat",
        "pydantic",
    }
    question = f"import sys, {module}; print(*{slow} & sys.modules.keys())"
    found = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, cwd=ROOT, check=True)
    assert found.stdout.split() == []


def test_umap_is_imported_only_where_it_draws():
    question = "import sys, personas.segments; print('umap' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, cwd=ROOT, check=True)
    assert found.stdout.strip() == "False"
