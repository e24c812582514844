"""What is offered explains itself: what goes in and out, which errors there are, an example that runs."""

import ast
import doctest
import inspect
import re
from importlib import import_module

import pytest

import personas
from tests.types.test_types import FUNCTIONS, STAGES

OFFERED = sorted(
    (module, name)
    for module in ("personas", *(f"personas.{stage}" for stage in STAGES))
    for name in import_module(module).__all__
    if callable(getattr(import_module(module), name)) or inspect.isclass(getattr(import_module(module), name))
)


def offered(module, name):
    return getattr(import_module(module), name)


def raised_by(function):
    """Names of the errors that a function's own lines raise anew."""
    tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(function)))
    raised = (node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise))
    names = (call.func.id for call in raised if isinstance(call, ast.Call) and isinstance(call.func, ast.Name))
    return {name for name in names if name[0].isupper()}  # and not what makes an error, whose name is its own


@pytest.mark.parametrize(("module", "name"), OFFERED)
def test_what_is_offered_says_what_it_is(module, name):
    text = inspect.getdoc(offered(module, name)) or ""
    first = text.partition("\n")[0]
    assert len(first) >= 15 and re.match(r"[A-Z(]", first), text


@pytest.mark.parametrize(("module", "name"), FUNCTIONS)
def test_functions_name_the_errors_that_they_raise(module, name):
    function = offered(module, name)
    text = inspect.getdoc(function)
    assert [error for error in raised_by(function) if error not in text] == []


@pytest.mark.parametrize("name", personas.__all__)
def test_each_name_of_the_package_has_an_example(name):
    assert doctest.DocTestParser().get_examples(inspect.getdoc(getattr(personas, name)))
