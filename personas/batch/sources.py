"""What a dataset is read from, as a fingerprint: has anything changed since the last run?

Files are compared by content, which is read again only when size or time have changed; files inside an
installed package by the package's version; a database by its newest row, where the contract says how that is
seen, else it has no cheap fingerprint and counts as changed at every run.
"""

from __future__ import annotations

import glob
import hashlib
import importlib.metadata
import importlib.util
import json
import os
from pathlib import Path
from typing import Any

import yaml

PATH_KEYS = ("file", "files", "path", "paths", "glob", "folder")
FILE_SUFFIXES = {".csv", ".parquet", ".json", ".jsonl", ".ndjson", ".xlsx", ".gz", ".tsv", ".txt"}


LARGEST = 1_000_000  # bytes of a contract; the check refuses larger ones in words


def read_contract(folder: Path) -> dict[str, Any]:
    """Read a contract as written; empty if it cannot be read, which the check will say.

    With the loader in Python: that in C ends the process at brackets nested deep enough.
    """
    path = folder / "dataset.yml"
    try:
        if path.stat().st_size > LARGEST:
            return {}
        contract = yaml.load(path.read_bytes(), Loader=yaml.SafeLoader)
    except (OSError, ValueError, TypeError, RecursionError, yaml.YAMLError):
        return {}
    return contract if isinstance(contract, dict) else {}


def read_sources(folder: Path) -> dict[str, Any]:
    """Take the ``sources`` of a contract as written."""
    sources = read_contract(folder).get("sources")
    return sources if isinstance(sources, dict) else {}


def fingerprint(folder: Path, data: Path | None, memory: Path, before: Any = None) -> dict[str, Any]:
    """Describe the state of all sources of the dataset in `folder` by values that can be compared.

    data : folder of files kept elsewhere; memory : file in which content hashes are kept between runs
    before : the fingerprint of the last run, from which a database's is counted up
    """
    known = json.loads(memory.read_text()) if memory.is_file() else {}
    seen: dict[str, Any] = {}
    result: dict[str, Any] = {}
    sources = read_sources(folder)
    newest = newest_in(folder, sources)
    for name, source in sources.items():
        source = {"file": source} if isinstance(source, str) else source
        paths = [source[key] for key in PATH_KEYS if source.get(key)] if isinstance(source, dict) else []
        several = [one for path in paths for one in (path if isinstance(path, list) else [path])]
        patterns = [one for one in several if isinstance(one, str)]
        if isinstance(source, dict) and source.get("package"):
            result[name] = describe_package(str(source["package"]), patterns)
        elif patterns and not any("://" in pattern for pattern in patterns):
            files = [path for pattern in patterns for path in find_files(data or folder, pattern)]
            hashes = {path.name: hash_of(path, known, seen) for path in files}
            result[name] = hashes or "missing"
        elif name in newest:
            result[name] = newest[name]
        else:
            last = (before or {}).get(name)
            result[name] = {"database, run": last.get("database, run", 0) + 1 if isinstance(last, dict) else 1}
    memory.write_text(json.dumps(seen, indent=1))
    return result


def newest_in(folder: Path, sources: dict[str, Any]) -> dict[str, Any]:
    """Ask databases what is newest in them, where a source says by which column that is seen."""
    if not any(isinstance(source, dict) and source.get("changed_by") for source in sources.values()):
        return {}
    from personas.dataset.newest import read_newest

    return read_newest(folder)


def find_files(folder: Path, pattern: str) -> list[Path]:
    """Find the files that a path, a folder or a glob stands for, sorted; relative ones start at `folder`.

    None for a path that the check refuses: a way out by .. and a glob over the whole machine.
    """
    if ".." in Path(pattern).parts or (os.path.isabs(pattern) and glob.has_magic(pattern)):
        return []
    path = folder / pattern
    if path.is_dir():
        return sorted(file for file in path.iterdir() if file.is_file() and file.suffix in FILE_SUFFIXES)
    return sorted(Path(match) for match in glob.glob(str(path), recursive=True) if Path(match).is_file())


def hash_of(path: Path, known: dict[str, Any], seen: dict[str, Any]) -> str:
    """Hash a file's content, or take the known hash if size and time are those of the last run."""
    state = path.stat()
    key = str(path.resolve())
    last = known.get(key)
    if last and last[:2] == [state.st_size, state.st_mtime_ns]:
        seen[key] = last
    else:
        with path.open("rb") as content:
            seen[key] = [state.st_size, state.st_mtime_ns, hashlib.file_digest(content, "sha256").hexdigest()]
    return seen[key][2]


def describe_package(package: str, patterns: list[str]) -> dict[str, Any]:
    """Describe files of an installed package by its version and their sizes, without importing it."""
    spec = importlib.util.find_spec(package) if package.isidentifier() else None
    if spec is None or not spec.submodule_search_locations:
        return {"package": package, "version": "missing"}
    folder = Path(next(iter(spec.submodule_search_locations)))
    sizes = {path.name: path.stat().st_size for pattern in patterns for path in find_files(folder, pattern)}
    return {"package": package, "version": version_of(package), "sizes": sizes}


def version_of(package: str) -> str:
    """Look up a package's version; the slow way only where its distribution has another name."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        owners = importlib.metadata.packages_distributions().get(package)
        return importlib.metadata.version(owners[0]) if owners else "missing"
