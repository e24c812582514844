"""Where the files of a dataset are."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from personas.dataset.connections import masked
from personas.dataset.contract import Contract, Source
from personas.dataset.document import Document
from personas.dataset.limits import check_limits
from personas.errors import InputError, Problem, did_you_mean
from personas.parameters import FOLDER_NAME

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
    fix = "change to it, or make one: python -m personas start FOLDER"
    found = Problem("working folder", "no project here", "a folder with notebooks/ and data/", fix)
    raise InputError([found])


def contract_path(name: str, root: Path) -> Path:
    """Find the contract of a dataset by its name; raises InputError with the names there are."""
    path = root / "data" / name / "dataset.yml"
    if FOLDER_NAME.fullmatch(name) and path.is_file():
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
            if strayed := _strayed(place, source, base, files):
                problems.append(strayed)
                continue
        if files:
            mixed = _mixed(place, source, files)
            unread = mixed or check_limits(place, source, next(iter(kinds_of(source, files))), files)
            problems += unread
            if unread == mixed:  # what is too large is not opened at all
                found[name] = files
        else:
            problems.append(_missing(place, source, base, data))
    return found, problems


def _files(base: Path, pattern: str) -> tuple[Path, ...]:
    path = base / pattern
    try:
        if path.is_dir():
            tables = (file for file in path.rglob("*") if file.suffix.lower() in FORMATS and file.is_file())
            return tuple(sorted(file.resolve() for file in tables))
        if path.is_file():
            return (path.resolve(),)
        if any(sign in pattern for sign in "*?[") and not Path(pattern).is_absolute() and ".." not in pattern:
            return tuple(sorted(file.resolve() for file in base.glob(pattern) if file.is_file()))
    except (ValueError, OSError):  # a pattern with ** inside a word, a name longer than any can be
        return ()
    return ()


def _strayed(place: str, source: Source, base: Path, files: tuple[Path, ...]) -> Problem | None:
    """Say where a path does not lead into the folder that it starts from.

    A contract may come from somebody else, so a way out must be seen in it: a whole path can be, .. and a link
    cannot. Files at a whole path must look like tables, which those that hold secrets do not.
    """
    if ".." in Path(source.file).parts:
        fix = "write the whole path, or say DATA=folder where the files are kept"
        return Problem(place, f"{source.file}, a way out of the dataset's folder", "a file inside it", fix)
    if Path(source.file).is_absolute():
        odd = [file.name for file in files if file.suffix.lower() not in FORMATS]
        return Problem(place, f"{odd[0]} at a whole path", f"one of {', '.join(FORMATS)}") if odd else None
    outside = [file.name for file in files if base.resolve() not in file.parents]
    if not outside:
        return None
    fix = "copy it into the folder, write the whole path, or say DATA=folder where the files are kept"
    return Problem(place, f"{source.file}, a link to {outside[0]} elsewhere", "a file inside the folder", fix)


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
