"""Groups that were made elsewhere are judged, published as they are, and never moved."""

import numpy as np
import pandas as pd
import pytest

from personas.errors import InputError
from personas.segments import adopt_labels, compare_candidates, judge_labels, score_customers
from personas.simulation import planted, structureless
from tests.segments.tables import SMALL, customers_of

NAMES = np.array(["north", "south", "west"])


@pytest.fixture(scope="module")
def clear():
    frame, labels = planted(500, 12, 3, separation=7.0, imbalance=1.5, seed=5)
    return customers_of(frame), NAMES[labels]


@pytest.fixture(scope="module")
def judged(clear):
    return judge_labels(*clear, workers=1)


def test_groups_that_exist_are_said_to_exist(clear, judged):
    found = adopt_labels(*clear, judged)
    assert found.verdict.word == "natural"
    assert found.verdict.asked == 3
    assert min(size.stability for size in found.sizes) > 0.8


def test_nobody_is_moved_and_the_largest_group_comes_first(clear, judged):
    customers, labels = clear
    found = adopt_labels(customers, labels, judged)
    counts = pd.Series(labels).value_counts()
    assert found.given == tuple(counts.index)
    assert [size.n for size in found.sizes] == counts.tolist()
    assert (np.array(found.given)[found.members["segment"] - 1] == labels).all()


def test_groups_by_chance_are_not_said_to_exist_though_the_data_has_some(clear):
    customers, labels = clear
    shuffled = np.random.default_rng(1).permutation(labels)
    judged = judge_labels(customers, shuffled, workers=1)
    found = adopt_labels(customers, shuffled, judged, "patients")
    assert found.verdict.word == "none"
    assert found.verdict.sentence == (
        "3 groups, given from elsewhere; the data gives no reason to divide the patients like this."
    )
    assert max(size.stability for size in found.sizes) < 0.6
    assert found.members["in_between"].mean() > 0.5, "their centres are all but the same"


def test_a_division_of_one_population_does_not_become_structure_by_being_brought_along():
    customers = customers_of(structureless("correlated", 400, 8, 3))
    own = compare_candidates(customers, max_segments=3, effort=SMALL, workers=1)
    labels = own.candidates.clusterings[3].labels
    assert judge_labels(customers, labels, workers=1).judgement.words[3] in ("none", "constructive")


def test_what_groups_foresee_counts_only_if_somebody_says_they_had_not_seen_it(clear, judged):
    assert judged.useful == {}
    assert any("not measured" in note for note in judged.evidence.notes)
    assert any("outcomes_unseen" in reason for reason in adopt_labels(*clear, judged).verdict.reasons)


def test_labels_by_customer_id_in_any_order_are_the_same_labels(clear, judged):
    customers, labels = clear
    by_id = pd.Series(labels, index=customers.frame["customer_id"].to_numpy()).sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(
        adopt_labels(customers, by_id, judged).members, adopt_labels(customers, labels, judged).members
    )
    assert adopt_labels(customers, by_id.to_dict(), judged).given == adopt_labels(customers, labels, judged).given


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (lambda labels: labels[:-3], "497 labels"),
        (lambda labels: np.where(np.arange(len(labels)) < 7, None, labels), "7 of 500 customers without a label"),
        (lambda labels: np.full(len(labels), "all"), "1 groups"),
        (lambda labels: np.where(np.arange(len(labels)) < 4, "<few>", labels), '"<few>" \\(4\\)'),
        (lambda labels: np.arange(len(labels)), "500 groups"),
    ],
)
def test_labels_that_cannot_be_judged_are_refused_with_what_was_found(clear, spoil, found):
    customers, labels = clear
    with pytest.raises(InputError, match=found):
        judge_labels(customers, spoil(labels), workers=1)


def test_groups_from_elsewhere_have_no_rule_to_write_down(clear, judged):
    import ibis

    found = adopt_labels(*clear, judged)
    with pytest.raises(InputError, match="groups made elsewhere"):
        score_customers(ibis.memtable(clear[0].frame), found)
