"""The airport surveys: published figures, to the digits given in methods.md §9.

The public files are not shipped; they are read from the shared folder where there is one.
"""

from dataclasses import replace

import numpy as np
import pytest

from personas.customers import build_customers
from personas.dataset import read_dataset
from personas.dataset.files import project_root
from personas.experience.kpis.outcomes import measure_outcomes
from personas.experience.measures import with_feedback_at_hand
from personas.experience.scores import net_promoter_score

SHARED = project_root().parent / "shared" / "data" / "sfo"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the public SFO files are not in ../shared/data/sfo")


class Wave:
    def __init__(self, year: int):
        dataset = with_feedback_at_hand(read_dataset(f"sfo_{year}", data=SHARED))
        self.customers = build_customers(dataset)
        self.frame = self.customers.frame
        segments = np.where(self.frame["purpose"] == "Business", 2, 1)
        weighted = measure_outcomes(dataset, self.customers, segments, 10)
        bare = dataset.contract.model_copy(
            update={"customers": dataset.contract.customers.model_copy(update={"weight": None})}
        )
        unweighted = replace(dataset, contract=bare)
        self.weighted, self.plain = weighted, measure_outcomes(unweighted, self.customers, segments, 10)


@pytest.fixture(scope="module")
def waves():
    return {year: Wave(year) for year in (2017, 2018)}


def kpi(outcomes, key, segment=0):
    return next(k for k in (*outcomes.kpis[segment], *outcomes.ratings[segment]) if k.key == key).estimate


def labelled(outcomes, label):
    return next(k for k in outcomes.ratings[0] if k.label == label).estimate


@pytest.mark.parametrize("year, n, plain, weighted", [(2017, 2746, 39.84, 40.40), (2018, 2650, 30.98, 35.11)])
def test_recommendation(waves, year, n, plain, weighted):
    alone, together = kpi(waves[year].plain, "nps"), kpi(waves[year].weighted, "nps")
    assert (alone.n, round(alone.value, 2), round(together.value, 2)) == (n, plain, weighted)
    assert together.n == n and together.n_effective < n


def test_satisfaction(waves):
    wave = waves[2017]
    assert round(kpi(wave.plain, "csat_mean").value, 4) == 4.0644 and kpi(wave.plain, "csat_mean").n == 2688
    assert round(kpi(wave.weighted, "csat_mean").value, 3) == 4.071
    assert round(100 * kpi(wave.plain, "csat").value, 2) == 82.07
    assert round(kpi(waves[2018].plain, "csat_mean").value, 4) == 4.0027


def test_touchpoints(waves):
    plain = waves[2017].plain
    ratings = {k.label: k.estimate.value for k in plain.ratings[0] if k.key.startswith("rating_")}
    assert min(ratings, key=ratings.get) == "Restaurants" and round(ratings["Restaurants"], 4) == 3.6154
    assert round(labelled(plain, "Getting to the airport: ease").value, 2) == 4.21
    assert round(labelled(plain, "Finding the way: ease").value, 3) == 4.413
    assert round(labelled(plain, "Security: ease").value, 3) == 4.307


def test_recommendation_with_and_without_a_problem(waves):
    frame = waves[2017].frame
    problem = frame["problem"].to_numpy(float)
    assert (np.nansum(problem), np.isfinite(problem).sum()) == (320, 2678)
    hurt, spared = (net_promoter_score(frame.loc[problem == value, "nps"]) for value in (1, 0))
    assert (hurt.n, round(hurt.value, 1)) == (309, 18.8)
    assert (spared.n, round(spared.value, 1)) == (2330, 43.6)


def test_segments_and_their_rest_are_each_others_mirror(waves):
    first, second = waves[2017].weighted.kpis[1][0], waves[2017].weighted.kpis[2][0]
    assert first.rest.value == pytest.approx(second.estimate.value) and first.rest.n == second.estimate.n
    assert first.effect == pytest.approx(-second.effect) and first.p == pytest.approx(second.p)
