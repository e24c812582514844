"""A dataset of a few hand-written rows, from Parquet files in a folder."""

from pathlib import Path

import pandas as pd

from personas.dataset import read_dataset

HEAD = """\
title: A made-up shop
currency: EUR
observation: {start: 2024-01-01, end: 2025-01-01}
"""


def small_dataset(folder: Path, contract: str, **tables: pd.DataFrame):
    """Write the tables as Parquet, the contract beside them, and read it all."""
    place = folder / "data" / "shop"
    place.mkdir(parents=True, exist_ok=True)
    (folder / "notebooks").mkdir()
    sources = "".join(f"  {name}: {{file: {name}.parquet}}\n" for name in tables)
    for name, table in tables.items():
        table.to_parquet(place / f"{name}.parquet", index=False)
    (place / "dataset.yml").write_text(f"{HEAD}sources:\n{sources}{contract}", encoding="utf-8")
    return read_dataset("shop", root=folder)


CUSTOMERS = "customers: {source: people, id: id}\n"
ANSWERS = (
    CUSTOMERS
    + """\
feedback:
  - source: nps
    customer: id
    time: day
    metric: {value: nps}
    score: score
    scale: [0, 10]
  - source: ratings
    customer: id
    time: day
    metric: {value: rating}
    score: score
    scale: [1, 5]
    expectation: hoped
    touchpoint: touchpoint
    stage: {value: purchase}
    channel: channel
    brand: brand
  - source: trouble
    customer: id
    metric: {value: ces}
    score: score
    scale: [1, 7]
    higher_is_better: false
"""
)


def answers() -> dict[str, pd.DataFrame]:
    """Three customers; a answers everything, b once, c never."""
    day = pd.Timestamp
    return {
        "people": pd.DataFrame({"id": ["a", "b", "c"]}),
        "nps": pd.DataFrame(
            {"id": ["a", "a", "b"], "day": [day("2024-02-01"), day("2024-08-01"), day("2024-08-01")],
             "score": [10.0, 7.0, 3.0]}
        ),
        "ratings": pd.DataFrame(
            [("a", day("2024-02-01"), 5.0, 4.0, "Till", "web", "own"),
             ("a", day("2024-08-01"), 2.0, 4.0, "Till", "shop", None),
             ("a", day("2024-08-01"), 1.0, None, "Till", "shop", "rival"),
             ("b", day("2024-08-01"), 4.0, None, "Shelves", None, "own")],
            columns=["id", "day", "score", "hoped", "touchpoint", "channel", "brand"],
        ),
        "trouble": pd.DataFrame({"id": ["a", "b"], "score": [7.0, 2.0]}),
    }  # fmt: skip
