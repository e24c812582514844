"""The airport's problems and comment codes, as counted by hand in its public file."""

import csv
from dataclasses import replace

import pytest

from personas.customers import build_customers
from personas.dataset import read_dataset
from personas.dataset.files import project_root
from personas.experience.measures import with_feedback_at_hand
from personas.experience.pains import stated_pains
from personas.experience.pains.stated_pains import find_stated_pains
from personas.experience.voices import gather_voices

SFO = project_root().parent / "shared" / "data" / "sfo"
public = pytest.mark.skipif(not SFO.is_dir(), reason="the public SFO files are not in ../shared/data/sfo")


@pytest.fixture(scope="module")
def airport():
    """Voices without weights, the customer table, and the rows of the file."""
    dataset = with_feedback_at_hand(read_dataset("sfo_2017", data=SFO))
    with (SFO / "sfo_2017.csv").open(encoding="latin-1", newline="") as file:
        rows = list(csv.DictReader(file))
    customers = build_customers(dataset)
    return gather_voices(dataset, customers, None), customers.frame, rows


@pytest.fixture(scope="module")
def pains(airport, request):
    before = stated_pains.MOST
    stated_pains.MOST = {**before, "stated": 60}
    request.addfinalizer(lambda: setattr(stated_pains, "MOST", before))
    return {pain.key: pain for pain in find_stated_pains(airport[0], None, 0, 10, 7)[0]}


@public
def test_passengers_with_a_problem_are_counted_as_by_hand(airport, pains):
    *_, rows = airport
    pain = pains["problem_1"]
    assert (pain.affected, pain.reach.n) == (320, 2678)
    assert (pain.among.n, pain.others.n) == (309, 2330)
    assert (round(pain.among.value, 1), round(pain.others.value, 2)) == (18.8, 43.65)
    assert pain.impact.value == pytest.approx(pain.among.value - pain.others.value)
    assert pain.rank == len(pains), "it is about everything, so it is told behind its parts"
    votes = [int(r["NETPRO"]) for r in rows if r["Q15PROBLEM"] == "1" and r["NETPRO"].strip() in map(str, range(11))]
    assert len(votes) == 309


@public
def test_restaurants_the_lowest_rated_touchpoint_hurt_first(airport, pains):
    *_, rows = airport
    assert min(pains.values(), key=lambda p: p.rank).touchpoint == "Restaurants"
    by_hand = sum(
        row["Q7FOOD"] in ("1", "2")
        or _coded(row, "Q8COM", 5, {"101"})
        or _coded(row, "Q9COM", 3, {"7"})
        or _coded(row, "Q15COM", 3, {"11", "12", "13", "15"})
        for row in rows
    )
    assert pains["low_restaurants"].affected == by_hand


def _coded(row, question, columns, codes):
    return any(row[f"{question}{i}"] in codes for i in range(1, columns + 1))


@public
def test_comments_about_what_nobody_rated_are_counted_by_their_codes(airport, pains):
    *_, rows = airport
    security = sum(
        _coded(row, "Q8COM", 5, {"201", "202", "203", "206"})
        or _coded(row, "Q9COM", 3, {"13"})
        or _coded(row, "Q15COM", 3, {"31", "32", "33", "34", "36"})
        for row in rows
    )
    pain = pains["wrote_security"]
    assert pain.source == "comments"
    assert pain.affected == security


@public
def test_undated_answers_have_no_trend(pains):
    assert {pain.trend_words for pain in pains.values()} == {"trend not measured: answers carry no date"}


@public
def test_weights_move_the_share_and_not_the_count(airport, pains):
    voices, frame, _ = airport
    heavy = replace(voices, weights=frame["weight"].to_numpy(float))
    weighted = {pain.key: pain for pain in find_stated_pains(heavy, None, 0, 10, 7)[0]}
    plain = pains["low_restaurants"]
    assert weighted["low_restaurants"].affected == plain.affected
    assert weighted["low_restaurants"].reach.value != plain.reach.value
