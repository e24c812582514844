"""Progress says how far, how long, and in the end what was done."""

import json
import subprocess
import sys

import pytest

from personas.batch.execution import Listener
from personas.progress import StreamLine, rounds, track
from tests.batch.projects import code, write_project


class Clock:
    """A clock that goes on by a step at every look."""

    def __init__(self, step):
        self.now, self.step = 0.0, step

    def __call__(self):
        self.now += self.step
        return self.now


def test_items_pass_in_order(capsys):
    assert list(track(range(5), "Counting")) == [0, 1, 2, 3, 4]
    assert capsys.readouterr().err == "", "a short step is silent"


def test_long_step_speaks_now_and_then_and_closes_with_one_line(capsys):
    list(track(range(100), "Resampling", clock=Clock(1.0)))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 100 // StreamLine.every
    assert lines[0] == "Resampling: 5 of 100, about 1 min 35 s left"
    assert lines[-1] == "Resampling: 100 done in 1 min 41 s"


def test_generator_of_unknown_length_counts(capsys):
    list(track(iter(range(12)), "Reading", clock=Clock(1.0)))
    assert capsys.readouterr().err.splitlines() == [
        "Reading: 5 done",
        "Reading: 10 done",
        "Reading: 12 done in 13 s",
    ]


def test_step_that_stops_halfway_says_so(capsys):
    with pytest.raises(ZeroDivisionError):
        for item in track(range(20), "Fitting", clock=Clock(1.0)):
            1 / (9 - item)
    assert capsys.readouterr().err.splitlines()[-1] == "Fitting: stopped after 9 of 20, 10 s"


def test_under_papermill_one_display_is_updated_and_keeps_the_closing_line(tmp_path):
    project = write_project(tmp_path)
    path = tmp_path / "notebooks" / "01_customers.ipynb"
    document = json.loads(path.read_text())
    steps = "from personas import track\nimport time\nfor _ in track(range(3), 'Stepping'):\n    time.sleep(0.6)"
    document["cells"].append(code("steps", steps))
    path.write_text(json.dumps(document))
    command = [sys.executable, "-m", "personas.batch", "run", "01_customers", "tiny"]
    environment = project.how()["env"] | {"PYTHONPATH": str(tmp_path)}
    subprocess.run(command, **project.how() | {"env": environment}, check=True)
    executed = json.loads((project.work() / "notebooks" / "01_customers.ipynb").read_text())
    (output,) = executed["cells"][-1]["outputs"]
    assert "".join(output["data"]["text/plain"]) == "Stepping: 3 done in 2 s"
    assert "<progress" not in "".join(output["data"]["text/html"])


def test_running_notebook_is_reported_now_and_then(capsys, monkeypatch):
    clock = Clock(1.0)
    monkeypatch.setattr("personas.batch.execution.time.monotonic", clock)
    listener = Listener("tiny  02_segments", 9, expected=60.0)
    for _ in range(30):
        listener.hear(3, "Resampling: 25 of 100")
    lines = capsys.readouterr().err.splitlines()
    assert 2 <= len(lines) <= 5
    assert lines[0].startswith("tiny  02_segments  cell 4 of 9, Resampling: 25 of 100, about 5")
    assert lines[0].endswith("s left")


def test_rounds_of_one_work_share_a_line_and_close_it_once(capsys):
    with rounds("Resampling", clock=Clock(30.0)):
        for _round in range(3):
            list(track(range(20), "Resampling", clock=Clock(1.0)))
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1] == "Resampling: 60 done in 30 s"
    assert [line for line in lines if "done in" in line] == lines[-1:]
    list(track(range(20), "Fitting", clock=Clock(1.0)))
    assert capsys.readouterr().err.splitlines()[-1].startswith("Fitting: 20 done in"), "alone again"
