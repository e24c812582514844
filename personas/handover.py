"""Where stages leave their results for the next one: Parquet for tables, JSON for everything else.

No pickle: opening somebody else's run must never run code. Every file is written beside its place and then
moved there, so that a killed run leaves the old file or the new one and never half of one.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from personas.errors import InputError, Problem, did_you_mean
from personas.parameters import find_problem

if TYPE_CHECKING:
    import pandas

WRITTEN_BY = {
    "customers.parquet": "01_customers",
    "features.json": "01_customers",
    "quality.json": "01_customers",
    "rehearsal.json": "01_customers",
    "rehearsal.parquet": "01_customers",
    "outcomes.parquet": "01_customers",
    "membership.parquet": "02_segments",
    "refits.parquet": "02_segments",
    "evidence.json": "02_segments",
    "verdict.json": "02_segments",
    "sizes.json": "02_segments",
    "space.json": "02_segments",
    "map.json": "02_segments",
    "experience.json": "03_experience",
    "themes.json": "03_experience",
    "identity.json": "04_profiles",
    "personas.json": "04_profiles",
    "changes.json": "05_changes",
}


@dataclass(frozen=True)
class Workspace:
    """The folders of one run of one dataset.

    name : "batch" for what make publishes, "lab" for notebooks run by hand
    folder : where results are written
    sources : where results are looked for, first match wins (a lab falls back to the batch)
    staged : what the last stage prepares for publication
    """

    dataset: str
    name: str
    root: Path
    folder: Path
    sources: tuple[Path, ...]

    @property
    def staged(self) -> Path:
        return self.folder / "staged"

    @property
    def exports(self) -> Path:
        return self.staged / "exports"

    def __repr__(self) -> str:
        return f'Workspace "{self.name}" of {self.dataset}: {self.folder.relative_to(self.root).as_posix()}/'


def find_root(start: Path | None = None) -> Path:
    """Find the project's folder: the nearest one upward that holds ``notebooks/`` and ``data/``.

    The search starts at `start` (default: the current folder) and ends at the place this package was loaded
    from, so that it works in a notebook, from another folder and in a test's copy. Raises InputError if there
    is none.
    """
    here = (start or Path.cwd()).resolve()
    package = Path(__file__).resolve().parent
    for folder in (here, *here.parents, package.parent):
        if (folder / "notebooks").is_dir() and (folder / "data").is_dir():
            return folder
    fix = "change into the project's folder first, or make one: python -m personas start FOLDER"
    raise InputError([Problem("project folder", f"none at or above {here}", "notebooks/ and data/", fix)])


def open_workspace(dataset: str, workspace: str = "lab", root: Path | None = None) -> Workspace:
    """Open, and make if need be, the private folder in which a run keeps its results.

    dataset : name of a folder under ``data/``; workspace : "lab" or "batch"; root : the project's folder
    Raises InputError for a name that is not one plain folder name or an unknown workspace.

    >>> open_workspace("shop", root=root)
    Workspace "lab" of shop: reports/.work/shop/lab/
    """
    problems = [find_problem("dataset", dataset), find_problem("workspace", workspace)]
    if found := [problem for problem in problems if problem]:
        raise InputError(found)
    root = find_root() if root is None else Path(root).resolve()
    batch = root / "reports" / ".work" / dataset
    folder = batch if workspace == "batch" else batch / workspace
    for private in (batch.parent, batch, folder):
        private.mkdir(mode=0o700, parents=True, exist_ok=True)
    sources = (batch,) if workspace == "batch" else (folder, batch)
    return Workspace(dataset, workspace, root, folder, sources)


def write_table(workspace: Workspace, name: str, frame: pandas.DataFrame) -> Path:
    """Write a DataFrame to ``<name>.parquet`` without its index; returns the path.

    >>> write_table(workspace, "spend", customers.frame[["customer_id", "sales"]]).name
    'spend.parquet'
    """
    path = workspace.folder / f"{name}.parquet"
    part = part_of(path)
    frame.to_parquet(part, index=False)
    os.replace(part, path)
    return path


def read_table(workspace: Workspace, name: str) -> pandas.DataFrame:
    """Read ``<name>.parquet``; raises InputError naming the notebook to run first if it is missing.

    >>> path = write_table(workspace, "spend", customers.frame[["customer_id", "sales"]])
    >>> read_table(workspace, "spend").shape
    (120, 2)
    """
    import pandas

    return pandas.read_parquet(locate(workspace, f"{name}.parquet"))


def write_model(workspace: Workspace, name: str, value: Any) -> Path:
    """Write a pydantic model, or a list, tuple or dict of them, to ``<name>.json``; returns the path.

    Fields keep their order, so that the same value gives the same bytes. Raises ValueError for a number that
    is not finite: "not measured" is None.

    >>> write_model(workspace, "sizes", segmentation.sizes).name
    'sizes.json'
    """
    from pydantic import TypeAdapter

    plain = TypeAdapter(Any).dump_python(value, mode="json")
    path = workspace.folder / f"{name}.json"
    part = part_of(path)
    part.write_text(json.dumps(plain, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    os.replace(part, path)
    return path


def read_model(workspace: Workspace, name: str, kind: Any) -> Any:
    """Read ``<name>.json`` as `kind`: a model, or a type such as ``tuple[Feature, ...]``.

    Raises InputError if the file is missing or was written by a version with other fields.

    >>> path = write_model(workspace, "sizes", segmentation.sizes)
    >>> read_model(workspace, "sizes", tuple[type(segmentation.sizes[0]), ...]) == segmentation.sizes
    True
    """
    from pydantic import TypeAdapter, ValidationError

    path = locate(workspace, f"{name}.json")
    try:
        return TypeAdapter(kind).validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"])) or "whole file"
        place = f"{path.relative_to(workspace.root).as_posix()}: {key}"
        writer = WRITTEN_BY.get(path.name, "the stage before")
        fix = f"run notebooks/{writer}.ipynb again: the file is of another version"
        raise InputError([Problem(place, first["msg"], getattr(kind, "__name__", str(kind)), fix)]) from None


def locate(workspace: Workspace, filename: str) -> Path:
    """Find a result among the workspace's sources; raises InputError naming the notebook that writes it."""
    for source in workspace.sources:
        if (source / filename).is_file():
            return source / filename
    place = f"{workspace.folder.relative_to(workspace.root).as_posix()}/{filename}"
    if filename in WRITTEN_BY:
        notebook = WRITTEN_BY[filename]
        fix = f"run notebooks/{notebook}.ipynb first, or `make personas DATASET={workspace.dataset}`"
        raise InputError([Problem(place, "no such file", f"what {notebook} writes", fix)])
    raise InputError([Problem(place, "no such file", "", did_you_mean(filename, list(WRITTEN_BY)))])


def part_of(path: Path) -> Path:
    """Name the unfinished neighbour of `path`; always the same, so that a killed run's is overwritten."""
    return path.with_name(f".{path.name}.part")
