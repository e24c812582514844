"""A shop of any size as Parquet files, made by the engine from a range and a hash alone: the same on every machine.

A customer has 50 purchase lines on average (ten orders), 50 contacts and five answers; few have most of them.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import duckdb

from personas.dataset import Dataset, read_dataset

LINES_EACH = int(os.environ.get("BENCH_LINES_EACH", 50))
CONTACTS_EACH = int(os.environ.get("BENCH_CONTACTS_EACH", LINES_EACH))
LINES_AN_ORDER, LINES_AN_ANSWER = 5, 10
CONTRACT = """\
title: A made-up shop
currency: EUR
observation: {start: 2024-01-01, end: 2025-01-01}
sources: {people: {file: people.parquet}, lines: {file: lines.parquet},
          contacts: {file: contacts.parquet}, answers: {file: answers.parquet}}
customers: {source: people, id: customer}
transactions:
  {source: lines, customer: customer, time: time, amount: amount, order: basket, category: category,
   subcategory: subcategory, discount: discount, coupon_discount: coupon, store: store, returned: returned}
interactions:
  {source: contacts, customer: customer, time: time, touchpoint: touchpoint, stage: stage, channel: channel,
   device: device, environment: environment, self_service: self_service, outcome: outcome}
feedback:
  {source: answers, customer: customer, time: time, metric: metric, score: score, scale: [0, 10],
   expectation: expectation, touchpoint: touchpoint, stage: stage, channel: channel, moment: moment}
"""
PLACES = {
    "Store": "purchase", "Website": "interest", "App": "interest", "Call centre": "experience",
    "Delivery": "experience", "Checkout": "purchase", "Returns": "experience", "Chat": "experience",
    "E-mail": "loyalty", "Newsletter": "contact", "Advertising": "contact", "Loyalty card": "loyalty",
}  # fmt: skip
MACROS = """
CREATE MACRO u(i, k) AS (hash(i * 64 + k) % 1000003) / 1000003.0;
CREATE MACRO one_of(names, share) AS names[1 + floor(len(names) * share)::INT];
"""
TABLES = {
    "people": "SELECT 'C' || lpad(i::VARCHAR, 8, '0') AS customer FROM range({people}) t(i)",
    "lines": """
        SELECT {who_bought} AS customer, 'B' || lpad(o::VARCHAR, 9, '0') AS basket,
            TIMESTAMP '2024-01-01' + to_seconds(floor(o * (366.0 * 86400 / {orders}))) AS time, amount,
            'category ' || (kind % 12) AS category, 'kind ' || kind AS subcategory,
            CASE WHEN u(i, 6) < 0.2 THEN (amount * 0.1)::DECIMAL(10, 2) ELSE 0 END AS discount,
            CASE WHEN u(i, 7) < 0.03 THEN 0.5 ELSE 0 END AS coupon,
            'store ' || (hash(o * 64 + 8) % 150) AS store, u(i, 9) < 0.02 AS returned
        FROM (SELECT i, i // 5 AS o, floor(300 * pow(u(i, 5), 2))::BIGINT AS kind,
                     ((1 + floor(2000 * pow(u(i, 4), 3))) / 100)::DECIMAL(10, 2) AS amount
              FROM range({lines}) t(i))""",
    "contacts": """
        SELECT {who} AS customer, TIMESTAMP '2024-01-01' + to_seconds(floor(i * (366.0 * 86400 / {contacts}))) AS time,
            one_of({places}, u(i, 12)) AS touchpoint, one_of({stages}, u(i, 12)) AS stage,
            one_of(['store', 'web', 'app', 'phone', 'e-mail'], u(i, 13)) AS channel,
            CASE WHEN u(i, 14) < 0.8 THEN one_of(['phone', 'tablet', 'computer', 'till'], u(i, 15)) END AS device,
            one_of(['store', 'home', 'on the move'], u(i, 16)) AS environment,
            CASE WHEN u(i, 17) < 0.9 THEN u(i, 18) < 0.4 END AS self_service,
            CASE WHEN u(i, 19) < 0.7 THEN one_of(['failed', 'success', 'success', 'abandoned', 'success', 'success',
                'success', 'success', 'success', 'success'], u(i, 20)) END AS outcome
        FROM range({contacts}) t(i)""",
    "answers": """
        SELECT {who} AS customer, TIMESTAMP '2024-01-01' + to_seconds(floor(i * (366.0 * 86400 / {answers}))) AS time,
            one_of(['nps', 'csat', 'csat', 'csat', 'csat', 'csat', 'ces', 'emotion'], u(i, 32)) AS metric,
            floor(11 * pow(u(i, 33), 0.6))::DOUBLE AS score,
            CASE WHEN u(i, 34) < 0.5 THEN floor(11 * pow(u(i, 35), 0.5))::DOUBLE END AS expectation,
            CASE WHEN u(i, 32) > 0.125 THEN one_of({places}, u(i, 38) * 0.66) END AS touchpoint,
            CASE WHEN u(i, 32) > 0.125 THEN one_of({stages}, u(i, 38) * 0.66) END AS stage,
            one_of(['store', 'web', 'app', 'phone', 'e-mail'], u(i, 36)) AS channel,
            one_of(['before', 'after'], u(i, 37)) AS moment
        FROM range({answers}) t(i)""",
}


def make_shop(folder: Path, lines: int) -> Path:
    """Write the shop under `folder` as a project with one dataset, named by its size, unless it is there already."""
    place = folder / "data" / (f"shop_{lines}" if LINES_EACH == 50 else f"shop_{lines}_{LINES_EACH}")
    if (place / "dataset.yml").exists():
        return place
    place.mkdir(parents=True)
    (folder / "notebooks").mkdir(exist_ok=True)
    people = lines // LINES_EACH

    def somebody(what: str, salt: int) -> str:
        return f"'C' || lpad(floor(pow(u({what}, {salt}), 1.6) * {people})::BIGINT::VARCHAR, 8, '0')"

    contacts = people * CONTACTS_EACH
    sizes = {"people": people, "lines": lines, "orders": lines // LINES_AN_ORDER}
    sizes |= {"contacts": contacts, "answers": contacts // LINES_AN_ANSWER}
    words = {"places": str(list(PLACES)), "stages": str(list(PLACES.values()))}
    connection = duckdb.connect()
    connection.execute(MACROS)
    for number, (name, query) in enumerate(TABLES.items()):
        made = query.format(**sizes, **words, who_bought=somebody("o", 3), who=somebody("i", 40 + number))
        connection.execute(f"COPY ({made}) TO '{place / name}.parquet' (FORMAT parquet, COMPRESSION zstd)")
    (place / "dataset.yml").write_text(CONTRACT, encoding="utf-8")
    return place


def bench_folder() -> Path:
    """Where made-up data is kept between runs: BENCH_FOLDER, or among the temporary files."""
    return Path(os.environ.get("BENCH_FOLDER") or Path(tempfile.gettempdir()) / f"personas-bench-{os.getuid()}")


def open_shop(lines: int) -> tuple[Dataset, Path]:
    """The shop as a dataset, and the folder of its files."""
    folder = bench_folder()
    place = make_shop(folder, lines)
    return read_dataset(place.name, root=folder), place


def size_of(size: str) -> int:
    """Purchase lines, and as many contacts: ten million in full, or BENCH_ROWS."""
    return int(float(os.environ.get("BENCH_ROWS", 10_000_000))) if size == "full" else 200_000


def plain_engine() -> duckdb.DuckDBPyConnection:
    """DuckDB with the memory that the project's own has."""
    connection = duckdb.connect()
    connection.execute(f"SET memory_limit = '{os.environ.get('PERSONAS_MEMORY', '2GB')}'")
    return connection
