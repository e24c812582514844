"""What each stage depends on, by content: a small file a stage that is rewritten only when something changed.

Make compares times; a stamp turns "the same as before" into an old time. Its text is readable, so that a run
can say what made a stage out of date.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import re
from pathlib import Path
from typing import Any

from personas.batch.notebooks import read_notebooks
from personas.batch.sources import fingerprint, read_contract
from personas.handover import open_workspace
from personas.history import DECISIONS, FOLDER
from personas.parameters import FOLDER_NAME, STAGES

# A stage may use its own folder and those before it, so only these can change its result.
FOLDERS = ("dataset", "customers", "segments", "experience", "profiles", "changes", "report")
ENGINE = ("duckdb", "ibis-framework")
PUBLISH = "publish"
INSTALLED = Path(__file__).resolve().parents[1]
# Keys of the contract that nothing before stage 05 looks at, and that stage's place.
AIMS, AIMED = ("targets", "benchmarks", "alerts"), 4


def open_stamps(root: Path, dataset: str) -> Path:
    """Open, and make if need be, the folder of a dataset's stamps."""
    folder = open_workspace(dataset, "batch", root).folder / "stamps"
    folder.mkdir(exist_ok=True)
    return folder


def write_stamps(root: Path, dataset: str, overrides: dict[str, Any], data: Path | None) -> list[str]:
    """Bring the stamps of a dataset's stages up to date.

    overrides : parameters set for this run; data : folder of files kept elsewhere
    Returns what changed since the last run, "02_segments: seed set to 8", for stages that have been made
    before; a stage that is out of date for the same reason as the one before it goes without saying.
    """
    stamps = open_stamps(root, dataset)
    reasons: dict[str, str] = {}
    for name, content in describe_stages(root, dataset, overrides, data).items():
        path = stamps / name
        before = read_stamp(path)
        if before != content:
            part = path.with_name(f".{name}.part")
            part.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
            part.replace(path)
            if before:
                reasons.setdefault(describe_change(before, content), name)
    return [f"{name}: {reason}" for reason, name in reasons.items()]


def read_stamp(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def describe_stages(
    root: Path, dataset: str, overrides: dict[str, Any], data: Path | None
) -> dict[str, dict[str, Any]]:
    """Describe, for each stage, all that its result depends on besides the stage before it."""
    stamps = open_stamps(root, dataset)
    contract = root / "data" / dataset
    before = read_stamp(stamps / STAGES[0]).get("sources")
    shared = {
        "lock": hash_lock(root),
        "engine": {name: version_of(name) for name in ENGINE} | {"python": platform.python_version()},
    }
    whole = {"contract": hash_text(contract / "dataset.yml")}
    measured = {"contract": hash_measured(contract)}
    package = root / "personas" if (root / "personas" / "__init__.py").is_file() else INSTALLED
    top = hash_folder(package, package, "*")
    library: dict[str, str] = dict(top)
    stages: dict[str, dict[str, Any]] = {}
    notebooks = read_notebooks(root)
    for place, stage in enumerate(STAGES):
        for folder in FOLDERS[:2] if place == 0 else FOLDERS[place + 1 : place + 2]:
            library |= hash_folder(package, package / folder, "**/*")
        notebook = notebooks.get(stage)
        stages[stage] = (
            shared
            | (measured if place < AIMED else whole)
            | {
                "library": dict(library),
                "notebook": digest(repr(notebook.cells)) if notebook else "missing",
                "parameters": {k: repr(v) for k, v in overrides.items() if notebook and k in notebook.defaults},
            }
        )
    stages[STAGES[0]]["sources"] = fingerprint(contract, data, stamps / ".files.json", before)
    if (contract / ".forgotten.json").is_file():
        stages[STAGES[0]]["forgotten"] = hash_text(contract / ".forgotten.json")
    # Rules of the dataset's own, beside its contract: only pain points are made by them.
    own = sorted(path for path in contract.glob("*.y*ml") if path.name != "dataset.yml")
    own += [path for path in [lexicon_of(contract, data)] if path is not None]
    stages["03_experience"]["rules"] = {path.name: hash_text(path) for path in own}
    if wave := previous_of(contract):
        stages["04_profiles"]["previous"] = hash_last_run(root, wave)
    # A decision on changed personas is all of the history that a run depends on without new data.
    stages["05_changes"]["accepted"] = hash_text(open_workspace(dataset, "batch", root).folder / FOLDER / DECISIONS)
    publishing = hash_folder(package, package / "batch", "*")
    stages[PUBLISH] = {"lock": shared["lock"], "library": top | publishing}
    return stages


def hash_measured(contract: Path) -> str:
    """Hash a contract without its aims and alerts, which change nothing that is measured.

    By its lines, since what has not been checked yet must not be unfolded.
    """
    path = contract / "dataset.yml"
    if not path.is_file():
        return "missing"
    kept, aims = [], False
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if line[:1].strip() and not line.startswith("#"):
            aims = line.partition(":")[0].rstrip() in AIMS
        kept += [] if aims else [line]
    return digest("\n".join(kept))


def previous_of(contract: Path) -> str:
    """The dataset of which this one is the next wave, by its contract; "" where there is none."""
    name = read_contract(contract).get("previous")
    return name if isinstance(name, str) and FOLDER_NAME.fullmatch(name) else ""


def hash_last_run(root: Path, dataset: str) -> str:
    """Hash the last run in the history of a dataset; "missing" where there is none."""
    entries = sorted((root / "reports" / ".work" / dataset / FOLDER).glob("[0-9]*/run.json"))
    return hash_text(entries[-1]) if entries else "missing"


def lexicon_of(contract: Path, data: Path | None) -> Path | None:
    """The file of emotion words that a contract names, beside it or in `data`; None where there is none.

    Only a look: a contract that cannot be read is told of by whoever reads it in earnest.
    """
    declared = read_contract(contract).get("emotions")
    name = declared.get("file") if isinstance(declared, dict) else None
    if not isinstance(name, str):
        return None
    places = [folder / name for folder in (contract, data) if folder is not None]
    return next((path for path in places if path.is_file()), None)


def describe_change(before: dict[str, Any], after: dict[str, Any]) -> str:
    """Say what differs between two stamps, the first few things.

    >>> describe_change({"lock": "a", "library": {"x.py": "1"}}, {"lock": "a", "library": {"x.py": "2"}})
    'personas/x.py changed'
    >>> describe_change({"parameters": {}}, {"parameters": {"seed": "8"}})
    'seed set to 8'
    """
    found = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        if not isinstance(old, dict) or not isinstance(new, dict):
            found.append(f"{key} changed")
            continue
        for name in sorted(old.keys() | new.keys()):
            if old.get(name) == new.get(name):
                continue
            if key == "parameters":
                found.append(f"{name} set to {new[name]}" if name in new else f"{name} as in the notebook again")
            else:
                found.append(f"{'personas/' if key == 'library' else ''}{name} changed")
    return ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")


def hash_folder(package: Path, folder: Path, pattern: str) -> dict[str, str]:
    """Hash the files of a folder by their path below ``personas/``; compiled ones do not count."""
    files = (path for path in sorted(folder.glob(pattern)) if path.is_file() and path.suffix != ".pyc")
    return {path.relative_to(package).as_posix(): hash_text(path) for path in files}


def hash_lock(root: Path) -> str:
    """Hash the lock of the repository; beside an installed package, the versions of what it requires."""
    if (root / "requirements.lock").is_file():
        return hash_text(root / "requirements.lock")
    try:
        required = importlib.metadata.requires("personas") or []
    except importlib.metadata.PackageNotFoundError:
        return "missing"
    names = sorted({re.match(r"[\w.-]+", line)[0] for line in required if "extra ==" not in line})
    return digest("\n".join(f"{name} {version_of(name)}" for name in names))


def hash_text(path: Path) -> str:
    return digest(path.read_bytes()) if path.is_file() else "missing"


def digest(content: str | bytes) -> str:
    """Shorten content to a hash of 16 digits, enough to see a change."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()[:16]


def version_of(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "missing"
