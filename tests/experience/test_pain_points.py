"""Friction that was put there is found with its reach, ranked by what it costs, and hidden where it names few."""

import numpy as np
import pytest
from pydantic import ValidationError

from personas.experience.pains.pain_points import find_pain_points
from personas.experience.pains.playbook import Bound, Depth, Signal, read_playbook
from tests.experience.households import household_table, rehearse


def signal(feature: str, at_least: float, start=0.0, to=1.0) -> Signal:
    return Signal(
        title=feature, needs=(feature,), among={feature: {"at_least": 0}}, when={feature: {"at_least": at_least}},
        depth={"feature": feature, "from": start, "to": to}, stage="loyalty", touchpoint="Store",
        finding="{share} hurt", struggle="hurt", who="everybody",
        remedy={"title": "Help", "owner": "service", "effort": "low", "measure": "it", "kpi": "spend",
                "check_after_weeks": 8, "assumed_effect": 0.1},
    )  # fmt: skip


def find(frame, playbook, later=None, inside=None, min_group=10):
    rehearsal = None if later is None else rehearse(frame, later)
    return find_pain_points(frame, playbook, rehearsal, inside, 0 if inside is None else 1, min_group, 7)


@pytest.fixture
def frame():
    return household_table().assign(cold=0.0, noise=0.0, wait=0.0)


UNUSED = {"unused_campaigns": read_playbook().signals["unused_campaigns"]}


def test_the_reach_that_was_planted_is_recovered(frame):
    (pain,) = find(frame, UNUSED)
    assert pain.reach.value == 0.4
    assert (pain.affected, pain.reach.n) == (240, 600)
    assert pain.severity == 0.5, "five campaigns on a scale from none to ten"
    assert pain.kind == "inferred"


def test_the_loss_that_was_planted_is_within_its_interval(frame):
    hurt = (frame["campaigns_answered"] == 0).to_numpy()
    noise = np.random.default_rng(1).lognormal(0, 0.2, len(frame))
    (pain,) = find(frame, UNUSED, later=frame["sales"].to_numpy() * np.where(hurt, 0.6, 0.9) * noise)
    assert pain.impact.low < 0.6 / 0.9 - 1 < pain.impact.high
    assert pain.impact.high < 0
    assert pain.impact_words.startswith("associated with")


def three_ways(frame, kept=(0.5, 1.0, 1.5)):
    """Three groups of 120, equally deep: one later spends half, one the same, one half more."""
    later = frame["sales"].to_numpy().copy()
    for j, (name, factor) in enumerate(zip(("cold", "noise", "wait"), kept, strict=True)):
        rows = slice(200 * j, 200 * j + 120)
        frame.loc[frame.index[rows], name] = 0.5
        later[rows] = frame["sales"].to_numpy()[rows] * factor
    return find(frame, {name: signal(name, 0.5) for name in ("wait", "noise", "cold")}, later)


def test_what_costs_ranks_above_what_does_not_at_the_same_reach_and_depth(frame):
    pains = three_ways(frame)
    assert pains[0].key == "cold"
    assert pains[0].score > pains[1].score
    assert (pains[0].rank_low, pains[0].rank_high) == (1, 1)


def test_what_goes_with_more_sales_never_scores_above_what_goes_with_less(frame):
    score = {pain.key: pain.score for pain in three_ways(frame)}
    assert score["wait"] <= score["noise"] <= score["cold"]
    gain = next(pain for pain in three_ways(frame) if pain.key == "wait")
    assert "no sign that it costs sales" in gain.impact_words


def test_ranks_that_the_bootstrap_cannot_tell_apart_are_tied(frame):
    frame.loc[frame.index[:100], "cold"] = 0.5
    frame.loc[frame.index[100:202], "noise"] = 0.5
    frame.loc[frame.index[:20], "wait"] = 0.5
    pains = find(frame, {name: signal(name, 0.5) for name in ("cold", "noise", "wait")})
    assert [(pain.key, pain.rank, pain.rank_low, pain.rank_high) for pain in pains] == [
        ("noise", 1, 1, 2), ("cold", 2, 1, 2), ("wait", 3, 3, 3),
    ]  # fmt: skip


def test_an_effect_that_could_not_be_measured_does_not_rank_above_one_that_was(frame):
    frame.loc[frame.index[:40], "cold"] = 0.5
    frame.loc[frame.index[200:225], "noise"] = 0.5
    later = frame["sales"].to_numpy() * np.where(frame["cold"] > 0, 0.7, 1.0)
    pains = find(frame, {name: signal(name, 0.5) for name in ("cold", "noise")}, later)
    assert not next(pain for pain in pains if pain.key == "noise").impact.measured
    assert [pain.key for pain in pains] == ["cold", "noise"]


@pytest.mark.parametrize("affected", [9, 591])
def test_fewer_affected_or_spared_than_may_be_shown_leave_it_out(frame, affected):
    frame.loc[frame.index[:affected], "cold"] = 1.0
    assert find(frame, {"cold": signal("cold", 0.5)}) == ()
    assert len(find(frame, {"cold": signal("cold", 0.5)}, min_group=9)) == 1


def test_few_affected_elsewhere_are_not_shown_as_the_rest(frame):
    inside = np.arange(len(frame)) < 300
    frame.loc[frame.index[:100], "cold"] = 1.0
    frame.loc[frame.index[300:304], "cold"] = 1.0
    (pain,) = find(frame, {"cold": signal("cold", 0.5)}, inside=inside)
    assert pain.rest is None


def test_a_signal_whose_feature_is_missing_is_skipped(frame):
    assert find(frame.drop(columns="campaigns_answered"), UNUSED) == ()
    assert find(frame.assign(campaigns_answered=np.nan), UNUSED) == ()


def test_unknown_values_never_satisfy_a_bound(frame):
    values = frame["sales"].where(frame.index > 2)
    assert not Bound(at_most=1e12).holds(values)[:3].any()
    assert Bound(at_most=1e12).holds(values)[3:].all()


def test_bounds_hold_on_the_value_itself_only_where_they_say_so(frame):
    values = frame["sales"].head(1)
    limit = float(values.iloc[0])
    assert Bound(at_least=limit, at_most=limit).holds(values).all()
    assert not Bound(above=limit).holds(values).any()
    assert not Bound(below=limit).holds(values).any()


def test_depth_runs_from_nothing_to_one_and_stays_there(frame):
    depth = Depth(**{"feature": "x", "from": 0, "to": -1})
    assert depth.of(frame.head(4).assign(x=[0.5, 0.0, -0.25, -3.0])).tolist() == [0, 0, 0.25, 1]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("remedy", "owner"), "nobody"), (("remedy", "effort"), "huge"), (("remedy", "assumed_effect"), 0),
        (("when", "sales"), {"at_laest": 1}), (("depth", "from"), "low"), (("colour",), "red"),
    ],
)  # fmt: skip
def test_a_wrong_entry_in_the_playbook_is_refused_naming_the_field(place, value):
    entry = UNUSED["unused_campaigns"].model_dump(by_alias=True)
    inner = entry
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    with pytest.raises(ValidationError) as error:
        Signal.model_validate(entry)
    assert place[-1] in str(error.value)
