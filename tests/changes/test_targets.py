"""Distance and heading of a KPI: read off by hand, in both directions, and silent where chance could say the like."""

from datetime import date, datetime
from types import SimpleNamespace

import pytest

from personas.changes.targets import find_aim_problems, heading, less, measure_aims, missed, side
from personas.dataset import read_dataset
from personas.dataset.aims import Benchmark, KpiTarget
from personas.errors import InputError
from personas.estimates import Estimate
from personas.experience.models import Kpi, Trend
from tests.dataset.shop_project import make_project

END, BY = date(2026, 1, 1), date(2026, 12, 31)


def points(value, low, high):
    return Estimate(value=value, low=low, high=high, n=100, unit="points")


def kpi(key, estimate, better="higher"):
    return Kpi(key=key, label=key.upper(), definition="", better=better, estimate=estimate)


def aims_of(kpis, targets=None, benchmarks=None, trends=(), figures=()):
    contract = SimpleNamespace(targets=targets or {}, benchmarks=benchmarks or {})
    dataset = SimpleNamespace(contract=contract, observation_end=datetime(2026, 1, 1))
    base = SimpleNamespace(ratings=(), trends=trends)
    personas = SimpleNamespace(
        kpis=kpis, experience=SimpleNamespace(base=base), dataset=SimpleNamespace(currency="EUR")
    )
    return measure_aims(dataset, personas, SimpleNamespace(figures=figures))


@pytest.mark.parametrize(
    ("estimate", "better", "standing", "distance"),
    [
        (points(45, 42, 48), "higher", "reached", 5),
        (points(35, 32, 38), "higher", "short", -5),
        (points(39, 35, 43), "higher", "not told apart", -1),
        (points(45, 42, 48), "lower", "short", 5),
        (points(35, 32, 38), "lower", "reached", -5),
    ],
)
def test_distance_needs_the_whole_interval_on_one_side(estimate, better, standing, distance):
    (aim,) = aims_of([kpi("nps", estimate, better)], {"nps": KpiTarget(value=40)})
    assert (aim.standing, aim.distance.value) == (standing, distance)
    assert aim.distance.high - aim.distance.low == estimate.high - estimate.low


def test_a_kpi_that_rises_is_on_the_way_and_says_how_long_it_takes():
    """Ten points short, two a month: five months; the target's day is eleven months away."""
    trend = Trend(key="nps", label="", definition="", better="higher", points=(), slope=points(2.0, 1.0, 3.0))
    (aim,) = aims_of([kpi("nps", points(30, 28, 32))], {"nps": KpiTarget(value=40, by=BY)}, trends=(trend,))
    assert (aim.trend, aim.reached_in, aim.in_time) == ("on the way", 5, True)
    assert "5 months at this pace, in time" in aim.sentence


def test_slower_than_its_day_is_too_late():
    found = heading(points(-10, -12, -8), points(0.5, 0.2, 0.8), "higher", END, BY)
    assert found == {"trend": "on the way", "reached_in": 20, "in_time": False}


def test_the_wrong_way_is_moving_away_in_either_direction():
    rising = points(1.0, 0.5, 1.5)
    assert heading(points(-10, -12, -8), less(rising, 2.0), "higher", END, None)["trend"] == "moving away"
    assert heading(points(10, 8, 12), rising, "lower", END, None)["trend"] == "moving away"


def test_a_slope_that_chance_could_make_says_nothing():
    assert heading(points(-10, -12, -8), points(1.0, -0.1, 2.1), "higher", END, BY) == {"trend": "cannot tell"}
    assert heading(points(-10, -12, -8), None, "higher", END, BY) == {"trend": "cannot tell"}


def test_reached_stays_reached_whatever_the_months_do():
    assert heading(points(5, 2, 8), points(-1.0, -2.0, -0.5), "higher", END, BY) == {"trend": "reached"}


def test_without_months_the_run_before_tells_the_direction_and_no_pace():
    figure = SimpleNamespace(key="in_time", persona_id=None, change=points(4, 2, 6))
    (aim,) = aims_of([kpi("in_time", points(30, 28, 32))], {"in_time": KpiTarget(value=40)}, figures=(figure,))
    assert (aim.trend, aim.reached_in, aim.change) == ("on the way", None, None)
    assert "Since the run before it moved towards it." in aim.sentence


def test_a_benchmark_stands_beside_with_its_source():
    (aim,) = aims_of([kpi("nps", points(45, 42, 48))], benchmarks={"nps": Benchmark(value=40, source="grocers 2025")})
    assert aim.beside == "better" and "better than the benchmark of 40 points (grocers 2025)" in aim.sentence.replace(
        "\u00a0", " "
    )


def test_a_kpi_that_this_run_does_not_have_is_not_measured():
    (aim,) = aims_of([], {"ces": KpiTarget(value=5)})
    assert aim.standing == "not measured" and "not measured in this run" in aim.sentence


def test_a_missed_target_is_one_whose_day_has_come():
    kpis = [kpi("nps", points(30, 28, 32)), kpi("ces", points(30, 28, 32))]
    aims = aims_of(kpis, {"nps": KpiTarget(value=40, by=BY), "ces": KpiTarget(value=40)})
    assert [aim.key for aim in missed(aims, ["all"], "2026-01-01")] == ["ces"]
    assert [aim.key for aim in missed(aims, ["nps"], "2026-12-31")] == ["nps"]
    assert side(points(0, -1, 1), "higher") == "not told apart"


CONTRACT = """
title: Corner shop
sources: {orders: {file: orders.csv}}
transactions: {source: orders, customer: customer, time: ordered, amount: total}
"""


def read_with(tmp_path, more):
    root = make_project(tmp_path, CONTRACT + more, {"orders.csv": "customer,ordered,total\nA,2024-01-01,5\n"})
    return read_dataset("shop", root=root)


def test_misspelt_kpis_are_told_before_anything_is_computed(tmp_path):
    dataset = read_with(tmp_path, "targets: {npss: 40}\nbenchmarks: {csat: 0.8}\nalerts: {kpi_worse: [spent, all]}\n")
    problems = find_aim_problems(dataset)
    assert [(p.place.rpartition(": ")[2], p.fix) for p in problems] == [
        ("targets.npss", 'did you mean "nps"?'),
        ("alerts.kpi_worse", 'did you mean "spend"?'),
    ]
    assert "line 5" in problems[0].place


def test_a_target_needs_a_direction_and_an_alert_its_target(tmp_path):
    more = "targets: {response_rate: 0.4, self_service: {value: 0.6, better: higher}}\nalerts: {target_missed: nps}\n"
    found = [p.found for p in find_aim_problems(read_with(tmp_path, more))]
    assert found == ["a target for a KPI of which no direction is better", '"nps", which has no target']


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("targets: {nps: {value: 40, by: 2026}}", "a day such as 2026-12-31"),
        ("targets: {nps: high}", "targets.nps"),
        ("targets: {nps: {value: 40, til: 2026-01-01}}", 'unknown key "til"'),
        ("alerts: {drift: -1}", "alerts.drift"),
        ("alerts: {response_rate: 30}", "alerts.response_rate"),
        ("alerts: {nps_worse: true}", 'unknown key "nps_worse"'),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(tmp_path, more, words):
    with pytest.raises(InputError) as raised:
        read_with(tmp_path, more)
    assert words in str(raised.value)


def test_a_number_alone_is_a_target():
    assert KpiTarget.model_validate(40).value == 40 and Benchmark.model_validate(0.5).value == 0.5
