"""Parameters that are code reach a notebook as text, and nothing else: no line of it is run."""

import json
import subprocess
import sys

import pytest

from personas.batch.notebooks import literals
from personas.batch.overrides import parse_overrides
from tests.batch.projects import write, write_project

FOLDERS = (
    'quote"; open("pwned", "w"); "',
    "quote'; open('pwned', 'w'); '",
    'back\\"; open("pwned", "w") #',
    'line\nopen("pwned", "w")\n',
    '"""; open("pwned", "w"); """',
    "{open('pwned', 'w')}",
    "$(touch pwned) `touch pwned`",
    "%run pwned\n!touch pwned",
    "{{ 7*7 }}",
)


def test_folders_whose_names_are_code_are_handed_to_a_notebook_as_they_are_called(tmp_path):
    """Papermill writes parameters into a cell; here are all of them in one, as it would write each."""
    project = write_project(tmp_path)
    folder = tmp_path / "/".join(name.replace("/", "") for name in FOLDERS[:5]) / FOLDERS[5] / FOLDERS[6] / FOLDERS[7]
    write(folder / "rows.csv", "id\n1\n")
    project.edit("notebooks/01_customers.ipynb", "from personas", "open('seen.txt', 'w').write(data)\\nfrom personas")
    environment = project.how()["env"] | {"DATASET": "tiny", "PYTHONPATH": str(tmp_path), "DATA": str(folder)}
    command = [sys.executable, "-m", "personas.batch", "run", "01_customers", "tiny"]
    done = subprocess.run(command, **project.how() | {"env": environment}, timeout=120)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "notebooks" / "seen.txt").read_text() == str(folder)
    assert not list(tmp_path.rglob("pwned"))
    written = json.loads((project.work() / "notebooks" / "01_customers.ipynb").read_text())
    injected = [cell for cell in written["cells"] if "injected-parameters" in cell["metadata"].get("tags", ())]
    assert literals("".join(injected[0]["source"]))["data"] == str(folder)


@pytest.mark.parametrize(
    "value",
    [
        "__import__('os').system('touch pwned')",
        "[x for x in ().__class__.__bases__]",
        "lambda: 1",
        "f'{7*7}'",
        "9**9**9",
        "'a'*10**10",
        "(" * 10_000,
        "-" * 50_000 + "1",
        "1" * 100_000,
        "{}[0]",
        "\x00",
    ],
)
def test_a_value_is_a_literal_or_a_text(value, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    values, problems = parse_overrides("seed=" + "'" + value.replace("'", "'\\''") + "'")
    assert problems == []
    assert values == {"seed": value}
    assert not list(tmp_path.iterdir())
