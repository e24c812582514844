"""The house format: at most three digits, decimals shared, never a false zero."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.estimates import Estimate
from personas.numerals import GAP, Numerals, day, p_words, rounded, small

numbers = Numerals("USD")


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (Estimate(value=0.31, low=0.29, high=0.33, unit="share"), "31 % (29 to 33)"),
        (Estimate(value=0.986, low=0.981, high=0.990, unit="share"), "98.6 % (98.1 to 99.0)"),
        (Estimate(value=0.004, low=0.002, high=0.008, unit="share"), "0.4 % (0.2 to 0.8)"),
        (Estimate(value=1240.4, low=1181, high=1302, unit="money"), "$1,240 (1,180 to 1,300)"),
        (Estimate(value=-39.2, low=-45, high=-33, unit="money"), "−$39 (−45 to −33)"),
        (Estimate(value=4596039.58, unit="money"), "$4.60 million"),
        (Estimate(value=2469, unit="count"), "2,469"),
        (Estimate(value=17.5, low=17.25, high=17.75, unit="hour"), "17:30 (17:15 to 17:45)"),
        (Estimate(value=1, unit="days"), "1 day"),
        (Estimate(value=None, method="nobody was asked"), "not measured"),
    ],
)
def test_estimates_are_said_in_the_house_format(estimate, text):
    assert numbers.say(estimate).replace(GAP, " ") == text


def test_all_and_none_are_written_whole_unless_something_stands_beside_them():
    everybody = Estimate(value=1.0, low=0.999, high=1.0, n=2831, unit="share")
    nearly = Estimate(value=0.994, low=0.99, high=0.998, n=2831, unit="share")
    nobody = Estimate(value=0.0, low=0.0, high=0.0014, n=2831, unit="share")
    assert numbers.say(everybody).replace(GAP, " ") == "100 % (99.9 to 100)"
    assert numbers.say(nobody).replace(GAP, " ") == "0 % (0 to 0.1)"
    assert numbers.say(everybody, [nearly]).replace(GAP, " ") == "100.0 % (99.9 to 100.0)"


def test_totals_can_be_had_to_the_cent():
    assert numbers.exact(Estimate(value=4596039.58, unit="money")) == "$4,596,039.58"


def test_a_unit_keeps_to_its_number():
    assert " " not in numbers.value(Estimate(value=0.5, unit="share"))


@given(st.floats(min_value=1e-3, max_value=1e9), st.integers(min_value=0, max_value=2))
def test_rounding_never_shows_more_than_three_leading_digits(value, decimals):
    whole = rounded(value, decimals).split(".")[0].replace(",", "")
    assert len(whole.rstrip("0")) <= 3


@given(st.lists(st.floats(min_value=0, max_value=1), min_size=2, max_size=6))
def test_values_of_one_row_share_their_decimals(shares):
    texts = numbers.alike([Estimate(value=s, unit="share") for s in shares])
    assert len({len(t.split(GAP)[0].partition(".")[2]) for t in texts}) == 1


@given(st.floats(min_value=-1e6, max_value=1e6))
def test_no_number_is_minus_nothing(value):
    assert not re.fullmatch(r"−0(\.0+)?", rounded(value, 1))


def test_a_row_of_plain_numbers_keeps_three_digits_for_its_largest():
    row = [Estimate(value=v, low=v * 0.97, high=v * 1.03) for v in (16.54, 7.94, 6.66)]
    assert numbers.alike(row) == ("16.5", "7.9", "6.7")


def test_small_sizes_are_marked():
    assert [small(Estimate(value=0.5, low=0.3, high=0.7, n=n, unit="share")) for n in (0, 29, 30)] == [
        False,
        True,
        False,
    ]
    assert not small(Estimate(value=3, n=4)), "counted, not estimated"


def test_dates_and_p_values_are_words():
    assert day("2017-12-31T23:00:00") == "31 December 2017"
    assert day("last spring") == "last spring"
    assert p_words(0.0302) == "p .030"
