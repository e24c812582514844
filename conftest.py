"""What the examples in docstrings go on from: a small shop, from its files to its personas.

Each name is made when an example first uses it, and once: `root` (a project's folder), `dataset`, `customers`,
`little` (an effort of resampling), `comparison`, `segmentation`, `experience`, `card`, `persona_set`, `tool` and
`workspace`.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from _pytest.doctest import DoctestItem

CONTRACT = """\
title: A corner shop, made up
unit: customer
currency: EUR
observation: {start: 2025-01-01, end: 2026-01-01}
sources:
  customers: {file: customers.csv}
  orders: {file: orders.csv}
customers:
  source: customers
  id: customer
  attributes:
    age: {kind: number, unit: years}
    town: {kind: category}
transactions:
  source: orders
  customer: customer
  time: day
  amount: amount
  order: order
"""


def write_shop(root: Path) -> Path:
    """Two kinds of customers, 60 each: young ones in town who come often, older ones who rarely buy, and much."""
    folder = root / "data" / "shop"
    folder.mkdir(parents=True)
    (root / "notebooks").mkdir()
    (root / "reports").mkdir()
    rng = np.random.default_rng(7)
    often = np.arange(120) % 2 == 0
    ids = [f"c{number:03d}" for number in range(120)]
    age = np.where(often, rng.normal(30, 3, 120), rng.normal(62, 3, 120)).round()
    pd.DataFrame({"customer": ids, "age": age, "town": np.where(often, "centre", "outskirts")}).to_csv(
        folder / "customers.csv", index=False
    )
    who = np.repeat(np.arange(120), np.where(often, 12, 3) + rng.integers(0, 3, 120))
    amount = np.where(often[who], rng.gamma(9, 2, len(who)), rng.gamma(9, 12, len(who))).round(2)
    day = pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 365, len(who)), unit="D")
    orders = pd.DataFrame({"customer": np.array(ids)[who], "day": day, "amount": amount, "order": np.arange(len(who))})
    orders.to_csv(folder / "orders.csv", index=False)
    (folder / "dataset.yml").write_text(CONTRACT, encoding="utf-8")
    return root


class Shop(dict):
    """Name → value, made from those before it when it is first asked for."""

    def __missing__(self, name: str):
        import personas
        from personas.profiles import describe_dataset
        from personas.segments import Effort

        makes = {
            "little": lambda: Effort(
                pairs=6, pairs_published=12, pairs_shown=12, null_pairs=2, most_nulls=19, nulls=19
            ),
            "dataset": lambda: personas.read_dataset("shop", root=self["root"]),
            "customers": lambda: personas.build_customers(self["dataset"]),
            "comparison": lambda: personas.compare_candidates(self["customers"], 3, effort=self["little"]),
            "segmentation": lambda: personas.segment(self["customers"], self["comparison"]),
            "experience": lambda: personas.measure_experience(self["customers"], self["segmentation"], self["dataset"]),
            "card": lambda: describe_dataset(self["dataset"], self["customers"]),
            "persona_set": lambda: personas.derive_personas(
                self["customers"], self["segmentation"], self["experience"], self["card"], source=self["dataset"]
            ),
            "tool": lambda: personas.fit_typing_tool(
                self["customers"], self["segmentation"], self["persona_set"].personas
            ),
            "workspace": lambda: personas.open_workspace("shop", root=self["root"]),
        }
        self[name] = makes[name]()
        return self[name]


NAMES = (
    "root",
    "dataset",
    "customers",
    "little",
    "comparison",
    "segmentation",
    "experience",
    "card",
    "persona_set",
    "tool",
    "workspace",
)


@pytest.fixture(scope="session")
def shop(tmp_path_factory):
    """The shop whose parts the examples name."""
    return Shop(root=write_shop(tmp_path_factory.mktemp("project")))


@pytest.fixture(autouse=True)
def examples_go_on(request):
    """Give an example the names it uses and does not make itself."""
    if isinstance(request.node, DoctestItem):
        source = "".join(example.source for example in request.node.dtest.examples)
        shop = request.getfixturevalue("shop")
        namespace = request.getfixturevalue("doctest_namespace")
        for name in NAMES:
            if re.search(rf"\b{name}\b(?! *=[^=])", source) and not re.search(rf"^{name} = ", source, re.MULTILINE):
                namespace[name] = shop[name]
