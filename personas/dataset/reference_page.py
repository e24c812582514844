"""docs/contract.md: the reference of ``dataset.yml``, made from the classes that validate it.

Run ``python -m personas.dataset.reference_page`` after a change of the contract; a test fails until it has been.
"""

from __future__ import annotations

import types
import typing
from pathlib import Path

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from personas.dataset import aims, contract, mapping, roles, survey
from personas.dataset.expressions import ALLOWED
from personas.dataset.files import project_root
from personas.dataset.mapping import Mapped, Target
from personas.dataset.schema import write_schema

PATH = "docs/contract.md"
SECTIONS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("The file", contract.Contract),
    ("`sources`", contract.Source),
    ("`observation`", contract.Period),
    ("`holdout`", contract.Holdout),
    ("`timezone`", contract.Zones),
    ("Mapping a column", mapping.Mapped),
    ("`set_aside`", roles.SetAside),
    ("`join`", roles.Join),
    ("`customers`", contract.Customers),
    ("Attributes", contract.AttributeContract),
    ("`accounts`", contract.Accounts),
    ("`transactions`", roles.Transactions),
    ("`interactions`", roles.Interactions),
    ("`feedback`", roles.Feedback),
    ("`ratings`", survey.Ratings),
    ("Items of `ratings`", survey.Item),
    ("`comments`", survey.Comments),
    ("Codes", roles.Code),
    ("`tickets`", roles.Tickets),
    ("`subscriptions`", roles.Subscriptions),
    ("`employees`", roles.Employees),
    ("`actions`", roles.Actions),
    ("`features`", contract.Feature),
    ("`kpis`", contract.CustomKpi),
    ("`targets`", aims.KpiTarget),
    ("`benchmarks`", aims.Benchmark),
    ("`alerts`", aims.Alerts),
    ("`lifetime_value`", contract.LifetimeValue),
    ("`emotions`", contract.Emotions),
)
INTRODUCTION = """# The contract: `dataset.yml`

<!-- Made by `python -m personas.dataset.reference_page` from the classes that validate the file. Do not edit. -->

A dataset is a folder under `data/` with a `dataset.yml` that says what its tables are and what their columns mean.
Only `title`, `sources` and one role that names customers are needed; every other role adds sections to the report.

```yaml
title: Customers of the corner shop
currency: EUR
sources:
  orders: {file: orders.csv, separator: ";", decimal: ","}
transactions:
  source: orders
  customer: customer_no
  time: {column: ordered, format: "%d.%m.%Y"}
  amount: total
```

Editors that know JSON Schema complete the file with this first line:
`# yaml-language-server: $schema=../../docs/dataset.schema.json`

Words are read as written: `No` is the word No, `007` keeps its zeros, `12:30` is no number. Only `true`, `false`,
`null` and plain numbers are anything but text. A key that is written twice is refused.

Times are local wall-clock times once `timezone` has been applied; periods include their start and not their end. Rows
outside the observation, without an id or set aside by a rule are counted in the quality sheet.
"""


def reference_page() -> str:
    """Write the whole page as Markdown."""
    parts = [INTRODUCTION]
    for title, model in SECTIONS:
        parts.append(f"## {title}\n\n{_summary(model)}\n\n{_table(model)}")
    parts.append("## Expressions\n\n" + _wrapped(f"Allowed: {ALLOWED}.", 118) + "\n")
    return "\n".join(parts)


def _summary(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split())


def _table(model: type[BaseModel]) -> str:
    lines = ["| key | value | default | meaning |", "| --- | --- | --- | --- |"]
    for name, info in model.model_fields.items():
        key = f"**{name}**" if info.is_required() else (info.alias or name)
        target = next((item for item in info.metadata if isinstance(item, Target)), None)
        kind = f"column → {target.kind}" if target else kind_words(info.annotation)
        default = "" if info.is_required() else default_words(info.default)
        meaning = (info.description or "").replace("|", "\\|")
        lines.append(f"| {key} | {kind} | {default} | {meaning} |")
    return "\n".join(lines) + "\n"


def default_words(value: object) -> str:
    if value is PydanticUndefined or value is None or value == "" or value == () or value == {}:
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return ", ".join(f"`{item}`" for item in value)
    return "" if isinstance(value, BaseModel) else f"`{value}`"


def kind_words(annotation: object) -> str:
    """Say what type of value a key has, for somebody who does not know Python.

    >>> kind_words(dict[str, str])
    'keys → text'
    """
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return kind_words(inner[0])
    if origin in (typing.Union, types.UnionType):
        return kind_words(next(item for item in inner if item is not type(None)))
    if origin is typing.Literal:
        return " or ".join(f"`{word}`" for word in inner)
    if origin is tuple:
        return f"list of {kind_words(inner[0])}"
    if origin is dict:
        return f"keys → {kind_words(inner[1])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "column" if annotation is Mapped else annotation.__name__
    return {
        "str": "text",
        "bool": "true or false",
        "float": "number",
        "int": "number",
        "date": "day",
        "datetime": "day or time",
    }.get(getattr(annotation, "__name__", ""), "value")


def _wrapped(text: str, width: int) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, width))


def write_reference(root: Path) -> Path:
    """Write the page below a project's folder and return its path."""
    path = root / PATH
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(reference_page(), encoding="utf-8")
    return path


if __name__ == "__main__":
    print(write_reference(project_root()))
    print(write_schema(project_root()))
