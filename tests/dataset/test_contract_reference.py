"""The published schema and reference page are those of the code, and the shipped contracts fit the schema."""

import json

import jsonschema
import pytest

from personas.dataset import reference_page, schema
from personas.dataset.document import read_document
from personas.dataset.files import project_root
from tests.dataset.shop_project import BROKEN, TABLES

ROOT = project_root()
SHIPPED = sorted(ROOT.glob("data/*/dataset.yml"))
VALIDATOR = jsonschema.Draft202012Validator(schema.contract_schema())


def test_the_schema_in_docs_is_that_of_the_code():
    written = json.loads((ROOT / schema.PATH).read_text(encoding="utf-8"))
    assert written == schema.contract_schema(), "run python -m personas.dataset.reference_page"


def test_the_page_in_docs_is_that_of_the_code():
    written = (ROOT / reference_page.PATH).read_text(encoding="utf-8")
    assert written == reference_page.reference_page(), "run python -m personas.dataset.reference_page"


def test_every_key_of_the_contract_has_a_meaning():
    for _, model in reference_page.SECTIONS:
        assert model.__doc__
        for name, info in model.model_fields.items():
            assert info.description, f"{model.__name__}.{name}"


@pytest.mark.parametrize("path", [*SHIPPED, TABLES / "dataset.yml"], ids=lambda path: path.parent.name)
def test_contracts_that_are_valid_fit_the_schema(path):
    assert [error.message for error in VALIDATOR.iter_errors(_plain(path))] == []


@pytest.mark.parametrize("case", ["misspelt_key", "misspelt_kind", "misspelt_top_key", "missing_required_key"])
def test_the_schema_refuses_what_the_reader_refuses(case):
    assert list(VALIDATOR.iter_errors(_plain(BROKEN / case / "dataset.yml")))


def _plain(path):
    return read_document(path, path.name).values
