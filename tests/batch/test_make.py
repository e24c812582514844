"""Make in a small copy of the project: what it runs, what it leaves alone, what a failure leaves behind."""

import os
import re
import shutil
import signal
import sys
import time
from pathlib import Path
from subprocess import PIPE, Popen, run

import pytest

from personas.parameters import STAGES
from tests.batch.projects import Project, write, write_project

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project that has been run once; tests work on copies of it."""
    project = write_project(tmp_path_factory.mktemp("made"))
    first = project.make("personas", DATASET="tiny")
    assert first.returncode == 0, first.stderr
    assert project.runs() == list(STAGES)
    return project


@pytest.fixture
def project(made, tmp_path):
    shutil.copytree(made.root, tmp_path / "copy", symlinks=True)
    return Project(tmp_path / "copy")


def planned(project, **variables):
    """The stages that make would run now, without running them."""
    environment = project.how()["env"] | variables | {"DATASET": "tiny", "PYTHONPATH": str(project.root)}
    python = next(word for word in project.command() if word.startswith("PYTHON=")).removeprefix("PYTHON=")
    how = project.how() | {"env": environment}
    run([python, "-m", "personas.batch", "stamp"], **how, check=True)
    dry = run(project.command("-n", "CHECKED=yes", "reports/index.html", DATASET="tiny"), **how, check=True).stdout
    return re.findall(r"personas\.batch (?:run )?(\d\d_\w+|publish)", dry)


def test_run_publishes_report_exports_and_notebooks(made):
    published = made.root / "reports" / "tiny"
    assert (published / "report.html").read_text() == "None segments, seed 7"
    assert (published / "exports" / "members.csv").stat().st_mode & 0o777 == 0o600
    assert sorted(path.stem for path in (published / "notebooks").iterdir()) == sorted(STAGES)
    assert (made.root / "reports" / "index.html").read_text() == "tiny"
    assert made.work().stat().st_mode & 0o777 == 0o700
    assert not list(made.work().glob("notebooks/.running*"))


def test_second_run_does_nothing_in_two_seconds(project):
    before = project.root.joinpath("reports/tiny/report.html").stat().st_mtime_ns
    start = time.monotonic()
    second = project.make("personas", DATASET="tiny")
    assert second.returncode == 0, second.stderr
    assert time.monotonic() - start < 2
    assert project.runs() == []
    assert project.root.joinpath("reports/tiny/report.html").stat().st_mtime_ns == before
    assert "reports/tiny/report.html" in second.stdout


@pytest.mark.parametrize(
    ("path", "first"),
    [
        ("personas/errors.py", "01_customers"),
        ("personas/dataset/__init__.py", "01_customers"),
        ("personas/segments/__init__.py", "02_segments"),
        ("personas/profiles/__init__.py", "04_profiles"),
        ("personas/report/__init__.py", "06_report"),
        ("personas/batch/pages.py", "publish"),
        ("data/tiny/dataset.yml", "01_customers"),
        ("data/tiny/rows.csv", "01_customers"),
        ("requirements.lock", "01_customers"),
    ],
)
def test_changed_file_rebuilds_what_follows_and_nothing_else(project, path, first):
    assert planned(project) == []
    with (project.root / path).open("a") as file:
        file.write("\n# changed\n")
    stages = [*STAGES, "publish"]
    assert planned(project) == stages[stages.index(first) :]


def test_added_library_file_counts(project):
    write(project.root / "personas" / "experience" / "templates" / "words.yml", "a: b")
    assert planned(project)[0] == "03_experience"


def test_notebook_rebuilds_for_its_source_but_not_for_its_outputs(project):
    project.edit("notebooks/03_experience.ipynb", '"execution_count": null', '"execution_count": 4')
    assert planned(project) == []
    project.edit("notebooks/03_experience.ipynb", "from personas", "import os\\nfrom personas")
    assert planned(project)[0] == "03_experience"


def test_touched_file_of_the_same_content_rebuilds_nothing(project):
    for path in ("data/tiny/rows.csv", "personas/segments/__init__.py", "notebooks/02_segments.ipynb"):
        os.utime(project.root / path)
    assert planned(project) == []


def test_parameter_rebuilds_the_notebooks_that_have_it_and_what_follows(project):
    assert planned(project, P="seed=8") == [*STAGES[1:], "publish"]


@pytest.mark.slow
def test_parameters_reach_the_notebook_typed(project):
    second = project.make("personas", DATASET="tiny", P="n_segments=5 seed=8")
    assert second.returncode == 0, second.stderr
    assert project.runs() == list(STAGES[1:])
    assert (project.root / "reports/tiny/report.html").read_text() == "5 segments, seed 8"
    assert "n_segments set to 5" in second.stderr
    assert planned(project) == [*STAGES[1:], "publish"], "without P the defaults count again"


def test_failing_stage_leaves_no_output_and_says_what_and_where(project):
    good = (project.root / "reports/tiny/report.html").read_text()
    project.edit("notebooks/06_report.ipynb", "staged = open", "1 / 0\\nstaged = open")
    failed = project.make("personas", DATASET="tiny")
    assert failed.returncode != 0
    assert "06_report stopped" in failed.stderr
    assert "ZeroDivisionError; what it says stands at the top of the notebook" in failed.stderr
    assert "reports/.work/tiny/failed/06_report.ipynb" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert (project.work() / "failed" / "06_report.ipynb").is_file()
    assert (project.root / "reports/tiny/report.html").read_text() == good
    assert planned(project) == ["06_report", "publish"], "it is still to be done"


def test_dead_kernel_is_said_in_words(project):
    project.edit("notebooks/06_report.ipynb", "staged = open", "import os; os._exit(1)\\nstaged = open")
    failed = project.make("personas", DATASET="tiny")
    assert failed.returncode != 0
    assert "the kernel died" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert (project.work() / "failed" / "06_report.ipynb").is_file()


def test_input_error_of_a_notebook_is_shown_as_text(project):
    project.edit("notebooks/06_report.ipynb", "staged = open", 'open_workspace(\\"a b\\")\\nstaged = open')
    failed = project.make("personas", DATASET="tiny")
    assert 'parameter dataset\n    found     "a b" (text)' in failed.stderr
    assert "InputError" not in failed.stderr


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_killed_run_resumes_where_it_was(project, number):
    waiting = "import time; time.sleep(60)"
    project.edit("notebooks/05_changes.ipynb", "from personas", f"{waiting}\\nfrom personas")
    process = project.start("personas", DATASET="tiny")
    deadline = time.monotonic() + 60
    log = project.root / "notebooks" / "runs.log"
    while not log.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert log.read_text().split() == ["05_changes"]
    os.killpg(process.pid, number)
    _, said = process.communicate(timeout=30)
    assert "Traceback" not in said
    project.runs()
    assert planned(project) == ["05_changes", "06_report", "publish"]
    project.edit("notebooks/05_changes.ipynb", waiting, "pass")
    again = project.make("personas", DATASET="tiny")
    assert again.returncode == 0, again.stderr
    assert project.runs() == ["05_changes", "06_report"]


DEAF = """
import time
from personas.batch.execution import stop_when_told
stop_when_told(0.5)
while True:
    try:
        print("listening", flush=True)
        time.sleep(60)
    except BaseException:  # as callbacks of the kernel's sockets do
        pass
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_stops_although_the_exception_is_lost_on_the_way(number):
    with Popen([sys.executable, "-c", DEAF], stdout=PIPE, cwd=ROOT) as process:
        assert process.stdout.readline() == b"listening\n"
        process.send_signal(number)
        try:
            assert process.wait(timeout=20) == 128 + number
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"P": "n_segment=5"}, ["P: n_segment", 'did you mean "n_segments"?']),
        ({"P": "seed=x n_segments=0"}, ['"x" (text)', "0 (whole number)", "2 problems"]),
        ({"P": "seed"}, ["name=value"]),
        ({"P": "dataset=other"}, ["set by DATASET="]),
        ({"P": "seed=8 seed=9"}, ["given twice"]),
        ({"DATASET": "tinny"}, ["no data/tinny/dataset.yml", 'did you mean "tiny"?']),
        ({"DATASET": "../tiny"}, ['"../tiny"']),
        ({"DATASET": ""}, ["DATASET", "known: tiny"]),
        ({"DATA": "nowhere"}, ["DATA", "nowhere"]),
        ({"DATASET": "tinny", "P": "sed=1"}, ["2 problems", 'did you mean "seed"?']),
    ],
)
def test_bad_input_stops_before_any_notebook(project, variables, words):
    good = (project.root / "reports/tiny/report.html").read_text()
    stopped = project.make("personas", **{"DATASET": "tiny"} | variables)
    assert stopped.returncode == 2
    assert "Error 2" in stopped.stderr
    for word in words:
        assert word in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert project.runs() == []
    assert (project.root / "reports/tiny/report.html").read_text() == good


@pytest.mark.parametrize(
    ("before", "after", "word"), [("title", "amuont", "no such key"), ("Tiny", "empty", "no rows")]
)
def test_bad_data_stops_before_any_notebook(project, before, after, word):
    project.edit("data/tiny/dataset.yml", before, after)
    stopped = project.make("personas", DATASET="tiny")
    assert stopped.returncode == 2
    assert word in stopped.stderr
    assert project.runs() == []


def test_sound_data_is_checked_once(project):
    log = project.root / "checked.log"
    assert log.read_text() == "checked\n"
    assert project.make("personas", DATASET="tiny").returncode == 0
    assert log.read_text() == "checked\n"
    project.edit("data/tiny/rows.csv", "1", "")
    assert project.make("personas", DATASET="tiny").returncode == 0
    assert log.read_text() == "checked\n" * 2


@pytest.mark.parametrize(
    "value",
    ["$(shell touch pwned)", "`touch pwned`", '"; touch pwned; "', "'; touch pwned; '", "$$(touch pwned)"],
)
@pytest.mark.parametrize("variable", ["P", "DATA", "DATASET"])
def test_values_are_never_executed(project, variable, value):
    stopped = project.make("personas", **{"DATASET": "tiny"} | {variable: value})
    assert stopped.returncode == 2
    assert not list(project.root.rglob("pwned*"))


def test_folder_with_an_awkward_name_works_as_data(project):
    folder = project.root / "my $(shell touch pwned) 'data'"
    write(folder / "rows.csv", "id\n1\n2\n")
    for variables in ({"DATA": folder.name}, {"DATA": str(folder)}):
        stopped = project.make("personas", DATASET="tiny", P="seed=x", **variables)
        assert "1 problem" in stopped.stderr, stopped.stderr
    assert planned(project, DATA=folder.name)[0] == "01_customers"
    assert not list(project.root.rglob("pwned"))


@pytest.mark.slow
def test_datasets_side_by_side(project):
    shutil.copytree(project.root / "data" / "tiny", project.root / "data" / "other")
    both = project.make("personas", "-j2", DATASET="tiny other")
    assert both.returncode == 0, both.stderr
    assert project.runs() == list(STAGES)
    assert (project.root / "reports" / "index.html").read_text() == "other tiny"


def test_interrupted_publication_is_put_right(project):
    published = project.root / "reports" / "tiny"
    published.rename(project.work() / "published-before")
    assert project.make("personas", DATASET="tiny").returncode == 0
    assert project.runs() == []
    assert (published / "report.html").is_file()
    published.rename(project.work() / "published-before")
    shutil.copytree(project.work() / "published-before", project.work() / "published-next")
    write(project.work() / "published-next" / "new.txt", "new")
    assert project.make("personas", DATASET="tiny").returncode == 0
    assert (published / "new.txt").is_file()
    assert not list(project.work().glob("publish*"))


def test_incomplete_report_is_not_published(project):
    (project.work() / "staged" / "personas.json").unlink()
    with (project.root / "personas" / "batch" / "pages.py").open("a") as file:
        file.write("\n# changed\n")
    stopped = project.make("personas", DATASET="tiny")
    assert stopped.returncode == 2
    assert "staged/personas.json" in stopped.stderr
    assert (project.root / "reports/tiny/personas.json").is_file()


def test_help_lists_every_target_that_is_for_people(project):
    text = project.make("help").stdout
    for target in ("personas", "test", "lab", "lint", "clean", "env", "help"):
        assert re.search(rf"^make {target} +\S", text, re.MULTILINE)


def test_clean_removes_reports_and_nothing_else(project):
    before = {path.relative_to(project.root).parts[0] for path in project.root.rglob("*")}
    assert project.make("clean").returncode == 0
    assert before - {path.name for path in project.root.iterdir()} == {"reports"}
