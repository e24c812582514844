"""What other stages hand over beside: there, missing, or of other customers."""

import pandas as pd
import pytest

from personas.handover import open_workspace, write_model, write_table
from personas.profiles import read_supplements
from personas.segments import Evidence
from tests.report import examples


@pytest.fixture
def workspace(tmp_path):
    return open_workspace("shop", "batch", root=tmp_path)


def write_divisions(workspace, members, refits):
    write_table(workspace, "membership", pd.DataFrame({"customer_id": members, "segment": 1}))
    write_table(workspace, "refits", pd.DataFrame({"customer_id": refits, "k_2": 1}))
    evidence = next(value for value in examples.inputs(2).values() if isinstance(value, Evidence))
    write_model(workspace, "evidence", evidence)


def test_nothing_is_there_before_other_stages_ran(workspace):
    more = read_supplements(workspace)
    assert more.refits is None
    assert more.themes is None


def test_other_divisions_are_read(workspace):
    write_divisions(workspace, ["a", "b"], ["a", "b"])
    assert list(read_supplements(workspace).refits["k_2"]) == [1, 1]


@pytest.mark.parametrize("refits", [["b", "a"], ["a"], ["a", "c"]])
def test_divisions_of_other_customers_count_as_missing(workspace, refits):
    write_divisions(workspace, ["a", "b"], refits)
    assert read_supplements(workspace).refits is None
