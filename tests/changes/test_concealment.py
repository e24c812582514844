"""A run with a larger smallest group tells nothing of an earlier one that it would not tell of itself."""

import pytest

from personas.changes.concealment import conceal_earlier
from personas.estimates import Estimate
from personas.profiles.past import PastKpi, PastPain, PastPersona, PastRun


def share(yes, n):
    return Estimate(value=yes / n, low=0.0, high=1.0, n=n, unit="share", method="Wilson")


def kpi(key, yes, n):
    return PastKpi(key=key, label=key, better="lower", estimate=share(yes, n))


def pain(key, yes, n):
    return PastPain(
        key=key, title=key, kind="friction", source="s", reach=share(yes, n), rank=1, rank_low=1, rank_high=1
    )


def persona(number, kpis, pains):
    return PastPersona(
        id=f"P{number}", number=number, name="", name_from_data="", named_by="", n=100, share=share(100, 200),
        kpis=kpis, pain_points=pains,
    )  # fmt: skip


@pytest.fixture
def earlier():
    """Of P1 12 answered "late" and 20 have the pain "returns"; everything else is of 25 customers at least."""
    personas = (
        persona(1, (kpi("late", 12, 100), kpi("again", 40, 100)), (pain("returns", 20, 100), pain("waits", 50, 100))),
        persona(2, (kpi("late", 60, 100), kpi("again", 40, 100)), (pain("returns", 70, 100), pain("waits", 50, 100))),
    )
    return PastRun(
        dataset="shop", title="Shop", units="customers", observation_start="2024-01-01", observation_end="2024-12-31",
        customers=200, verdict="natural", borderline=False, k=2, kpis=(kpi("late", 72, 200), kpi("again", 80, 200)),
        pain_points=(pain("returns", 90, 200), pain("waits", 100, 200)), personas=personas, shapes=(), highest=2,
        min_group=10,
    )  # fmt: skip


def told(run):
    return [({k.key for k in group.kpis}, {p.key for p in group.pain_points}) for group in (run, *run.personas)]


def test_a_figure_of_too_few_is_told_of_no_group_so_that_none_can_be_subtracted(earlier):
    assert told(conceal_earlier(earlier, 25)) == [({"again"}, {"waits"})] * 3


def test_with_the_smallest_group_of_the_earlier_run_or_a_smaller_one_all_stays(earlier):
    assert conceal_earlier(earlier, 10) is earlier
    assert conceal_earlier(earlier, 5) is earlier
