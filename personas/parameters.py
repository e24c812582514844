"""What can be set in a notebook or with ``make personas P="…"``: name, kind, range, meaning.

Papermill only warns of a parameter that a notebook does not have, and hands over a value of the wrong type as
it is. So make compares every name with the notebooks before any starts, and the cell after the parameters
checks the values.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from numbers import Integral, Real
from pathlib import PurePath
from typing import Any, Literal

from personas.errors import InputError, Problem, did_you_mean

STAGES = ("01_customers", "02_segments", "03_experience", "04_profiles", "05_changes", "06_report")
GALLERY = ("groups_of_your_own",)
ENGINE = re.compile(r"duckdb|spark|[a-z][a-z0-9+]*://\S+")
SECRET = re.compile(r"://[^/@\s]*:(?!\$\{)[^@\s]*@|(?:token|password|secret)=(?!\$\{)", re.IGNORECASE)
FOLDER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


@dataclass(frozen=True)
class Parameter:
    """One thing an analyst may set.

    low, high : inclusive range of a number; choices : the words allowed; optional : None is allowed too
    stages : the notebooks that have it
    """

    name: str
    kind: Literal["name", "path", "engine", "word", "whole number", "number", "yes or no"]
    meaning: str
    stages: tuple[str, ...] = (*STAGES, *GALLERY)
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    optional: bool = False

    @property
    def expected(self) -> str:
        """Say what is allowed, in words: ``a whole number from 1 to 50, or None``."""
        words = "True or False" if self.kind == "yes or no" else f"a {self.kind}"
        if self.kind == "engine":
            words = "duckdb, spark, sc://host:port or another database's URL without a secret in it"
        if self.choices:
            words = " or ".join(f'"{choice}"' for choice in self.choices)
        elif self.low is not None and self.high is not None:
            words += f" from {self.low:,} to {self.high:,}"
        elif self.low is not None:
            words += f", {self.low:,} or more"
        return words + (", or None" if self.optional else "")


SEGMENTS = ("02_segments",)
DRAWING = ("02_segments", "03_experience", "04_profiles", *GALLERY)
PUBLISHING = ("02_segments", "03_experience", "04_profiles", "06_report", *GALLERY)

PARAMETERS = (
    Parameter("dataset", "name", "folder under data/"),
    Parameter("workspace", "word", "lab by hand, batch by make", choices=("lab", "batch")),
    Parameter("data", "path", "folder of files kept elsewhere", optional=True),
    Parameter("engine", "engine", "what computes; None: as dataset.yml says", STAGES, optional=True),
    Parameter("share", "number", "of the customers, drawn by their ids; None: all", STAGES, 1e-6, 1, optional=True),
    Parameter(
        "n_segments",
        "whole number",
        "segments to publish; None: by the evidence",
        SEGMENTS,
        1,
        50,
        optional=True,
    ),
    Parameter("division", "word", "divided anew, or as in the last accepted run", SEGMENTS, choices=("new", "kept")),
    Parameter("algorithm", "word", "how customers are divided", SEGMENTS, choices=("k-means", "latent class")),
    Parameter("max_segments", "whole number", "largest number of segments to try", SEGMENTS, 1, 50),
    Parameter("pairs", "whole number", "pairs of bootstrap samples for stability", SEGMENTS, 5, 1000),
    Parameter("null_draws", "whole number", "structureless tables to compare with", SEGMENTS, 19, 10_000),
    Parameter("fit_sample", "whole number", "customers to fit on at most", SEGMENTS, 200, 1_000_000),
    Parameter("min_segment_share", "number", "smallest segment as a share", SEGMENTS, 0, 0.5),
    Parameter("n_neighbors", "whole number", "neighbours that the map keeps together", SEGMENTS, 2, 200),
    Parameter("min_dist", "number", "least distance of points on the map", SEGMENTS, 0, 1),
    Parameter("groups", "whole number", "groups that a model of your own makes", GALLERY, 2, 50),
    Parameter("min_group", "whole number", "smallest group of customers ever shown", PUBLISHING, 2, 10_000),
    Parameter("seed", "whole number", "start of every resample", DRAWING, 0, 2**32 - 1),
)
KNOWN = {parameter.name: parameter for parameter in PARAMETERS}


def check_parameters(notebook: str, /, **values: Any) -> None:
    """Stop a notebook whose parameters cannot be meant, saying all that is wrong with them at once.

    notebook : name without ending, ``02_segments``; values : its parameters
    Raises InputError.

    >>> check_parameters("02_segments", dataset="demo", n_segments=None, seed=7)
    >>> check_parameters("02_segments", n_segments="five")
    Traceback (most recent call last):
    personas.errors.InputError: 1 problem in the input
    <BLANKLINE>
    parameter n_segments
        found     "five" (text)
        expected  a whole number from 1 to 50, or None
        fix       segments to publish; None: by the evidence
    """
    problems = [find_problem(name, value, notebook) for name, value in values.items()]
    if found := [problem for problem in problems if problem]:
        raise InputError(found)


def find_problem(name: str, value: Any, notebook: str | None = None) -> Problem | None:
    """Compare a parameter's name and value with what is known; None if all is well."""
    known = [p.name for p in PARAMETERS if notebook is None or notebook in p.stages]
    if name not in known:
        return Problem(f"parameter {name}", "no such parameter", fix=did_you_mean(name, known))
    parameter = KNOWN[name]
    if (value is None and parameter.optional) or fits(parameter, value):
        return None
    secret = parameter.kind == "engine" and isinstance(value, str) and SECRET.search(value)
    found = "an address with a secret in it" if secret else describe_value(value)
    return Problem(f"parameter {name}", found, parameter.expected, parameter.meaning)


def fits(parameter: Parameter, value: Any) -> bool:
    """Say whether a value is of the parameter's kind and inside its range or choices."""
    match parameter.kind:
        case "name":
            return isinstance(value, str) and FOLDER_NAME.fullmatch(value) is not None
        case "path":
            return isinstance(value, str | PurePath) and str(value) != ""
        case "engine":
            return isinstance(value, str) and ENGINE.fullmatch(value) is not None and not SECRET.search(value)
        case "word":
            return isinstance(value, str) and value in parameter.choices
        case "yes or no":
            return isinstance(value, bool)
    number = Integral if parameter.kind == "whole number" else Real
    if isinstance(value, bool) or not isinstance(value, number) or not math.isfinite(value):
        return False
    above = parameter.low is None or value >= parameter.low  # type: ignore[operator]  # typeshed: Real has no order
    return above and (parameter.high is None or value <= parameter.high)


def describe_value(value: Any) -> str:
    """Show a value with its kind, so that ``"5"`` and ``5`` can be told apart."""
    words = {str: "text", bool: "yes or no", int: "whole number", float: "number", type(None): "nothing"}
    shown = f'"{value}"' if isinstance(value, str) else repr(value)
    return f"{shown[:80]} ({words.get(type(value), type(value).__name__)})"
