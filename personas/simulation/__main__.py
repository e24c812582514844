"""``python -m personas.simulation demo --customers 4000 --seed 7 --to data/demo``"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from personas.errors import InputError
from personas.simulation.population import PLANS, simulate


def main(arguments: list[str] | None = None) -> int:
    """Simulate a dataset from the command line; returns the exit code, 2 for wrong input."""
    parser = argparse.ArgumentParser(prog="python -m personas.simulation", description="Simulate a dataset.")
    parser.add_argument("dataset", help=" or ".join(PLANS))
    parser.add_argument("--customers", type=int, default=4_000, help="rows of the customers table, 500 to 10,000,000")
    parser.add_argument("--seed", type=int, default=7, help="another seed, other customers")
    parser.add_argument("--to", type=Path, help="folder for the Parquet files; default data/DATASET")
    given = parser.parse_args(arguments)
    folder = given.to or Path("data") / given.dataset
    try:
        truth = simulate(folder, given.dataset, given.customers, given.seed, track=_told)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    rows = sum(truth["rows"].values())
    print(f"{given.dataset}: {truth['customers']:,} customers, {rows:,} rows in {folder} (truth in truth.json)")
    return 0


def _told(blocks: range):
    """Pass blocks on, with a line on stderr every few seconds when it takes that long."""
    began = said = time.monotonic()
    for done, first in enumerate(blocks):
        now = time.monotonic()
        if done and now - said > 5:
            left = (now - began) / done * (len(blocks) - done)
            print(f"simulation: {done / len(blocks):.0%}, about {left:.0f} s left", file=sys.stderr)
            said = now
        yield first


if __name__ == "__main__":
    sys.exit(main())
