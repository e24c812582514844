"""Roles under their normalised column names, whatever the sources called them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import ibis

from personas.dataset.clock import Clock
from personas.dataset.columns import Columns, Reading, read_value
from personas.dataset.contract import Accounts, Contract, Customers
from personas.dataset.expressions import columns_of, translate_expression
from personas.dataset.mapping import Mapped, Strict, Target
from personas.dataset.roles import Actions, Feedback, Table
from personas.dataset.survey import Survey

Declared = Table | Survey | Customers | Accounts


@dataclass(frozen=True)
class Rule:
    """Rows that are left out (or lose values), and why.

    declared : True if the contract asks for it, False if the rows are simply not usable
    keep : the opposite of `condition` in a form that the engine can push down to the files, where there is one
    """

    condition: ibis.Value
    reason: str
    declared: bool = False
    keep: ibis.Value | None = None

    def kept(self) -> ibis.Value:
        """Express which rows stay."""
        return ~self.condition.fill_null(False) if self.keep is None else self.keep


@dataclass(frozen=True)
class Part:
    """What one source gives to a role, before anything is left out.

    table : every row that was read: the normalised columns, `raw …` texts, and flags for the rules
    rules : a row is left out for the first that holds; emptied : rows that stay but lose a value
    clock : the column that says when a row happened, "" if there is none
    keys : where in the contract it is described
    """

    table: ibis.Table
    columns: tuple[str, ...]
    rules: tuple[Rule, ...]
    emptied: tuple[Rule, ...]
    clock: str
    keys: tuple[str | int, ...]
    contract: Declared

    def window(self, start: datetime | None, end: datetime | None) -> list[Rule]:
        """Say which rows lie outside [start, end). A contract period counts if any of it lies inside."""
        if not self.clock:
            return []
        begun = last = self.table[self.clock]
        if self.clock == "start" and "end" in self.columns:
            last = self.table.end.coalesce(ibis.literal(datetime(9999, 1, 1)))
        timed = type(self.contract).model_fields[cast(Table | Survey, self.contract).clock].is_required()
        rules = []
        if start is not None and self.keys[0] != "actions":
            reason = f"before the observation starts on {start:%Y-%m-%d}"
            rules.append(Rule(last < start, reason, True, last >= start if timed else None))
        if end is not None:
            reason = f"not before the observation ends on {end:%Y-%m-%d}"
            rules.append(Rule(begun >= end, reason, True, begun < end if timed else None))
        return rules

    def used(self, start: datetime | None, end: datetime | None) -> ibis.Table:
        """Keep the rows that no rule leaves out, and nothing that is only known from `end` on."""
        rules = (*self.rules, *self.window(start, end))
        table = self.table.filter(*[rule.kept() for rule in rules]) if rules else self.table
        later = [name for name in ("resolved", "first_response", "end") if name in self.columns and end is not None]
        hidden = {
            name: (table[name] >= ibis.literal(end)).ifelse(ibis.null("timestamp"), table[name]) for name in later
        }
        return table.select(**{name: hidden[name] if name in hidden else table[name] for name in self.columns})


@dataclass(frozen=True)
class Role:
    """A role as the union of its parts."""

    parts: tuple[Part, ...]

    def used(self, start: datetime | None, end: datetime | None) -> ibis.Table:
        return united([part.used(start, end) for part in self.parts])


def united(tables: list[ibis.Table]) -> ibis.Table:
    """Put tables below each other; a column that one lacks is NULL there."""
    if len(tables) == 1:
        return tables[0]
    types: dict = {}
    for table in tables:
        types |= {name: kind for name, kind in table.schema().items() if types.get(name) in (None, ibis.dtype("null"))}
    same = [
        table.select(**{n: table[n].cast(kind) if n in table.columns else ibis.null(kind) for n, kind in types.items()})
        for table in tables
    ]
    return ibis.union(*same)


def mapped_fields(part: Strict) -> dict[str, Target]:
    """Name what each mapped field that is given becomes: field → target with its normalised column."""
    found = {}
    for name, info in type(part).model_fields.items():
        for target in info.metadata:
            if isinstance(target, Target) and getattr(part, name) is not None:
                found[name] = Target(target.kind, target.name or name)
    return found


def columns_read(mapped: Mapped) -> tuple[str, ...]:
    """Name the source columns that a mapping reads."""
    if mapped.expression is not None:
        return columns_of(mapped.expression)
    return mapped.columns or ((mapped.column,) if mapped.column is not None else ())


def joined(part, contract: Contract, sources: Mapping[str, ibis.Table], needed: set[str] | None = None):
    """Join a source with the others it names, leaving out those of which no column is needed.

    Returns the table and its columns: those of a joined source by their name, and by `source.name` in any case.
    """
    table = sources[part.source]
    own = set(table.columns)
    full = {name: name for name in table.columns}
    origin = dict.fromkeys(table.columns, contract.sources[part.source])
    for other, key in part.join.items():
        right = sources[other]
        names = {name: f"{other}.{name}" for name in right.columns}
        wanted = {name for name in names if name not in own} | set(names.values())
        if needed is not None and not wanted & needed:
            continue
        on = (table[full[key.left]], right[key.right])
        renamed = right.rename({long: name for name, long in names.items()})
        if on[0].type() != on[1].type():
            predicate = table[full[key.left]].cast("string") == renamed[names[key.right]].cast("string")
        else:
            predicate = table[full[key.left]] == renamed[names[key.right]]
        table = table.left_join(renamed, [predicate])
        for name, long in names.items():
            full[long] = long
            full.setdefault(name, long)
            origin[long] = contract.sources[other]
            origin.setdefault(name, contract.sources[other])
    return table, Columns({name: table[at] for name, at in full.items()}, origin)


def computed_early(
    part: Table, targets: Mapping[str, Target], contract: Contract, sources: Mapping[str, ibis.Table], clock: Clock
) -> tuple[dict[str, str], Mapping[str, ibis.Table]]:
    """Work out labels and groups that depend on one joined source before joining it.

    A category is then grouped once a product rather than once a purchase line, which halves the time of a query.
    Returns the joined column that holds each such field, and the sources with those columns.
    """
    taken = set(sources[part.source].columns)
    early: dict[str, str] = {}
    changed = dict(sources)
    for other in part.join:
        right = sources[other]
        free = {name: name for name in right.columns if name not in taken}
        by_name = free | {f"{other}.{name}": name for name in right.columns}
        taken |= set(right.columns)
        columns = Columns(
            {name: right[at] for name, at in by_name.items()}, dict.fromkeys(by_name, contract.sources[other])
        )
        made = {}
        for name, target in targets.items():
            mapped = getattr(part, name)
            read = columns_read(mapped)
            if (target.kind == "text" or mapped.is_) and read and set(read) <= set(by_name):
                made[f"made {name}"] = read_value(mapped, target.kind, columns, clock).value
                early[name] = f"{other}.made {name}"
        if made:
            changed[other] = right.mutate(**made)
    return early, changed


def normalise(
    part: Table,
    keys: tuple[str | int, ...],
    contract: Contract,
    sources: Mapping[str, ibis.Table],
    clock: Clock,
    only: tuple[str, ...] | None = None,
) -> Part:
    """Express one part of a role with its normalised columns.

    only : fields that are enough for the moment; a join that only others need is left out
    """
    targets = mapped_fields(part)
    required = [name for name in targets if type(part).model_fields[name].is_required()]
    if only is not None:
        targets = {name: target for name, target in targets.items() if name in (*only, *required)}
    needed = {column for name in targets for column in columns_read(getattr(part, name))}
    asides = [rule for rule in part.set_aside if not rule.columns or set(rule.columns) & set(targets)]
    needed |= {column for rule in asides for column in columns_of(rule.when)}
    early, sources = computed_early(part, targets, contract, sources, clock)
    table, columns = joined(part, contract, sources, needed if only is not None else None)
    flags = [translate_expression(rule.when, columns.values).fill_null(False) for rule in asides]
    made: dict[str, ibis.Value] = {}
    raws: dict[str, ibis.Value] = {}
    for name, target in targets.items():
        mapped: Mapped = getattr(part, name)
        if name in early:
            reading = Reading(columns.values[early[name]])
            if mapped.other is not None:  # rows without a partner in the joined source
                reading = Reading(reading.value.coalesce(mapped.other))
        else:
            reading = read_value(mapped, target.kind, columns, clock)
        value = reading.value
        for rule, flag in zip(asides, flags, strict=True):
            if name in rule.columns:
                value = flag.ifelse(ibis.null(value.type()), value)
        made[target.name] = value
        if reading.raw is not None:
            raws[f"raw {target.name}"] = reading.raw
    begins = contract.observation.start
    if "until" in made and begins is not None:
        running = (made["time"] < ibis.literal(begins)) & (made["until"] >= ibis.literal(begins))
        made["time"] = running.ifelse(ibis.literal(begins), made["time"])
    if isinstance(part, Feedback):
        made |= coded(part, made)
    names = tuple(made)
    made |= raws | {f"aside {number}": flag for number, flag in enumerate(flags)}
    table = table.select(**made)
    table, impossible, unlikely = without_impossible(table, names)
    rules = [Rule(table[f"aside {n}"], r.reason, True) for n, r in enumerate(asides) if not r.columns] + impossible
    emptied = [Rule(table[f"aside {n}"], r.reason, True) for n, r in enumerate(asides) if r.columns] + unlikely
    whose = [table[name].isnull() for name in ("customer_id", "account_id") if name in names]
    if whose and not isinstance(part, Feedback | Actions):
        nobody = whose[0] if len(whose) == 1 else whose[0] & whose[1]
        rules.append(Rule(nobody, "no customer", keep=~nobody))
    for name in required:
        value = table[targets[name].name]
        rules.append(Rule(value.isnull(), f"no {name.replace('_', ' ')}", keep=value.notnull()))
    when = part.clock if part.clock in names else ""
    return Part(table, names, tuple(rules), tuple(emptied), when, keys, part)


def coded(part: Feedback, made: Mapping[str, ibis.Value]) -> dict[str, ibis.Value]:
    """Add what the contract says of scales and codes to feedback of one row an answer."""
    found: dict[str, ibis.Value] = {}
    if part.scale is not None:
        found["scale_low"], found["scale_high"] = ibis.literal(part.scale.low), ibis.literal(part.scale.high)
        found["higher_is_better"] = ibis.literal(part.higher_is_better)
    if part.code is not None:
        code = made["code"]
        found["label"] = code.cases(
            *[(key, meaning.label) for key, meaning in part.codes.items()], else_=ibis.null("string")
        )
        for field in ("polarity", "touchpoint", "stage"):
            pairs = [(key, getattr(meaning, field)) for key, meaning in part.codes.items() if getattr(meaning, field)]
            if pairs:
                found[field] = code.cases(*pairs, else_=made.get(field, ibis.null("string")))
    if "metric" not in made:
        found["metric"] = ibis.literal("rating" if part.score is not None else "comment")
    return found


EARLIER = {"opened": ("resolved", "first_response"), "start": ("end",), "time": ("until",)}


def without_impossible(table: ibis.Table, names: tuple[str, ...]) -> tuple[ibis.Table, list[Rule], list[Rule]]:
    """Flag rows whose end lies before their beginning, and empty durations below zero."""
    flags, values, rules, emptied = {}, {}, [], []
    for first, later in EARLIER.items():
        for name in later:
            if first in names and name in names:
                flags[f"before {name}"] = (table[name] < table[first]).fill_null(False)
                rules.append((f"before {name}", f"{name.replace('_', ' ')} before {first}"))
    for name in ("duration", "wait", "page_time"):
        if name in names:
            flags[f"below {name}"] = (table[name] < 0).fill_null(False)
            values[name] = (table[name] < 0).ifelse(ibis.null("float64"), table[name])
            emptied.append((f"below {name}", f"{name.replace('_', ' ')} below zero"))
    if not flags:
        return table, [], []
    table = table.mutate(**flags, **values)
    return table, [Rule(table[f], why) for f, why in rules], [Rule(table[f], why) for f, why in emptied]
