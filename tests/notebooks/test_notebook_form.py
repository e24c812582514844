"""Notebooks are prose, parameters and calls: no outputs, no logic, nothing that the library does not know."""

import ast
import json
import re
from pathlib import Path

import pytest

from personas.batch.notebooks import read_notebook
from personas.parameters import GALLERY, STAGES, find_problem

ROOT = Path(__file__).parents[2]
PATHS = sorted(ROOT.glob("notebooks/**/*.ipynb"))
LOGIC = (
    ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda,
    ast.For | ast.While | ast.If | ast.IfExp | ast.Try | ast.With | ast.Match,
    ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp,
)
every_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def cells(path, kind=None):
    document = json.loads(path.read_text())
    return [cell for cell in document["cells"] if kind in (None, cell["cell_type"])]


def source(cell):
    return "".join(cell["source"])


def parameter_cells(path):
    return [cell for cell in cells(path, "code") if "parameters" in cell["metadata"].get("tags", ())]


def test_there_is_one_notebook_a_stage():
    assert [path.stem for path in sorted(ROOT.glob("notebooks/*.ipynb"))] == list(STAGES)


def test_the_gallery_holds_what_is_checked_as_such():
    assert [path.stem for path in sorted(ROOT.glob("notebooks/gallery/*.ipynb"))] == list(GALLERY)


@every_notebook
def test_notebook_is_stripped(path):
    assert set(json.loads(path.read_text())["metadata"]) <= {"kernelspec", "language_info"}
    for cell in cells(path):
        assert set(cell["metadata"]) <= {"tags"}, cell["id"]
        assert cell.get("outputs", []) == [], cell["id"]
        assert cell.get("execution_count") is None, cell["id"]


@every_notebook
def test_cell_ids_are_words_and_differ(path):
    ids = [cell["id"] for cell in cells(path)]
    assert len(set(ids)) == len(ids)
    for name in ids:
        assert re.fullmatch(r"[a-z]{2,}(-[a-z]+)*", name), name


@every_notebook
def test_notebook_begins_with_its_title(path):
    first = cells(path)[0]
    assert first["cell_type"] == "markdown"
    assert source(first).startswith("# ")


@every_notebook
def test_one_parameters_cell_of_literals_with_a_comment_a_line(path):
    (cell,) = parameter_cells(path)
    for line in source(cell).splitlines():
        assert re.match(r"\w+ = .+  # \S", line), line
    assert {"dataset", "workspace", "data"} <= set(read_notebook(path).defaults)


@every_notebook
def test_parameters_are_known_to_the_library_and_their_defaults_are_sound(path):
    for name, value in read_notebook(path).defaults.items():
        assert find_problem(name, value, path.stem) is None


@every_notebook
def test_cell_after_the_parameters_checks_every_one_of_them(path):
    code = cells(path, "code")
    after = code[code.index(parameter_cells(path)[0]) + 1]
    calls = [node for node in ast.walk(ast.parse(source(after))) if isinstance(node, ast.Call)]
    (call,) = [call for call in calls if getattr(call.func, "id", "") == "check_parameters"]
    assert ast.literal_eval(call.args[0]) == path.stem
    passed = {keyword.arg: getattr(keyword.value, "id", None) for keyword in call.keywords}
    assert passed == {name: name for name in read_notebook(path).defaults}


@every_notebook
def test_notebook_holds_no_logic(path):
    for cell in cells(path, "code"):
        for node in ast.walk(ast.parse(source(cell))):
            assert not isinstance(node, LOGIC), f"{type(node).__name__} in cell {cell['id']}"


@every_notebook
def test_notebook_shows_no_path_of_a_machine(path):
    assert not re.search(r"/(home|root|Users|tmp|work)/", path.read_text())
