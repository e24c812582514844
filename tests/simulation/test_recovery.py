"""A plain method on plain features finds the planted segments; the mixture is what it finds hard."""

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score


def features(world, unit: str = "customer_id") -> pd.DataFrame:
    """Logarithms of rate and basket, shares of everything else; one row a buying unit."""
    lines = world["transactions"].merge(world["products"][["product_id", "category"]], on="product_id")
    orders = lines.drop_duplicates("order_id")
    who = orders.groupby(unit)
    months = (who["time"].max() - who["time"].min()).dt.days / 30 + 1
    found = pd.DataFrame(
        {
            "rate": np.log1p(who.size() / months),
            "basket": np.log(lines.groupby(unit)["amount"].sum() / who.size()),
            "discount": (lines["discount"] > 0).groupby(lines[unit]).mean(),
            "evening": (orders["time"].dt.hour >= 18).groupby(orders[unit]).mean(),
            "weekend": (orders["time"].dt.day_of_week >= 5).groupby(orders[unit]).mean(),
        }
    )
    channels = pd.crosstab(orders[unit], orders["channel"], normalize="index").iloc[:, 1:]
    money = lines.pivot_table(index=unit, columns="category", values="amount", aggfunc="sum", fill_value=0)
    found = found.join(channels).join(money.div(money.sum(axis=1), axis=0).iloc[:, 1:])
    return ((found - found.mean()) / found.std()).clip(-3, 3)


def clustered(world, k: int) -> tuple[pd.DataFrame, np.ndarray]:
    table = features(world)
    members = world["truth_members"].set_index("customer_id").loc[table.index]
    return members, KMeans(k, n_init=5, random_state=0).fit_predict(table)


@pytest.mark.parametrize("k", [5, 6])
def test_k_means_recovers_the_segments_of_demo(demo, k):
    members, found = clustered(demo, k)
    score = adjusted_rand_score(members["segment"], found)
    assert 0.6 <= score < 0.95, "neither hidden nor trivial"


def test_k_means_recovers_the_accounts_of_demo_b2b(demo_b2b):
    members, found = clustered(demo_b2b, 4)
    assert 0.6 <= adjusted_rand_score(members["segment"], found) < 0.95


def test_the_mixture_falls_apart_into_the_two_it_takes_after(demo):
    members, found = clustered(demo, 5)
    home = pd.crosstab(members["segment_key"], found).idxmax(axis=1)
    mixed = members["segment_key"] == demo.truth["mixture"]["key"]
    placed = pd.crosstab(members["kind"][mixed], found[mixed], normalize="index")
    for kind, key in enumerate(demo.truth["mixture"]["takes_after"]):
        assert placed.loc[kind].idxmax() == home[key]
        assert placed.loc[kind].max() < 0.97
