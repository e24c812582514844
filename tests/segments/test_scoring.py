"""The engine gives every customer the segment that Python gives: same space, same rounding, same ties."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import duckdb
import ibis
import numpy as np
import pandas as pd
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st

from personas.customers import Customers, Feature, customer_expression
from personas.dataset import read_dataset
from personas.errors import InputError
from personas.segments import Segmentation, fit_space, score_customers
from personas.segments.latent_classes import CategoryInClasses, LatentClasses, NumberInClasses
from personas.segments.membership import assign_by_classes
from personas.segments.scoring_sql import assignment_sql
from personas.simulation import simulate
from tests.customers.journey import build_journey
from tests.profiles.divided import divide, published
from tests.segments.tables import NOTHING_NOTED, VACMOT, customers_of

SFO = VACMOT.parents[1] / "sfo"
GIVEN = ["segment", "confidence", "in_between"]
NAMES = tuple(SimpleNamespace(number=i, id=f"P{i}", name=f'Kind {i}\'s \\ "crowd"\n;--') for i in range(1, 9))


@cache
def segmented(dataset: str, folder=None):
    """Customers of a dataset divided into five, without the resampling that the verdict needs."""
    if dataset == "complete_journey":
        return build_journey(), divide(build_journey(), 5)
    if dataset == "demo":
        simulate(folder, dataset, 1_500, 7)
    customers = as_they_stand(read_dataset(dataset, data=SFO if dataset.startswith("sfo") else folder))
    return customers, divide(customers, 5)


def as_they_stand(dataset) -> Customers:
    """The customer table without its quality sheet."""
    table, features = customer_expression(dataset, dataset.observation_start, dataset.observation_end, ())
    frame = table.order_by("customer_id").to_pandas()
    numbers = [f.name for f in features if f.kind not in ("category", "ordered") and f.name in frame]
    frame[numbers] = frame[numbers].astype("float64")
    return Customers(frame, tuple(f for f in features if f.name in frame), NOTHING_NOTED)


@pytest.fixture(scope="module", params=["complete_journey", "demo", "sfo_2017"])
def scored(request, tmp_path_factory):
    dataset = request.param
    if dataset.startswith("sfo") and not SFO.is_dir():
        pytest.skip("the airport's files are not beside the repository")
    return segmented(dataset, tmp_path_factory.getbasetemp() / dataset)


def compare(found: pd.DataFrame, segmentation: Segmentation) -> None:
    """Every customer once, and all that Python said of each."""
    ours = segmentation.members.set_index("customer_id")[GIVEN]
    theirs = found.set_index("customer_id")[GIVEN]
    assert len(theirs) == len(ours)
    pd.testing.assert_frame_equal(theirs.loc[ours.index], ours, check_dtype=False, check_exact=True)


def run(query: str, frame: pd.DataFrame) -> pd.DataFrame:
    with duckdb.connect() as connection:
        connection.register("customers", frame)
        return connection.sql(query).df()


def spoken_back(query: str) -> str:
    """Spark's text as DuckDB's: what Spark reads is what was meant."""
    return sqlglot.transpile(query, read="spark", write="duckdb")[0]


def test_every_customer_of_every_dataset_gets_the_same_segment(scored):
    customers, segmentation = scored
    assert segmentation.members["segment"].nunique() == 5
    compare(score_customers(ibis.memtable(customers.frame), segmentation).to_pandas(), segmentation)


def test_the_text_alone_gives_the_same(scored):
    customers, segmentation = scored
    found = run(assignment_sql(segmentation, NAMES), customers.frame)
    assert list(found.columns) == ["customer_id", "segment", "persona_id", "persona", "confidence", "in_between"]
    assert (found["persona_id"] == "P" + found["segment"].astype(str)).all()
    compare(found, segmentation)


def test_the_text_for_spark_says_the_same(scored):
    customers, segmentation = scored
    compare(run(spoken_back(assignment_sql(segmentation, NAMES, "spark")), customers.frame), segmentation)


ODD = ("it's", 'say "hi"', "back\\slash", "line\nbreak", "שלום", "50 %", "{x}", "--", "", "Ünïcode", "'; DROP TABLE x")


def test_categories_and_columns_of_any_spelling_are_told_apart():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({'we\'ird "name"': rng.choice(ODD, 400), "size": rng.lognormal(size=400)})
    frame.index = [f"c{i}" for i in range(400)]
    features = (
        Feature(name=frame.columns[0], label="a", kind="category", block="a", forms=True, transform="onehot"),
        Feature(name="size", label="b", kind="number", block="b", forms=True, transform="log"),
    )
    customers = customers_of(frame, features)
    segmentation = divide(customers, 4)
    compare(score_customers(ibis.memtable(customers.frame), segmentation).to_pandas(), segmentation)
    compare(run(assignment_sql(segmentation, NAMES), customers.frame), segmentation)
    compare(run(spoken_back(assignment_sql(segmentation, NAMES, "spark")), customers.frame), segmentation)


def test_words_from_data_stay_inside_their_comment():
    customers, segmentation = segmented("complete_journey")
    text = assignment_sql(segmentation, NAMES, about=["title\n; DROP TABLE customers"])
    assert len(sqlglot.parse(text, read="duckdb")) == 1
    assert len(sqlglot.parse(assignment_sql(segmentation, NAMES, "spark"), read="spark")) == 1
    found = run(text, customers.frame)
    assert set(found["persona"]) == {p.name for p in NAMES[:5]}


def mixed(n: int, seed: int, gone: float) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "a": rng.normal(size=n),
            "b": rng.lognormal(sigma=2, size=n) * rng.choice([-1, 1], n),
            "c": rng.choice(["u", "v", "w"], n),
            "d": rng.choice(["low", "mid", "high"], n),
            "e": rng.integers(0, 2, n).astype(float),
        }
    )
    for name in frame:
        frame.loc[rng.random(n) < gone, name] = None
    frame.index = [f"c{i:04d}" for i in range(n)]
    return frame


FEATURES = (
    Feature(name="a", label="a", kind="number", block="x", forms=True),
    Feature(name="b", label="b", kind="number", block="x", forms=True, transform="log"),
    Feature(name="c", label="c", kind="category", block="y", forms=True, transform="onehot"),
    Feature(name="d", label="d", kind="ordered", block="y", forms=True, levels=("low", "mid", "high")),
    Feature(name="e", label="e", kind="binary", block="z", forms=True),
)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.3, 0.8]), st.integers(1, 6))
def test_any_table_with_any_gaps_is_assigned_alike(seed, gone, k):
    customers = customers_of(mixed(120, seed, gone), FEATURES)
    segmentation = divide(customers, k)
    compare(score_customers(ibis.memtable(customers.frame), segmentation).to_pandas(), segmentation)


@pytest.fixture(scope="module")
def small():
    customers = customers_of(mixed(300, 1, 0.2), FEATURES)
    return customers, divide(customers, 3)


def one(small, **values) -> dict:
    """A single customer, scored; columns that are not named are unknown."""
    row = {"customer_id": "x"} | dict.fromkeys("abcde") | values
    kinds = {"a": "float64", "b": "float64", "c": "string", "d": "string", "e": "float64", "customer_id": "string"}
    table = ibis.memtable([row], schema={k: v for k, v in kinds.items() if k not in values} | _kinds(values))
    return score_customers(table.select(*row), small[1]).to_pandas().iloc[0].to_dict()


def _kinds(values) -> dict:
    return {k: "string" if isinstance(v, str) else "float64" for k, v in values.items()}


def test_who_is_not_known_at_all_is_in_between_with_the_lowest_number(small):
    assert one(small) == {"customer_id": "x", "segment": 1, "confidence": 0.5, "in_between": True}


def test_nothing_that_cannot_be_read_counts_as_an_answer(small):
    """NaN, a word where a number belongs, and a category nobody declared are all unknown."""
    sure = one(small, a=0.3)
    assert sure["confidence"] > 0.5
    assert one(small, a=0.3, b=float("nan"), c="new", d="middling", e="many") == sure
    assert one(small, a="0.3") == sure


def test_a_number_that_is_none_is_unknown_to_the_engine_too(small):
    """Engines hold NaN as the largest number of all; a customer must not be placed by it."""
    with duckdb.connect() as connection:
        connection.sql("CREATE TABLE customers AS SELECT 'x' AS customer_id, 0.3::DOUBLE AS a, 'nan'::DOUBLE AS b, "
                       "'u' AS c, NULL::VARCHAR AS d, 1 AS e")  # fmt: skip
        found = connection.sql(assignment_sql(small[1])).df().iloc[0].to_dict()
    assert found == one(small, a=0.3, c="u", e=1.0)


def test_values_beyond_the_limits_count_as_the_limits(small):
    assert one(small, a=1e300, b=-1e300) == one(small, a=float("inf"), b=float("-inf"))


def test_ties_go_to_the_lowest_number():
    frame = pd.DataFrame({"a": [-1.0, 0.0, 1.0]}, index=list("xyz"))
    customers = customers_of(frame, FEATURES[:1])
    space = fit_space(customers.frame, customers.features)
    edge = space.transform(customers.frame)[2, 0]
    for centres in ([[-edge], [edge]], [[edge], [-edge]], [[edge], [edge], [-edge]]):
        segmentation = published(customers, space, np.array(centres), space.points(customers.frame))
        found = score_customers(ibis.memtable(customers.frame), segmentation).to_pandas()
        assert found.set_index("customer_id").loc["y", "segment"] == 1
        compare(found, segmentation)


def test_a_missing_column_is_named_with_its_neighbour(small):
    table = ibis.memtable(pd.DataFrame({"customer_id": ["x"], "a": [1.0], "bb": [2.0], "c": ["u"], "d": ["low"]}))
    with pytest.raises(InputError) as caught:
        score_customers(table, small[1])
    assert [problem.place for problem in caught.value.problems] == ["customer table: b", "customer table: e"]
    assert 'did you mean "bb"?' in str(caught.value)


def test_an_unknown_dialect_is_refused(small):
    with pytest.raises(InputError, match="duckdb or spark"):
        assignment_sql(small[1], dialect="sparc")


def test_the_text_says_what_it_needs_and_is_the_same_each_time(small):
    text = assignment_sql(small[1], NAMES[:3], "spark", "crm.people", ["Wine club, data to 31 May 2024"])
    assert text == assignment_sql(small[1], NAMES[:3], "spark", "crm.people", ["Wine club, data to 31 May 2024"])
    head = [line for line in text.splitlines() if line.startswith("--")]
    assert head[0] == "-- Wine club, data to 31 May 2024"
    assert "--   a: number" in head
    assert "--   d: low | mid | high" in head
    assert "FROM `crm`.`people`" in text


def latent(customers: Customers, k: int, seed: int) -> Segmentation:
    """Any latent classes at all: what they say of a customer does not depend on how they were fitted."""
    rng = np.random.default_rng(seed)
    space = fit_space(customers.frame, customers.features)
    limits = {axis.feature: axis for axis in space.axes}
    shape = ("transform", "low", "high", "centre", "spread")
    numbers = tuple(
        NumberInClasses(
            feature=name, **{part: getattr(limits[name], part) for part in shape},
            means=tuple(rng.normal(size=k)), variances=tuple(rng.uniform(0.1, 2, k)),
        )
        for name in "ab"
    )  # fmt: skip
    kinds = (("c", ("u", "v", "w"), ()), ("d", ("low", "high"), ()), ("e", ("0", "1"), (0.0, 1.0)))
    categories = tuple(
        CategoryInClasses(
            feature=name, levels=levels, values=values,
            probabilities=tuple(tuple(row) for row in rng.dirichlet(np.ones(len(levels)), k)),
        )
        for name, levels, values in kinds
    )  # fmt: skip
    classes = LatentClasses(weights=tuple(rng.dirichlet(np.ones(k))), numbers=numbers, categories=categories)
    members = assign_by_classes(customers.frame["customer_id"], customers.frame, classes)
    return replace(divide(customers, min(k, 2)), members=members, centres=np.zeros((k, 1)), classes=classes)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.4]), st.integers(1, 5))
def test_latent_classes_are_assigned_alike(seed, gone, k):
    customers = customers_of(mixed(150, seed, gone), FEATURES)
    segmentation = latent(customers, k, seed)
    compare(score_customers(ibis.memtable(customers.frame), segmentation).to_pandas(), segmentation)


def test_latent_classes_as_text_give_the_same():
    customers = customers_of(mixed(2_000, 5, 0.2), FEATURES)
    segmentation = latent(customers, 4, 5)
    assert segmentation.members["segment"].nunique() == 4
    compare(run(assignment_sql(segmentation, NAMES), customers.frame), segmentation)
    spark = assignment_sql(segmentation, NAMES, "spark")
    assert "probability of the persona" in spark
    compare(run(spoken_back(spark), customers.frame), segmentation)
