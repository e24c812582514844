"""Whether tables go together: ids that are there once, rows that find their customer, joins that find their row."""

from __future__ import annotations

import ibis

from personas.dataset.models import CheckResult, Dataset, SetAsideRows
from personas.dataset.normalise import Declared, Part
from personas.dataset.roster import seen_roles
from personas.errors import Problem


def masked_id(text: str) -> str:
    """Show enough of an id to find it, not enough to know it.

    >>> masked_id("C-10423")
    'C…3 (7 characters)'
    """
    return f"{text[:1]}…{text[-1:]} ({len(text)} characters)"


def check_relations(dataset: Dataset) -> CheckResult:
    """Look across tables."""
    problems: list[Problem] = []
    warnings: list[Problem] = []
    set_aside: list[SetAsideRows] = []
    for name, part in dataset.listed.items():
        problems += duplicate_ids(part, name, dataset)
    parts = [(name, part) for name, role in dataset.roles.items() for part in role.parts]
    for name, part in parts:
        found = orphans(name, part, dataset)
        problems += found.problems
        warnings += found.warnings
        set_aside += found.set_aside
    problems += duplicate_keys(dataset)
    problems += [problem for name, part in parts if name == "actions" for problem in in_both_groups(part, dataset)]
    return CheckResult(tuple(problems), tuple(warnings), tuple(set_aside))


def duplicate_ids(part: Part, name: str, dataset: Dataset) -> list[Problem]:
    """Find ids that stand in a list more than once."""
    key = "account_id" if name == "accounts" else "customer_id"
    table = part.used(None, None)
    counted = table.group_by(key).aggregate(n=table.count())
    twice = counted.filter(counted.n > 1).order_by(ibis.desc("n"), key)
    rows = twice.limit(3).to_pyarrow().to_pylist()
    if not rows:
        return []
    ids = twice.count().execute()
    examples = ", ".join(f"{masked_id(str(row[key]))} × {row['n']}" for row in rows)
    found = f"{ids:,} id{'s' if ids > 1 else ''} in more than one row: {examples}"
    fix = "remove the copies, or set_aside: all but one"
    return [Problem(dataset.document.place([*part.keys, "id"]), found, "one row a customer", fix)]


def orphans(name: str, part: Part, dataset: Dataset) -> CheckResult:
    """Count rows whose customer nobody knows. If that is most of them, the ids are not the same ids."""
    contract = dataset.contract
    key = "customer_id" if "customer_id" in part.columns else "account_id"
    same_source = getattr(part.contract, "source", None) == contract.customers.source and contract.customers.source
    covered = name in seen_roles(contract) or same_source or not dataset.listed
    if key not in part.columns or (covered and contract.relationship == "b2c"):
        return CheckResult((), (), ())
    known = dataset.tables["customers"].customer_id
    if contract.relationship == "b2b" and key == "customer_id":
        contacts = dataset.tables["contacts"]
        known = contacts.filter(contacts.account_id.notnull()).customer_id
    rows = part.used(dataset.observation_start, dataset.observation_end)
    rows = rows.filter(rows[key].notnull())
    lost = rows.filter(~rows[key].isin(known))
    total, missing = rows.count().execute(), lost.count().execute()
    if not missing:
        return CheckResult((), (), ())
    place = dataset.document.place([*part.keys, "customer" if key == "customer_id" else "account"])
    ids = lost.select(key).distinct().order_by(key).limit(3).to_pyarrow().to_pylist()
    examples = ", ".join(masked_id(str(row[key])) for row in ids)
    found = f"{missing:,} of {total:,} rows of customers that are not listed: {examples}"
    fix = f"if they are customers too, add {name} to customers.also_from"
    problem = Problem(place, found, "ids of the customers table", fix)
    reason = "customer not in the customers table"
    if missing > total / 2:
        return CheckResult((problem,), (), ())
    return CheckResult((), (problem,), (SetAsideRows(name, missing, total, reason),))


def in_both_groups(part: Part, dataset: Dataset) -> list[Problem]:
    """Find customers who are treated and held out in the same action: nothing can be learnt from them."""
    if not {"customer_id", "group"} <= set(part.columns):
        return []
    rows = part.used(None, None)
    rows = rows.filter(rows.customer_id.notnull())
    same = ["action_id"] if "action_id" in part.columns else ["time", "pain_point", *({"title"} & set(part.columns))]
    arms = rows.group_by(*same, "customer_id").aggregate(arms=rows.group.fill_null("treated").nunique())
    torn = arms.filter(arms.arms > 1)
    ids = torn.select("customer_id").order_by("customer_id").limit(3).to_pyarrow().to_pylist()
    if not ids:
        return []
    count = torn.count().execute()
    examples = ", ".join(masked_id(str(row["customer_id"])) for row in ids)
    found = f"{count:,} customer{'s' if count > 1 else ''} both treated and held out in one action: {examples}"
    fix = "keep the group that was meant for them, whatever they got"
    return [Problem(dataset.document.place([*part.keys, "group"]), found, "one group a customer and action", fix)]


def duplicate_keys(dataset: Dataset) -> list[Problem]:
    """Find joined sources in which a key stands more than once: each such row would count twice."""
    contract, problems, seen = dataset.contract, [], set()
    parts: list[tuple[list[str | int], Declared]] = [([role, number], part) for role, number, part in contract.tables()]
    parts += [([name], part.contract) for name, part in dataset.listed.items()]
    for keys, part in parts:
        for other, key in part.join.items():
            if (other, key.right) in seen:
                continue
            seen.add((other, key.right))
            table = (
                dataset.connection.table(contract.sources[other].table or other)
                if not contract.sources[other].query
                else None
            )
            if table is None:
                continue
            column = table[key.right]
            row = table.aggregate(rows=column.count(), keys=column.nunique()).to_pyarrow().to_pylist()[0]
            if row["rows"] > row["keys"]:
                found = f'"{key.right}" is not unique in {other}: {row["rows"]:,} rows, {row["keys"]:,} values'
                place = dataset.document.place([*keys, "join", other])
                problems.append(Problem(place, found, "a key that stands once", "join by another column"))
    return problems
