"""The customer table from purchase lines, against hand-written SQL with exact distinct counts, polars and pandas.

polars is no dependency: POLARS_PYTHON names a Python that has it; without it polars is left out.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from personas.customers.behaviour import purchase_features
from tests.benchmarks.shop import LINES_EACH, open_shop, plain_engine, size_of

MIX = tuple(f"category {number}" for number in range(5))
HALF, QUARTER, END = pd.Timestamp("2024-07-02"), pd.Timestamp("2024-10-02"), pd.Timestamp("2025-01-01")
KNOWN = pd.Timestamp("2024-02-01")
PROMISED = 50_000_000  # lines from which hand-written SQL may not be faster; ten million are told for the record


@cache
def shop(lines: int):
    return open_shop(lines)


def ours(lines: int) -> pd.DataFrame:
    dataset, _ = shop(lines)
    start, end = dataset.observation_start, dataset.observation_end
    bought, _ = purchase_features(dataset.tables["transactions"], start, end, MIX)
    table = dataset.tables["customers"].left_join(bought, "customer_id").drop("customer_id_right")
    return table.order_by("customer_id").to_pandas()


def hand_written(lines: int) -> pd.DataFrame:
    """One query as one writes it: distinct counts by COUNT(DISTINCT …), days and orders from subqueries."""
    _, place = shop(lines)
    mixes = ", ".join(f"sum(amount) FILTER (category = '{name}') AS m{n}" for n, name in enumerate(MIX))
    shares = ", ".join(f"coalesce(m{n}, 0) / sales::DOUBLE AS mix_category_{n}" for n in range(len(MIX)))
    return (
        plain_engine()
        .sql(f"""
        WITH lines AS NOT MATERIALIZED (
            SELECT *, time::DATE AS day FROM '{place}/lines.parquet' WHERE time >= '2024-01-01' AND time < '{END}'
        ), money AS (
            SELECT customer, count(DISTINCT day) AS frequency, count(DISTINCT basket) AS orders, min(day) AS first,
                max(day) AS last, sum(amount) AS sales, count(*) AS n, count(*) FILTER (returned) AS returned,
                sum(discount) + sum(coupon) AS given, count(DISTINCT store) AS stores,
                sum(amount) FILTER (time >= '{HALF}') AS later,
                count(DISTINCT day) FILTER (day >= '{QUARTER}') AS late_days,
                count(DISTINCT subcategory) FILTER (time >= '{HALF}') AS later_range,
                count(DISTINCT subcategory) FILTER (time < '{HALF}') AS earlier_range, {mixes}
            FROM lines GROUP BY customer
        ), gaps AS (
            SELECT customer, stddev_pop(gap) / avg(gap) AS irregularity, max(gap) AS longest_gap
            FROM (SELECT customer, day - lag(day) OVER (PARTITION BY customer ORDER BY day) AS gap
                  FROM (SELECT DISTINCT customer, day FROM lines)) GROUP BY customer
        ), orders AS (
            SELECT customer, avg((dayofweek(day) IN (0, 6))::INT) AS weekend_share,
                avg((hour >= 17)::INT) AS evening_share, avg(coupon::INT) AS coupon_share
            FROM (SELECT customer, basket, min(day) AS day, hour(min(time)) AS hour, bool_or(coupon > 0) AS coupon
                  FROM lines GROUP BY ALL) GROUP BY customer
        )
        SELECT customer AS customer_id, DATE '{END:%Y-%m-%d}' - last AS recency, frequency,
            CASE WHEN frequency >= 4 THEN irregularity END AS irregularity,
            (2 * coalesce(later, 0) - sales) / sales::DOUBLE AS trend,
            CASE WHEN frequency - late_days >= 3 THEN 3 * late_days / (frequency - late_days) - 1 END
                AS recent_visit_change,
            longest_gap, CASE WHEN first >= '{KNOWN}' THEN DATE '{END:%Y-%m-%d}' - first END AS tenure, orders,
            n / orders AS lines_per_order, weekend_share, evening_share, coupon_share, sales::DOUBLE AS sales,
            sales::DOUBLE / frequency AS monetary_value, given / (given + sales)::DOUBLE AS discount_share,
            returned / n AS return_share, stores, {shares},
            CASE WHEN earlier_range >= 5 THEN later_range / earlier_range - 1 END AS range_change
        FROM '{place}/people.parquet' LEFT JOIN money USING (customer) LEFT JOIN gaps USING (customer)
            LEFT JOIN orders USING (customer) ORDER BY 1""")
        .df()
    )


def by_pandas(lines: int) -> pd.DataFrame:
    """The same columns by grouping in pandas, files read included."""
    _, place = shop(lines)
    rows = pd.read_parquet(place / "lines.parquet")
    for name in ("amount", "discount", "coupon"):
        rows[name] = rows[name].astype(float)
    rows["day"] = rows["time"].dt.normalize()
    rows["given"] = rows["discount"] + rows["coupon"]
    rows["later"] = rows["amount"].where(rows["time"] >= HALF, 0.0)
    for number, name in enumerate(MIX):
        rows[f"m{number}"] = rows["amount"].where(rows["category"] == name, 0.0)
    who = rows.groupby("customer")
    sums = who[["amount", "given", "returned", "later", *(f"m{number}" for number in range(5))]].sum()
    days = rows[["customer", "day"]].drop_duplicates().sort_values(["customer", "day"])
    days["gap"] = days.groupby("customer")["day"].diff().dt.days
    days["late"] = days["day"] >= QUARTER
    seen = days.groupby("customer")
    first, last, frequency, late = seen["day"].min(), seen["day"].max(), seen.size(), seen["late"].sum()
    orders = rows.groupby(["customer", "basket"]).agg(day=("day", "min"), time=("time", "min"), c=("coupon", "max"))
    orders = orders.assign(
        weekend=orders["day"].dt.dayofweek >= 5, late=orders["time"].dt.hour >= 17, c=orders["c"] > 0
    )
    shares = orders.groupby("customer")[["weekend", "late", "c"]].mean()
    count = orders.groupby("customer").size()
    halves = [rows[rows["time"] >= HALF], rows[rows["time"] < HALF]]
    later, earlier = (half.groupby("customer")["subcategory"].nunique().reindex(frequency.index) for half in halves)
    irregular = (seen["gap"].std(ddof=0) / seen["gap"].mean()).where(frequency >= 4)
    early = frequency - late
    table = pd.DataFrame(
        {"recency": (END - last).dt.days, "frequency": frequency, "irregularity": irregular,
         "trend": (2 * sums["later"] - sums["amount"]) / sums["amount"],
         "recent_visit_change": (3 * late / early.where(early >= 3) - 1), "longest_gap": seen["gap"].max(),
         "tenure": (END - first).dt.days.where(first >= KNOWN), "orders": count, "lines_per_order": who.size() / count,
         "weekend_share": shares["weekend"], "evening_share": shares["late"], "coupon_share": shares["c"],
         "sales": sums["amount"], "monetary_value": sums["amount"] / frequency,
         "discount_share": sums["given"] / (sums["given"] + sums["amount"]), "stores": who["store"].nunique(),
         "return_share": sums["returned"] / who.size()}
        | {f"mix_category_{number}": sums[f"m{number}"] / sums["amount"] for number in range(5)}
        | {"range_change": later.fillna(0) / earlier.where(earlier >= 5) - 1}
    )  # fmt: skip
    people = pd.read_parquet(place / "people.parquet")["customer"]
    return table.reindex(pd.Index(people, name="customer_id")).reset_index().sort_values("customer_id")


def by_polars(lines: int) -> pd.DataFrame:
    """The same columns by polars in a process of its own, whose start counts too."""
    _, place = shop(lines)
    script = Path(__file__).with_name("polars_process.py")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "table.parquet"
        done = subprocess.run([os.environ["POLARS_PYTHON"], script, place, out], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:] or f"ended with {done.returncode}: out of memory?")
        return pd.read_parquet(out)


def differing(own: pd.DataFrame, other: pd.DataFrame) -> str:
    if list(own["customer_id"]) != list(other["customer_id"]):
        return "not the same customers"
    numbers = [name for name in other.columns if name != "customer_id"]
    apart = [
        name for name in numbers
        if not np.allclose(own[name].astype(float), other[name].astype(float), rtol=1e-9, atol=1e-9, equal_nan=True)
    ]  # fmt: skip
    return f"other values of {', '.join(apart)}" if apart else ""


def contests(size):
    from tests.benchmarks.contest import Contest

    lines = size_of(size)
    task = f"customer table: {lines:,} purchase lines, {lines // LINES_EACH:,} customers"
    full = size == "full"

    def against(plain_way: str, plain, wanted: float | None = None, rounds: int = 1) -> Contest:
        return Contest(task, plain_way, lambda: ours(lines), lambda: plain(lines), wanted, rounds, differing)

    rounds = 3 if full and lines <= PROMISED else 1
    wanted = 1.0 if lines >= PROMISED else None
    found = [against("hand-written DuckDB SQL, exact distinct counts", hand_written, wanted, rounds)]
    if os.environ.get("POLARS_PYTHON"):
        found.append(against("polars, lazy and streaming", by_polars))
    if lines <= 10_000_000:  # more lines than that do not fit into pandas on a laptop
        found.append(against("pandas", by_pandas, 5.0 if full else None))
    return tuple(found)
