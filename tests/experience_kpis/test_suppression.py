"""Small groups are hidden, and cannot be worked out from what is left."""

from hypothesis import given
from hypothesis import strategies as st

from personas.experience.suppression import hidden_groups

SIZES = st.dictionaries(st.integers(0, 8), st.integers(0, 40), min_size=1)


@given(SIZES, st.integers(2, 20))
def test_what_is_hidden_is_nothing_or_enough_together(sizes, least):
    hidden = hidden_groups(sizes, least)
    shown = {group: n for group, n in sizes.items() if group and group not in hidden and n > 0}
    left = sum(sizes.values()) - sum(shown.values())
    assert all(n >= least for n in shown.values())
    assert left == 0 or left >= least or not shown


@given(SIZES)
def test_nothing_is_hidden_without_need(sizes):
    if sizes.get(0, 0) in (0, *range(10, 41)) and all(n == 0 or n >= 10 for n in sizes.values()):
        assert hidden_groups(sizes, 10) == set()


def test_the_smallest_of_the_others_goes_too():
    assert hidden_groups({1: 400, 2: 60, 3: 90, 4: 4}, 10) == {2, 4}


def test_those_in_no_segment_count_as_hidden():
    assert hidden_groups({0: 3, 1: 400, 2: 50}, 10) == {2}
    assert hidden_groups({0: 30, 1: 400, 2: 5}, 10) == {2}
