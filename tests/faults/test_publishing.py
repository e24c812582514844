"""Whatever stops a publication, people find the old report or the new one, whole; and the next run goes on."""

import fcntl
import os
import subprocess
import sys

import pytest

from personas import succession
from personas.batch import publication
from personas.batch.exchange import exchange
from personas.batch.locks import hold
from personas.errors import InputError
from personas.handover import open_workspace
from tests.faults.kills import kill_at_random, kill_at_steps
from tests.faults.publishing import DATASET, killed_at, open_bench, plain_page, publish, stage
from tests.faults.small_disk import can_mount, on_small_disk

STEPS = [*range(1, 90, 9), *range(90, 1_000)]  # publishing takes some 140; the change itself comes last


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publication, "render_notebook", plain_page)
        patch.setattr(succession, "ENTRIES_KEPT", 4)
        patch.setattr(os, "fsync", lambda file: None)  # a kill, unlike a power cut, loses nothing that was written
        yield open_bench(tmp_path_factory.mktemp("bench"))


def test_killed_before_any_touch_of_a_file_leaves_a_whole_report(bench):
    tally = kill_at_steps(bench, STEPS)
    assert tally.wrong == []
    assert 30 < tally.tried < 900, "the last step lies behind the end"


def test_without_an_exchange_in_one_step_the_next_start_puts_it_right(bench, monkeypatch):
    monkeypatch.setattr(publication, "exchange", lambda one, other: False)
    tally = kill_at_steps(bench, range(100, 1_000, 2), one_step=False)
    assert tally.wrong == []
    assert 10 < tally.tried < 450


def test_killed_at_random_moments_leaves_a_whole_report(bench):
    tally = kill_at_random(bench, 10, seed=5)
    assert tally.wrong == []


def test_a_publication_that_writes_in_place_would_be_noticed(bench, monkeypatch):
    """What the counts of kills are worth: with folders written over one another, kills do tear the report."""
    import shutil

    def in_place(swap):
        shutil.copytree(swap.ready, swap.published, dirs_exist_ok=True)

    monkeypatch.setattr(publication, "take_place", in_place)
    tally = kill_at_steps(bench, range(80, 130, 2))
    assert any(word.startswith("torn") for word in tally.wrong)
    monkeypatch.undo()
    shutil.rmtree(bench.published)
    publish(bench.root)
    assert bench.found() in ("old", "new")


def test_folders_change_places_or_stay(tmp_path):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    if exchange(tmp_path / "one", tmp_path / "other"):
        assert [path.name for path in (tmp_path / "one").iterdir()] == ["other"]
    else:
        assert [path.name for path in (tmp_path / "one").iterdir()] == ["one"]
    with pytest.raises(FileNotFoundError):
        exchange(tmp_path / "one", tmp_path / "nowhere")


def test_a_disk_that_cannot_be_written_leaves_the_report_and_is_said_in_words(tmp_path):
    if reason := can_mount(tmp_path):
        pytest.skip(reason)
    words = {"full": "No space left on device", "read-only": "Read-only file system"}
    for kind, rows in on_small_disk(tmp_path).items():
        *stopped, at_last = rows
        for row in stopped:
            assert (row["code"], row["found"], row["left"]) == (1, "new", []), row
            assert words[kind] in row["said"]
            assert "fix " in row["said"]
            assert "Traceback" not in row["said"]
            assert str(tmp_path) not in row["said"]
        assert (at_last["code"], at_last["found"], at_last["left"]) == (0, "old", [])


def run_batch(root, *arguments, **how):
    (root / "notebooks").mkdir(exist_ok=True)
    command = [sys.executable, "-m", "personas.batch", *arguments]
    environment = os.environ | {"PYTHONPATH": os.path.dirname(os.path.dirname(publication.__file__)) + "/.."}
    return subprocess.run(command, cwd=root, capture_output=True, text=True, env=environment, timeout=120, **how)


def test_a_limit_on_file_sizes_leaves_the_report_and_is_said_in_words(bench):
    import resource

    before = bench.found()
    stage(bench.root, "new" if before == "old" else "old")

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    stopped = run_batch(bench.root, "publish", DATASET, preexec_fn=limit)
    assert stopped.returncode == 1
    assert "File too large" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert bench.found() == before
    assert bench.leftovers() == []


def test_two_runs_of_one_dataset_at_once_are_kept_apart(bench):
    before = bench.found()
    stage(bench.root, "new" if before == "old" else "old")
    lock = open_workspace(DATASET, "batch", bench.root).folder / ".lock"
    with hold(lock, "busy"):
        stopped = run_batch(bench.root, "publish", DATASET)
    assert stopped.returncode == 2
    assert f"another run is working on {DATASET} (process {os.getpid()})" in stopped.stderr
    assert "wait until it has ended" in stopped.stderr
    assert bench.found() == before


def test_a_lock_whose_process_is_dead_is_no_lock(bench):
    lock = open_workspace(DATASET, "batch", bench.root).folder / ".lock"
    assert killed_at(bench.root, 5, lambda root: hold_for_ever(root, lock))
    assert lock.read_text().strip() not in ("", str(os.getpid()))
    with hold(lock, "busy"):
        assert lock.read_text().strip() == str(os.getpid())


def hold_for_ever(root, lock):
    with hold(lock, "busy"):
        for number in range(10):
            (root / f"{number}").touch()


def test_the_lock_of_a_run_stays_with_the_program_that_it_becomes(bench):
    work = open_workspace(DATASET, "batch", bench.root).folder
    code = "import os, sys; from pathlib import Path; from personas.batch.publication import begin; "
    code += f"begin(Path(sys.argv[1]), [{DATASET!r}]); os.execvp('sh', ['sh', '-c', 'echo held; read word'])"
    held = subprocess.Popen(
        [sys.executable, "-c", code, str(bench.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert held.stdout.readline() == "held\n"
    with pytest.raises(InputError, match=rf"another run is working on tiny \(process {held.pid}\)"):
        publication.begin(bench.root, [DATASET])
    held.communicate("go\n")
    with (work / ".run.lock").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
