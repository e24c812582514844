"""What a stage was given by the one before, by content: is there anything new for it?

Make runs a stage when the one before it ran. New answers run the first stage, yet what customers say forms no segment:
where nothing but that is new, the segments are those of the last run, and finding them again would take most of the
time. So what the segments are made from is compared by content, and the stage passed over where all of it is the same.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from personas.batch.stamps import digest, open_stamps
from personas.handover import WRITTEN_BY, Workspace
from personas.history import SEGMENTS as DIVIDED
from personas.history import read_history

SEGMENTS = "02_segments"
TABLES = ("customers", "rehearsal")
OUTCOMES = ("outcomes.parquet", "rehearsal.json")  # what the number of segments is judged by, answers too
FITTED = "space.json"  # what places a customer, a centre a segment
NEW = "new"  # the notebook divides the customers anew
SAID = "feedback"  # the block of features that say what customers answered


def is_as_before(workspace: Workspace, stage: str, parameters: dict[str, Any]) -> bool:
    """Say whether a stage would be given what it was given last time, and what it made of that is still there.

    parameters : all that its notebook would be run with
    """
    now, before = describe_given(workspace, stage, parameters), read_given(workspace, stage)
    if now is None or before is None:
        return False
    # An earlier run with as many segments as were found without one changes nothing.
    settled = before.get("earlier") is None and now["earlier"] == now["segments"]
    return now | ({"earlier": None} if settled else {}) == before


def write_given(workspace: Workspace, stage: str, parameters: dict[str, Any]) -> None:
    """Remember what a stage that has just been executed was given and what it made."""
    state = describe_given(workspace, stage, parameters)
    if state is not None:
        path = place_of(workspace, stage)
        part = path.with_name(f"{path.name}.part")
        part.write_text(json.dumps(state, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        os.replace(part, path)


def read_given(workspace: Workspace, stage: str) -> dict[str, Any] | None:
    try:
        return json.loads(place_of(workspace, stage).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def place_of(workspace: Workspace, stage: str) -> Path:
    return open_stamps(workspace.root, workspace.dataset) / f".{stage}.given"


def describe_given(workspace: Workspace, stage: str, parameters: dict[str, Any]) -> dict[str, Any] | None:
    """Describe by content all that the segments depend on, and what was made of it.

    None for other stages, which read the tables themselves, where something is missing, and where the division of an
    earlier run is to be kept.
    """
    if stage != SEGMENTS or parameters.get("division", NEW) != NEW:
        return None
    folder, stamp = workspace.folder, open_stamps(workspace.root, workspace.dataset) / stage
    made = sorted(name for name, writer in WRITTEN_BY.items() if writer == stage)
    if not all((folder / name).is_file() for name in ("features.json", "customers.parquet", FITTED)):
        return None
    features = json.loads((folder / "features.json").read_text(encoding="utf-8"))
    answers = {f["name"] for f in features if f.get("block") == SAID and not f.get("forms")}
    kept = [feature for feature in features if feature["name"] not in answers]
    earlier = read_history(workspace).last
    return {
        "stamp": hash_file(stamp),
        "parameters": {name: repr(value) for name, value in parameters.items()},
        "features": digest(json.dumps(kept, sort_keys=True)),
        "tables": {name: hash_table(folder / f"{name}.parquet", answers) for name in TABLES},
        "outcomes": {name: hash_file(folder / name) for name in OUTCOMES},
        "made": {name: hash_file(folder / name) for name in made},
        "segments": count_segments(folder / FITTED),
        "earlier": count_segments(earlier.folder / DIVIDED) if earlier is not None else None,
    }


def count_segments(path: Path) -> int | None:
    """Count the segments of a division, None where it cannot be read."""
    try:
        return len(json.loads(path.read_text(encoding="utf-8"))["centres"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def hash_table(path: Path, without: set[str]) -> str:
    """Hash the rows of a Parquet file in their order, leaving out some columns."""
    import pandas as pd

    if not path.is_file():
        return "missing"
    frame = pd.read_parquet(path)
    frame = frame[[name for name in frame.columns if name not in without]]
    head = json.dumps([[name, str(kind)] for name, kind in frame.dtypes.items()])
    rows = pd.util.hash_pandas_object(frame, index=False).to_numpy()
    return hashlib.sha256(head.encode() + rows.tobytes()).hexdigest()[:16]


def hash_file(path: Path) -> str:
    return digest(path.read_bytes()) if path.is_file() else "missing"
