"""A guess and how sure it is: what every line of a draft carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Sureness = Literal["sure", "likely", "unsure"]
ORDER: tuple[Sureness, ...] = ("sure", "likely", "unsure")


@dataclass(frozen=True)
class Guess:
    """How sure a guess is, and why; shown as the comment of its line.

    >>> str(Guess("unsure", "as many columns fit"))
    'unsure, check: as many columns fit'
    """

    sure: Sureness
    why: str

    def __str__(self) -> str:
        return f"{self.sure}{', check' if self.sure == 'unsure' else ''}: {self.why}"


@dataclass(frozen=True)
class Todo:
    """What the analyst must say, since nothing in the files does."""

    needed: str

    def __str__(self) -> str:
        return f"TODO {self.needed}"


def weakest(*levels: Sureness) -> Sureness:
    """Say how sure a guess is that rests on several.

    >>> weakest("sure", "unsure", "likely")
    'unsure'
    """
    return max(levels, key=ORDER.index)
