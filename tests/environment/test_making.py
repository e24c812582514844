"""The environment is made once and whole; what is half-made, broken or from another lock is made again."""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from personas.batch.environment import EnvironmentFailed, add_extra, make_environment

ROOT = Path(__file__).parents[2]


def write_wheel(folder, version):
    """Write the smallest package there can be; returns its line for a lock."""
    wheel = folder / f"tiny-{version}-py3-none-any.whl"
    information = f"tiny-{version}.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tiny.py", f'version = "{version}"\n')
        archive.writestr(f"{information}/METADATA", f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n")
        tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        archive.writestr(f"{information}/WHEEL", tags)
        names = ("tiny.py", f"{information}/METADATA", f"{information}/WHEEL", f"{information}/RECORD")
        archive.writestr(f"{information}/RECORD", "".join(f"{name},,\n" for name in names))
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return f"tiny @ {wheel.as_uri()} --hash=sha256:{digest}\n"


def ask(folder, question):
    python = str(folder / "bin" / "python")
    return subprocess.run([python, "-I", "-c", question], capture_output=True, text=True).stdout.strip()


@pytest.mark.slow
def test_environment_is_made_once_whole_and_again_when_the_lock_changes(tmp_path, capsys):
    lock, folder = tmp_path / "requirements.lock", tmp_path / ".venv"
    (tmp_path / "personas.py").write_text("where = 'here'")
    lock.write_text(write_wheel(tmp_path, "1.0"))
    make_environment(tmp_path, folder)
    assert ask(folder, "import tiny; print(tiny.version)") == "1.0"
    assert ask(folder, "import personas; print(personas.where)") == "here"
    assert "is ready" in capsys.readouterr().err

    (folder / "kept").touch()
    make_environment(tmp_path, folder)
    assert (folder / "kept").exists(), "a complete one is left alone"
    assert capsys.readouterr().err == ""

    lock.write_text(write_wheel(tmp_path, "2.0"))
    make_environment(tmp_path, folder)
    assert ask(folder, "import tiny; print(tiny.version)") == "2.0"
    assert not (folder / "kept").exists(), "another lock starts afresh"

    lock.write_text(lock.read_text()[:-5] + "0000\n")
    with pytest.raises(EnvironmentFailed, match=r"(?s)HASH.*pip could not install"):
        make_environment(tmp_path, folder)
    assert not (folder / "complete").exists()
    (folder / "kept").touch()
    lock.write_text(write_wheel(tmp_path, "2.0"))
    make_environment(tmp_path, folder)
    assert not (folder / "kept").exists(), "a half-made one is made again"
    assert (folder / "complete").exists()


@pytest.fixture
def project(tmp_path):
    for name in ("Makefile", "environment.yml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def run_make(project, *arguments, **environment):
    command = [shutil.which("make"), *arguments]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "CONDA"))}
    return subprocess.run(command, cwd=project, capture_output=True, text=True, env=kept | environment)


def test_missing_python_is_said_clearly(project):
    tools = project / "tools"
    tools.mkdir()
    for tool in ("sh", "sed"):
        (tools / tool).symlink_to(shutil.which(tool))
    old = tools / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    stopped = run_make(project, "env", PATH=str(tools))
    assert stopped.returncode == 2
    assert "Python 3.11 or newer was not found" in stopped.stderr


def test_active_conda_environment_of_this_project_is_used(project):
    planned = run_make(project, "-n", "env", CONDA_PREFIX="/conda", CONDA_DEFAULT_ENV="personas").stdout
    assert '"/conda/bin/python"' in planned
    assert ".venv" not in planned


@pytest.mark.parametrize("name", ["base", ""])
def test_other_conda_environments_are_not(project, name):
    planned = run_make(project, "-n", "env", CONDA_PREFIX="/conda", CONDA_DEFAULT_ENV=name).stdout
    assert "/conda" not in planned
    assert "personas.batch.environment" in planned


def test_environment_whose_python_is_gone_is_made_again(project):
    binary = project / ".venv" / "bin"
    binary.mkdir(parents=True)
    (binary / "python").symlink_to("/nowhere/python3")
    (project / ".venv" / "complete").touch()
    assert "personas.batch.environment" in run_make(project, "-n", "env").stdout
    (binary / "python").unlink()
    (binary / "python").symlink_to(shutil.which("python3"))
    assert "personas.batch.environment" not in run_make(project, "-n", "env").stdout


def test_continuous_integration_calls_the_same_command_as_the_readme():
    script = (ROOT / ".ci" / "run").read_text()
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert script.splitlines()[-1] == "exec make test"
    assert "set -euo pipefail" in script


@pytest.fixture
def asked_of_pip(monkeypatch):
    asked = []
    monkeypatch.setattr("personas.batch.environment.install", lambda python, lock, packages: asked.append(lock.name))
    return asked


def test_an_extra_is_installed_from_its_own_lock_unless_it_is_there(tmp_path, asked_of_pip):
    lock = tmp_path / "requirements-spark.lock"
    lock.write_text(f"pytest=={pytest.__version__} \\\n    --hash=sha256:0\n")
    add_extra(tmp_path, Path(sys.executable), "spark")
    assert asked_of_pip == []
    lock.write_text("pytest==0.1 \\\n    --hash=sha256:0\n")
    add_extra(tmp_path, Path(sys.executable), "spark")
    assert asked_of_pip == ["requirements-spark.lock"]


def test_an_extra_that_there_is_not_is_refused_with_those_there_are(tmp_path, asked_of_pip):
    (tmp_path / "requirements-spark.lock").touch()
    with pytest.raises(EnvironmentFailed, match='no extra "spork"; there is spark'):
        add_extra(tmp_path, Path(sys.executable), "spork")
    assert asked_of_pip == []
