"""What customers say, as columns of the customer table."""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from personas.customers import build_customers, feedback
from personas.customers.feedback import feedback_features, list_questions, own_answers, rating_columns
from tests.experience_kpis.tables import ANSWERS, CUSTOMERS, answers, small_dataset


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.setattr(feedback, "MIN_ANSWERS", 1)
    return small_dataset(tmp_path, ANSWERS, **answers())


def test_means_by_question_and_touchpoint_are_joined_and_never_form(shop):
    customers = build_customers(shop)
    frame = customers.frame.set_index("customer_id")
    assert frame["nps"].tolist()[:2] == [8.5, 3.0] and np.isnan(frame.loc["c", "nps"])
    assert frame["rating_till"].tolist()[0] == 3.5
    assert np.isnan(frame.loc["b", "rating_till"]) and frame.loc["b", "rating_shelves"] == 4.0
    assert frame["feedback_given"].tolist() == [1.0, 1.0, 0.0]
    said = [f for f in customers.features if f.block == "feedback"]
    assert {f.name for f in said} == {"nps", "ces", "overall", "rating_till", "rating_shelves", "feedback_given"}
    assert not any(f.forms for f in said)


def test_a_rivals_rating_is_not_ours(shop):
    assert sorted(own_answers(shop.tables["feedback"]).filter(lambda t: t.metric == "rating").score.to_pandas()) == [
        2.0, 4.0, 5.0,
    ]  # fmt: skip


def test_a_scale_on_which_low_is_good_is_turned_round(shop):
    frame = build_customers(shop).frame
    assert frame["ces"].tolist()[:2] == [1.0, 6.0]


def test_the_past_knows_neither_later_nor_undated_answers(shop):
    rows = shop.tables["feedback"]
    table, _ = feedback_features(rows, list_questions(rows), datetime(2024, 1, 1), datetime(2024, 7, 1))
    frame = table.to_pandas().set_index("customer_id")
    assert frame.index.tolist() == ["a"]
    assert frame.loc["a", "nps"] == 10.0 and np.isnan(frame.loc["a", "ces"])


def test_an_attribute_of_the_same_name_wins(tmp_path):
    tables = answers()
    tables["people"]["nps"] = [1.0, 2.0, 3.0]
    contract = ANSWERS.replace(CUSTOMERS, "customers: {source: people, id: id, attributes: {nps: {kind: number}}}\n")
    customers = build_customers(small_dataset(tmp_path, contract, **tables))
    assert customers.frame["nps"].tolist() == [1.0, 2.0, 3.0]
    assert [f.block for f in customers.features if f.name == "nps"] != ["feedback"]


def test_touchpoints_that_would_share_a_column_get_numbers():
    asked = [feedback.Question("rating", name, "", 1, 5, 99) for name in ("Wi-Fi", "wi fi", "Wi/Fi")]
    assert list(rating_columns(asked)) == ["rating_wi_fi", "rating_wi_fi_2", "rating_wi_fi_3"]


def test_the_share_of_survey_invitations_answered_is_a_column(tmp_path):
    contacts = pd.DataFrame(
        [("a", "Survey invitation", "success"), ("a", "Survey invitation", "no answer"), ("b", "Shop", "failed")],
        columns=["id", "touchpoint", "outcome"],
    ).assign(day=pd.Timestamp("2024-03-01"))
    contract = CUSTOMERS + (
        "interactions: {source: contacts, customer: id, time: day, touchpoint: touchpoint, outcome: outcome}\n"
    )
    people = pd.DataFrame({"id": ["a", "b"]})
    frame = build_customers(small_dataset(tmp_path, contract, people=people, contacts=contacts)).frame
    assert frame["survey_response"].tolist()[0] == 0.5 and np.isnan(frame["survey_response"].tolist()[1])


def test_a_dataset_without_feedback_gains_no_column(tmp_path):
    people = pd.DataFrame({"id": ["a", "b"], "age": [30.0, 40.0]})
    contract = "customers: {source: people, id: id, attributes: {age: {kind: number}}}\n"
    assert [f.name for f in build_customers(small_dataset(tmp_path, contract, people=people)).features] == ["age"]
