"""What stage 05 hands over: what changed since the run before."""

from __future__ import annotations

from personas.estimates import Frozen


class Changes(Frozen):
    """first_run : there is nothing to compare with; sentence : what a reader is told"""

    first_run: bool
    sentence: str
