"""Errors that a user can act on: where, what was found, what was expected, how to fix it.

Problems are collected, so that somebody with six mistakes in a file learns of all six at once.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with the input, in words for the person who has to mend it.

    place : file and key or column, as in ``data/acme/dataset.yml: transactions.amount``
    found, expected, fix : short phrases; ``expected`` and ``fix`` may be empty

    >>> print(Problem("sales.csv: amount", "text in 3 rows", "numbers", "say which codes mean missing"))
    sales.csv: amount
        found     text in 3 rows
        expected  numbers
        fix       say which codes mean missing
    """

    place: str
    found: str
    expected: str = ""
    fix: str = ""

    def __str__(self) -> str:
        parts = [f"{self.place}\n    found     {self.found}"]
        if self.expected:
            parts.append(f"    expected  {self.expected}")
        if self.fix:
            parts.append(f"    fix       {self.fix}")
        return "\n".join(parts)


class InputError(ValueError):
    """The input cannot be used; ``problems`` lists every reason that was found.

    >>> print(InputError([Problem("sales.csv: amount", "text in 3 rows", "numbers")]))
    1 problem in the input
    <BLANKLINE>
    sales.csv: amount
        found     text in 3 rows
        expected  numbers
    """

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple(problems)
        count = len(self.problems)
        head = f"{count} problem{'s' if count != 1 else ''} in the input"
        super().__init__("\n\n".join([head, *map(str, self.problems)]))

    def _render_traceback_(self) -> list[str]:
        """Jupyter shows this instead of a traceback through library frames."""
        return [str(self)]


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Suggest the known word nearest to a misspelt one, or list what is known.

    >>> did_you_mean("n_segment", ["seed", "n_segments"])
    'did you mean "n_segments"?'
    >>> did_you_mean("colour", ["seed"])
    'known: seed'
    """
    near = difflib.get_close_matches(str(word), list(known), n=1, cutoff=0.6)
    if near:
        return f'did you mean "{near[0]}"?'
    return "known: " + ", ".join(list(known)[:20])
