"""``python -m tests.hostile``: thousands of damaged inputs, and every attack; the counts go to docs/safety.md.

Takes some minutes. ``python -m tests.hostile 0.1`` tries a tenth of the damaged inputs.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest

from tests.hostile.figures import Figure, write_figure
from tests.hostile.fuzzing import fuzz

NUMBERS = {"contracts": 1_000, "tables": 300, "parameters": 1_000, "history": 2_000}
COMMAND = "python -m tests.hostile"
SUITES = {
    "test_bombs.py": ("Files that unfold or are too large", "no clear error, or out of bounds"),
    "test_reach.py": ("Queries, addresses, paths and names that reach further than declared", "something was reached"),
    "test_parameters.py": ("Parameters and folder names that are code", "something was run"),
    "test_whole_run.py": ("Checks of a shop of attacks, through make without a network", "run, fetched, or personal"),
}


class Counter:
    """Counts what pytest ran; what was skipped was not tried."""

    def __init__(self) -> None:
        self.tried = self.wrong = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and not report.skipped:
            self.tried += 1
        self.wrong += report.failed


def main() -> None:
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    with tempfile.TemporaryDirectory() as folder:
        for kind, most in NUMBERS.items():
            counts, unclear = fuzz(kind, range(round(most * share)), Path(folder))
            print(f"{kind}: {counts}", *unclear, sep="\n    ", flush=True)
            tried = sum(counts.values()) + len(unclear)
            meaning = "neither a result nor a clear error"
            write_figure("hostile", Figure(f"Damaged {kind}", tried, len(unclear), meaning, COMMAND))
    for file, (what, meaning) in SUITES.items():
        counter, command = Counter(), f"pytest tests/hostile/{file}"
        pytest.main(["-q", "-W", "ignore", str(Path(__file__).parent / file)], plugins=[counter])
        write_figure("hostile", Figure(what, counter.tried, counter.wrong, meaning, command))


if __name__ == "__main__":
    main()
