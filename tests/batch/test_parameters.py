"""Parameters are what they are meant to be, or the message says what they should have been."""

import pytest

from personas.batch.overrides import parse_overrides
from personas.errors import InputError
from personas.parameters import GALLERY, PARAMETERS, STAGES, check_parameters


@pytest.mark.parametrize(
    "values",
    [
        {"n_segments": None, "max_segments": 8, "seed": 0},
        {"n_segments": 5, "min_segment_share": 0, "min_dist": 0.1},
        {"dataset": "complete_journey", "workspace": "batch", "data": None},
        {"data": "some/folder"},
    ],
)
def test_sound_values_pass(values):
    check_parameters("02_segments", **values)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_segments", "5"),
        ("n_segments", 5.0),
        ("n_segments", True),
        ("n_segments", 0),
        ("n_segments", 51),
        ("max_segments", None),
        ("seed", -1),
        ("seed", 2**32),
        ("min_dist", float("nan")),
        ("min_dist", 1.5),
        ("dataset", "../x"),
        ("dataset", None),
        ("workspace", "labs"),
        ("data", 7),
    ],
)
def test_unsound_value_is_named_with_what_was_expected(name, value):
    with pytest.raises(InputError) as caught:
        check_parameters("02_segments", **{name: value})
    (problem,) = caught.value.problems
    assert problem.place == f"parameter {name}"
    assert problem.expected


def test_all_problems_are_said_at_once():
    with pytest.raises(InputError) as caught:
        check_parameters("02_segments", seed="x", n_segments=-1, n_segmnts=3)
    assert len(caught.value.problems) == 3
    assert 'did you mean "n_segments"?' in str(caught.value)


def test_parameter_of_another_notebook_is_unknown():
    with pytest.raises(InputError):
        check_parameters("01_customers", n_segments=5)


def test_table_of_parameters_is_consistent():
    assert len({parameter.name for parameter in PARAMETERS}) == len(PARAMETERS)
    for parameter in PARAMETERS:
        assert set(parameter.stages) <= {*STAGES, *GALLERY}
        assert parameter.meaning and parameter.expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x=5", 5),
        ("x=-0.5", -0.5),
        ("x=1e3", 1000.0),
        ("x=None", None),
        ("x=True", True),
        ("x=word", "word"),
        ("x=", ""),
        ("x='two words'", "two words"),
        ("x=__import__('os')", "__import__(os)"),
        ("x=$(id)", "$(id)"),
        ("x=a=b", "a=b"),
        ("x=" + "(" * 5000, "(" * 5000),
    ],
)
def test_override_becomes_the_value_that_was_meant(text, value):
    values, problems = parse_overrides(text)
    assert problems == []
    assert values == {"x": value}
    assert type(values["x"]) is type(value)


@pytest.mark.parametrize("text", ["seed", "=5", "seed = 5", "x='open", "a=1 a=2"])
def test_override_that_cannot_be_read_is_a_problem(text):
    assert parse_overrides(text)[1]
