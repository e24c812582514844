"""A stage that stops is kept with its reason at the top; two runs of one dataset are kept apart."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from personas.batch.secrets import read_secrets, without
from personas.batch.stamps import digest
from tests.batch.projects import write_project

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
PASSWORD = "correct horse/battery"
ADDRESS = f"postgres://reader:{PASSWORD}@db/shop"


@pytest.fixture
def project(tmp_path):
    return write_project(tmp_path)


def run_stage(project, stage, **how):
    environment = project.how()["env"] | {"DATASET": "tiny", "PYTHONPATH": str(project.root)} | how.pop("env", {})
    command = [sys.executable, "-m", "personas.batch", "run", stage, "tiny"]
    return subprocess.run(command, **project.how() | {"env": environment}, timeout=120, **how)


def test_a_failed_notebook_says_at_its_top_what_happened_and_tells_no_secret(project):
    project.edit("data/tiny/dataset.yml", "rows.csv", "${SHOP_PASSWORD}${SHOP_URL}")
    cell = "import os; print(os.environ['SHOP_URL']); raise ValueError('no login with ' + os.environ['SHOP_PASSWORD'])"
    project.edit("notebooks/03_experience.ipynb", "from personas", f"{cell}\\nfrom personas")
    stopped = run_stage(project, "03_experience", env={"SHOP_PASSWORD": PASSWORD, "SHOP_URL": ADDRESS})
    kept = (project.work() / "failed" / "03_experience.ipynb").read_text()
    first = json.loads(kept)["cells"][0]
    assert stopped.returncode == 1
    assert first["cell_type"] == "markdown"
    assert "03_experience stopped" in first["source"]
    assert "    ValueError: no login with ***" in first["source"]
    assert "ValueError; what it says stands at the top of the notebook" in stopped.stderr
    assert "no login" not in stopped.stderr, "it might be a customer's value"
    assert "Traceback" not in stopped.stderr
    for text in (kept, stopped.stderr, stopped.stdout, *logs(project)):
        assert PASSWORD not in text
        assert "battery" not in text.replace("os.environ", "")


def logs(project):
    return [path.read_text(errors="replace") for path in project.work().rglob("*.log")]


def test_what_a_failure_says_cannot_become_markup(project):
    project.edit(
        "notebooks/03_experience.ipynb", "from personas", "raise ValueError('<img src=x>\\\\n# big')\\nfrom personas"
    )
    run_stage(project, "03_experience")
    source = json.loads((project.work() / "failed" / "03_experience.ipynb").read_text())["cells"][0]["source"]
    told = [line for line in source.splitlines() if "img" in line or "big" in line]
    assert told == ["    ValueError: <img src=x>", "    # big"]


def test_a_full_disk_under_a_running_stage_is_said_in_words(project):
    import resource

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_500, 1_500))

    stopped = run_stage(project, "03_experience", preexec_fn=limit)
    assert stopped.returncode == 1
    assert "File too large" in stopped.stderr
    assert "Traceback (most recent call last)" not in stopped.stderr
    assert not (project.work() / "notebooks" / "03_experience.ipynb").exists()


def test_a_second_run_of_a_dataset_is_refused_and_changes_nothing(project):
    project.edit("notebooks/01_customers.ipynb", "from personas", "import time; time.sleep(60)\\nfrom personas")
    first = project.start("personas", DATASET="tiny")
    deadline = time.monotonic() + 60
    while not (project.root / "notebooks" / "runs.log").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    stamps = stamps_of(project)
    second = project.make("personas", DATASET="tiny", P="seed=8")
    assert second.returncode == 2
    assert "another run is working on tiny (process" in second.stderr
    assert "Traceback" not in second.stderr
    assert stamps_of(project) == stamps, "the parameters of the second are not taken for those of the first"
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate(timeout=30)
    project.edit("notebooks/01_customers.ipynb", "time.sleep(60)", "pass")
    again = subprocess.run(
        [sys.executable, "-m", "personas.batch", "start", "echo", "held"],
        **project.how() | {"env": project.how()["env"] | {"DATASET": "tiny", "PYTHONPATH": str(project.root)}},
        timeout=60,
    )
    assert again.stdout == "held\n", "the lock went with the run that was killed"


def stamps_of(project):
    return {path.name: digest(path.read_bytes()) for path in sorted((project.work() / "stamps").glob("0*"))}


def test_secrets_are_what_the_contract_takes_from_the_environment(tmp_path):
    folder = tmp_path / "data" / "shop"
    folder.mkdir(parents=True)
    (folder / "dataset.yml").write_text('sources: {a: {connection: "postgres://${USER}:${WORD}@db/${NAME}"}}')
    secrets = read_secrets(tmp_path, "shop", {"USER": "sa", "WORD": 'pa"ss/word', "NAME": "shop_of_mine"})
    for written in ('pa"ss/word', "pa%22ss%2Fword", 'pa\\"ss/word'):
        assert without(secrets, f"as {written}!") == "as ***!"
    assert without(secrets, "sa is sa") == "sa is sa"
