"""A first run has nothing to compare with, and says so; a second one is not passed off as compared."""

import pytest

from personas.changes import compare_runs
from tests.experience.households import customers_of, household_table
from tests.profiles.divided import describe, divide


@pytest.fixture(scope="module")
def personas():
    customers = customers_of(household_table())
    return describe(customers, divide(customers, 2))


def test_the_first_run_says_that_there_is_none_before_it(personas):
    changes = compare_runs(personas)
    assert changes.first_run
    assert "First run" in changes.sentence
    assert personas.dataset.title in changes.sentence


def test_a_second_run_is_not_passed_off_as_the_first(personas):
    with pytest.raises(NotImplementedError):
        compare_runs(personas, personas)
