"""The files for hosted machines call make and nothing else, so that what they do can be done anywhere."""

import json
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TARGETS = set(re.findall(r"^([a-z][a-z_-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))


def commands(path):
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()
    steps = [step for job in jobs for step in job["steps"]]
    return [line for step in steps if "run" in step for line in step["run"].strip().splitlines()]


def test_there_is_a_workflow():
    assert WORKFLOWS


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_calls_make_only(path):
    assert commands(path)
    for command in commands(path):
        target = re.match(r"make ([a-z]+)\b", command)
        assert target, command
        assert target[1] in TARGETS


def test_the_development_container_calls_make_only():
    made = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert made["postCreateCommand"] == "make env"
