"""``make dataset`` as it is typed, in a project of its own."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dataset.drafting.drafts import orders_of_a_stranger

ROOT = Path(__file__).parents[3]


@pytest.fixture
def project(tmp_path):
    for name in ("Makefile", "environment.yml"):
        shutil.copy(ROOT / name, tmp_path)
    for folder in ("notebooks", "data"):
        (tmp_path / folder).mkdir()
    (tmp_path / "personas").symlink_to(ROOT / "personas")
    (tmp_path / "my orders, all.csv").write_bytes(orders_of_a_stranger())
    (tmp_path / "orders.csv").write_bytes(orders_of_a_stranger())
    return tmp_path


def make(project, *variables, **environment):
    kept = {k: v for k, v in os.environ.items() if not re.match("MAKE|MFLAGS|CONDA|DATA|NAME$|FROM$|P$", k)}
    command = ["make", "dataset", "ENVIRONMENT=", f"PYTHON={sys.executable}", *variables]
    return subprocess.run(
        command, cwd=project, env=kept | environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize("file", ["orders.csv", "my orders, all.csv"])
def test_make_drafts_a_dataset(project, file):
    done = make(project, "NAME=acme", f"FROM={file}")
    assert (done.returncode, done.stderr) == (0, "")
    assert "make personas DATASET=acme" in done.stdout
    assert (project / "data" / "acme" / "dataset.yml").is_file()


def test_neither_make_nor_the_shell_runs_what_was_typed(project):
    done = make(project, "NAME=$(shell touch evil)`touch evil`", "FROM=x'; touch evil; '.csv")
    assert done.returncode != 0
    assert "NAME" in done.stderr
    assert not (project / "evil").exists()


def test_a_name_in_the_environment_is_not_taken_for_one(project):
    done = make(project, "FROM=orders.csv", NAME="my-computer")
    assert done.returncode != 0
    assert not any((project / "data").iterdir())
