"""A dataset that means harm: file, columns, categories, ids, comments, labels, titles and names all carry markup."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import yaml

IMAGE = "<img src=x onerror=window.hacked=1>"
SCRIPT = "\"'></style></title><script>window.hacked=1</script>{{7*7}}"
FILE = f"{IMAGE}.csv"


def write_hostile(root: Path, customers: int = 400, seed: int = 7) -> Path:
    """Write a project with notebooks/ and data/shop/ and return its folder: two groups that buy, rate and complain."""
    folder = root / "data" / "shop"
    folder.mkdir(parents=True)
    (root / "notebooks").mkdir()
    rng = np.random.default_rng(seed)
    often = np.arange(customers) % 2 == 0
    ids = [f"c{i}{IMAGE}" for i in range(customers)]
    people = pd.DataFrame(
        {
            f"no{SCRIPT}": ids,
            f"home{IMAGE}": np.where(
                rng.random(customers) < np.where(often, 0.8, 0.3), f"alone{SCRIPT}", f"not{IMAGE}"
            ),
            f"called{IMAGE}": [f"Ann{i}{SCRIPT}" for i in range(customers)],
        }
    )
    people.to_csv(folder / FILE, index=False)
    who = np.repeat(np.arange(customers), np.where(often, 30, 6))
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 365, len(who)), "D")
    goods = np.where(rng.random(len(who)) < np.where(often[who], 0.7, 0.2), f"bread{SCRIPT}", f"wine{IMAGE}")
    lines = pd.DataFrame(
        {
            "who": np.array(ids)[who],
            f"when{IMAGE}": days.strftime("%Y-%m-%d"),
            f"paid{SCRIPT}": np.round(rng.gamma(4, np.where(often[who], 3.0, 9.0)), 2),
            f"kind{IMAGE}": goods,
        }
    )
    lines.to_csv(folder / "orders.csv", index=False)
    unhappy = rng.random(customers) < np.where(often, 0.5, 0.15)
    said = [f"the {IMAGE} till was slow again and {SCRIPT} nobody came" if bad else f"fine {IMAGE}" for bad in unhappy]
    answers = pd.DataFrame(
        {
            "who": ids,
            "day": "2024-06-01",
            "score": np.where(unhappy, rng.integers(0, 6, customers), rng.integers(7, 11, customers)),
            f"said{IMAGE}": said,
            "place": np.where(unhappy, f"Till{SCRIPT}", f"Door{IMAGE}"),
        }
    )
    answers.to_csv(folder / "answers.csv", index=False)
    contract = {
        "title": f"Shop {SCRIPT}",
        "notice": f"Notice {IMAGE}",
        "source": f"Source {SCRIPT}",
        "licence": f"Licence {IMAGE}",
        "unit": f"buyer{IMAGE}",
        "units": f"buyers{IMAGE}",
        "currency": "EUR",
        "observation": {"start": "2024-01-01", "end": "2025-01-01"},
        "sources": {"people": {"file": FILE}, "orders": {"file": "orders.csv"}, "answers": {"file": "answers.csv"}},
        "customers": {
            "source": "people",
            "id": f"no{SCRIPT}",
            "names": [f"called{IMAGE}"],
            "attributes": {"home": {"column": f"home{IMAGE}", "label": f"Home {SCRIPT}", "kind": "category"}},
        },
        "transactions": {
            "source": "orders", "customer": "who", "time": f"when{IMAGE}", "amount": f"paid{SCRIPT}",
            "category": f"kind{IMAGE}",
        },
        "feedback": {
            "source": "answers", "customer": "who", "time": "day", "metric": {"value": "nps"}, "score": "score",
            "scale": [0, 10], "text": f"said{IMAGE}", "touchpoint": "place",
        },
        "names": {"P1": f"First {IMAGE}"},
    }  # fmt: skip
    (folder / "dataset.yml").write_text(yaml.safe_dump(contract, sort_keys=False), encoding="utf-8")
    return root
