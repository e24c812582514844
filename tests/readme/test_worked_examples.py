"""What docs/architecture.md tells people to write works as it stands there."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from personas import build_customers, check_dataset, derive_personas, measure_experience, read_dataset
from personas.profiles import describe_dataset
from personas.segments import Effort, compare_candidates, segment

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
TINY = Effort(pairs=2, pairs_published=2, pairs_shown=2, first_nulls=2, nulls=2, stability_nulls=2, null_pairs=1,
              most_nulls=2)  # fmt: skip


def blocks(file):
    return re.findall(rf"<!-- file: {re.escape(file)} -->\n```yaml\n(.*?)```", PAGE, re.DOTALL)


def write_shop(folder):
    rng = np.random.default_rng(3)
    n = 300
    ids = [f"c{i:03d}" for i in range(n)]
    often = np.where(np.arange(n) % 2, 1, 12) + rng.poisson(2, n)
    each = np.where(np.arange(n) % 2, 40.0, 11.0)
    rows = [
        {"customer": ids[i], "date": f"2025-{rng.integers(1, 13):02d}-{rng.integers(1, 29):02d}",
         "amount": round(float(rng.gamma(9, each[i] / 9)), 2), "lines": int(rng.integers(1, 9))}
        for i in range(n) for _ in range(often[i])
    ]  # fmt: skip
    orders = pd.DataFrame(rows)
    pd.DataFrame({"id": ids, "town": rng.choice(["Ulm", "Jena"], n)}).to_csv(folder / "customers.csv", index=False)
    orders.to_csv(folder / "orders.csv", index=False)
    reviews = [
        {"who": ids[i], "written": "2025-06-01", "stars": int(rng.integers(1, 6)), "words": "quick and friendly"}
        for i in range(0, n, 2)
    ]
    (folder / "reviews.jsonl").write_text("\n".join(map(json.dumps, reviews)), encoding="utf-8")
    (folder / "ours.yml").write_text(blocks("ours.yml")[0], encoding="utf-8")
    return orders, pd.DataFrame(reviews)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    root = tmp_path_factory.mktemp("shop")
    folder = root / "data" / "shop"
    folder.mkdir(parents=True)
    (root / "notebooks").mkdir()
    orders, reviews = write_shop(folder)
    contract = "\n".join(blocks("dataset.yml"))
    contract = contract.replace("sources:\n", "sources:\n  reviews: {file: reviews.jsonl}\n", 1)
    (folder / "dataset.yml").write_text(contract, encoding="utf-8")
    source = read_dataset("shop", root=root)
    assert not check_dataset(source).problems
    customers = build_customers(source)
    comparison = compare_candidates(customers, max_segments=2, effort=TINY, workers=1)
    segmentation = segment(customers, comparison, 2)
    experience = measure_experience(customers, segmentation, source)
    personas = derive_personas(customers, segmentation, experience, describe_dataset(source, customers), source=source)
    return {"orders": orders, "reviews": reviews, "experience": experience, "personas": personas}


def test_the_page_has_an_example_of_each():
    assert len(blocks("dataset.yml")) == 4
    assert len(blocks("ours.yml")) == 1


def test_the_kpi_is_what_one_gets_by_hand(shop):
    by_day = shop["orders"].groupby(["customer", "date"])["amount"].sum()
    expected = (by_day.groupby("customer").mean() >= 30).mean()
    found = next(kpi for kpi in shop["experience"].base.kpis if kpi.label == "Spend 30 euros or more a visit")
    assert found.estimate.value == pytest.approx(expected)
    assert found.estimate.low < expected < found.estimate.high
    assert sum("30 euros" in kpi.label for persona in shop["personas"].personas for kpi in persona.kpis) == 2


def test_the_source_is_measured(shop):
    found = next(kpi for kpi in shop["experience"].base.kpis if kpi.key == "csat")
    assert found.estimate.value == pytest.approx((shop["reviews"]["stars"] >= 4).mean())


def test_the_remedy_is_planned_for_the_pain_point(shop):
    visits = shop["orders"].groupby(["customer", "date"])["amount"].sum().groupby("customer").agg(["mean", "size"])
    among = visits[visits["size"] >= 3]
    pain = next(pain for pain in shop["personas"].pain_points if pain.touchpoint == "Till")
    assert pain.reach.n == len(among) < len(visits)
    assert pain.reach.value == pytest.approx((among["mean"] < 12).mean())
    assert any(action.pain_point_id == pain.id for action in shop["personas"].actions)


def test_the_chart_shows_itself(shop):
    code = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL).group(1)
    names: dict = {}
    exec(compile(code, "architecture.md", "exec"), names)
    personas = shop["personas"].personas
    html = str(names["ladder"](personas).html())
    assert all(str(persona.name) in html for persona in personas)
    assert "<table" in html and "are the largest group" in html
