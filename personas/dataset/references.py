"""Names in the contract that refer to something: sources, columns, fields, roles, time zones. Each must be there."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo, available_timezones

import ibis

from personas.dataset.answers import placed
from personas.dataset.contract import Contract
from personas.dataset.document import Document
from personas.dataset.expressions import ExpressionError, columns_of, translate_expression
from personas.dataset.mapping import Mapped
from personas.dataset.normalise import Role, joined, mapped_fields
from personas.dataset.roster import RESERVED
from personas.errors import Problem, did_you_mean


def check_names(contract: Contract, document: Document) -> list[Problem]:
    """Check what can be checked without opening a table."""
    problems = []
    for key in ("stored", "local"):
        zone = getattr(contract.timezone, key) if contract.timezone else None
        if zone is not None and not _zone(zone):
            fix = did_you_mean(zone, sorted(available_timezones())) if "/" in zone else "such as UTC or Europe/Berlin"
            problems.append(Problem(document.place(["timezone", key]), f'"{zone}"', "an IANA time zone", fix))
    period, holdout = contract.observation, contract.holdout
    if holdout is not None and period.end is not None and holdout.end > period.end and holdout.start < period.end:
        found = f"{holdout.start:%Y-%m-%d} to {holdout.end:%Y-%m-%d}, across the observation's end"
        problems.append(Problem(document.place(["holdout"]), found, "a period inside the observation or after it"))
    if holdout is not None and period.start is not None and holdout.start <= period.start:
        found = f"a start on {holdout.start:%Y-%m-%d}, nothing before it to form segments from"
        problems.append(Problem(document.place(["holdout", "start"]), found, "a later part of the observation"))
    for keys, attributes in _attribute_groups(contract):
        for name, attribute in attributes.items():
            at = document.place([*keys, name])
            if name in RESERVED:
                problems.append(Problem(at, f'the name "{name}"', "another one; this one has a meaning of its own"))
            if not name.strip() or name.strip() != name:
                problems.append(Problem(at, f'the name "{name}"', "a name without blanks around it"))
            twice = sorted({code for code in getattr(attribute, "order", ()) if attribute.order.count(code) > 1})
            if twice:
                problems.append(Problem(at + ".order", f"{', '.join(twice)} twice", "every value once"))
    problems += _clashes(contract, document)
    b2b = contract.relationship == "b2b"
    for role, number, part in contract.tables():
        if getattr(part, "account", None) is not None and not b2b:
            place = document.place([role, number, "account"])
            problems.append(Problem(place, "an account where relationship is b2c", "customer", "relationship: b2b"))
    problems += _unknown_stages(contract, document)
    declared = {role for role, _, _ in contract.tables()} | (
        {"feedback"} if contract.ratings or contract.comments else set()
    )
    for number, role in enumerate(contract.customers.also_from):
        if role not in declared:
            place = document.place(["customers", "also_from", number])
            problems.append(Problem(place, f"{role}, which is not described", "a role of this file"))
    for name, kpi in contract.kpis.items():
        for key in ("expression", "over"):
            if getattr(kpi, key) is not None:
                problems += _unreadable(getattr(kpi, key), document.place(["kpis", name, key]))
    for name, feature in contract.features.items():
        if feature.role not in declared:
            place = document.place(["features", name, "role"])
            problems.append(Problem(place, f"{feature.role}, which is not described", "a role of this file"))
    return problems


def _unreadable(text: str, place: str) -> list[Problem]:
    """Find an expression that is none; its columns are known only once the customer table is made."""
    try:
        columns_of(text)
    except ExpressionError as error:
        return [Problem(place, str(error), "a SQL expression", "docs/contract.md lists what is allowed")]
    return []


def _clashes(contract: Contract, document: Document) -> list[Problem]:
    """Find names that are there twice: the engine does not tell Age from age."""
    problems = []
    groups = [[(["sources", name], name) for name in contract.sources]]
    groups.append([([*keys, name], name) for keys, attributes in _attribute_groups(contract) for name in attributes])
    for group in groups:
        seen: dict[str, list] = {}
        for keys, name in group:
            first = seen.setdefault(name.casefold(), keys)
            if first is not keys:
                found = f'the name "{name}", like {".".join(first)}'
                problems.append(Problem(document.place(keys), found, "every name once, capitals aside", "rename one"))
    return problems


def _unknown_stages(contract: Contract, document: Document) -> list[Problem]:
    """Find constant stages that the journey does not have; those in columns are data."""
    named: list[tuple[list[str | int], str | None]] = []
    for role, number, part in contract.tables():
        stage = getattr(part, "stage", None)
        if stage is not None and stage.value is not None:
            named.append(([role, number, "stage"], stage.value))
        named += [([role, number, "codes", code], m.stage) for code, m in getattr(part, "codes", {}).items()]
    for number, ratings in enumerate(contract.ratings):
        named.append((["ratings", number, "stage"], ratings.stage))
        named += [(["ratings", number, "items", name, "stage"], item.stage) for name, item in ratings.items.items()]
    for number, comments in enumerate(contract.comments):
        named.append((["comments", number, "stage"], comments.stage))
        named += [(["comments", number, "codes", code, "stage"], m.stage) for code, m in comments.codes.items()]
    stages = list(contract.stages)
    return [
        Problem(document.place(keys), f'the stage "{stage}"', "one of stages", did_you_mean(stage, stages))
        for keys, stage in named
        if stage is not None and stage not in stages
    ]


def _zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name))
    except (KeyError, ValueError, OSError):
        return False


def _attribute_groups(contract: Contract):
    yield ["customers", "attributes"], contract.customers.attributes
    if contract.accounts is not None:
        yield ["accounts", "attributes"], contract.accounts.attributes
    yield ["features"], contract.features


def check_references(contract: Contract, sources: Mapping[str, ibis.Table], document: Document) -> list[Problem]:
    """Check every source, column and expression that the contract names.

    sources : those that could be opened; what refers to another one is not checked further
    """
    problems: list[Problem] = []
    for keys, part in _parts(contract):
        problems += check_part(keys, part, contract, sources, document)
    return problems


def check_features(contract: Contract, roles: Mapping[str, Role], document: Document) -> list[Problem]:
    """Check own features against the normalised columns of their role."""
    problems = []
    for name, feature in contract.features.items():
        table = roles[feature.role].used(None, None)
        place = document.place(["features", name, "expression"])
        values = {column: table[column] for column in table.columns}
        found = _expression_problems(feature.expression, place, values, feature.role)
        if not found and not isinstance(translate_expression(feature.expression, values), ibis.expr.types.Scalar):
            fix = "sum the rows up with SUM, AVG, COUNT, MIN or MAX"
            found = [Problem(place, "a value a row", "one value a customer", fix)]
        if not found and "customer_id" not in table.columns and "account_id" not in table.columns:
            found = [Problem(place, f"{feature.role} without a customer", "a role whose rows belong to customers")]
        if not found:
            kind = translate_expression(feature.expression, values).type()
            if not (kind.is_numeric() or kind.is_boolean() or kind.is_null()):
                fix = "count it, or turn it into a number with CASE WHEN … THEN 1 ELSE 0 END"
                found = [Problem(place, f"a value of type {kind}", "a number, or yes or no", fix)]
        problems += found
    return problems


def _parts(contract: Contract):
    if contract.customers.source is not None:
        yield ["customers"], contract.customers
    if contract.accounts is not None:
        yield ["accounts"], contract.accounts
    for role, number, part in contract.tables():
        yield [role, number], part
    for role in ("ratings", "comments"):
        for number, survey in enumerate(getattr(contract, role)):
            yield [role, number], placed(survey, contract)


def check_part(
    keys: list, part, contract: Contract, sources: Mapping[str, ibis.Table], document: Document
) -> list[Problem]:
    problems = []
    declared = list(contract.sources)
    if part.source is None:
        place = document.place([*keys])
        return [Problem(place, "no source, and customers have none either", "the name of a source", "add source:")]
    for at, name in (
        ([*keys, "source"], part.source),
        *(([*keys, "join", name], name) for name in part.join),
    ):
        if name not in declared:
            problems.append(
                Problem(document.place(at), f'no source "{name}"', "one of sources", did_you_mean(name, declared))
            )
    if problems or any(name not in sources for name in (part.source, *part.join)):
        return problems
    for name, key in part.join.items():
        here = [
            *sources[part.source].columns,
            *(c for other in part.join if other != name for c in sources[other].columns),
        ]
        for column, known, where in ((key.left, here, part.source), (key.right, sources[name].columns, name)):
            if column not in known:
                place = document.place([*keys, "join", name])
                problems.append(_no_column(place, column, list(known), where))
    if problems:
        return problems
    _, columns = joined(part, contract, sources)
    values = columns.values
    for column, at in _columns_named(keys, part):
        if column not in values:
            problems.append(_no_column(document.place(at), column, list(values), part.source))
    for text, at in _expressions(keys, part):
        problems += _expression_problems(text, document.place(at), values, part.source)
    fields = mapped_fields(part)
    for number, rule in enumerate(part.set_aside):
        for name in rule.columns:
            if name not in fields:
                place = document.place([*keys, "set_aside", number, "columns"])
                problems.append(
                    Problem(
                        place,
                        f'"{name}", which is not mapped',
                        "a key of this role",
                        did_you_mean(name, list(fields)),
                    )
                )
    if not problems:
        problems += _type_problems(keys, part, values, document)
    return problems


def _no_column(place: str, column: str, known: list[str], source: str) -> Problem:
    short = [name for name in known if "." not in name] or known
    return Problem(place, f'no column "{column}" in {source}', "one of its columns", did_you_mean(column, short))


def _columns_named(keys: list, part):
    for name in mapped_fields(part):
        mapped: Mapped = getattr(part, name)
        for column in (mapped.column, *mapped.columns):
            if column is not None:
                yield column, [*keys, name]
    for name, attribute in getattr(part, "attributes", {}).items():
        if attribute.expression is None:
            yield attribute.column or name, [*keys, "attributes", name]
    for name, item in getattr(part, "items", {}).items():
        yield item.column, [*keys, "items", name]
        if item.expectation is not None:
            yield item.expectation, [*keys, "items", name, "expectation"]
    for key in ("columns", "names"):
        for number, column in enumerate(getattr(part, key, ())):
            yield column, [*keys, key, number]


def _expressions(keys: list, part):
    for name in mapped_fields(part):
        if getattr(part, name).expression is not None:
            yield getattr(part, name).expression, [*keys, name, "expression"]
    for name, attribute in getattr(part, "attributes", {}).items():
        if attribute.expression is not None:
            yield attribute.expression, [*keys, "attributes", name, "expression"]
    for number, rule in enumerate(part.set_aside):
        yield rule.when, [*keys, "set_aside", number, "when"]


def _expression_problems(text: str, place: str, values: Mapping[str, ibis.Value], source: str) -> list[Problem]:
    try:
        unknown = [column for column in columns_of(text) if column not in values]
        if unknown:
            return [_no_column(place, column, list(values), source) for column in unknown]
        translate_expression(text, values)
    except ExpressionError as error:
        return [Problem(place, str(error), "a SQL expression", "docs/contract.md lists what is allowed")]
    return []


WRONG = {
    "number": lambda kind: kind.is_temporal() or kind.is_boolean(),
    "money": lambda kind: kind.is_temporal() or kind.is_boolean(),
    "moment": lambda kind: kind.is_numeric() or kind.is_boolean(),
    "yes": lambda kind: kind.is_temporal() or kind.is_floating(),
}
WANTED = {"number": "numbers", "money": "amounts of money", "moment": "times", "yes": "yes or no"}


def _type_problems(keys: list, part, values: Mapping[str, ibis.Value], document: Document) -> list[Problem]:
    """Find columns whose type can never be what is asked; text may be, and is checked row by row."""
    problems = []
    for name, target in mapped_fields(part).items():
        mapped: Mapped = getattr(part, name)
        wrong = WRONG.get(target.kind)
        for column in (mapped.column, *mapped.columns):
            if column is None or wrong is None or mapped.is_ or mapped.format or not wrong(values[column].type()):
                continue
            found = f'column "{column}" of type {values[column].type()}'
            fix = "say format: for times written as numbers" if target.kind == "moment" else "name another column"
            problems.append(Problem(document.place([*keys, name]), found, WANTED[target.kind], fix))
    return problems
