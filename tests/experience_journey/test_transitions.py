"""What follows what, on contacts that can be counted by hand, and what a change of channel goes with."""

import numpy as np
import pandas as pd
import pytest

from personas.experience.journey.transitions import measure_movement
from tests.experience_journey.tables import END, contacts, groups, members

SEGMENTS = {"a": 1, "b": 1, "c": 2, "d": 2}


def moved(rows, segments=SEGMENTS, min_group=1, **more):
    return measure_movement(contacts(rows, **more), members(segments), groups(segments, min_group), END)


def share(movement, before, after):
    return next(t.share for t in movement.transitions if (t.before, t.after) == (before, after))


ROWS = [
    ("a", 10, "Page", "interest", "web"), ("a", 12, "Till", "purchase", "shop"),
    ("b", 10, "Page", "interest", "web"), ("b", 60, "Till", "purchase", "shop"),  # too late to follow
    ("c", 10, "Page", "interest", "app"), ("c", 11, "Page", "interest", "web"), ("c", 13, "Till", "purchase", "shop"),
    ("d", 350, "Page", "interest", "web"),  # nobody could watch for 30 days
    ("a", 11, "Survey invitation", "loyalty", "e-mail"),  # no contact: a's Page is followed by the Till
]  # fmt: skip


def test_shares_are_of_the_contacts_that_could_be_watched():
    found = moved(ROWS)[0]
    assert share(found, "Page", "Till").value == 0.5 and share(found, "Page", "Till").n == 4
    assert share(found, "Page", "Page").value == 0.25 and share(found, "Page", "").value == 0.25
    assert share(found, "Till", "").value == 1.0
    assert sum(t.share.value for t in found.transitions if t.before == "Page") == pytest.approx(1)


def test_segments_add_up_to_the_base():
    found = moved(ROWS)
    assert share(found[1], "Page", "Till").value == 0.5 and share(found[2], "Page", "Till").n == 2
    usual = next(t.usual for t in found[0].transitions if (t.before, t.after) == ("Page", "Till"))
    assert usual == pytest.approx(2 / 7)


def test_channels_and_the_share_of_switches():
    found = moved(ROWS)[0]
    assert {(t.before, t.after): t.share.value for t in found.channels}["app", "web"] == 1.0
    assert found.switches.value == 1.0  # a: web to shop; c: app to web, web to shop


def test_transitions_of_few_customers_are_hidden():
    many = {f"m{i:02d}": 1 for i in range(15)}
    rows = [(who, 10, "Page", "interest", "web") for who in many] + [
        (who, 12, "Till", "purchase", "web") for who in many
    ]
    few = [("c", 10, "Page", "interest", "web"), ("c", 12, "Till", "purchase", "web")]
    found = moved([*rows, *few], segments=many | {"c": 2}, min_group=10)
    assert 2 not in found and 1 not in found  # the base less the first segment would be the one customer
    assert share(found[0], "Page", "Till").value == 1.0


def worlds(rng, n, cost):
    """Every customer has two contacts; half change the channel; a change costs `cost` of the chance that all goes well.

    The shop works worse than the web for everybody, and switchers come to it more often.
    """
    rows, ok = [], []
    for i in range(n):
        switch = rng.random() < 0.5
        second = "shop" if rng.random() < (0.8 if switch else 0.2) else "web"
        first = {"shop": "web", "web": "shop"}[second] if switch else second
        good = (0.6 if second == "shop" else 0.9) - cost * switch
        for day, channel, chance in ((10, first, 0.8), (12, second, good)):
            rows.append((f"w{i:05d}", day, "Till", "purchase", channel))
            ok.append("success" if rng.random() < chance else "failed")
    return rows, ok


@pytest.mark.parametrize("cost", [0.0, 0.15])
def test_the_planted_cost_of_a_switch_lies_in_the_interval(rng, cost):
    """The plain difference would be off by 18 points, since the shop is worse and more often switched to."""
    rows, ok = worlds(rng, 2_500, cost)
    found = moved(rows, segments={row[0]: 1 for row in rows}, min_group=10, outcome=ok)[0]
    success = next(c for c in found.costs if c.key == "success")
    assert success.difference.low < -cost < success.difference.high
    assert success.difference.high - success.difference.low < 0.12
    assert success.switched.value - success.stayed.value == pytest.approx(success.difference.value)


def test_the_error_of_a_cost_is_that_of_its_influences_by_hand(rng):
    """Each customer's pull on the difference, added up over the cells, by pandas alone."""
    rows, ok = worlds(rng, 300, 0.1)
    found = moved(rows, segments={row[0]: 1 for row in rows}, min_group=5, outcome=ok)[0]
    cost = next(c for c in found.costs if c.key == "success").difference
    frame = pd.DataFrame(rows, columns=["who", "day", "place", "stage", "way"]).assign(ok=ok)
    second = frame[frame["day"] == 12].set_index("who")
    switched = (frame[frame["day"] == 10].set_index("who")["way"] != second["way"]).astype(int)
    good = (second["ok"] == "success").astype(float)
    weight = second[switched == 1].groupby("way").size() / switched.sum()
    pull, difference = pd.Series(0.0, index=second.index), 0.0
    for way, share in weight.items():
        for side, sign in ((1, 1), (0, -1)):
            cell = (second["way"] == way) & (switched == side)
            difference += sign * share * good[cell].mean()
            pull[cell] += sign * share * (good[cell] - good[cell].mean()) / cell.sum()
    n = len(second)
    assert cost.value == pytest.approx(difference, abs=1e-9)
    assert (cost.high - cost.low) / 2 == pytest.approx(1.959964 * np.sqrt((pull**2).sum() * n / (n - 1)), rel=1e-4)


def test_contacts_of_one_moment_give_the_same_figures_every_time():
    rows = [(f"k{i % 9}", 10 + i % 4, "Mail", "contact", ("post", "app")[i % 2]) for i in range(120)]
    segments = {row[0]: 1 for row in rows}
    assert moved(rows, segments) == moved(rows[::-1], segments)


def test_without_a_second_contact_or_dates_there_is_no_movement():
    assert moved([("a", 10, "Page", "interest", "web")])[0].switches is None
    table = contacts(ROWS).drop("time")
    assert measure_movement(table, members(SEGMENTS), groups(SEGMENTS), END) == {}
