"""The journey from contacts and feedback, on rows that can be counted by hand, and in the planted demo."""

import numpy as np
import pandas as pd
import pytest

from personas.customers import build_customers, feedback
from personas.experience.journey import consistency
from personas.experience.journey.stages import tells_of_stages
from personas.experience.kpis.outcomes import measure_outcomes
from tests.experience_kpis.tables import CUSTOMERS, small_dataset

CONTRACT = (
    CUSTOMERS
    + """\
stages: [interest, purchase, loyalty]
interactions:
  {source: contacts, customer: id, time: day, touchpoint: touchpoint, stage: stage, channel: channel}
feedback:
  - {source: felt, customer: id, metric: {value: emotion}, score: score, scale: [-2, 2], touchpoint: touchpoint,
     stage: stage, moment: moment}
  - {source: rated, customer: id, metric: {value: rating}, score: score, scale: [1, 5], touchpoint: touchpoint,
     stage: stage, channel: channel}
"""
)


@pytest.fixture
def found(tmp_path, monkeypatch):
    monkeypatch.setattr(feedback, "MIN_ANSWERS", 1)
    contacts = [
        ("a", "Page", "interest", "web"), ("a", "Page", "interest", "app"), ("a", "Page", "interest", "app"),
        ("b", "Page", "interest", "web"), ("c", "Till", "purchase", None), ("a", "Till", "purchase", None),
        ("d", "Survey invitation", "loyalty", "web"),
    ]  # fmt: skip
    felt = [("a", "Page", "interest", "before", -1.0), ("a", "Page", "interest", "after", 2.0),
            ("b", "Page", "interest", "after", 1.0), ("b", "Page", "interest", "during", -2.0)]  # fmt: skip
    rated = [
        ("a", "Till", "purchase", 5.0, "web"),
        ("c", "Till", "purchase", 2.0, "app"),
        ("c", "Shelf", "purchase", 1.0, "app"),
    ]
    dataset = small_dataset(
        tmp_path, CONTRACT, people=pd.DataFrame({"id": list("abcd")}),
        contacts=pd.DataFrame(contacts, columns=["id", "touchpoint", "stage", "channel"]).assign(
            day=pd.Timestamp("2024-05-01")
        ),
        felt=pd.DataFrame(felt, columns=["id", "touchpoint", "stage", "moment", "score"]),
        rated=pd.DataFrame(rated, columns=["id", "touchpoint", "stage", "score", "channel"]),
    )  # fmt: skip
    return measure_outcomes(dataset, build_customers(dataset), np.array([1, 1, 2, 2]), 1)


def cell(found, touchpoint, segment=0):
    return next(c for c in found.journey[segment] if c.touchpoint == touchpoint)


def test_shares_count_customers_and_channels_count_contacts(found):
    page = cell(found, "Page")
    assert (page.share.value, page.share.n, page.kind, page.contacts) == (0.5, 4, "observed", 2.0)
    assert [(c.name, c.share) for c in page.channels] == [("app", 0.5), ("web", 0.5)]
    assert cell(found, "Page", 1).share.value == 1.0 and cell(found, "Page", 1).rest.value == 0.0
    assert cell(found, "Page", 2).share.value == 0.0 and cell(found, "Page", 2).rest.value == 1.0


def test_feelings_before_and_after_are_told_apart(found):
    page = cell(found, "Page")
    assert (page.before.value, page.feeling.value, page.feeling.n) == (-1.0, 1.5, 2)


def test_ratings_tell_the_feeling_where_nobody_asked_for_it(found):
    till = cell(found, "Till")
    assert till.feeling.value == pytest.approx(0.5)  # 5 and 2 of 5 lie at +2 and −1
    assert till.before is None


def test_what_was_only_said_is_reported_among_those_who_said_something(found):
    shelf = cell(found, "Shelf")
    assert (shelf.kind, shelf.share.value, shelf.share.n) == ("reported", 0.5, 2)


def test_stages_keep_the_order_of_the_contract_and_say_where_nothing_is_known(found):
    assert list(dict.fromkeys(c.stage for c in found.journey[0])) == ["interest", "purchase", "loyalty"]
    assert found.journey[0][-1].kind == "not measured"  # a survey invitation is no contact


def test_campaigns_alone_do_not_tell_of_stages():
    import ibis

    sent = ibis.memtable(pd.DataFrame({"stage": ["interest"], "campaign": ["c1"]}))
    visit = ibis.memtable(pd.DataFrame({"stage": ["interest", "purchase"], "campaign": ["c1", None]}))
    assert not tells_of_stages({"interactions": sent}) and tells_of_stages({"interactions": visit})
    assert not tells_of_stages({})


def test_the_planted_odd_channel_is_found(demo):
    planted = demo.truth["channel_inconsistency"]
    service = demo.outcomes.consistency[0]
    assert (service.touchpoint, service.odd, service.beyond_chance) == (planted["touchpoint"], planted["channel"], True)
    for channel in service.channels:
        assert channel.rating.low <= planted["mean_rating_in_data"][channel.channel] <= channel.rating.high


def test_channels_that_are_alike_stay_within_chance():
    """Two hundred touchpoints of three equal channels: one in twenty is beyond what chance gives in 95 %."""
    from personas.customers.feedback import Question
    from personas.experience.moments import moments_of

    rng = np.random.default_rng(5)
    question = Question("rating", "Till", "purchase", 1, 5, 900)
    beyond = 0
    for number in range(200):
        channels = {name: moments_of(rng.integers(0, 5, 60) / 4) for name in ("web", "app", "shop")}
        beyond += consistency.judge_channels(question, channels, np.random.default_rng(number)).beyond_chance
    assert 2 <= beyond <= 19  # 5 % of 200 is 10; the bounds hold in 99 % of tries


def test_the_demo_has_every_stage_with_a_feeling_where_people_were_polled(demo):
    cells = demo.outcomes.journey[0]
    assert list(dict.fromkeys(c.stage for c in cells)) == list(demo.dataset.contract.stages)
    delivery = next(c for c in cells if c.touchpoint == "Delivery")
    assert delivery.kind == "observed" and delivery.before.measured and delivery.feeling.measured
    late = next(c for c in demo.outcomes.journey[1] if c.touchpoint == "Delivery")
    assert late.feeling.high < delivery.feeling.value  # late_delivery hurts the first segment most
