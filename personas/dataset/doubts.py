"""What can be wrong with single rows, as conditions over the normalised tables: one list, one scan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import ibis

from personas.dataset.contract import AttributeContract, Contract
from personas.dataset.normalise import Part, mapped_fields
from personas.dataset.roles import Actions, Feedback
from personas.dataset.survey import Comments, Ratings

POLARITIES = ("praise", "complaint", "suggestion", "neutral")
METRICS = ("nps", "csat", "ces", "rating", "expectation", "emotion", "comment", "problem")
MOMENTS = ("before", "during", "after")
ARMS = ("treated", "holdout")
OFFSET = r"(?:Z|[+-]\d{2}:?\d{2})$"


@dataclass(frozen=True)
class Doubt:
    """Rows that should not be like this.

    condition : over the part's table; example : what to quote of such a row
    found : words after the count of rows; stops : True if nothing can be computed before it is mended
    """

    keys: tuple[str | int, ...]
    condition: ibis.Value
    example: ibis.Value
    found: str
    expected: str
    fix: str = ""
    stops: bool = True


def doubts_of(part: Part, contract: Contract) -> Iterator[Doubt]:
    """List what to look for in one part of a role, or in a list of customers."""
    yield from unreadable(part)
    yield from off_scale(part)
    yield from undeclared(part)
    yield from unlikely_times(part, contract)
    if isinstance(part.contract, Actions):
        yield from wrong_actions(part)
    if "weight" in part.columns:
        weight = part.table.weight
        yield Doubt(
            (*part.keys, "weight"),
            weight < 0,
            weight.cast("string"),
            "with a weight below zero",
            "weights above zero",
        )


def wrong_actions(part: Part) -> Iterator[Doubt]:
    """Costs below zero, and customers of an action who are neither treated nor held out."""
    table = part.table
    if "cost" in part.columns:
        words = "with a cost below zero", "costs of zero or more", "leave a gain out: it is measured, not told"
        yield Doubt((*part.keys, "cost"), table.cost < 0, table.cost.cast("string"), *words)
    if "group" in part.columns:
        odd = table.group.notnull() & ~table.group.isin(ARMS)
        words = (
            "with another group",
            "treated or holdout",
            "map them with labels:, as {test: treated, control: holdout}",
        )
        yield Doubt((*part.keys, "group"), odd, table.group, *words)


def unreadable(part: Part) -> Iterator[Doubt]:
    """Text that is no number, no time, neither yes nor no."""
    table = part.table
    words = {
        "number": ("that is no number", "numbers"),
        "money": ("that is no amount", "numbers without a currency sign"),
        "moment": ("that is no time", "times such as 2024-05-31 14:00"),
        "yes": ("that is neither yes nor no", "yes/no, true/false or 1/0"),
    }
    fixes = {
        "number": "say decimal: and thousands: in the source, or missing: for words",
        "money": "say decimal: and thousands: in the source; take signs off by expression: REPLACE(column, '€', '')",
        "moment": "say how it is written, format: '%d/%m/%Y %H:%M'",
        "yes": "say which values mean yes, is: [...]",
    }
    for name, target in mapped_fields(part.contract).items():
        raw = f"raw {target.name}"
        if raw not in table.columns:
            continue
        found, expected = words[target.kind]
        condition = table[raw].notnull() & table[target.name].isnull()
        for flag in [column for column in table.columns if column.startswith(("aside", "below"))]:
            condition = condition & ~table[flag].fill_null(False)
        yield Doubt((*part.keys, name), condition, table[raw], f"with text {found}", expected, fixes[target.kind])
    if isinstance(part.contract, Ratings):
        condition = table.score.isnull() & table["raw score"].notnull()
        fix = "list codes that are no answer under missing:"
        yield Doubt((*part.keys, "items"), condition, table["raw score"], "with text that is no score", "numbers", fix)


def off_scale(part: Part) -> Iterator[Doubt]:
    """Scores outside their scale."""
    table, contract = part.table, part.contract
    if "scale_low" in part.columns:
        for name in ("score", "expectation"):
            if name not in part.columns:
                continue
            off = (table[name] < table.scale_low) | (table[name] > table.scale_high)
            example = (
                table.touchpoint + ": " + table[name].cast("string")
                if isinstance(contract, Ratings)
                else table[name].cast("string")
            )
            key = "items" if isinstance(contract, Ratings) else name
            fix = "list codes that are no answer under missing:, or correct scale:"
            yield Doubt(
                (*part.keys, key),
                off,
                example,
                f"with a {name} off its scale",
                "scores on the scale stated",
                fix,
            )
        return
    scale = getattr(contract, "scale", None)
    name = next((name for name in ("satisfaction", "score") if name in part.columns), None)
    if scale is not None and name is not None:
        off = (table[name] < scale.low) | (table[name] > scale.high)
        wanted = f"{scale.low:g} to {scale.high:g}"
        fix = "list codes that are no answer under missing:, or correct scale:"
        yield Doubt((*part.keys, name), off, table[name].cast("string"), f"with a {name} off its scale", wanted, fix)


def undeclared(part: Part) -> Iterator[Doubt]:
    """Codes and words that the contract, or the suite, does not know."""
    table, contract = part.table, part.contract
    for name, attribute in getattr(contract, "attributes", {}).items():
        raw = f"raw {name}"
        if raw not in table.columns:
            continue
        keys = (*part.keys, "attributes", name)
        condition = table[raw].cast("string").notnull() & table[name].isnull()
        text = table[raw].cast("string")
        if attribute.kind in ("number", "share", "count"):
            fix = "say decimal: in the source, or missing: for words"
            yield Doubt(keys, condition, text, "with text that is no number", "numbers", fix)
        elif attribute.kind == "binary":
            yield Doubt(
                keys,
                condition,
                text,
                "with a value that is neither yes nor no",
                "yes or no",
                "say labels: or missing:",
            )
        else:
            fix = "add them to order: or labels:, or to missing:"
            yield Doubt(keys, condition, text, "with values that are not declared", _declared(attribute), fix)
    if isinstance(contract, Comments) or (isinstance(contract, Feedback) and contract.code is not None):
        unknown = table.code.notnull() & ~table.code.isin(list(contract.codes))
        fix = "add them to codes:, or to missing:"
        yield Doubt(
            (*part.keys, "codes"),
            unknown,
            table.code,
            "with codes that are not declared",
            "declared codes",
            fix,
            stops=False,
        )
    if isinstance(contract, Feedback):
        for name, known in (("polarity", POLARITIES), ("metric", METRICS), ("moment", MOMENTS)):
            if getattr(contract, name) is not None:
                odd = table[name].notnull() & ~table[name].isin(known)
                wanted = "one of " + ", ".join(known)
                yield Doubt(
                    (*part.keys, name),
                    odd,
                    table[name],
                    f"with another {name}",
                    wanted,
                    "map them with labels:",
                )


def _declared(attribute: AttributeContract) -> str:
    codes = attribute.order or tuple(attribute.labels)
    return "one of " + ", ".join(codes[:12]) + (" …" if len(codes) > 12 else "")


def unlikely_times(part: Part, contract: Contract) -> Iterator[Doubt]:
    """Times with an offset where the contract names another zone, or with and without one."""
    table = part.table
    for name, target in mapped_fields(part.contract).items():
        raw = f"raw {target.name}"
        if target.kind != "moment" or raw not in table.columns or getattr(part.contract, name).format:
            continue
        has_offset = table[raw].re_search(OFFSET) & table[raw].contains(":")
        keys = (*part.keys, name)
        stored = contract.timezone.stored if contract.timezone else "local time"
        if stored != "UTC":
            wanted = f"times in {stored}, without an offset"
            fix = "say timezone: {stored: UTC, local: …}: an offset makes a time UTC"
            yield Doubt(keys, has_offset, table[raw], "with an offset from UTC", wanted, fix)
        else:
            plain = table[raw].contains(":") & ~table[raw].re_search(OFFSET)
            mixed = plain & has_offset.any().over()
            yield Doubt(
                keys,
                mixed,
                table[raw],
                "without an offset beside others with one",
                "one way of writing",
                "write all with, or all without",
            )
