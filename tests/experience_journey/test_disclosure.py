"""What is hidden stays hidden: no small group is left when everything shown is taken from the base."""

from hypothesis import given
from hypothesis import strategies as st

from personas.experience.disclosure import shown_parts, shown_segments

COUNTS = st.dictionaries(st.integers(1, 9), st.integers(0, 60), min_size=1, max_size=9)


@given(COUNTS, st.integers(2, 20))
def test_no_small_group_is_shown_or_left_over(counts, min_group):
    shown = shown_segments(counts, min_group)
    assert all(counts[s] == 0 or counts[s] >= min_group for s in shown)
    left = sum(counts.values()) - sum(counts[s] for s in shown)
    assert left == 0 or left >= min_group or not shown or all(counts[s] == 0 for s in shown)


@given(COUNTS, COUNTS, st.integers(2, 20))
def test_both_sides_of_a_share_are_groups(yes, no, min_group):
    shown = shown_parts(yes, {s: no.get(s, 0) for s in yes}, min_group)
    for segment in shown - {0}:
        assert all(side == 0 or side >= min_group for side in (yes[segment], no.get(segment, 0)))


def test_a_base_that_is_a_small_group_shows_nothing():
    assert shown_segments({1: 4, 2: 3}, 10) == set()
    assert shown_parts({1: 4}, {1: 400}, 10) == set()
