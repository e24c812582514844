"""A small copy of the project in which make can be tried.

The Makefile and the batch library are the real ones; the notebooks are six tiny ones, and the stages that
read data and write pages have stand-ins.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from personas.parameters import STAGES

ROOT = Path(__file__).parents[2]

NAMES = """
def find_name_clashes(dataset):
    return []
"""

AIMS = """
def find_aim_problems(dataset):
    return []
"""

READING = """
from dataclasses import dataclass
from pathlib import Path
from personas.errors import InputError, Problem

@dataclass(frozen=True)
class CheckResult:
    problems: list
    warnings: list

def read_dataset(name, data=None, root=None):
    text = (Path(root) / "data" / name / "dataset.yml").read_text()
    if "amuont" in text:
        raise InputError([Problem(f"data/{name}/dataset.yml: amuont", "no such key", "amount")])
    return text

def check_dataset(dataset):
    with open("checked.log", "a") as log:
        log.write("checked\\n")
    problems = [Problem("rows.csv", "no rows", "customers")] if "empty" in dataset else []
    return CheckResult(problems, [Problem("rows.csv", "a warning")] if "odd" in dataset else [])
"""

WRITING = """
def write_index(folder):
    reports = sorted(path.parent.name for path in folder.glob("*/report.html"))
    (folder / "index.html").write_text(" ".join(reports))
"""

CONTRACT = "title: Tiny\nsources:\n  rows: {file: rows.csv}\n"

LAST_CELL = """
staged = open_workspace(dataset, workspace).staged
staged.joinpath("exports").mkdir(parents=True, exist_ok=True)
text = open_workspace(dataset, workspace).folder.joinpath("02_segments.txt").read_text()
staged.joinpath("report.html").write_text(text)
staged.joinpath("personas.json").write_text('{"personas": [1, 2], "verdict": {"word": "natural"}}')
staged.joinpath("exports", "members.csv").write_text("customer_id\\n")
"""


@dataclass(frozen=True)
class Project:
    """A copy of the project; `make` runs make in it and returns what happened."""

    root: Path

    def make(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(*arguments, **variables), **self.how(), timeout=600)

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        return subprocess.Popen(self.command(*arguments, **variables), **self.how(), start_new_session=True)

    def command(self, *arguments: str, **variables: str) -> list[str]:
        assigned = [f"{name}={value}" for name, value in variables.items()]
        return ["make", *arguments, "ENVIRONMENT=", f"PYTHON={sys.executable}", *assigned]

    def how(self) -> dict:
        kept = {k: v for k, v in os.environ.items() if not re.match("MAKE|MFLAGS|CONDA|DATA|P$|PYTEST", k)}
        return {
            "cwd": self.root,
            "env": kept,
            "text": True,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
        }

    def work(self, dataset: str = "tiny") -> Path:
        return self.root / "reports" / ".work" / dataset

    def runs(self) -> list[str]:
        """The stages that were executed since the last call, in order."""
        log = self.root / "notebooks" / "runs.log"
        stages = log.read_text().split() if log.exists() else []
        log.unlink(missing_ok=True)
        return stages

    def edit(self, path: str, before: str, after: str) -> None:
        file = self.root / path
        text = file.read_text()
        assert before in text
        file.write_text(text.replace(before, after))


def write_project(root: Path) -> Project:
    """Write the small copy into an empty folder."""
    for name in ("Makefile", "environment.yml", "requirements.lock"):
        shutil.copy(ROOT / name, root)
    for path in ROOT.glob("personas/*.py"):
        write(root / "personas" / path.name, path.read_text())
    for path in ROOT.glob("personas/batch/*.py"):
        write(root / "personas" / "batch" / path.name, path.read_text())
    for folder in ("customers", "segments", "experience", "profiles"):
        write(root / "personas" / folder / "__init__.py", "")
    write(root / "personas" / "dataset" / "__init__.py", READING)
    write(root / "personas" / "customers" / "__init__.py", NAMES)
    write(root / "personas" / "changes" / "__init__.py", AIMS)
    write(root / "personas" / "report" / "__init__.py", WRITING)
    write(root / "data" / "tiny" / "dataset.yml", CONTRACT)
    write(root / "data" / "tiny" / "rows.csv", "id\n1\n")
    for stage in STAGES:
        write(root / "notebooks" / f"{stage}.ipynb", notebook(stage))
    return Project(root)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def notebook(stage: str) -> str:
    """A notebook that logs that it ran; stage 02 hands over a line of text, which 06 stages as the report."""
    parameters = 'dataset = "tiny"\nworkspace = "lab"\ndata = None'
    if stage == "02_segments":
        parameters += "\nn_segments = None\nseed = 7"
    body = f'open("runs.log", "a").write("{stage}\\n")\n'
    body += "from personas import open_workspace\n"
    if stage == "02_segments":
        body += f'open_workspace(dataset, workspace).folder.joinpath("{stage}.txt").write_text('
        body += 'f"{n_segments} segments, seed {seed}")\n'
    body += LAST_CELL if stage == STAGES[-1] else ""
    cells = [
        {"cell_type": "markdown", "id": "title", "metadata": {}, "source": f"# Stage {stage}"},
        code("parameters", parameters, ["parameters"]),
        code("work", body),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    document = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, indent=1)


def code(name: str, source: str, tags: list[str] | None = None) -> dict:
    metadata = {"tags": tags} if tags else {}
    return {
        "cell_type": "code",
        "id": name,
        "metadata": metadata,
        "source": source,
        "outputs": [],
        "execution_count": None,
    }
