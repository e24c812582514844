"""Who the customers are: the listed ones, those only seen in other tables, and in B2B the companies they are of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import ibis

from personas.dataset.clock import Clock
from personas.dataset.columns import as_text, read_attribute, read_value
from personas.dataset.contract import ROLES, Accounts, Contract, Customers, Feature
from personas.dataset.expressions import translate_expression
from personas.dataset.normalise import Part, Rule, joined, mapped_fields, normalise
from personas.dataset.roles import ByCustomer

RESERVED = ("customer_id", "account_id", "contact_id", "contacts", "weight", "referred_by", "time")


def normalise_listed(listed: Customers | Accounts, keys: tuple, contract: Contract, sources, clock: Clock) -> Part:
    """Express a list of customers (or of accounts): ids, then a column an attribute."""
    table, columns = joined(listed, contract, sources)
    made, raws = {}, {}
    for name, target in mapped_fields(listed).items():
        reading = read_value(getattr(listed, name), target.kind, columns, clock)
        made[target.name] = reading.value
        if reading.raw is not None:
            raws[f"raw {target.name}"] = reading.raw
    for name, attribute in listed.attributes.items():
        reading = read_attribute(name, attribute, columns)
        made[name] = reading.value
        if reading.raw is not None:
            raws[f"raw {name}"] = reading.raw
    for name in getattr(listed, "names", ()):
        raws[f"private {name}"] = as_text(columns.values[name])
    flags = {
        f"aside {number}": translate_expression(rule.when, columns.values).fill_null(False)
        for number, rule in enumerate(listed.set_aside)
    }
    table = table.select(**made, **raws, **flags)
    rules = [Rule(table[flag], rule.reason, True) for flag, rule in zip(flags, listed.set_aside, strict=True)]
    rules.append(Rule(table[next(iter(made))].isnull(), "no id"))
    return Part(table, tuple(made), tuple(rules), (), "", keys, listed)


def seen_roles(contract: Contract) -> tuple[str, ...]:
    """Name the roles whose customers count as customers without being listed."""
    if contract.customers.source is not None:
        return contract.customers.also_from
    declared = [role for role, _, part in contract.tables() if isinstance(part, ByCustomer)]
    return contract.customers.also_from or tuple(role for role in ROLES if role in declared)


def people(
    contract: Contract,
    listed: Part | None,
    sources,
    clock: Clock,
    start: datetime | None,
    end: datetime | None,
) -> ibis.Table:
    """Unite the listed customers with those who are only seen in other tables before `end`; one row a customer."""
    ids = []
    for role, number, part in contract.tables():
        if role in seen_roles(contract) and getattr(part, "customer", None) is not None:
            lean = normalise(part, (role, number), contract, sources, clock, only=("customer", part.clock, "end"))
            ids.append(lean.used(start, end).select("customer_id"))
    if listed is None:
        everyone = ibis.union(*ids, distinct=True) if len(ids) > 1 else ids[0].distinct()
        return everyone.filter(everyone.customer_id.notnull())
    table = listed.used(start, end)
    if not ids:
        return table
    everyone = ibis.union(*ids, table.select("customer_id"), distinct=True)
    everyone = everyone.filter(everyone.customer_id.notnull())
    known = table.rename(listed_id="customer_id")
    rest = [name for name in table.columns if name != "customer_id"]
    return everyone.left_join(known, everyone.customer_id == known.listed_id).select("customer_id", *rest)


def companies(contract: Contract, contacts: ibis.Table, accounts: Part | None) -> ibis.Table:
    """Roll contacts up to accounts: one row a company, its own attributes and those of its contacts together.

    Numbers become means, yes/no becomes the share of contacts with yes, categories the most frequent label (the
    alphabetically first of several).
    """
    known = contacts.filter(contacts.account_id.notnull()) if "account_id" in contacts.columns else None
    made, words = {}, []
    if known is not None:
        made["contacts"] = known.customer_id.nunique()
        for name, attribute in contract.customers.attributes.items():
            column = known[name]
            if attribute.kind == "binary":
                made[name] = column.cast("float64").mean()
            elif attribute.kind in ("category", "ordered"):
                words.append(name)
            else:
                made[name] = column.mean()
    rolled = None
    if known is not None:
        rolled = known.group_by("account_id").aggregate(**made)
        for name in words:
            rolled = rolled.left_join(_most_frequent(known, name), "account_id").drop("account_id_right")
        made |= dict.fromkeys(words)
    if accounts is None:
        return rolled.rename(customer_id="account_id")
    own = accounts.used(None, None)
    if rolled is None:
        return own.rename(customer_id="account_id")
    rolled = rolled.rename(rolled_id="account_id")
    table = own.left_join(rolled, own.account_id == rolled.rolled_id)
    table = table.select(**{name: table[name] for name in (*own.columns, *made)})
    return table.rename(customer_id="account_id")


def by_company(table: ibis.Table, contacts: ibis.Table | None) -> ibis.Table:
    """Give a role's rows to the company of their contact; the contact stays in `contact_id`."""
    rest = [name for name in table.columns if name not in ("customer_id", "account_id")]
    own = table.account_id if "account_id" in table.columns else ibis.null("string")
    if "customer_id" not in table.columns or contacts is None:
        return table.select(customer_id=own, contact_id=ibis.null("string"), **{n: table[n] for n in rest})
    whose = contacts.select(contact="customer_id", company="account_id")
    both = table.left_join(whose, table.customer_id == whose.contact)
    own = both.account_id if "account_id" in table.columns else ibis.null("string")
    company = ibis.coalesce(own, both.company)
    return both.select(customer_id=company, contact_id=both.customer_id, **{name: both[name] for name in rest})


def with_features(
    customers: ibis.Table, features: Mapping[str, Feature], tables: Mapping[str, ibis.Table]
) -> ibis.Table:
    """Add the analyst's own features, each computed from the rows of one role."""
    for role in dict.fromkeys(feature.role for feature in features.values()):
        rows = tables[role]
        columns = {name: rows[name] for name in rows.columns}
        mine = {name: feature for name, feature in features.items() if feature.role == role}
        values = {name: translate_expression(feature.expression, columns) for name, feature in mine.items()}
        computed = rows.group_by("customer_id").aggregate(**values).rename(feature_id="customer_id")
        joint = customers.left_join(computed, customers.customer_id == computed.feature_id)
        made = {}
        for name, feature in mine.items():
            value = joint[name].cast("float64") if not joint[name].type().is_boolean() else joint[name]
            made[name] = value if feature.empty is None else value.coalesce(feature.empty)
        customers = joint.select(**{name: joint[name] for name in customers.columns}, **made)
    return customers


def _most_frequent(contacts: ibis.Table, name: str) -> ibis.Table:
    """The most frequent label of each account, the alphabetically first of several: an engine's mode takes any."""
    labelled = contacts.filter(contacts[name].notnull())
    counted = labelled.group_by(["account_id", name]).aggregate(times=labelled.count())
    order = ibis.window(group_by=counted.account_id, order_by=[counted.times.desc(), counted[name].asc()])
    placed = counted.mutate(place=ibis.row_number().over(order))
    return placed.filter(placed.place == 0).select("account_id", name)
