"""The composite path: median days, shared steps, and nothing of small groups."""

import ibis
import numpy as np
import pandas as pd
import pytest

from personas.estimates import Estimate, not_measured
from personas.experience.journey.path import measure_path, median_of_counts, undated_path
from personas.experience.models import JourneyCell
from tests.experience_journey.tables import END, START, at, groups, members

STAGES = ("contact", "interest", "purchase")


def events(rows):
    """Rows of (customer, day, stage, touchpoint, channel)."""
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "stage", "touchpoint", "channel"])
    frame["time"] = [at(day) for day in frame.pop("day")]
    return ibis.memtable(frame.assign(bought=False))


def walked(rows, segments, min_group=10, cells=None, **more):
    return measure_path(
        events(rows), members(segments), groups(segments, min_group), START, END, cells or {}, STAGES, **more
    )


def newcomers(n=40, first=50):
    """Everybody sees the page after 10 days; three quarters buy on day 20, 24, 28 … after the first contact."""
    rows = []
    for i in range(n):
        rows += [(f"n{i:02d}", first, "contact", "Mail", "post"), (f"n{i:02d}", first + 10, "interest", "Page", "web")]
        rows += [(f"n{i:02d}", first + 20 + 4 * (i % 3), "purchase", "Till", "shop")] if i % 4 else []
    return rows


SEGMENTS = {f"n{i:02d}": 1 + i % 2 for i in range(40)}


def test_steps_stand_at_the_median_day_since_the_own_first_contact():
    path = walked(newcomers(), SEGMENTS)[0]
    assert [(s.touchpoint, s.days.value, s.share.value) for s in path.steps] == [
        ("Mail", 0.0, 1.0), ("Page", 10.0, 1.0), ("Till", 24.0, 0.75),
    ]  # fmt: skip
    assert (path.customers, path.horizon, path.steps[2].channel, path.steps[2].customers) == (40, 180, "shop", 30)
    assert path.steps[2].days.low <= 24 <= path.steps[2].days.high


def test_only_newcomers_are_followed_where_there_are_enough():
    old = [(f"o{i:02d}", 1, "purchase", "Till", "shop") for i in range(50)]
    late = [(f"l{i:02d}", 300, "purchase", "Till", "shop") for i in range(50)]
    segments = SEGMENTS | {row[0]: 1 for row in (*old, *late)}
    assert walked([*newcomers(), *old, *late], segments)[0].customers == 40
    assert walked(old, {row[0]: 1 for row in old})[0].basis.startswith("all customers")


def test_steps_shared_by_few_are_left_out_and_small_segments_have_no_path():
    rare = [(f"n{i:02d}", 70, "purchase", "Phone", "phone") for i in range(9)]
    found = walked([*newcomers(), *rare], SEGMENTS)
    assert "Phone" not in {step.touchpoint for step in found[0].steps}
    lonely = walked(newcomers(), {who: 2 if who < "n05" else 1 for who in SEGMENTS})
    assert set(lonely) == {0}  # the base less the first segment would be five customers


def test_campaign_paths_begin_with_the_first_campaign():
    bought = [(f"n{i:02d}", 40, "purchase", "Order", "") for i in range(40)]
    table = events([*newcomers(), *bought])
    table = table.mutate(bought=table.touchpoint == "Order")
    found = measure_path(table, members(SEGMENTS), groups(SEGMENTS, 10), START, END, {}, STAGES, linked=True)
    assert found[0].steps[0].touchpoint == "Mail"


def test_feelings_are_those_of_the_journey():
    felt = Estimate(value=1.5, n=30, unit="score")
    cell = JourneyCell(
        stage="interest", touchpoint="Page", doing="", share=Estimate(value=0.5, n=40, unit="share"), rest=None,
        feeling=felt, kind="observed",
    )  # fmt: skip
    path = walked(newcomers(), SEGMENTS, cells={0: (cell,)})[0]
    assert path.steps[1].feeling == felt and not path.steps[0].feeling.measured
    undated = undated_path((cell,), 10)
    assert (undated.horizon, undated.steps[0].customers, undated.steps[0].days.measured) == (None, 20, False)
    assert undated_path((cell,), 21) is None
    blank = cell.model_copy(update={"kind": "not measured", "share": not_measured("", "share")})
    assert undated_path((blank,), 1) is None


@pytest.mark.parametrize("n", [1, 2, 7, 50, 401])
def test_medians_of_counts_are_those_of_the_days_themselves(n):
    days = np.random.default_rng(n).integers(0, 30, n)
    values, counts = np.unique(days, return_counts=True)
    found = median_of_counts(values, counts)
    assert found.value == np.median(days) and found.n == n
    assert (found.low is None) == (n < 6)


def test_the_interval_of_a_median_covers_it():
    rng = np.random.default_rng(2)
    covered = 0
    for _try in range(400):
        values, counts = np.unique(rng.integers(0, 101, 60), return_counts=True)
        found = median_of_counts(values, counts)
        covered += found.low <= 50 <= found.high
    assert covered / 400 >= 0.93
