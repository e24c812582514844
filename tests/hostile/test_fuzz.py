"""Whatever comes in, the answer is a result or a clear error. `python -m tests.hostile` tries thousands."""

import pytest

from tests.hostile.fuzzing import CLEAR, RESULT, fuzz, outcome

SAMPLE = {"contracts": 25, "tables": 12, "parameters": 25, "history": 60}


@pytest.mark.parametrize("kind", SAMPLE)
def test_damaged_input_gives_a_result_or_a_clear_error(kind, tmp_path):
    counts, unclear = fuzz(kind, range(SAMPLE[kind]), tmp_path)
    assert unclear == []
    assert sum(counts.values()) == SAMPLE[kind]
    assert counts[CLEAR if kind != "history" else RESULT] > SAMPLE[kind] // 4


def test_what_is_unclear_would_be_noticed():
    assert outcome(lambda: 1 / 0).startswith("ZeroDivisionError")
