"""Attributes as the later stages see them, with the defaults that the contract leaves open."""

from __future__ import annotations

import re

from personas.dataset.contract import AttributeContract, Contract, Described
from personas.dataset.models import Attribute

# What people must not be grouped by unless the analyst says so: protected or intimate.
SENSITIVE = re.compile(
    r"\b(gender|sex|ethnic\w*|race|racial|religio\w*|faith|orientation|health|disab\w*|illness|politic\w*|party|union"
    r"|nationality|pregnan\w*)\b",
    re.IGNORECASE,
)
OUTCOMES = ("outcome", "kpi", "feedback")


def all_attributes(contract: Contract) -> tuple[Attribute, ...]:
    """List the attributes of the customers table: listed ones, of accounts and contacts, and own features."""
    found = []
    if contract.accounts is not None:
        source = contract.accounts.source
        found += [
            attribute_of(name, given, source, "firmographic") for name, given in contract.accounts.attributes.items()
        ]
    b2b = contract.relationship == "b2b"
    block = "contacts" if b2b else "demographic"
    source = contract.customers.source or ""
    for name, given in contract.customers.attributes.items():
        attribute = attribute_of(name, given, source, block)
        if b2b and attribute.kind == "binary":
            attribute = Attribute(**{**vars(attribute), "kind": "share"})
        found.append(attribute)
    if b2b and contract.customers.account is not None:
        found.append(Attribute("contacts", "Contacts", "count", "contacts", True, column=source))
    for name, feature in contract.features.items():
        found.append(attribute_of(name, feature, feature.role, "behaviour"))
    return tuple(found)


def attribute_of(name: str, given: Described, source: str, block: str) -> Attribute:
    label = given.label or name.replace("_", " ").capitalize()
    block = given.block or block
    forms = given.forms
    if forms is None:
        forms = not SENSITIVE.search(f"{name.replace('_', ' ')} {label}") and block not in OUTCOMES
    levels = given.levels() if isinstance(given, AttributeContract) else ()
    column = getattr(given, "column", None) or getattr(given, "expression", None) or name
    return Attribute(
        name=name,
        label=label,
        kind=given.kind,
        block=block,
        forms=forms,
        levels=levels,
        unit=given.unit,
        high=given.high,
        low=given.low,
        column=f"{source}.{column}",
    )
