"""From a dataset's name to its tables: read the contract, find the files, open them lazily, shut the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import ibis

from personas.dataset.answers import normalise_comments, normalise_ratings
from personas.dataset.attributes import all_attributes
from personas.dataset.clock import Clock
from personas.dataset.contract import ROLES, Contract
from personas.dataset.document import Document, read_document
from personas.dataset.exclusions import leave_out, read_exclusions
from personas.dataset.files import contract_path, locate_sources, project_root
from personas.dataset.lexicon import Lexicon, read_lexicon
from personas.dataset.models import Card, Dataset
from personas.dataset.normalise import Part, Role, normalise
from personas.dataset.playbooks import check_playbooks
from personas.dataset.references import check_features, check_names, check_references
from personas.dataset.roster import by_company, companies, normalise_listed, people, seen_roles, with_features
from personas.dataset.sampling import keep_share
from personas.dataset.sources import broken, engine_errors, open_sources
from personas.dataset.violations import validate_contract
from personas.errors import InputError


def read_dataset(
    name: str,
    data: str | Path | None = None,
    root: str | Path | None = None,
    engine: str | None = None,
    share: float | None = None,
) -> Dataset:
    """Read the contract of a dataset and open its tables; no more than headers is read yet.

    name : a folder under data/
    data : folder of the files, where they are kept elsewhere
    root : the project's folder; default: the nearest one above that has notebooks/ and data/
    engine : what computes, as under ``engine:`` in the contract; default: what that says, else DuckDB
    share : of the customers that are kept, above 0 to 1, drawn by their ids; their rows alone are in the tables
    Raises InputError with every problem of the contract, the files and their columns.

    >>> dataset = read_dataset("shop", root=root)
    >>> dataset.card.title, sorted(dataset.tables)
    ('A corner shop, made up', ['customers', 'transactions'])
    """
    root = Path(root) if root is not None else project_root()
    path = contract_path(name, root)
    document = read_document(path, f"data/{name}/dataset.yml")
    contract = validate_contract(document)
    problems = [*check_names(contract, document), *check_playbooks(contract, path.parent, document)]
    files, missing = locate_sources(contract, path.parent, data, document)
    connection, sources, unreadable = open_sources(contract, files, document, engine or contract.engine)
    lexicon, unusable = read_lexicon(contract, path.parent, data, document)
    problems += [*missing, *unreadable, *unusable, *check_references(contract, sources, document)]
    if problems:
        raise InputError(problems)
    try:
        sources, left_out = leave_out(contract, sources, read_exclusions(path.parent))
        dataset = assemble(name, contract, path.parent, connection, sources, document, lexicon, share)
        return replace(dataset, left_out=left_out, bytes=size_of(files))
    except InputError:
        raise
    except engine_errors(connection) as error:
        raise InputError([broken(document.place(["sources"]), error)]) from None


def size_of(files: Mapping[str, tuple[Path, ...]]) -> int | None:
    """Add up the bytes of a dataset's files; None where it has none."""
    return sum(path.stat().st_size for paths in files.values() for path in paths) if files else None


def assemble(
    name: str,
    contract: Contract,
    folder: Path,
    connection,
    sources: Mapping[str, ibis.Table],
    document: Document,
    lexicon: Lexicon | None = None,
    share: float | None = None,
) -> Dataset:
    """Put the parts together as they are handed over."""
    start, end, clock = period_of(contract, sources)
    roles = normalised_roles(contract, sources, clock)
    problems = check_features(contract, roles, document)
    if problems:
        raise InputError(problems)
    listed = {}
    if contract.customers.source is not None:
        listed["customers"] = normalise_listed(contract.customers, ("customers",), contract, sources, clock)
    if contract.accounts is not None:
        listed["accounts"] = normalise_listed(contract.accounts, ("accounts",), contract, sources, clock)
    between = partial(tables_between, contract, sources, roles, listed, clock, start, share=share)
    return Dataset(
        name=name,
        contract=contract,
        folder=folder,
        connection=connection,
        tables=between(start, end),
        observation_start=start,
        observation_end=end,
        holdout=(contract.holdout.start, contract.holdout.end) if contract.holdout else None,
        card=card_of(name, contract, share),
        attributes=all_attributes(contract),
        between=between,
        roles=roles,
        listed=listed,
        document=document,
        lexicon=lexicon,
    )


def normalised_roles(contract: Contract, sources: Mapping[str, ibis.Table], clock: Clock) -> dict[str, Role]:
    parts: dict[str, list[Part]] = {role: [] for role in ROLES}
    for role, number, part in contract.tables():
        parts[role].append(normalise(part, (role, number), contract, sources, clock))
    for number, ratings in enumerate(contract.ratings):
        parts["feedback"].append(normalise_ratings(ratings, ("ratings", number), contract, sources, clock))
    for number, comments in enumerate(contract.comments):
        parts["feedback"].append(normalise_comments(comments, ("comments", number), contract, sources, clock))
    return {role: Role(tuple(found)) for role, found in parts.items() if found}


def period_of(contract: Contract, sources: Mapping[str, ibis.Table]) -> tuple[datetime | None, datetime | None, Clock]:
    """Decide the observation: as declared, else from the first day seen to the end of the last one."""
    start, end = contract.observation.start, contract.observation.end
    if start is None or end is None:
        stored = Clock(None, None, None)
        first, last = _seen(contract, sources, stored)
        local = Clock(contract.timezone, first, last)
        first, last = _seen(contract, sources, local) if local.shifts else (first, last)
        start = start or (_midnight(first) if first else None)
        end = end or (_midnight(last) + timedelta(days=1) if last else None)
    late = max([moment for moment in (end, contract.holdout and contract.holdout.end) if moment], default=None)
    return start, end, Clock(contract.timezone, start, late)


def _seen(
    contract: Contract, sources: Mapping[str, ibis.Table], clock: Clock
) -> tuple[datetime | None, datetime | None]:
    moments = []
    for role, number, part in contract.tables():
        if role != "actions" and getattr(part, part.clock) is not None:
            lean = normalise(part, (role, number), contract, sources, clock, only=("customer", part.clock))
            column = lean.table[part.clock]
            row = lean.table.aggregate(first=column.min(), last=column.max()).to_pyarrow().to_pylist()[0]
            moments += [row["first"], row["last"]]
    moments = [moment for moment in moments if moment is not None]
    return min(moments, default=None), max(moments, default=None)


def tables_between(
    contract: Contract,
    sources: Mapping[str, ibis.Table],
    roles: Mapping[str, Role],
    listed: Mapping[str, Part],
    clock: Clock,
    begun: datetime | None,
    start: datetime | None,
    end: datetime | None,
    share: float | None = None,
) -> dict[str, ibis.Table]:
    """Give every table for a period [start, end): rows inside it, customers known before its end.

    begun : start of the observation; who was seen since then counts as a customer
    share : of the customers that are kept; what belongs to nobody stays
    """
    sampled = share is not None and share < 1
    customers = people(contract, listed.get("customers"), sources, clock, begun, end) if _people(contract) else None
    tables = {role: found.used(start, end) for role, found in roles.items()}
    if contract.relationship == "b2b":
        contacts = customers if customers is not None and "account_id" in customers.columns else None
        tables = {role: by_company(t, contacts) if _whose(t) else t for role, t in tables.items()}
        units = companies(contract, customers, listed.get("accounts"))
        units = keep_share(units, share) if sampled else units
        if sampled and contacts is not None:
            customers = customers.filter(customers.account_id.isin(units.customer_id))
        tables = {role: _known(role, t, units) for role, t in tables.items()}
        extra = {"contacts": customers} if customers is not None else {}
        return {"customers": with_features(units, contract.features, tables), **extra, **tables}
    same = set(seen_roles(contract)) | {role for role, found in roles.items() if _own_source(contract, found)}
    if sampled:
        customers, same = keep_share(customers, share), set()
    if listed or sampled:
        tables = {role: table if role in same else _known(role, table, customers) for role, table in tables.items()}
    return {"customers": with_features(customers, contract.features, tables), **tables}


def _people(contract: Contract) -> bool:
    return contract.customers.source is not None or bool(seen_roles(contract))


def _whose(table: ibis.Table) -> bool:
    return "customer_id" in table.columns or "account_id" in table.columns


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _own_source(contract: Contract, role: Role) -> bool:
    """Say whether all of a role is read from the customers' own rows, which name no stranger."""
    customers = contract.customers
    return all(
        part.contract.source == customers.source and getattr(part.contract, "customer", None) == customers.id
        for part in role.parts
    )


def _known(role: str, table: ibis.Table, customers: ibis.Table) -> ibis.Table:
    """Leave out rows of customers that nobody knows; anonymous feedback stays."""
    if "customer_id" not in table.columns:
        return table
    known = table.customer_id.isin(customers.customer_id)
    return table.filter(known | table.customer_id.isnull() if role in ("feedback", "actions") else known)


def card_of(name: str, contract: Contract, share: float | None = None) -> Card:
    drawn = (
        "" if share is None or share == 1 else f"A sample of {100 * share:g} % of all {contract.units}, by their ids."
    )
    return Card(
        name=name,
        title=contract.title,
        unit=contract.unit,
        units=contract.units,
        notice=" ".join(filter(None, [contract.notice.strip(), drawn])),
        source=contract.source.strip(),
        licence=contract.licence,
        currency=contract.currency,
    )
