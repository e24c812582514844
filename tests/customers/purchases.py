"""Purchases written by hand, and the customer table that the stage makes of them."""

from __future__ import annotations

import ibis
import pandas as pd

from personas.customers.behaviour import purchase_features

START, END = pd.Timestamp("2024-01-01"), pd.Timestamp("2025-01-01")
COLUMNS = (
    "customer_id", "time", "order_id", "amount", "category", "subcategory", "discount", "coupon_discount",
    "private_label", "store",
)  # fmt: skip
# Ada: six purchase days, eight lines; 2 July opens the later half of the leap year 2024.
ADA = (
    ("ada", "2024-02-10 10:00", "o1", 10.00, "Produce", "apples", 0.0, 0.0, False, "s1"),
    ("ada", "2024-02-10 10:00", "o1", 3.00, "Meat", "ham", 0.0, 0.0, False, "s1"),
    ("ada", "2024-02-10 10:00", "o1", 2.00, "Deli", "olives", 0.0, 0.0, False, "s1"),
    ("ada", "2024-03-11 18:30", "o2", 20.00, "Produce", "pears", 4.0, 0.5, False, "s1"),
    ("ada", "2024-05-10 09:00", "o3", 30.00, "Other", "soap", 0.0, 0.0, True, "s2"),
    ("ada", "2024-07-02 00:00", "o4", 15.00, "Produce", "apples", 0.0, 0.0, False, "s1"),
    ("ada", "2024-11-30 17:00", "o5", 20.00, "Produce", "pears", 0.0, 0.0, False, "s1"),
    ("ada", "2024-12-21 16:59", "o6", 16.00, "Meat", "apples", 0.0, 0.0, False, "s1"),
)
# Bo was there in the first month and stopped in spring; Cy bought once, the moment before the end.
BO = (
    ("bo", "2024-01-20 12:00", "b1", 8.00, "Produce", "pears", 0.0, 0.0, False, "s1"),
    ("bo", "2024-04-20 12:00", "b2", 4.00, "Deli", "olives", 1.0, 0.0, False, "s1"),
)
CY = (("cy", "2024-12-31 23:59:59", "c1", 5.00, "Deli", "olives", 0.0, 0.0, False, "s1"),)


def lines_of(*rows: tuple) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=list(COLUMNS))
    frame["time"] = pd.to_datetime(frame["time"], format="mixed")
    return frame


def summarise(lines: pd.DataFrame, start=START, end=END, categories=("Produce", "Meat")) -> pd.DataFrame:
    """The behaviour of every customer, indexed by id, amounts as the engine keeps them."""
    table = ibis.memtable(lines)
    money = [name for name in ("amount", "discount", "coupon_discount") if name in lines]
    table = table.mutate(**{name: table[name].cast("decimal(18, 4)") for name in money})
    expression, features = purchase_features(table, start, end, categories)
    frame = expression.order_by("customer_id").to_pandas().set_index("customer_id")
    return frame[[feature.name for feature in features]].astype("float64")
