"""What personas tell of attributes together leaves no small group to be counted, whatever the smallest group is."""

import numpy as np
import pandas as pd
import pytest

from personas.customers import Customers
from personas.customers.models import Feature, Quality, ResponseRow
from personas.customers.quality import tell_coarsely
from personas.estimates import share_estimate
from personas.experience import Experience, GroupExperience
from personas.experience.models import Driver, Drivers
from personas.experience.moments import mean_of, moments_of
from personas.experience.withholding import withhold_small
from personas.profiles.concealment import conceal_standings
from personas.profiles.traits import codes_told, stand
from tests.privacy.attack import Figure, solve

SHEET = Quality(tables=(), set_aside=(), columns=(), notes=(), response=())


def cells_of(seed: int) -> np.ndarray:
    """(segments, levels) customers, some cells of few."""
    rng = np.random.default_rng(seed)
    return np.where(rng.random((5, 4)) < 0.5, rng.integers(0, 12, (5, 4)), rng.integers(12, 90, (5, 4)))


def stood_on(cells: np.ndarray, kind: str, min_group: int):
    """(standings as they are, as they are told, levels, counts by segment and level)"""
    levels = tuple("abcd")
    segments, codes = (np.repeat(axis, cells.ravel()) for axis in np.indices(cells.shape).reshape(2, -1))
    feature = Feature(name="kind", label="Kind", kind=kind, block="kind", forms=False, levels=levels)
    frame = pd.DataFrame({"kind": np.array(levels)[codes]})
    customers = Customers(frame, (feature,), SHEET)
    numbers = range(1, len(cells) + 1)
    found = [stand(frame, feature, segments + 1 == number, min_group) for number in numbers]
    standings = [{} if one is None else {"kind": one} for one in found]
    return standings, conceal_standings(standings, customers, segments + 1, min_group), levels


def told_by(standings, levels, cells) -> list:
    """What an attacker counts from the standings of each cut."""
    found, figures = [], {}
    for row, own in enumerate(standings):
        if "kind" not in own:
            continue
        codes = codes_told(own["kind"], levels)
        figure = figures.setdefault(tuple(codes), Figure())
        others = [other for other in range(len(cells)) if other != row]
        for inside in ([row], others):
            yes = cells[np.ix_(inside, codes)].sum()
            figure.say(inside, ("yes",), yes)
            figure.say(inside, ("yes", "no"), cells[inside].sum())
    for codes, figure in figures.items():
        found += solve(str(codes), figure, 10)
    return found


@pytest.mark.parametrize("kind", ["category", "ordered"])
def test_shares_at_one_level_do_not_leave_few_to_the_segments_that_are_silent(kind):
    given_away = kept = 0
    for seed in range(60):
        cells = cells_of(seed)
        before, after, levels = stood_on(cells, kind, 10)
        given_away += bool(told_by(before, levels, cells))
        assert told_by(after, levels, cells) == []
        kept += sum(map(len, after)) / max(sum(map(len, before)), 1)
    assert given_away, "there was something to hide"
    assert kept > 40, "and most is told"


def driver(values: np.ndarray) -> Driver:
    some = share_estimate(np.arange(40) < 20)
    return Driver(
        key="rating_desk", touchpoint="Desk", stage="use", weight=some, counts=True,
        performance=mean_of(moments_of(values)), scale_low=1, scale_high=5, slope=some, quadrant="keep up",
    )  # fmt: skip


def rated(counts: dict[int, int], without: int) -> Experience:
    """An experience in which so many of each segment rated one touchpoint; segment `without` has no drivers."""
    groups = []
    for segment, n in {0: sum(counts.values()), **counts}.items():
        drivers = None
        if segment != without:
            values = np.resize([2.0, 4.0, 5.0], n)
            drivers = Drivers(outcome="Recommendation", n=n, r2=share_estimate(values > 2), rows=(driver(values),))
        share = share_estimate(np.arange(40) < 20)
        groups.append(
            GroupExperience(segment=segment, value_share=share, kpis=(), pain_points=(), journey=(), drivers=drivers)
        )
    return Experience(groups=tuple(groups), not_measured=())


def test_a_mean_rating_of_few_cannot_be_subtracted():
    told = withhold_small(rated({1: 90, 2: 60, 3: 7}, without=3), 10)
    assert [g.drivers.rows[0].performance.measured for g in told.groups[:3]] == [True, True, False]
    whole = withhold_small(rated({1: 90, 2: 60, 3: 50}, without=3), 10)
    assert all(group.drivers.rows[0].performance.measured for group in whole.groups[:3])


def test_the_quality_sheet_goes_by_the_smallest_group_of_the_run():
    rows = tuple(
        ResponseRow(attribute="Plan", level=level, known=known, answered=share_estimate(np.arange(known) < known // 2))
        for level, known in (("basic", 90), ("gold", 40))
    )
    sheet = SHEET.model_copy(update={"response": rows, "notes": ("Plan: known for 1,128 of 1,142 customers (99%)",)})
    assert tell_coarsely(sheet, 10) == sheet
    told = tell_coarsely(sheet, 25)
    assert [row.level for row in told.response] == ["basic"]
    assert told.notes == ("Plan: known for nearly all of 1,142 customers",)
