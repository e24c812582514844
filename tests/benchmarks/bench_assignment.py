"""Placing every customer and writing who is where, against reading the customer table and writing it again."""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path

import duckdb
import ibis
import pandas as pd

from personas.customers import Customers, Feature
from personas.customers.models import Quality
from personas.dataset.duck import open_duck
from personas.dataset.engine import lock_engine, open_engine
from personas.segments import score_customers, write_assignment
from tests.benchmarks.shop import MACROS, bench_folder, plain_engine
from tests.profiles.divided import divide

NUMBERS, WORDS, SEGMENTS, SAMPLE = 12, 3, 5, 20_000
NEEDED = 0.5  # at most twice the time of reading and writing
FEATURES = (
    *(Feature(name=f"n{j}", label=f"n{j}", kind="number", block=f"b{j % 4}", forms=True, transform="log")
      for j in range(NUMBERS)),
    *(Feature(name=f"w{j}", label=f"w{j}", kind="category", block="words", forms=True, transform="onehot")
      for j in range(WORDS)),
)  # fmt: skip


@cache
def customer_file(customers: int) -> Path:
    """A customer table of any size: skewed numbers, a tenth of one unknown, words of four kinds."""
    place = bench_folder() / f"customers_{customers}.parquet"
    if not place.exists():
        numbers = ", ".join(
            f"CASE WHEN u(i, {j}) > {0 if j else 0.1} "
            f"THEN exp(3 * u(i, {j + 20})) + 4 * (i % 5 = {j % 5})::INT END AS n{j}"
            for j in range(NUMBERS)
        )
        words = ", ".join(f"one_of(['one', 'two', 'three', 'four'], u(i, {j + 50})) AS w{j}" for j in range(WORDS))
        place.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as connection:
            connection.execute(MACROS)
            ids = "'C' || lpad(i::VARCHAR, 9, '0') AS customer_id"
            made = f"SELECT {ids}, {numbers}, {words} FROM range({customers}) t(i)"
            connection.execute(f"COPY ({made}) TO '{place}.part' (FORMAT parquet, COMPRESSION zstd)")
        os.replace(f"{place}.part", place)
    return place


@cache
def segmentation(customers: int):
    frame = duckdb.sql(f"FROM '{customer_file(customers)}' ORDER BY customer_id LIMIT {SAMPLE}").df()
    return divide(Customers(frame, FEATURES, Quality(tables=(), set_aside=(), columns=(), notes=())), SEGMENTS)


def ours(customers: int) -> Path:
    engine = open_engine()
    table = engine.read_parquet(customer_file(customers))
    lock_engine(engine, [customer_file(customers)])
    folder = bench_folder() / "assigned"
    shutil.rmtree(folder, ignore_errors=True)
    write_assignment(score_customers(table, segmentation(customers)), folder)
    return folder


def read_and_write(customers: int) -> Path:
    place = bench_folder() / "copied.parquet"
    plain_engine().execute(f"COPY (FROM '{customer_file(customers)}') TO '{place}' (FORMAT parquet, COMPRESSION zstd)")
    return place


def differing(ours: Path, copied: Path) -> str:
    """Everybody once, and the first of them where Python places them."""
    rows = open_duck().read_parquet(f"{ours}/*.parquet")
    if rows.count().to_pyarrow().as_py() != ibis.duckdb.connect().read_parquet(copied).count().to_pyarrow().as_py():
        return "not the same customers"
    members = segmentation(int(copied_rows(copied))).members.set_index("customer_id")
    found = rows.order_by("customer_id").limit(SAMPLE).to_pandas().set_index("customer_id")
    same = members[["segment", "confidence", "in_between"]]
    try:
        pd.testing.assert_frame_equal(found.loc[same.index, same.columns], same, check_dtype=False, check_exact=True)
    except AssertionError:
        return "other segments than in Python"
    return ""


def copied_rows(copied: Path) -> int:
    return duckdb.sql(f"SELECT count(*) FROM '{copied}'").fetchone()[0]


def contests(size):
    from tests.benchmarks.contest import Contest

    customers = int(float(os.environ.get("BENCH_CUSTOMERS", 10_000_000))) if size == "full" else 50_000
    segmentation(customers)
    return (
        Contest(
            task=f"placing {customers:,} customers in {SEGMENTS} segments, {len(FEATURES)} columns",
            plain_way="reading and writing their table",
            ours=lambda: ours(customers),
            plain=lambda: read_and_write(customers),
            wanted=NEEDED if size == "full" else None,
            rounds=3 if size == "full" else 1,
            differs=differing,
        ),
    )
