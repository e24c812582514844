"""A notebook as batch runs see it: its title, its parameters and their defaults, the source that counts."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from personas.parameters import STAGES


@dataclass(frozen=True)
class Notebook:
    """One notebook's source, without outputs, execution counts or the state of somebody's screen.

    cells : (type, source) in order; title : first heading; defaults : name → value of the `parameters` cell
    """

    name: str
    title: str
    cells: tuple[tuple[str, str], ...]
    defaults: dict[str, Any]


def read_notebook(path: Path) -> Notebook:
    """Read a notebook; raises ValueError if its parameters are not plain assignments of literals."""
    document = json.loads(path.read_text(encoding="utf-8"))
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in document["cells"]]
    tagged = [
        "".join(cell["source"])
        for cell in document["cells"]
        if "parameters" in cell.get("metadata", {}).get("tags", ())
    ]
    headings = (line for kind, text in cells if kind == "markdown" for line in text.splitlines())
    title = next((line.lstrip("# ").strip() for line in headings if line.startswith("#")), path.stem)
    return Notebook(path.stem, title, tuple(cells), literals("\n".join(tagged)))


def literals(source: str) -> dict[str, Any]:
    """Take the values from assignments without running them.

    >>> literals("n_segments = None  # chosen by the evidence\\nseed = 7")
    {'n_segments': None, 'seed': 7}
    """
    values = {}
    for statement in ast.parse(source).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                values[name] = ast.literal_eval(value)
            case _:
                raise ValueError(f"line {statement.lineno} of the parameters is no plain assignment")
    return values


def read_notebooks(root: Path) -> dict[str, Notebook]:
    """Read the notebooks of all stages that exist, in their order."""
    paths = [root / "notebooks" / f"{stage}.ipynb" for stage in STAGES]
    return {path.stem: read_notebook(path) for path in paths if path.is_file()}
