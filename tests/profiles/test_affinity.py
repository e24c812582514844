"""What a persona buys more of: lifts against pandas, privacy, the offers that follow."""

import numpy as np
import pandas as pd
import pytest

from personas.estimates import Estimate
from personas.profiles.advice import read_advice
from personas.profiles.affinity import (
    Affinity,
    choose_affinities,
    fitting_offers,
    lift_of,
    product_lifts,
    sum_products,
)
from personas.profiles.traits import Standing
from tests.customers.journey import ask, read_journey
from tests.experience.households import feature
from tests.profiles.divided import divided_journey

NOTHING = Estimate(value=0.2, low=0.18, high=0.22, n=100, unit="share")


def sums_of(rows: list[tuple[str, int, float]]) -> pd.DataFrame:
    """The sums that the engine gives, of (kind, segment, spent) a customer and kind, each customer buying all kinds."""
    frame = pd.DataFrame(rows, columns=["kind", "segment", "x"])
    frame["customer"] = frame.groupby(["kind", "segment"]).cumcount()
    frame["w"] = frame.groupby(["segment", "customer"])["x"].transform("sum")
    sums = (
        frame.assign(xx=frame.x**2, xw=frame.x * frame.w, buyers=(frame.x > 0).astype(int))
        .groupby(["kind", "segment"], as_index=False)[["buyers", "x", "xx", "xw"]]
        .sum()
    )
    whole = frame.drop_duplicates(["segment", "customer"]).assign(ww=lambda f: f.w**2, n=1)
    return sums.merge(whole.groupby("segment", as_index=False)[["w", "ww", "n"]].sum()).assign(source="category")


def shop(buyers_of_tea: int = 40) -> pd.DataFrame:
    """Two segments of 40: the first gives half its money to tea, the second a tenth."""
    first = [("tea", 1, 50.0 + i % 3) for i in range(40)] + [("bread", 1, 50.0 - i % 3) for i in range(40)]
    second = [("tea", 2, 10.0 + i % 3 if i < buyers_of_tea else 0.0) for i in range(40)]
    return sums_of(first + second + [("bread", 2, 90.0) for _ in range(40)])


def test_a_lift_is_the_ratio_of_the_shares_of_spending():
    (tea,) = product_lifts(shop(), 1)
    rest = sum(10.0 + i % 3 for i in range(40))
    assert tea.own.value == pytest.approx(sum(50.0 + i % 3 for i in range(40)) / 4000)
    assert tea.rest.value == pytest.approx(rest / (rest + 3600))
    assert tea.lift.value == pytest.approx(tea.own.value / tea.rest.value, rel=1e-5)
    assert tea.lift.low < tea.lift.value < tea.lift.high


def test_what_a_segment_buys_less_is_not_told():
    assert [thing.label for thing in product_lifts(shop(), 2)] == ["bread"]


@pytest.mark.parametrize(("buyers", "told"), [(9, False), (10, True)])
def test_a_kind_that_fewer_than_ten_of_any_segment_bought_is_not_told(buyers, told):
    assert (len(product_lifts(shop(buyers), 1, min_group=10)) == 1) is told


def test_chance_alone_lifts_next_to_nothing():
    rng = np.random.default_rng(7)
    found = 0
    for _ in range(10):
        rows = [(f"k{k}", s, float(rng.gamma(1.0, 10.0))) for k in range(60) for s in (1, 2) for _ in range(60)]
        found += len(product_lifts(sums_of(rows), 1))
    assert found <= 2, "one kind in 5 % of ten tables, allowing for chance"


def test_the_interval_of_a_lift_covers_the_truth():
    rng = np.random.default_rng(7)
    covered = 0
    for _ in range(150):
        rows = [("a", s, float(rng.gamma(2.0, 20.0 if s == 1 else 10.0))) for s in (1, 2) for _ in range(80)]
        rows += [("b", s, float(rng.gamma(2.0, 20.0))) for s in (1, 2) for _ in range(80)]
        (thing,) = [t for t in product_lifts(sums_of(rows), 1) if t.label == "a"] or [None]
        if thing is None:
            continue
        covered += thing.lift.low <= (1 / 2) / (1 / 3) <= thing.lift.high
    assert 0.90 <= covered / 150 <= 0.99, "95 % and about three standard errors of 150 draws"


def test_more_looks_widen_the_interval():
    one, many = (lift_of(0.2, 0.02, 0.1, 0.01, 50, looks) for looks in (1, 100))
    assert many.low < one.low < one.value < one.high < many.high


def thing(label: str, looks: int = 30) -> Affinity:
    return Affinity(f"product-{label}", label, NOTHING, NOTHING, NOTHING, looks, ("transactions.subcategory",))


def test_kinds_without_a_name_are_passed_over():
    told = choose_affinities({}, [thing("meat - misc"), thing("other"), thing("pork")])
    assert [t.label for t in told] == ["pork"]


def test_nobody_is_tempted_with_tobacco_or_drink():
    found = [thing("cigarettes"), thing("infant formula"), thing("beers/ales"), thing("apples")]
    offers = fitting_offers({}, found, [f"c{i}" for i in range(4)])
    assert [(offer.text, offer.claim_id) for offer in offers] == [("An offer on apples", "c3")]


def test_the_form_of_an_offer_follows_how_they_pay():
    coupons = Standing(
        feature("coupon_share", "t.x", forms=True, block="price"), NOTHING, NOTHING, 1.0, 1.0, "d", True, 1, None
    )
    (offer,) = fitting_offers({"coupon_share": coupons}, [thing("apples")], ["c"])
    assert offer.text == "A coupon for apples"


def test_at_most_three_offers_and_every_form_has_a_place_for_the_thing():
    assert len(fitting_offers({}, [thing(f"k{i}") for i in range(5)], list("abcde"))) == 3
    assert all("{thing}" in rule["form"] for rule in read_advice()["offers"])


@pytest.mark.slow
def test_products_of_complete_journey_equal_plain_sql():
    members = divided_journey().members
    sums = sum_products(read_journey(), members)
    lines = ask(
        "SELECT household_id::VARCHAR AS customer_id, product_category AS kind, SUM(sales_value) AS x "
        "FROM {transactions} JOIN {products} USING (product_id) GROUP BY ALL"
    ).merge(members[["customer_id", "segment"]].astype({"customer_id": str}), on="customer_id")
    for number in (1, 2, 3, 4):
        inside = lines[lines["segment"] == number]
        outside = lines[lines["segment"] != number]
        found = product_lifts(sums, number)
        assert found
        for told in found:
            kind = told.key.removeprefix("product-")
            own = inside.loc[inside["kind"] == kind, "x"].sum() / inside["x"].sum()
            rest = outside.loc[outside["kind"] == kind, "x"].sum() / outside["x"].sum()
            assert told.own.value == pytest.approx(own, rel=1e-4), told
            assert told.lift.value == pytest.approx(own / rest, rel=1e-4), told
            assert told.buyers == (inside.loc[inside["kind"] == kind, "x"] > 0).sum() >= 10


def test_a_small_lift_is_not_told_however_sure():
    rows = [(kind, s, 50.0 + i % 3) for kind in ("tea", "bread") for s in (1, 2) for i in range(500)]
    rows = [(kind, s, x * (1.15 if (kind, s) == ("tea", 1) else 1)) for kind, s, x in rows]
    assert product_lifts(sums_of(rows), 1) == ()
