"""What the code itself never does: run data as code, ask a shell, reach for the network, open what can run code."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(ROOT.glob("personas/**/*.py"))
TEMPLATES = sorted(ROOT.glob("personas/**/*.html"))
NOTEBOOKS = sorted(ROOT.glob("notebooks/*.ipynb"))
RUNS_TEXT = {"eval", "exec", "compile", "__import__", "breakpoint", "input"}
SHELLS = {"system", "popen", "getoutput", "getstatusoutput", "create_subprocess_shell"}
NETWORK = {"socket", "ssl", "http", "urllib.request", "urllib3", "requests", "httpx", "aiohttp", "ftplib", "smtplib"}
OPENS_CODE = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "joblib.load", "torch"}
SAFE_LOADERS = {"SafeLoader", "PlainLoader", "BaseLoader"}
# Whether anybody listens where the contract says that Spark is.
MAY_KNOCK = {"personas/dataset/spark.py": {"socket"}}


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def calls_of(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_text_is_run_and_no_shell_is_asked(path):
    for node, called in calls_of(path):
        where = f"{name_of(path)}, line {node.lineno}: {called}"
        assert called not in RUNS_TEXT, where
        assert called.rpartition(".")[2] not in SHELLS or called.startswith("con"), where
        for keyword in node.keywords:
            value = ast.unparse(keyword.value)
            assert (keyword.arg, value) not in {("shell", "True"), ("allow_pickle", "True")}, where


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_is_imported_that_reaches_out_or_opens_code(path):
    for module in imported(path):
        for known in (NETWORK | OPENS_CODE) - MAY_KNOCK.get(name_of(path), set()):
            assert module != known and not module.startswith(f"{known}."), f"{module} in {name_of(path)}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_yaml_is_read_as_plain_values_in_python(path):
    """The loader in C is safe for values, but ends the whole process at brackets nested deep enough."""
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"yaml\.(?:unsafe_load|full_load|C\w*Loader|Loader|FullLoader|UnsafeLoader)\b", source)
    for node, called in calls_of(path):
        if called == "yaml.load":
            loaders = {ast.unparse(keyword.value).rpartition(".")[2] for keyword in node.keywords}
            assert loaders <= SAFE_LOADERS and loaders, f"{name_of(path)}, line {node.lineno}"


def test_templates_escape_by_default_and_know_every_name():
    made = [ast.unparse(node) for path in MODULES for node, called in calls_of(path) if called.endswith("Environment")]
    made = [one for one in made if "loader" in one]
    assert made
    for one in made:
        assert "autoescape=True" in one
        assert "undefined=StrictUndefined" in one or "undefined=jinja2.StrictUndefined" in one
    assert TEMPLATES
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        assert "autoescape false" not in text, name_of(path)
        for shown in re.finditer(r"(\S+)\s*\|\s*safe\b", text):
            assert re.fullmatch(r'"[^"]*"', shown.group(1)), f"{name_of(path)}: only our own words are markup"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_notebooks_ask_no_shell_and_show_no_markup_of_their_own(path):
    source = path.read_text(encoding="utf-8")
    assert not re.search(r'"\s*[!%]\w|get_ipython|IPython|HTML\(|Javascript', source)
