"""Where the files of a dataset are."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from personas.dataset.connections import masked
from personas.dataset.contract import Contract, Source
from personas.dataset.document import Document
from personas.errors import InputError, Problem, did_you_mean

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xlsx": "excel",
    ".xlsm": "excel",
}


def project_root() -> Path:
    """Find the folder with notebooks/ and data/ at or above the working folder, else that of this package.

    Raises InputError if there is none.
    """
    here = Path.cwd()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[2]):
        if (folder / "notebooks").is_dir() and (folder / "data").is_dir():
            return folder
    found = Problem("working folder", "no project here", "a folder with notebooks/ and data/", "change to it")
    raise InputError([found])


def contract_path(name: str, root: Path) -> Path:
    """Find the contract of a dataset by its name; raises InputError with the names there are."""
    path = root / "data" / name / "dataset.yml"
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name) and path.is_file():
        return path
    known = sorted(found.parent.name for found in (root / "data").glob("*/dataset.yml"))
    fix = did_you_mean(name, known) if known else "write one, docs/contract.md shows how"
    raise InputError(
        [Problem(f"data/{name}/dataset.yml", "no such dataset", "a folder under data/ with dataset.yml", fix)]
    )


def locate_sources(
    contract: Contract, folder: Path, data: str | Path | None, document: Document
) -> tuple[dict[str, tuple[Path, ...]], list[Problem]]:
    """Find the files of each file source, in the order of their names, and say which are missing."""
    found: dict[str, tuple[Path, ...]] = {}
    problems: list[Problem] = []
    base = Path(data).expanduser() if data is not None else folder
    if data is not None and not base.is_dir():
        return found, [Problem("DATA", f"no folder {data}", "the folder with the dataset's files", "correct the path")]
    for name, source in contract.sources.items():
        if source.file is None:
            continue
        place = document.place(["sources", name])
        if source.package is not None:
            folder_of = package_folder(source.package)
            if folder_of is None:
                fix = "install it into the environment, or correct its name"
                problems.append(Problem(place, f"no package {source.package}", "an installed package", fix))
                continue
            files = _files(folder_of, source.file)
            if any(folder_of not in file.parents for file in files):
                problems.append(Problem(place, source.file, "a file inside the package", "take out .."))
                continue
        else:
            files = _files(base, source.file)
        if files:
            found[name] = files
            problems += _mixed(place, source, files)
        else:
            problems.append(_missing(place, source, base, data))
    return found, problems


def _files(base: Path, pattern: str) -> tuple[Path, ...]:
    path = base / pattern
    if path.is_dir():
        return tuple(sorted(file.resolve() for file in path.rglob("*") if file.suffix.lower() in FORMATS))
    if path.is_file():
        return (path.resolve(),)
    if any(sign in pattern for sign in "*?[") and not Path(pattern).is_absolute() and ".." not in pattern:
        try:
            return tuple(sorted(file.resolve() for file in base.glob(pattern) if file.is_file()))
        except ValueError:  # such as a pattern with ** inside a word
            return ()
    return ()


def _missing(place: str, source: Source, base: Path, data: str | Path | None) -> Problem:
    if "://" in source.file:
        fix = "download it, or read a database with connection: and table:"
        return Problem(place, f"the address {masked(source.file)}", "a file on this machine", fix)
    near = [file.name for file in base.iterdir() if file.suffix.lower() in FORMATS] if base.is_dir() else []
    where = str(data) if data is not None else "the dataset's folder"
    wanted = source.file if source.package is None else f"{source.file} of the package {source.package}"
    if source.package is not None:
        where = "the package"
    fix = f"get the files from {source.where}, then DATA=path" if source.where else "put it there, or say DATA=path"
    if near and not source.where and source.package is None and "did you mean" in did_you_mean(source.file, near):
        fix = did_you_mean(source.file, near)
    return Problem(place, f"no file {wanted}", f"a file in {where}", fix)


def kinds_of(source: Source, files: tuple[Path, ...]) -> set[str]:
    """Name the formats of a source's files; of an ending that nothing is known of, the ending."""
    return {source.format or FORMATS.get(file.suffix.lower(), file.suffix or "no ending") for file in files}


def _mixed(place: str, source: Source, files: tuple[Path, ...]) -> list[Problem]:
    kinds = kinds_of(source, files)
    if len(kinds) == 1 and kinds <= set(FORMATS.values()):
        return []
    if kinds == {".xls"}:
        return [Problem(place, f"{source.file}, of Excel before 2007", "an .xlsx file", "save it as .xlsx in Excel")]
    found = f"files of the kinds {', '.join(sorted(kinds))}"
    return [Problem(place, found, "one of csv, parquet, jsonl, excel", "name the files, or say format:")]


def package_folder(package: str) -> Path | None:
    """Find where a package is installed, without importing it."""
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return None
    return Path(spec.origin).resolve().parent if spec and spec.origin else None
