"""Names that an analyst gives and names that the library works out must not meet."""

from types import SimpleNamespace

import pytest

from personas.customers import build_customers, find_name_clashes
from personas.errors import InputError


def dataset_with(*names):
    return SimpleNamespace(name="acme", attributes=tuple(SimpleNamespace(name=name) for name in names))


@pytest.mark.parametrize("name", ["frequency", "sales", "mix_fuel"])
def test_attribute_named_like_a_computed_feature_is_refused_with_the_fix(name):
    with pytest.raises(InputError) as stopped:
        build_customers(dataset_with("age", name))
    (problem,) = stopped.value.problems
    assert problem.place == f"data/acme/dataset.yml: customers.attributes.{name}"
    assert f"{name}_given" in problem.fix


def test_other_names_are_free():
    assert find_name_clashes(dataset_with("age", "frequency_given", "region")) == []
