"""What stage 01 hands over beside the customer table: what each column means, and how good the data is."""

from __future__ import annotations

from typing import Literal

from personas.estimates import Estimate, Frozen

FeatureKind = Literal["number", "share", "count", "category", "ordered", "binary"]


class Feature(Frozen):
    """One column of the customer table, with the words a reader sees.

    forms : True if it helps to form the segments, False if it only describes them
    block : columns that ask the same question share a block; blocks weigh the same
    transform : how a number enters the feature space
    levels : categories in their order (for `category` and `ordered`)
    parts_of : name of the whole of which this share is a part, "" if none
    high, low : what customers are called who have much or little of it, as adjectives ("" = never named so)
    high_clause, low_clause : the same as the end of a sentence: "Customers who …"
    name_high, name_low : a noun for a persona with much or little of it ("regulars"), "" = none
    phrase : a figure as part of a sentence, <value> stands for the number with its unit
    columns : table.column it is computed from
    """

    name: str
    label: str
    kind: FeatureKind
    block: str
    forms: bool
    unit: str = ""
    transform: Literal["none", "log", "onehot", "order"] = "none"
    levels: tuple[str, ...] = ()
    parts_of: str = ""
    high: str = ""
    low: str = ""
    high_clause: str = ""
    low_clause: str = ""
    name_high: str = ""
    name_low: str = ""
    phrase: str = "<value>"
    definition: str = ""
    columns: tuple[str, ...] = ()


class SetAside(Frozen):
    """Rows that were read but not used, and why."""

    table: str
    rows: int
    of: int
    reason: str


class TableRead(Frozen):
    table: str
    role: str
    rows: int
    used: int
    first: str
    last: str


class ColumnQuality(Frozen):
    """One column of the customer table: known share (0 to 1), range, what to know about it."""

    name: str
    label: str
    known: float
    low: float | None
    median: float | None
    high: float | None
    distinct: int
    note: str


class ResponseRow(Frozen):
    """Of the customers with one value of an attribute, the share who gave feedback; `known` counts these customers."""

    attribute: str
    level: str
    known: int
    answered: Estimate


class Quality(Frozen):
    """The data-quality sheet: what was read, what was set aside and why, what is missing, who answers."""

    tables: tuple[TableRead, ...]
    set_aside: tuple[SetAside, ...]
    columns: tuple[ColumnQuality, ...]
    notes: tuple[str, ...]
    response: tuple[ResponseRow, ...] = ()
