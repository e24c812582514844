"""Parameters of ``make personas P="n_segments=5 seed=7"``: text to values, checked against notebooks."""

from __future__ import annotations

import ast
import shlex
from collections.abc import Iterable
from typing import Any

from personas.batch.notebooks import Notebook
from personas.errors import Problem, did_you_mean
from personas.parameters import KNOWN, find_problem

HOW = 'P="name=value name=value", as in P="n_segments=5 seed=7"'
SET_BY = {"dataset": "DATASET=…", "data": "DATA=…", "workspace": "make itself"}


def parse_overrides(text: str) -> tuple[dict[str, Any], list[Problem]]:
    """Split ``name=value`` pairs and read the values as Python literals; a bare word is text.

    Returns the values and what could not be read. Nothing is evaluated.

    >>> parse_overrides("n_segments=5 min_dist=.1 label='two words' kind=kmeans off=None")[0]
    {'n_segments': 5, 'min_dist': 0.1, 'label': 'two words', 'kind': 'kmeans', 'off': None}
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        return {}, [Problem("P", text, "quotes in pairs", f"{error}; write {HOW}")]
    values: dict[str, Any] = {}
    problems = []
    loose = [word for word in words if "=" not in word.lstrip("=")]
    if loose:
        fix = f"write {HOW}, without spaces around ="
        problems.append(Problem("P", " ".join(loose), "name=value", fix))
    for word in words:
        name, _, value = word.partition("=")
        if word in loose:
            continue
        if name in values:
            problems.append(Problem(f"P: {name}", "given twice", "once"))
        else:
            values[name] = literal_or_text(value)
    return values, problems


def literal_or_text(value: str) -> Any:
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return value


def find_override_problems(values: dict[str, Any], notebooks: Iterable[Notebook]) -> list[Problem]:
    """Compare parameters with what the notebooks have and with what they may be; returns what is wrong."""
    known = sorted({name for notebook in notebooks for name in notebook.defaults} - set(SET_BY))
    problems = []
    for name, value in values.items():
        if name in SET_BY:
            problems.append(Problem(f"P: {name}", "set in P", "", f"it is set by {SET_BY[name]}"))
        elif name not in known:
            problems.append(Problem(f"P: {name}", "no notebook has it", "", did_you_mean(name, known)))
        elif name in KNOWN and (problem := find_problem(name, value)):
            problems.append(Problem(f"P: {name}", problem.found, problem.expected, problem.fix))
    return problems
