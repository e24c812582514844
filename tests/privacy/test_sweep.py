"""Nothing that is published names anybody, whatever the columns and the comments held."""

import json

import numpy as np
import pandas as pd
import pytest

from personas.batch.pages import render_notebook
from personas.customers import build_customers
from personas.customers.models import Feature
from personas.customers.quality import _column
from personas.dataset import read_dataset
from tests.batch.projects import code
from tests.privacy.attack import Figure, strings_in
from tests.privacy.insider import dominated_sums, known_sum, rare_levels
from tests.privacy.leaky import CARDS, IBANS, publish_shop, write_shop
from tests.privacy.sweep import identifiers_in, luhn, mod_97, sweep


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    root = tmp_path_factory.mktemp("leaky")
    ids, names = write_shop(root)
    return publish_shop(root), ids, names


@pytest.fixture(scope="module")
def known(shop):
    """(dataset, its customers, the persona of each) of the shop: what its owner knows."""
    dataset = read_dataset("leaky", root=shop[0].parents[1])
    customers = build_customers(dataset)
    members = pd.read_parquet(shop[0] / "exports" / "members.parquet").set_index("customer_id")["persona_id"]
    told = json.loads((shop[0] / "personas.json").read_text(encoding="utf-8"))
    numbers = {persona["id"]: persona["number"] for persona in told["personas"]}
    return dataset, customers, customers.frame["customer_id"].map(members).map(numbers).to_numpy(int)


def kinds(text, **known):
    return sorted({one.kind for one in identifiers_in(text, "", **known)})


def test_the_sweep_finds_what_it_looks_for():
    assert kinds("Write to anna@example.com") == ["e-mail"]
    assert kinds("call +44 20 7946 0018 or (020) 7946 0018") == ["telephone"]
    assert kinds("card 4111 1111 1111 1111") == ["card"] and kinds("card 4111 1111 1111 1112") == []
    assert "IBAN" in kinds("DE89 3704 0044 0532 0130 00") and "IBAN" not in kinds("DE88 3704 0044 0532 0130 00")
    assert kinds("as KD-48007 said", ids={"KD-48007"}) == ["id"]
    assert kinds("household id: 17", ids={"17"}) == ["id"] and kinds("17 households", ids={"17"}) == []
    assert kinds("said Ann Lee.", names={"Ann Lee"}) == ["name"] and kinds("Planned", names={"Ann"}) == []
    assert kinds("61 % (57 to 65), −2 to +2. 0.65 (0.35 to 0.95), 2024-05-01, 1,139 of 1,142, $1,240.50") == []
    assert all(luhn(card.replace(" ", "").replace("-", "")) for card in CARDS) and all(map(mod_97, IBANS))


def test_nothing_published_names_anybody(shop):
    folder, ids, names = shop
    assert {path.suffix for path in folder.glob("**/*") if path.is_file()} >= {".html", ".json", ".md", ".sql"}
    told = (folder / "report.html").read_text(encoding="utf-8")
    assert "late" in told.lower(), "what they wrote of is told"
    assert sweep(folder, ids, names) == []


def test_the_member_lists_hold_the_ids_and_are_for_their_owner_only(shop):
    folder, ids, _names = shop
    listed = (folder / "exports" / "members.csv").read_text(encoding="utf-8")
    assert sum(one in listed for one in ids) == len(ids)
    for path in (folder / "exports").glob("**/*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
    assert (folder / "exports").stat().st_mode & 0o777 == 0o700


def test_a_page_of_a_notebook_masks_the_ids_in_its_tables(tmp_path, shop):
    folder, ids, _names = shop
    head = pd.read_parquet(folder / "exports" / "members.parquet").head()
    output = {
        "output_type": "execute_result", "metadata": {}, "execution_count": 1,
        "data": {"text/html": head.to_html(), "text/plain": head.to_string()},
    }  # fmt: skip
    cells = [code("one", "members.head()") | {"outputs": [output], "execution_count": 1}]
    path = tmp_path / "04_profiles.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "04_profiles.html").write_text(render_notebook(path, tmp_path), encoding="utf-8")
    assert "customer_id" in (tmp_path / "pages" / "04_profiles.html").read_text(encoding="utf-8")
    assert sweep(tmp_path / "pages", ids) == []


def test_no_word_that_few_customers_have_is_named(shop, known, tmp_path):
    dataset, customers, _segments = known
    declared = set(strings_in(dataset.contract.model_dump(mode="json")))
    assert rare_levels(shop[0], customers, declared, 10) == []
    mail = customers.frame["mail"].iloc[3]
    (tmp_path / "typing_tool.json").write_text(json.dumps({"answers": [{"label": mail}]}))
    assert [(one.group, one.count) for one in rare_levels(tmp_path, customers, declared, 10)] == [(mail, 1)]


def test_no_sum_is_told_that_one_customer_makes_most_of(shop, known):
    _dataset, customers, segments = known
    told = json.loads((shop[0] / "personas.json").read_text(encoding="utf-8"))
    assert dominated_sums(told, customers, segments) == []
    sales, base = customers.frame["sales"], next(kpi for kpi in told["kpis"] if kpi["key"] == "spend")
    assert sales.max() > sales.sum() / 2
    base["estimate"] |= {"value": float(sales.mean()), "n": len(sales)}
    assert [one.group for one in dominated_sums(told, customers, segments)] == ["sum of 1, 2"]


def test_a_sum_is_worked_out_from_the_others():
    figure = Figure()
    figure.say([1, 2, 3], ("sum",), 100.0)
    figure.say([2], ("sum",), 30.0)
    assert known_sum(figure, (1, 3), [1, 2, 3]) == pytest.approx(70)
    assert known_sum(figure, (1,), [1, 2, 3]) is None


@pytest.mark.parametrize("n", [25, 300, 5_000])
def test_ten_customers_lie_beyond_each_end_of_a_range(n):
    feature = Feature(name="spend", label="Spend", kind="number", block="worth", forms=True)
    values = pd.Series(np.random.default_rng(n).gamma(1, 100, n))
    ends = _column(values, feature)
    assert (values < ends.low).sum() >= 10 and (values > ends.high).sum() >= 10
