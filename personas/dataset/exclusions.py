"""Customers who asked to be forgotten: kept as keyed hashes, so that the list itself names nobody, and left out.

``data/<dataset>/.forgotten.json`` holds a salt and a hash an id, ``.forgotten.key`` the key without which the hashes
say nothing: ids are short, and hashes of all possible ids are quickly made. The list lies beside the contract and not
among the results, since who asked to be forgotten must stay forgotten when all results are cleared away.
"""

from __future__ import annotations

import hmac
import json
import os
import re
import secrets
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import ibis

from personas.dataset.columns import as_text
from personas.dataset.contract import Contract
from personas.dataset.expressions import columns_of, translate_expression
from personas.dataset.mapping import Mapped
from personas.errors import InputError, Problem

LIST, KEY = ".forgotten.json", ".forgotten.key"
FORMAT = 1
DIGEST = re.compile(r"[0-9a-f]{64}")
WHO = ("id", "customer", "account")  # fields that name whose row it is


@dataclass(frozen=True)
class Exclusions:
    """Hashes of the ids to leave out, and what it takes to hash another id."""

    key: bytes
    salt: str
    hashes: frozenset[str]

    def __contains__(self, customer_id: object) -> bool:
        return digest(self.key, self.salt, str(customer_id)) in self.hashes

    def __len__(self) -> int:
        return len(self.hashes)


def digest(key: bytes, salt: str, customer_id: str) -> str:
    """Hash an id with HMAC-SHA-256 [RFC 2104].

    >>> digest(b"k", "s", "17") == digest(b"k", "t", "17")
    False
    """
    return hmac.digest(key, f"{salt}\0{customer_id}".encode(), "sha256").hex()


def read_exclusions(folder: Path) -> Exclusions | None:
    """Read the exclusion list beside a contract; None where nobody asked.

    Raises InputError for a list without its key or one that is not whole: to go on would bring people back.
    """
    listed, keyed = folder / LIST, folder / KEY
    if not listed.is_file():
        return None
    place = f"data/{folder.name}/{LIST}"
    if not keyed.is_file():
        fix = f"put data/{folder.name}/{KEY} back from a backup, or delete the list and run make forget again"
        raise InputError([Problem(place, f"no {KEY} beside it", "the key that its hashes were made with", fix)])
    try:
        content = json.loads(listed.read_text(encoding="utf-8"))
        salt, hashes = content["salt"], content["hashes"]
        key = bytes.fromhex(keyed.read_text(encoding="utf-8").strip())
        whole = content["format"] == FORMAT and isinstance(salt, str) and len(key) >= 16
        whole = whole and isinstance(hashes, list) and all(DIGEST.fullmatch(str(one)) for one in hashes)
    except (OSError, ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        fix = "put list and key back from a backup, or delete both and run make forget again"
        raise InputError([Problem(place, "not an exclusion list", "what make forget writes", fix)])
    return Exclusions(key, salt, frozenset(hashes))


def write_exclusions(folder: Path, ids: Collection[str]) -> Exclusions:
    """Add ids to the exclusion list of a dataset, making list and key at the first time; readable by the owner only."""
    known = read_exclusions(folder)
    if known is None:
        known = Exclusions(secrets.token_bytes(32), secrets.token_hex(16), frozenset())
        _write(folder / KEY, known.key.hex() + "\n")  # first: a list without its key stops every run
    added = {digest(known.key, known.salt, customer_id) for customer_id in ids}
    done = Exclusions(known.key, known.salt, known.hashes | added)
    content = {"format": FORMAT, "salt": done.salt, "hashes": sorted(done.hashes)}
    _write(folder / LIST, json.dumps(content, indent=1) + "\n")
    return done


def _write(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def leave_out(
    contract: Contract, sources: Mapping[str, ibis.Table], exclusions: Exclusions | None
) -> tuple[dict[str, ibis.Table], int]:
    """The sources without rows of excluded customers, and how many customers those were.

    Whoever referred a customer is forgotten there too. Raises InputError where the id is worked out from columns of
    several sources, so that rows cannot be left out of one.
    """
    kept = dict(sources)
    if not exclusions:
        return kept, 0
    found: set[str] = set()
    for source, mapped, names_whose in _id_fields(contract):
        table = kept[source]
        if (text := _text_of(mapped, table)) is None:
            place, fix = f"data: {source}", "map the customer's id to a column of its own source"
            raise InputError([Problem(place, "the id comes from a joined source", "an own column", fix)])
        ids = sorted(one for one in _distinct(table, text) if one in exclusions)
        if not ids:
            continue
        found |= set(ids)
        out = text.isin(ids)
        if names_whose:
            kept[source] = table.filter(~out.fill_null(False))
        elif mapped.column is not None:
            column = table[mapped.column]
            kept[source] = table.mutate(
                **{mapped.column: out.fill_null(False).ifelse(ibis.null(column.type()), column)}
            )
    return kept, len(found)


def _id_fields(contract: Contract) -> Iterator[tuple[str, Mapped, bool]]:
    """(source, field, whether it says whose row it is) of everything that names a customer or an account."""
    parts = [contract.customers, contract.accounts, *(part for _role, _number, part in contract.tables())]
    for part in (*parts, *contract.ratings, *contract.comments):
        source = getattr(part, "source", None)
        if source is None:
            continue
        for name in (*WHO, "referred_by"):
            mapped = getattr(part, name, None)
            if isinstance(mapped, Mapped) and mapped.value is None:
                yield source, mapped, name in WHO


def _text_of(mapped: Mapped, table: ibis.Table):
    """The id as text, as the reader sees it; None where it needs columns that the source does not have."""
    if mapped.expression is not None:
        if not set(columns_of(mapped.expression)) <= set(table.columns):
            return None
        return as_text(translate_expression(mapped.expression, {name: table[name] for name in table.columns}))
    if mapped.column not in table.columns:
        return None
    return as_text(table[mapped.column])


def _distinct(table: ibis.Table, text) -> list[str]:
    rows = table.select(who=text).distinct().to_pyarrow().to_pydict()["who"]
    return [one for one in rows if one is not None]
