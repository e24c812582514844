"""A made-up business whose columns and comments hold what must never be shown, and its report."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from personas.customers import build_customers
from personas.dataset import read_dataset
from personas.experience import measure_experience
from personas.profiles import derive_personas, describe_dataset
from personas.report import write_exports, write_report
from personas.segments import compare_candidates, segment
from personas.segments.resampling import Effort

TINY = Effort(pairs=3, pairs_published=3, pairs_shown=3, nulls=3, stability_nulls=2, null_pairs=1, most_nulls=3)
SURNAMES = ("Abernathy", "Bellweather", "Czerny", "Dombrowski", "Eisenhauer", "Featherstone", "Goncharenko", "Haldane")
IBANS = ("DE89370400440532013000", "GB82 WEST 1234 5698 7654 32")
CARDS = ("4111 1111 1111 1111", "5500-0000-0000-0004")

CONTRACT = """\
title: A shop that asked for too much
unit: customer
units: customers
currency: EUR
observation: {start: 2024-01-01, end: 2025-01-01}
sources:
  customers: {file: customers.csv}
  orders: {file: orders.csv}
  comments: {file: comments.csv}
customers:
  source: customers
  id: customer_no
  names: [name]
  attributes:
    age: {kind: number}
    mail: {kind: category, forms: false}
    phone: {kind: category, forms: false}
    account_number: {kind: category, forms: false}
    called: {kind: category, column: name, forms: false}
transactions:
  source: orders
  customer: customer_no
  time: ordered
  amount: total
feedback:
  source: comments
  customer: customer_no
  time: said
  metric: {value: nps}
  score: score
  scale: [0, 10]
  text: words
"""


def write_shop(root: Path, customers: int = 240, seed: int = 5) -> tuple[set[str], set[str]]:
    """Write the project to `root`; returns the ids and the names that it holds."""
    rng = np.random.default_rng(seed)
    folder = root / "data" / "leaky"
    folder.mkdir(parents=True)
    (root / "notebooks").mkdir()
    (folder / "dataset.yml").write_text(CONTRACT, encoding="utf-8")
    ids = [f"KD-{48_000 + 7 * i}" for i in range(customers)]
    names = [
        f"{chr(65 + i % 26)}{'aeiou'[i % 5]}ndrea {SURNAMES[i % 8]}-{SURNAMES[(i // 8) % 8]}" for i in range(customers)
    ]
    mails = [f"{name.split()[1].lower()}.{i}@example.com" for i, name in enumerate(names)]
    phones = [f"+49 30 {2_000_000 + 37 * i}" for i in range(customers)]
    often = np.arange(customers) % 2
    pd.DataFrame(
        {
            "customer_no": ids, "name": names, "mail": mails, "phone": phones,
            "account_number": [IBANS[i % 2] if i < 6 else "" for i in range(customers)],
            "age": rng.normal(35 + 25 * often, 4).round(),
        }
    ).to_csv(folder / "customers.csv", index=False)  # fmt: skip
    bought = np.repeat(np.arange(customers), 3 + 9 * often)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 360, len(bought)), "D")
    totals = rng.gamma(4, 8 + 6 * often[bought]).round(2)
    totals[-1] = 250_000.0  # one customer brings in more than all others together
    pd.DataFrame({"customer_no": np.array(ids)[bought], "ordered": days, "total": totals}).to_csv(
        folder / "orders.csv", index=False
    )
    said = "The delivery was late again and nobody answered, please write to {mail} or call {phone}. {name}, {id}"
    paid = "The delivery was late, my card {card} was charged twice, account {iban}, says {name}"
    words = [
        (said if i % 3 else paid).format(
            mail=mails[i], phone=phones[i], name=names[i], id=ids[i], card=CARDS[i % 2], iban=IBANS[i % 2]
        )
        for i in range(0, customers, 2)
    ]  # fmt: skip
    pd.DataFrame(
        {
            "customer_no": ids[::2], "said": "2024-06-01", "words": words,
            "score": rng.integers(0, 11, len(words)),
        }
    ).to_csv(folder / "comments.csv", index=False)  # fmt: skip
    return set(ids), set(names) | {name.split()[1] for name in names}


def publish_shop(root: Path) -> Path:
    """Run all stages over the project; returns the folder with report, JSON and exports."""
    dataset = read_dataset("leaky", root=root)
    customers = build_customers(dataset)
    comparison = compare_candidates(customers, max_segments=2, effort=TINY, workers=1)
    segmentation = segment(customers, comparison, n_segments=2)
    experience = measure_experience(customers, segmentation, dataset)
    personas = derive_personas(customers, segmentation, experience, describe_dataset(dataset, customers))
    folder = root / "reports" / "leaky"
    write_report(folder, personas, comparison.evidence, segmentation.sizes, (), customers.quality, customers.features)
    write_exports(folder, segmentation.members, personas, segmentation)
    return folder
