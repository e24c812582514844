"""A project to work in, laid out in a folder: notebooks, the shipped datasets' contracts, a Makefile.

Whoever has a copy of the repository works there. Whoever has installed the package gets the same files from it, less
what only serves to build the package itself.
"""

from __future__ import annotations

import re
from pathlib import Path

from personas.errors import InputError, Problem

PACKAGE = Path(__file__).resolve().parents[1]
LAID_OUT = ("Makefile", ".gitignore", "notebooks/**/*.ipynb", "data/*/dataset.yml", "data/*/README.md")
# Rules of the Makefile that need the repository: its tests, its lock, its advisories.
OF_THE_REPOSITORY = ("test", "approve", "evidence", "bench", "bench-large", "audit", "licences", "sbom", "lint", "env")


def find_files(package: Path = PACKAGE) -> Path:
    """Find the folder that holds what is laid out: inside an installed package, else the repository around it.

    Raises InputError where neither is there.
    """
    for folder in (package / "project", package.parent):
        if (folder / "notebooks").is_dir() and (folder / "Makefile").is_file():
            return folder
    found = Problem("package personas", "no notebooks in it", "the package as it is built", "install it anew with pip")
    raise InputError([found])


def write_project(folder: Path | str, python: str = "python3") -> list[Path]:
    """Lay out a project in a folder, which is made if need be; returns the files written, in order.

    python : the interpreter that its Makefile calls
    Raises InputError, and writes nothing, where a file would be written over.
    """
    folder, source = Path(folder).expanduser(), find_files()
    if folder.exists() and not folder.is_dir():
        raise InputError([Problem(str(folder), "a file", "a folder, or nothing yet", "choose another name")])
    known = shipped(source)
    names = [path for path in known if (folder / path).exists()]
    if names:
        fix = "choose an empty folder; what is there is left as it is"
        raise InputError([Problem(str(folder / path), "is there already", "no such file", fix) for path in names[:3]])
    for path in known:
        content = (source / path).read_text(encoding="utf-8")
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(own_makefile(content, python) if path.name == "Makefile" else content, encoding="utf-8")
    return [folder / path for path in known]


def shipped(source: Path) -> list[Path]:
    """The files to lay out, relative to `source`; of data, the shipped datasets alone."""
    found = {path.relative_to(source) for pattern in LAID_OUT for path in source.glob(pattern)}
    known = datasets_of(source)
    return sorted(path for path in found if path.parts[0] != "data" or path.parts[1] in known)


def datasets_of(source: Path) -> set[str]:
    """The shipped datasets by ``.gitignore``, which names the only folders of data that go into the repository."""
    text = (source / ".gitignore").read_text(encoding="utf-8")
    return set(re.findall(r"^!/data/(\w+)/$", text, re.MULTILINE))


def own_makefile(text: str, python: str) -> str:
    """The Makefile for an installed package: `python` instead of an environment, and no rules of the repository."""
    names = "|".join(map(re.escape, OF_THE_REPOSITORY))
    blocks = [
        block for block in text.split("\n\n") if not re.match(rf"(?:{names}):|# Missing or broken|\.venv/", block)
    ]
    text = "\n\n".join(blocks).rstrip() + "\n"
    given = "PYTHON := " + python.replace("$", "$$") + "\nENVIRONMENT :="
    text = re.sub(r"# An active conda.*?^endif$", lambda _: given, text, flags=re.M | re.S)
    text = text.replace("export PYTHONPATH := $(CURDIR)\n", "")
    return re.sub(r"^(\.PHONY:)(.*)$", lambda m: _phony(m[1], m[2]), text, count=1, flags=re.M)


def _phony(head: str, names: str) -> str:
    return " ".join([head, *(name for name in names.split() if name not in OF_THE_REPOSITORY)])
