"""personas.json keeps its promise: the published schema is that of the code, and old files stay valid."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import jsonschema
import pytest

from personas.handover import find_root
from personas.profiles import PersonaSet
from personas.report import write_index, write_report
from personas.report.schema import PATH, personas_schema, write_personas_schema
from tests.report import examples

PUBLISHED = sorted((Path(__file__).parent / "published").glob("personas-*.json"))
VALIDATOR = jsonschema.Draft202012Validator(personas_schema())
VERSIONS = get_args(PersonaSet.model_fields["schema_version"].annotation)


def test_the_schema_in_docs_is_that_of_the_code(tmp_path):
    (tmp_path / "docs").mkdir()
    written = write_personas_schema(tmp_path).read_bytes()
    assert (find_root() / PATH).read_bytes() == written, "run python -m personas.report.schema"


def test_the_schema_is_a_schema():
    VALIDATOR.check_schema(VALIDATOR.schema)
    assert VALIDATOR.schema["properties"]["schema_version"]["enum"] == list(VERSIONS)


def test_every_earlier_version_has_a_file_that_is_kept():
    assert [path.stem.removeprefix("personas-") for path in PUBLISHED] == list(VERSIONS[:-1])


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_a_file_of_an_earlier_version_is_still_valid_and_read(path, tmp_path):
    data = json.loads(path.read_text(encoding="utf-8"))
    assert data["schema_version"] == path.stem.removeprefix("personas-")
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "personas.json").write_bytes(path.read_bytes())
    assert "run this dataset again" not in write_index(tmp_path).read_text(encoding="utf-8")


@pytest.mark.parametrize("count", [1, 3])
def test_what_is_written_is_valid_and_of_the_latest_version(tmp_path, count):
    write_report(tmp_path, **examples.inputs(count))
    data = json.loads((tmp_path / "personas.json").read_bytes())
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []
    assert data["schema_version"] == VERSIONS[-1]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.pop("verdict"),
        lambda data: data.update(schema_version="0.9"),
        lambda data: data["personas"][0].update(age=42),
        lambda data: data["claims"][0]["estimate"].update(value="many"),
    ],
)
def test_the_schema_refuses_what_is_not_a_persona_set(spoil):
    data = json.loads(examples.grocery(2).model_dump_json())
    spoil(data)
    assert list(VALIDATOR.iter_errors(data))
