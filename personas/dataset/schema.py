"""The JSON Schema of ``dataset.yml``, so that editors complete and check it while it is being written."""

from __future__ import annotations

import json
from pathlib import Path

from personas.dataset.contract import ROLES, Contract

PATH = "docs/dataset.schema.json"


def contract_schema() -> dict:
    """Make the schema from the classes that validate the file; a role may be one mapping or a list of them."""
    schema = Contract.model_json_schema(by_alias=True, mode="validation")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "dataset.yml"
    for role in (*ROLES, "ratings", "comments"):
        several = schema["properties"][role]
        schema["properties"][role] = {
            "description": several.get("description", ""),
            "anyOf": [several["items"], {"type": "array", "items": several["items"]}],
        }
    for name in ("KpiTarget", "Benchmark"):
        schema["$defs"][name] = {"anyOf": [{"type": "number"}, schema["$defs"][name]]}
    for name, definition in schema["$defs"].items():
        for form in (definition, *definition.get("anyOf", ())):
            _loosen(form, name)
    return schema


def _loosen(definition: dict, name: str) -> None:
    """Allow the short forms that validation expands: a key for a join, a pair for a scale, numbers as codes."""
    for key, value in definition.get("properties", {}).items():
        if key == "join":
            value["additionalProperties"] = {"anyOf": [{"type": ["string", "integer"]}, {"$ref": "#/$defs/Join"}]}
        if key == "scale":
            value["anyOf"] = [
                {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
                *value["anyOf"],
            ]
        if key == "codes":
            value["additionalProperties"] = {"anyOf": [{"type": ["string", "integer"]}, {"$ref": "#/$defs/Code"}]}
        if key == "labels":
            value["additionalProperties"] = {"type": ["string", "number"]}
        if key == "groups":
            value["additionalProperties"] = {"type": "array", "items": {"type": ["string", "number"]}}
        if key in ("missing", "order", "is", "columns", "also_from", "kpi_worse", "target_missed"):
            plain = {"type": ["string", "number"]}
            definition["properties"][key] = {
                "description": value.get("description", ""),
                "anyOf": [plain, {"type": "array", "items": plain}],
            }
        if name in ("Period", "Holdout") and key in ("start", "end"):
            definition["properties"][key] = {"type": "string", "description": value.get("description", "")}


def write_schema(root: Path) -> Path:
    """Write the schema below a project's folder and return its path."""
    path = root / PATH
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(contract_schema(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
