"""The examples of docs/exports.md run as they stand, in order, after a run of the dataset they name."""

from __future__ import annotations

import re

import pytest

from personas.customers import write_customers
from personas.handover import find_root, open_workspace, write_model, write_table
from personas.segments.storage import FittedSpace
from tests.customers.journey import build_journey
from tests.profiles.divided import described_journey, divided_journey

PAGE = (find_root() / "docs" / "exports.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project in which the notebooks have run."""
    customers, found, personas = build_journey(), divided_journey(), described_journey()
    for name in ("notebooks", "data"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    work = open_workspace("complete_journey", "batch")
    write_customers(work, customers)
    write_table(work, "membership", found.members)
    write_model(work, "verdict", found.verdict)
    write_model(work, "sizes", found.sizes)
    write_model(work, "space", FittedSpace(space=found.space, centres=tuple(map(tuple, found.centres.tolist()))))
    write_model(work, "personas", personas)
    return tmp_path


def test_the_examples_run_and_give_what_the_page_says(project):
    assert len(EXAMPLES) == 6
    names: dict = {}
    for example in EXAMPLES:
        exec(compile(example, "docs/exports.md", "exec"), names)
    sizes = {p.id: p.n for p in described_journey().personas}
    assert names["counts"].set_index("persona_id").iloc[:, 0].to_dict() == sizes
    assert {path.name for path in names["paths"]} >= {"members.csv", "assign.sql", "assign.spark.sql", "P1.md"}
    assert (project / "somewhere" / "exports" / "members.csv").is_file()
    assert "FROM `crm`.`customers`" in names["text"]
    assert sum(names["chances"].values()) == pytest.approx(1, abs=1e-5)
    assert names["check"].agrees
    assert names["card"].startswith(f"# {described_journey().personas[0].name}\n")


def test_every_file_that_the_page_names_is_written(project):
    names: dict = {}
    for example in EXAMPLES[:2]:
        exec(compile(example, "docs/exports.md", "exec"), names)
    for name in ("members.csv", "assign.sql", "personas/P1.md"):
        assert name.replace("P1", "<id>") in PAGE or name in PAGE
        assert (project / "somewhere" / "exports" / name).is_file()


def test_the_columns_are_those_of_the_page(project):
    from personas.report.exports import FLAGS, members

    columns = [*members(divided_journey().members, described_journey()).columns, *FLAGS]
    table = PAGE[PAGE.index("## Members") : PAGE.index("In the CSV")]
    named = [
        word
        for line in re.findall(r"^\| (`[^|]*)\|", table, flags=re.MULTILINE)
        for word in re.findall(r"`(\w+)`", line)
    ]
    assert named == columns
