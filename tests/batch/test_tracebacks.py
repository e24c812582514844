"""What an analyst sees of an error: of wrong input no traceback, of any other their own lines, libraries folded."""

import re
import sys
from types import SimpleNamespace

import nbformat
import pytest
from nbclient import NotebookClient

from personas.batch.faults import describe_error
from personas.errors import did_you_mean
from personas.progress import track
from personas.tracebacks import WHOLE, fold, fold_in_notebooks, is_library

ANSI = re.compile(r"\x1b\[[0-9;]*m")
CELLS = {
    "wrong input": 'from personas import check_parameters\ncheck_parameters("02_segments", n_segments="five")',
    "fault": "from personas.errors import did_you_mean\ndef ask(word):\n    return did_you_mean('a', [word])\n\nask(5)",
    "unfolded": "%tb",
    "their own": "1 / 0",
    "syntax": "def (",
    "after all": "print('goes on')",
}


def shown_by(cells):
    """What each cell of a real kernel shows of its error, by name: (kind, text without colours)."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells.values()])
    NotebookClient(notebook, allow_errors=True, kernel_name="python3", timeout=120).execute()
    found = {}
    for name, cell in zip(cells, notebook.cells, strict=True):
        for output in cell.outputs:
            text = "\n".join(output.get("traceback", [output.get("text", "")]))
            found[name] = (output.get("ename", ""), ANSI.sub("", text))
    return found


def test_errors_in_a_notebook_keep_the_analysts_lines_and_fold_the_rest():
    shown = shown_by(CELLS)

    kind, text = shown["wrong input"]
    assert kind == "InputError"
    assert text.startswith("1 problem in the input\n\n")
    assert "parameter n_segments\n    found     " in text
    assert "line" not in text and "Traceback" not in text

    kind, text = shown["fault"]
    assert kind == "TypeError"
    own, folded, words = re.split(r"^… ", text, maxsplit=1, flags=re.M)[0], *text.splitlines()[-2:]
    assert own == "Cell In[2], line 5\n    ask(5)\nCell In[2], line 3, in ask\n    return did_you_mean('a', [word])\n"
    assert re.fullmatch(r"… \d calls inside personas, difflib, the last at difflib\.py:\d+ \(%tb .*\)", folded)
    assert words.startswith("TypeError: ")

    kind, text = shown["unfolded"]
    assert kind == "TypeError"
    assert "personas/errors.py" in text and "difflib.py" in text

    kind, text = shown["their own"]
    assert kind == "ZeroDivisionError"
    assert "Traceback (most recent call last)" in text and "----> 1 1 / 0" in text.replace("  ", " ")
    assert shown["syntax"][0] == "SyntaxError"
    assert shown["after all"] == ("", "goes on\n")


class Shell:
    """What `fold_in_notebooks` asks of IPython's shell."""

    def __init__(self, exceptions=()):
        self.custom_exceptions = exceptions

    def set_custom_exc(self, exceptions, handler):
        self.custom_exceptions = exceptions


@pytest.mark.parametrize(("wish", "before", "folds"), [("", (), True), ("whole", (), False), ("", (OSError,), False)])
def test_whoever_wants_the_whole_or_has_a_handler_keeps_it(monkeypatch, wish, before, folds):
    shell = Shell(before)
    monkeypatch.setenv(WHOLE, wish)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert fold_in_notebooks() is folds
    assert shell.custom_exceptions == ((Exception,) if folds else before)


def test_an_error_that_never_was_in_the_library_is_left_alone():
    with pytest.raises(ZeroDivisionError) as caught:
        1 / 0  # noqa: B018
    assert fold(caught.value, caught.value.__traceback__) is None


def test_causes_come_first_and_are_folded_too():
    def ask():
        try:
            did_you_mean("a", [5])
        except TypeError as error:
            raise ValueError("no word") from error

    def asked():
        try:
            ask()
        except ValueError:
            did_you_mean("b", [5])

    with pytest.raises(TypeError) as caught:
        asked()
    lines = fold(caught.value, caught.value.__traceback__)
    kinds = [line.partition(":")[0] for line in lines if re.match(r"\w+Error", line)]
    assert kinds == ["TypeError", "ValueError", "TypeError"]
    assert sum(line.startswith("… ") for line in lines) == 2
    assert not any("errors.py" in line.partition("\n")[0] for line in lines if not line.startswith("… "))


def test_a_callback_of_the_analysts_is_seen_between_folded_calls():
    def words():
        yield {}["missing"]

    with pytest.raises(KeyError) as caught:
        list(track(words(), "words"))
    lines = fold(caught.value, caught.value.__traceback__)
    folded = [at for at, line in enumerate(lines) if line.startswith("… ")]
    assert len(folded) == 1 and folded[0] > 0
    assert "inside personas," in lines[folded[0]] and ", in words\n" in lines[folded[0] + 1]
    assert lines[folded[0] + 2 :] == ["KeyError: 'missing'"]


def test_installed_files_are_libraries_and_the_analysts_are_not(tmp_path):
    assert is_library(pytest.__file__)
    assert is_library(re.__file__)
    assert is_library("<frozen importlib._bootstrap>")
    assert not is_library(str(tmp_path / "own.py"))
    assert not is_library(__file__)


def test_the_terminal_names_the_place_that_is_folded():
    with pytest.raises(TypeError) as caught:
        did_you_mean("a", [5])
    lines = fold(caught.value, caught.value.__traceback__)
    told, kept = describe_error("TypeError", "of a value", lines)
    assert re.match(r"TypeError in difflib\.py, line \d+; ", told)
    assert "of a value" not in told and kept == "TypeError: of a value"


def test_without_ipython_nothing_is_set(monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert fold_in_notebooks() is False
