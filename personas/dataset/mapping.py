"""How a column of a source becomes a value of the suite: the small language of ``dataset.yml``.

The simplest form is the column's name. Everything else is a key beside it: labels for codes, codes that mean
"missing", groups of categories, a constant, or an expression.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

ValueKind = Literal["id", "text", "number", "money", "moment", "yes"]


class Strict(BaseModel):
    """A part of the contract: unknown keys are refused, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _word(value: Any) -> Any:
    """Codes are compared as text; YAML reads ``1: Male`` as a number."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _words(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(_word(item) for item in value)
    return (_word(value),) if value is not None else value


def _labels(value: Any) -> Any:
    return {_word(key): _word(label) for key, label in value.items()} if isinstance(value, dict) else value


def _groups(value: Any) -> Any:
    return {_word(key): _words(items) for key, items in value.items()} if isinstance(value, dict) else value


Word = Annotated[str, BeforeValidator(_word)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Labels = Annotated[dict[str, str], BeforeValidator(_labels)]
Groups = Annotated[dict[str, tuple[str, ...]], BeforeValidator(_groups)]

# The specifiers that the engine reads; `%-d` is a day without a leading zero.
TIME_FORMAT = re.compile(r"(?=.*%[^%])(?:[^%]|%-?[aAbBdcfgGHIjmMnpSuUVwWxXyYzZ]|%%)+", re.DOTALL)
ORIGINS = ("column", "columns", "value", "expression")


class Mapped(Strict):
    """Where a value comes from: one column, several to add up, a constant or an expression."""

    column: Word | None = Field(None, description="The column's name; `source.column` for one of a joined source.")
    columns: Words = Field((), description="Several columns whose numbers are added up; blanks count as 0.")
    value: Word | None = Field(None, description="The same value for every row.")
    expression: str | None = Field(None, description="A SQL expression over the columns, from the allowed list.")
    is_: Words = Field((), alias="is", description="Yes where the column has one of these values, no otherwise.")
    missing: Words = Field((), description="Values that mean: not known.")
    labels: Labels = Field({}, description="Code to label.")
    groups: Groups = Field({}, description="Group to the values (labels, where there are any) that it gathers.")
    other: Word | None = Field(None, description="Group of the values that no group names, and of blanks.")
    date: bool = Field(False, description="The column is a calendar day, so no time zone applies.")
    format: str | None = Field(None, description="How a time is written, as in `%d/%m/%Y %H:%M`.")
    unit: Literal["seconds", "minutes", "hours", "days"] | None = Field(None, description="Unit of a duration.")

    @model_validator(mode="before")
    @classmethod
    def _shorthand(cls, value: Any) -> Any:
        if isinstance(value, list):
            return {"columns": value}
        return value if isinstance(value, dict | Mapped) or value is None else {"column": value}

    @model_validator(mode="after")
    def _one_origin(self) -> Mapped:
        given = [name for name in ORIGINS if getattr(self, name) not in (None, ())]
        if len(given) != 1:
            raise ValueError(f"exactly one of {', '.join(ORIGINS)}; found {' and '.join(given) or 'none'}")
        if self.format is not None and not TIME_FORMAT.fullmatch(self.format):
            raise ValueError(f"format: a way of writing times such as %d/%m/%Y %H:%M; found {self.format}")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema, handler):
        """An editor should offer the column's name alone as well as the long form."""
        inner = handler(core_schema)
        short = {"type": ["string", "integer"], "description": "The column's name."}
        several = {"type": "array", "items": {"type": "string"}, "description": "Columns to add up."}
        return {"anyOf": [short, several, inner]}


@dataclass(frozen=True)
class Target:
    """What a mapped value becomes: its type and the name of its normalised column."""

    kind: ValueKind
    name: str = ""
