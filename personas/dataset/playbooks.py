"""The sets of rules that a contract chooses: each comes with the suite, or is a file beside ``dataset.yml``."""

from __future__ import annotations

from pathlib import Path, PurePath

from personas.dataset.contract import PLAYBOOKS, Contract
from personas.dataset.document import Document
from personas.errors import Problem, did_you_mean


def check_playbooks(contract: Contract, folder: Path, document: Document) -> list[Problem]:
    """Name every set that does not come with the suite, and every file that is not in the dataset's folder."""
    problems = []
    for number, name in enumerate(contract.playbook):
        if name in PLAYBOOKS:
            continue
        place = document.place(("playbook", number))
        if not name.endswith((".yml", ".yaml")):
            expected = "a set that comes with the suite, or a .yml file beside this one"
            problems.append(Problem(place, f'"{name}"', expected, did_you_mean(name, PLAYBOOKS)))
        elif PurePath(name).name != name or not (folder / name).is_file():
            problems.append(Problem(place, f'no file "{name}" beside dataset.yml', "a file in the dataset's folder"))
    return problems
