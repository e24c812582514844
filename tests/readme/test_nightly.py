"""What the README says of running every night works as it stands there, and so do the examples of docs/nightly.md."""

import json
import re
import subprocess
from pathlib import Path

import yaml

from personas.dataset.contract import Contract
from tests.batch.projects import write_project

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Running it every night")[2]
PAGE = (ROOT / "docs" / "nightly.md").read_text(encoding="utf-8")
MINUTES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def cron_line():
    return next(line for line in README.splitlines() if re.match(r"[\d*]+ [\d*]+ ", line))


def blocks(text):
    return re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)


def is_a_time(text):
    fields = text.split()
    ranges = zip(fields, MINUTES, strict=True)
    return all(field == "*" or low <= int(field) <= high for field, (low, high) in ranges)


def run_as_cron_does(project, home):
    """The line's own command, in the tiny project and with its Python."""
    command = cron_line().split(maxsplit=5)[5]
    assert "/srv/personas" in command and "DATASET=acme" in command
    make = " ".join(project.command("personas", DATASET="tiny"))
    command = command.replace("/srv/personas", str(project.root)).replace("make personas DATASET=acme", make)
    how = project.how()
    how["env"] = how["env"] | {"HOME": str(home), "PYTHONPATH": str(project.root)}
    return subprocess.run(["sh", "-c", command], **how, timeout=120)


def test_the_line_for_cron_is_silent_until_an_alert_stands(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "srv").mkdir()
    project = write_project(tmp_path / "srv")
    quiet = run_as_cron_does(project, home)
    assert quiet.returncode == 0 and quiet.stdout == quiet.stderr == ""
    assert "reports/tiny/report.html" in (home / "acme.log").read_text()
    alerts = {"alerts": [{"rule": "drift", "subject": "age", "sentence": "Age has moved."}], "exit": False}
    (project.root / "reports" / "tiny" / "alerts.json").write_text(json.dumps(alerts))
    told = run_as_cron_does(project, home)
    assert "alert: Age has moved." in told.stdout and "Error 3" in told.stdout


def test_the_time_of_the_cron_line_and_of_the_workflow_is_one():
    time = " ".join(cron_line().split()[:5])
    (workflow,) = (yaml.load(block, Loader=yaml.BaseLoader) for block in blocks(README) if "jobs:" in block)
    assert is_a_time(time) and workflow["on"]["schedule"] == [{"cron": time}]


def test_the_workflow_calls_make_only():
    (workflow,) = (yaml.load(block, Loader=yaml.BaseLoader) for block in blocks(README) if "jobs:" in block)
    (job,) = workflow["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == ["make personas DATASET=acme ALERT=exit"]
    assert job["steps"][0]["with"]["clean"] == "false", "a clean checkout would throw the history away"


def test_the_examples_of_the_page_are_a_contract():
    """All of them together, beside the least that a contract must have."""
    text = "title: Acme\ntransactions: {source: orders, customer: c, time: t, amount: a}\n"
    given = yaml.safe_load(text) | {
        key: value for block in blocks(PAGE) for key, value in yaml.safe_load(block).items()
    }
    given["sources"] |= {"orders": {"file": "orders.csv"}}
    contract = Contract.model_validate(given)
    assert contract.alerts.exit and set(contract.targets) == {"nps", "churn_a_month"} and contract.actions
