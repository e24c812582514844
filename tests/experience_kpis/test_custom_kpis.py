"""Own KPIs: worked out from the customer table, never tested in a circle, refused with what would mend them."""

import numpy as np
import pandas as pd
import pytest

from personas.customers.models import Feature
from personas.dataset.contract import CustomKpi
from personas.errors import InputError
from personas.experience.kpis.custom_kpis import define_custom_kpis
from personas.experience.kpis.customer_kpis import measure_kpis
from tests.experience_kpis.tables import CUSTOMERS, small_dataset

FRAME = pd.DataFrame(
    {
        "customer_id": [f"c{i}" for i in range(8)],
        "sales": [10.0, 20, 30, 40, 50, 60, 70, np.nan],
        "orders": [1.0, 2, 3, 4, 5, 0, 7, 8],
        "region": ["north", "south"] * 4,
    }
)
FEATURES = tuple(
    Feature(name=name, label=name, kind=kind, block="b", forms=name == "orders", columns=(f"transactions.{name}",))
    for name, kind in (("sales", "number"), ("orders", "count"), ("region", "category"))
)
INSIDE = np.arange(8) < 4


def kpi(kind="mean", expression="sales", **more):
    return CustomKpi(label="Own", kind=kind, expression=expression, **more)


def measured(own, inside=None, weights=None):
    frame, definitions = define_custom_kpis({"own": own}, FRAME, FEATURES)
    return measure_kpis(frame, FEATURES, inside, weights, definitions)[0]


def test_a_mean_a_share_and_a_ratio():
    assert measured(kpi(expression="sales / 10")).estimate.value == pytest.approx(4.0)  # of the seven known
    big = measured(kpi("share", "sales >= 40 AND region = 'south'")).estimate
    # 40 and 60; the last has no sales, and is in the south: whether it is big is not known
    assert (big.value, big.n, big.unit) == (pytest.approx(2 / 7), 7, "share")
    ratio = measured(kpi("ratio", "sales", over="orders", unit="money")).estimate
    assert ratio.value == pytest.approx(280 / 22) and ratio.unit == "money"


def test_division_by_zero_is_unknown_and_never_infinite():
    found = measured(kpi(expression="sales / orders")).estimate
    assert found.n == 6 and np.isfinite(found.value)


def test_weights_count():
    weights = np.arange(8.0)
    expected = np.average(FRAME["sales"][:7], weights=weights[:7])
    assert measured(kpi(), weights=weights).estimate.value == pytest.approx(expected)
    ratio = measured(kpi("ratio", "sales", over="orders"), weights=weights).estimate
    assert ratio.value == pytest.approx((weights[:7] @ FRAME["sales"][:7]) / (weights[:7] @ FRAME["orders"][:7]))


def test_what_formed_the_segments_is_not_tested():
    assert measured(kpi(expression="orders * 2"), INSIDE).test.startswith("not tested")
    free = measured(kpi(expression="sales"), INSIDE)
    assert free.test.startswith("Welch") and free.p < 0.05 and free.rest.n == 3


@pytest.mark.parametrize(
    "own, words",
    [
        (kpi(expression="sale"), 'did you mean "sales"?'),
        (kpi(expression="SUM(sales)"), "one value for all customers"),
        (kpi(expression="region"), "a value of type string"),
        (kpi("share", "sales"), "10, 20, 30 (7 customers)"),
        (kpi(expression="customer_id"), "which is no feature"),
        (kpi(expression="1"), "no column"),
        (kpi(expression="read_csv('x')"), "not allowed"),
    ],
)
def test_an_expression_that_cannot_be_used_says_why(own, words):
    with pytest.raises(InputError) as error:
        define_custom_kpis({"own": own}, FRAME, FEATURES)
    assert words in str(error.value) and "kpis.own.expression" in str(error.value)


def test_all_problems_are_told_at_once_and_keys_are_kept_apart():
    own = {"nps": kpi(), "other": kpi(expression="salse"), "third": kpi("ratio", "sales", over="order")}
    with pytest.raises(InputError) as error:
        define_custom_kpis(own, FRAME, FEATURES, taken=frozenset({"nps"}))
    assert len(error.value.problems) == 3


CONTRACT = CUSTOMERS + "transactions: {source: lines, customer: id, time: day, amount: amount}\n"
TABLES = {
    "people": pd.DataFrame({"id": ["a", "b"]}),
    "lines": pd.DataFrame({"id": ["a", "b"], "day": pd.to_datetime(["2024-02-01"] * 2), "amount": [3.0, 4.0]}),
}


def test_a_contract_names_the_place_of_what_cannot_be_read(tmp_path):
    wrong = "kpis:\n  big: {label: Big, kind: share, expression: sales >}\n"
    with pytest.raises(InputError, match=r"kpis\.big\.expression"):
        small_dataset(tmp_path, CONTRACT + wrong, **TABLES)


def test_a_contract_with_a_ratio_of_nothing_is_refused(tmp_path):
    wrong = "kpis:\n  big: {label: Big, kind: ratio, expression: sales}\n"
    with pytest.raises(InputError, match="over"):
        small_dataset(tmp_path, CONTRACT + wrong, **TABLES)


def test_a_contract_hands_its_kpis_over(tmp_path):
    good = "kpis:\n  big: {label: Big, kind: share, expression: sales >= 4, better: higher}\n"
    found = small_dataset(tmp_path, CONTRACT + good, **TABLES).contract.kpis["big"]
    assert (found.label, found.expression, found.better) == ("Big", "sales >= 4", "higher")
