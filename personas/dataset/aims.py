"""What a business aims at and wants to be told of: `targets`, `benchmarks` and `alerts` of the contract."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from personas.dataset.mapping import Strict, Words


def _day(value: Any) -> Any:
    if isinstance(value, int | float):
        raise ValueError("a day such as 2026-12-31")
    return value


Better = Literal["higher", "lower"]


class Aim(Strict):
    """A value of a KPI, in the KPI's own unit: shares from 0 to 1, NPS from −100 to 100."""

    value: float = Field(description="The value, in the KPI's unit; a share is written 0.25.", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _alone(cls, value: Any) -> Any:
        return {"value": value} if isinstance(value, int | float) and not isinstance(value, bool) else value


class KpiTarget(Aim):
    """What a KPI of everybody is to reach."""

    by: Annotated[date | None, BeforeValidator(_day)] = Field(None, description="Day by which it is to be reached.")
    better: Better | None = Field(None, description="Which direction is good, for a KPI of which this is open.")


class Benchmark(Aim):
    """What others reach, to stand beside a KPI of everybody."""

    source: str = Field("", description="Whose figure it is, and of when, in a few words.")


class Alerts(Strict):
    """What to be told of. Nothing is an alert that is not asked for here."""

    exit: bool = Field(
        False, description="True: make personas ends with an exit code other than 0 while an alert stands."
    )
    kpi_worse: Words = Field(
        (),
        description="KPIs: one is worse than in the run before, beyond its interval; `all` for all of them. Of "
        "one without a direction, such as response_rate, a fall is told.",
    )
    target_missed: Words = Field(
        (),
        description="KPIs with a target: one is short of it with its whole interval when its day has come (or has "
        "none); or `all`.",
    )
    new_pain_point: int | None = Field(
        None, ge=1, le=20, description="A pain point is among the first so many that was not in the run before."
    )
    drift: float | None = Field(
        None,
        gt=0,
        le=10,
        description="A forming feature moved by more than this since the run before (population stability index; "
        "0.25 is a lot).",
    )
    response_rate: float | None = Field(
        None, gt=0, lt=1, description="Surveys answered, of those sent, are fewer than this share."
    )
    overdue: bool = Field(False, description="True: the check of an action is due and nothing has been decided.")
