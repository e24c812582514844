"""Small projects on disk for tests: a folder with notebooks/ and data/<name>/."""

from __future__ import annotations

import shutil
from pathlib import Path

from personas.dataset import Dataset, check_dataset, read_dataset
from personas.errors import InputError

BROKEN = Path(__file__).parent / "broken"
TABLES = BROKEN / "_tables"


def make_project(root: Path, contract: str | None = None, files: dict[str, str | bytes] | None = None, name="shop"):
    """Write a project whose dataset is the corner shop of `broken/_tables`, with other files put over it."""
    (root / "notebooks").mkdir(parents=True, exist_ok=True)
    folder = root / "data" / name
    shutil.copytree(TABLES, folder, dirs_exist_ok=True)
    if contract is not None:
        (folder / "dataset.yml").write_text(contract, encoding="utf-8")
    for file, content in (files or {}).items():
        (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return root


def read_shop(root: Path, contract: str | None = None, files: dict[str, str | bytes] | None = None) -> Dataset:
    return read_dataset("shop", root=make_project(root, contract, files))


def messages_of(root: Path) -> str:
    """Read and check a dataset as a run does before its first notebook; all that is said, errors then warnings."""
    try:
        result = check_dataset(read_dataset("shop", root=root))
    except InputError as error:
        return str(error) + "\n"
    parts = [f"error: {problem}" for problem in result.problems]
    parts += [f"warning: {problem}" for problem in result.warnings]
    parts += [f"set aside: {row.rows} of {row.of} in {row.table}: {row.reason}" for row in result.set_aside]
    return "\n".join(parts) + "\n"
