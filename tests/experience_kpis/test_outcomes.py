"""KPIs from the tables of a dataset, on rows that can be added up by hand."""

import numpy as np
import pandas as pd
import pytest

from personas.customers import build_customers, feedback
from personas.experience.kpis.outcomes import measure_outcomes
from tests.experience_kpis.tables import ANSWERS, CUSTOMERS, answers, small_dataset

DAY = pd.Timestamp


def measured(dataset, segments, min_group=1):
    return measure_outcomes(dataset, build_customers(dataset), np.array(segments), min_group)


def value(found, key, segment=0):
    return next(k for k in (*found.kpis[segment], *found.ratings[segment]) if k.key == key).estimate.value


def test_answers(tmp_path, monkeypatch):
    monkeypatch.setattr(feedback, "MIN_ANSWERS", 1)
    found = measured(small_dataset(tmp_path, ANSWERS, **answers()), [1, 2, 2])
    assert value(found, "nps") == pytest.approx(0.0)  # 10, 7 and 3
    assert value(found, "nps", 1) == pytest.approx(50.0) and value(found, "nps", 2) == pytest.approx(-100.0)
    assert value(found, "rating_till") == pytest.approx(3.5)
    assert value(found, "gap_till") == pytest.approx(-0.5)  # +1 and −2
    assert value(found, "ces") == pytest.approx(3.5)  # 7 and 2, turned round to 1 and 6
    assert value(found, "ces_easy") == pytest.approx(0.5)


def test_groups_too_small_to_show_hide_their_figure_and_the_rest(tmp_path, monkeypatch):
    monkeypatch.setattr(feedback, "MIN_ANSWERS", 1)
    found = measured(small_dataset(tmp_path, ANSWERS, **answers()), [1, 2, 2], min_group=2)
    nps = {segment: kpis[0] for segment, kpis in found.kpis.items()}
    assert nps[0].estimate.measured
    assert not nps[1].estimate.measured and not nps[2].rest.measured
    assert "fewer than 2" in nps[1].estimate.method


def test_a_recommendation_scale_that_is_not_0_to_10_gives_no_nps(tmp_path):
    contract = ANSWERS.replace("scale: [0, 10]", "scale: [0, 20]")
    found = measured(small_dataset(tmp_path, contract, **answers()), [1, 2, 2])
    assert "nps" not in {k.key for k in found.kpis[0]}


CASES = (
    CUSTOMERS
    + """\
tickets:
  source: tickets
  customer: id
  opened: opened
  resolved: resolved
  due: due
  escalated: escalated
  reopened: reopened
"""
)


def cases() -> dict[str, pd.DataFrame]:
    rows = [
        ("a", "2024-01-01", "2024-01-03", "2024-01-02", False, False),
        ("a", "2024-02-01", "2024-02-02", "2024-02-03", False, True),
        ("b", "2024-03-01", "2024-03-05", "2024-03-06", True, False),
        ("b", "2024-12-30", None, "2025-01-05", False, False),
        ("b", "2024-06-01", "2024-05-01", "2024-06-05", False, False),  # resolved before it was opened
        ("b", "2024-10-01", "2025-02-01", "2024-10-05", True, False),  # not resolved yet at the end
    ]
    tickets = pd.DataFrame(rows, columns=["id", "opened", "resolved", "due", "escalated", "reopened"])
    for name in ("opened", "resolved", "due"):
        tickets[name] = pd.to_datetime(tickets[name])
    return {"people": pd.DataFrame({"id": ["a", "b"]}), "tickets": tickets}


def test_cases(tmp_path):
    found = measured(small_dataset(tmp_path, CASES, **cases()), [1, 2])
    assert value(found, "first_contact") == pytest.approx(1 / 3)
    assert value(found, "escalated") == pytest.approx(2 / 5)
    assert value(found, "in_time") == pytest.approx(2 / 4)  # the one due after the end does not count yet
    median = next(k for k in found.kpis[0] if k.key == "resolved_median").estimate
    # Ended after 1, 2 and 4 days; watched for 2 and 92 days: ⅘, ⅗ (the open one counts at 2), then half of that.
    assert median.n == 5 and median.value == 4


CONTRACTS = CUSTOMERS + "subscriptions: {source: plans, customer: id, start: start, end: end}\n"


def test_contracts_begun_before_the_observation_count_from_its_first_day(tmp_path):
    plans = pd.DataFrame(
        [("a", "2023-01-01", "2024-07-01"), ("b", "2024-01-01", None), ("c", "2024-03-01", "2024-02-01")],
        columns=["id", "start", "end"],
    ).assign(start=lambda f: pd.to_datetime(f.start), end=lambda f: pd.to_datetime(f.end))
    people = pd.DataFrame({"id": ["a", "b", "c"]})
    found = measured(small_dataset(tmp_path, CONTRACTS, people=people, plans=plans), [1, 1, 2])
    months = (182 + 366) / 30.4375  # a from 1 January to 1 July, b all year; c ended before it began
    assert value(found, "churn_a_month") == pytest.approx(1 / months)
    kept = next(k for k in found.kpis[0] if k.key == "kept_12_months").estimate
    assert kept.n == 2 and not kept.measured  # nobody was seen to leave within twelve months of beginning


CONTACTS = (
    CUSTOMERS
    + """\
interactions:
  {source: contacts, customer: id, time: day, touchpoint: touchpoint, self_service: alone, device: device,
   outcome: outcome}
"""
)


def test_contacts_count_where_they_are_known_and_surveys_are_none(tmp_path):
    rows = [
        ("a", "Checkout", True, "phone", "success"),
        ("a", "Checkout", True, None, "failed"),
        ("b", "Hotline", False, "desktop", None),
        ("b", "Survey invitation", None, None, "no answer"),
        ("a", "Survey invitation", None, None, "success"),
    ]
    contacts = pd.DataFrame(rows, columns=["id", "touchpoint", "alone", "device", "outcome"]).assign(
        day=DAY("2024-05-01")
    )
    people = pd.DataFrame({"id": ["a", "b"]})
    found = measured(small_dataset(tmp_path, CONTACTS, people=people, contacts=contacts), [1, 2])
    assert value(found, "self_service") == pytest.approx(2 / 3)
    assert value(found, "mobile_share") == pytest.approx(1 / 2)
    assert value(found, "failed_contacts") == pytest.approx(1 / 2)
    assert value(found, "response_rate") == pytest.approx(1 / 2)
