"""docs/personas.schema.json: what ``personas.json`` holds, for programs that read it.

Made from the classes that write the file; run ``python -m personas.report.schema`` after a change of them, a test
fails until it has been. A version only ever gains fields that may be left out, so files of earlier versions stay
valid; anything else takes a new first number.
"""

from __future__ import annotations

import json
from pathlib import Path

from personas.handover import find_root
from personas.profiles.models import PersonaSet

PATH = "docs/personas.schema.json"


def personas_schema() -> dict:
    """Make the JSON Schema of ``personas.json``; fields with a default may be missing."""
    schema = PersonaSet.model_json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "personas.json"}


def write_personas_schema(root: Path) -> Path:
    """Write the schema below a project's folder and return its path."""
    path = root / PATH
    path.write_text(json.dumps(personas_schema(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    print(write_personas_schema(find_root()).relative_to(find_root()))
