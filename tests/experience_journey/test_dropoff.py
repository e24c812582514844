"""Who goes no further, why they came and why they left, counted by hand."""

import ibis
import pandas as pd
import pytest

from personas.experience.journey.dropoff import measure_dropoff, measure_motives, measure_reasons
from tests.experience_journey.tables import END, at, contacts, groups, members

STAGES = ("contact", "interest", "purchase", "loyalty")
SEGMENTS = {"a": 1, "b": 1, "c": 2, "d": 2, "e": 2}


def events(rows):
    """Rows of (customer, day, stage, bought)."""
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "stage", "bought"])
    frame["time"] = [at(day) for day in frame.pop("day")]
    return ibis.memtable(frame)


def lost(rows, min_group=1, segments=SEGMENTS, **more):
    return measure_dropoff(events(rows), STAGES, members(segments), groups(segments, min_group), END, **more)


ROWS = [
    ("a", 10, "contact", False), ("a", 20, "purchase", True),
    ("b", 10, "contact", False), ("b", 200, "purchase", True),  # later than 90 days
    ("c", 50, "purchase", True), ("c", 60, "contact", False),  # bought before, not after
    ("d", 10, "contact", False), ("d", 11, "purchase", False),
    ("e", 300, "contact", False),  # came too late to be watched
]  # fmt: skip


def test_those_who_came_late_are_not_taken_for_lost():
    found = lost(ROWS)["contact"]
    assert (found[0].value, found[0].n) == (0.5, 4)
    assert (found[1].value, found[2].value) == (0.5, 0.5)


def test_stages_that_nobody_reached_are_passed_over_and_the_last_has_no_next():
    assert list(lost(ROWS)) == ["contact"]


def test_small_groups_on_either_side_are_hidden():
    many = [(f"m{i:02d}", 10, "contact", False) for i in range(30)]
    many += [(f"m{i:02d}", 20, "purchase", True) for i in range(26)]
    found = lost(many, min_group=10, segments={f"m{i:02d}": 1 for i in range(30)})["contact"]
    assert not found[0].measured and not found[1].measured  # four were lost


def test_campaigns_lead_on_by_contacts_and_at_last_to_a_purchase_on_a_later_day():
    rows = [
        ("a", 10, "interest", False), ("a", 20, "purchase", False), ("a", 20.4, "purchase", True),
        ("b", 10, "interest", False), ("b", 12, "purchase", True),  # bought, but used no coupon
        ("c", 10, "interest", False), ("c", 30, "purchase", False), ("c", 40, "purchase", True),
    ]  # fmt: skip
    found = lost(rows, linked=True)
    assert found["interest"][0].value == pytest.approx(1 / 3)
    assert found["purchase"][0].value == 0.5  # a bought on the day of the coupon only


def test_motives_are_where_visits_came_from_and_else_the_campaign():
    rows = [(f"m{i}", 10, "Page", "interest", "web") for i in range(6)] + [("m0", 11, "Mail", "contact", "post")]
    table = contacts(rows, referral=["search"] * 4 + ["friend"] * 2 + [None], campaign=["x"] * 6 + ["spring"])
    segments = {f"m{i}": 1 for i in range(6)}
    found = measure_motives(table, members(segments), groups(segments, 2))
    page = found["interest", "Page"][0]
    assert [(why.name, why.share) for why in page] == [
        ("search", pytest.approx(2 / 3)),
        ("friend", pytest.approx(1 / 3)),
    ]
    assert found["contact", "Mail"] == {}  # one customer alone


def test_reasons_for_leaving_are_those_of_ended_contracts():
    frame = pd.DataFrame(
        {"customer_id": list("abcde"), "end": [at(5), at(6), None, at(7), at(8)],
         "reason": ["dear", "dear", "dear", "moved", None]}
    )  # fmt: skip
    found = measure_reasons(ibis.memtable(frame), members(SEGMENTS), groups(SEGMENTS, 1))
    assert [(why.name, why.share) for why in found[0]] == [
        ("dear", pytest.approx(2 / 3)),
        ("moved", pytest.approx(1 / 3)),
    ]
    assert measure_reasons(ibis.memtable(frame.drop(columns="reason")), members(SEGMENTS), groups(SEGMENTS)) == {}
