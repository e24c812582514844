"""Small worlds, written down or drawn, for questions about the course of time."""

from datetime import datetime, timedelta

import ibis
import numpy as np
import pandas as pd

from personas.experience.comparison import Group

START, END = datetime(2024, 1, 1), datetime(2025, 1, 1)


def at(day: float) -> datetime:
    return START + timedelta(days=float(day))


def members(segments: dict[str, int], weights=None):
    """Customers for the engine, with their segments."""
    frame = pd.DataFrame({"customer_id": list(segments), "segment": list(segments.values())})
    return ibis.memtable(frame.assign(weight=1 if weights is None else weights))


def groups(segments: dict[str, int], min_group: int = 1) -> Group:
    return Group(tuple(sorted({s for s in segments.values() if s > 0})), (), min_group)


def contacts(rows, **more):
    """Rows of (customer, day, touchpoint, stage, channel)."""
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "touchpoint", "stage", "channel"])
    frame["time"] = [at(day) for day in frame.pop("day")]
    return ibis.memtable(frame.assign(**more))


def shoppers(rng: np.random.Generator, n: int, rate: float = 0.08, days: int = 366) -> dict[str, np.ndarray]:
    """Days on which each of n customers orders: each day with the same chance."""
    return {f"c{i:04d}": np.flatnonzero(rng.random(days) < rate) + 0.5 for i in range(n)}


def orders(shopping: dict[str, np.ndarray]):
    rows = [(who, at(day), f"{who}-{k}") for who, days in shopping.items() for k, day in enumerate(days)]
    return ibis.memtable(pd.DataFrame(rows, columns=["customer_id", "time", "order_id"]))


def tickets(rows, **more):
    """Rows of (customer, opened, resolved or None); due three days after they were opened."""
    frame = pd.DataFrame(rows, columns=["customer_id", "opened", "resolved"])
    frame["due"] = [at(day + 3) for day in frame["opened"]]
    frame["opened"] = [at(day) for day in frame["opened"]]
    frame["resolved"] = pd.to_datetime([None if day is None or day != day else at(day) for day in frame["resolved"]])
    return ibis.memtable(frame.assign(**more))
