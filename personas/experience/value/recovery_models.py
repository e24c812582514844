"""What stage 03 says of complaints: what causes them, and how customers who had one come back."""

from __future__ import annotations

from personas.estimates import Estimate, Frozen


class CourseStep(Frozen):
    """From one day after the case was opened to another: purchases kept, 1 as without a case."""

    from_day: int
    to_day: int
    kept: Estimate


class RecoveryArm(Frozen):
    """Cases that were settled alike, against customers without one who were where these had been before.

    key : all, fast, slow or open; cases : matched cases
    effect : purchases kept (1 as without a case), or points of the score (0 as without a case)
    before : the same against their own past, without anybody to compare with; not to be trusted, and why it is shown
    course : purchases kept step by step; empty for scores
    back_after : days until a step is no longer surely under 1 (0: the first is not); None where the last still is, or
        none is known
    """

    key: str
    label: str
    cases: int | None
    effect: Estimate
    before: float | None = None
    course: tuple[CourseStep, ...] = ()
    back_after: int | None = None


class RecoveryOutcome(Frozen):
    """Recovery by one outcome. unmatched : cases without a customer alike enough, left out, in steps of `min_group`

    gap : slow against fast (a ratio of purchases kept, or points of the score)
    """

    key: str
    label: str
    matched_on: str
    arms: tuple[RecoveryArm, ...]
    gap: Estimate
    unmatched: int = 0


class Cause(Frozen):
    """One cause of cases. share : of all cases; again : customers of this cause who had it twice or more

    slow, escalated, reopened : shares of its cases
    """

    cause: str
    cases: int
    share: Estimate
    again: Estimate
    slow: Estimate
    escalated: Estimate | None = None
    reopened: Estimate | None = None


class Recovery(Frozen):
    """How a group comes back after a complaint. fast : what counts as fast, in words

    causes : those that come back to the most customers first
    """

    fast: str
    outcomes: tuple[RecoveryOutcome, ...]
    causes: tuple[Cause, ...] = ()
