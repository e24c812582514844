"""Standings with survey weights: a respondent of weight 2 counts as two alike, and who is too few goes by heads."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from personas.customers import Customers
from personas.customers.models import Feature, Quality
from personas.estimates import share_estimate
from personas.profiles.models import Claim
from personas.profiles.traits import stand
from personas.profiles.weighing import mark_weighted, share_among, standing_of, weights_of

N = 240
RNG = np.random.default_rng(5)
INSIDE = np.arange(N) % 3 == 0
FRAME = pd.DataFrame(
    {
        "age": RNG.normal(40, 10, N) + 8 * INSIDE,
        "apps": pd.Series((RNG.random(N) < 0.3 + 0.3 * INSIDE).astype(float)),
        "often": pd.Categorical.from_codes(
            np.clip(RNG.integers(0, 4, N) + INSIDE, 0, 3), ["never", "seldom", "often", "always"], ordered=True
        ),
        "place": pd.Categorical.from_codes(np.where(INSIDE, RNG.integers(0, 2, N), RNG.integers(0, 3, N)), list("abc")),
    }
)


def feature(name: str, kind: str, levels=()) -> Feature:
    return Feature(
        name=name, label=name, kind=kind, block="who", forms=True, levels=levels, columns=(f"customers.{name}",)
    )


FEATURES = (
    feature("age", "number"), feature("apps", "binary"),
    feature("often", "ordered", ("never", "seldom", "often", "always")), feature("place", "category", ("a", "b", "c")),
)  # fmt: skip
every_kind = pytest.mark.parametrize("one", FEATURES, ids=lambda one: one.kind)


@every_kind
def test_equal_weights_change_nothing_but_the_last_digits(one):
    plain, weighted = stand(FRAME, one, INSIDE), standing_of(FRAME, one, INSIDE, weights=np.full(N, 0.7))
    assert weighted.level == plain.level
    assert weighted.distinct == plain.distinct
    assert weighted.own.n == plain.own.n
    for name in ("value", "low", "high"):
        assert getattr(weighted.own, name) == pytest.approx(getattr(plain.own, name), rel=1e-6)
        assert getattr(weighted.rest, name) == pytest.approx(getattr(plain.rest, name), rel=1e-6)
    assert weighted.gap == pytest.approx(plain.gap, rel=1e-6)
    assert weighted.fits == pytest.approx(plain.fits)
    assert weighted.effect == pytest.approx(plain.effect, rel=0.01)  # d divides by n, not by n − 1


@every_kind
def test_weight_two_counts_as_two_alike(one):
    times = np.where(np.arange(N) % 2 == 0, 2, 1)
    rows = np.repeat(np.arange(N), times)
    doubled = stand(FRAME.iloc[rows].reset_index(drop=True), one, INSIDE[rows])
    weighted = standing_of(FRAME, one, INSIDE, weights=times.astype(float))
    assert weighted.own.value == pytest.approx(doubled.own.value)
    assert weighted.rest.value == pytest.approx(doubled.rest.value)
    assert weighted.gap == pytest.approx(doubled.gap)
    assert weighted.fits == pytest.approx(doubled.fits, abs=0.01)
    assert weighted.own.n == int(INSIDE.sum()), "n counts customers, not their weight"
    assert weighted.own.n_effective < weighted.own.n


def test_few_go_by_heads_whatever_they_weigh():
    flags = np.zeros(N)
    flags[np.flatnonzero(INSIDE)[:9]] = flags[np.flatnonzero(~INSIDE)[:40]] = 1.0
    frame = pd.DataFrame({"apps": flags})
    assert standing_of(frame, FEATURES[1], INSIDE, weights=np.where(flags == 1, 50.0, 1.0)) is None
    flags[np.flatnonzero(INSIDE)[9]] = 1.0
    assert standing_of(pd.DataFrame({"apps": flags}), FEATURES[1], INSIDE, weights=np.ones(N)) is not None


def test_weights_come_from_the_table_and_shares_without_them_stay_as_they_are():
    customers = Customers(
        frame=FRAME, features=FEATURES, quality=Quality(tables=(), set_aside=(), columns=(), notes=())
    )
    assert weights_of(customers) is None
    given = FRAME.assign(weight=[np.nan, *[2.0] * (N - 1)])
    assert weights_of(replace(customers, frame=given))[:2].tolist() == [1.0, 2.0]
    assert share_among(INSIDE) == share_estimate(INSIDE)
    assert share_among(np.array([True, False]), np.array([3.0, 1.0])).value == 0.75


def test_claims_of_the_division_are_not_weighted():
    share = share_estimate(INSIDE)
    ids = ("P1-age", "P1-finding", "P1-sure-variety", "P1-kpi-nps", "P1-pain-late",
           "P1-sure-in-between", "P1-standing-neighbour", "set-represented-known", "set-principle-borders")  # fmt: skip
    claims = [Claim(id=i, persona_id=None, sentence=i, kind="describes", feature="age", estimate=share) for i in ids]
    theme = claims[4].model_copy(update={"filter": "comments of the theme late"})
    assert [claim.weighted for claim in mark_weighted([*claims, theme])] == [True] * 5 + [False] * 5
