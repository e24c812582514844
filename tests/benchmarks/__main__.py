"""Run the benchmarks, print a table and write docs/benchmarks.md: `make bench`, or `make bench ONLY=segments`.

`SIZE=small` runs them in seconds and writes nothing.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from tests.benchmarks.contest import as_row, contests_of, describe_machine, files, hold_all

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).parent / "results.json"
PAGE = ROOT / "docs" / "benchmarks.md"
HEAD = """# How fast, beside what one would otherwise write

<!-- Made by `make bench`. Do not edit. -->

Each task is done by this project and by the plain way in turns, within one run, on the same data, with the same cores;
seconds are medians. *Times faster* is the plain way's seconds over ours. Where both give figures, these are compared.
"""


def main() -> int:
    size, only = os.environ.get("SIZE") or "full", os.environ.get("ONLY", "")
    names = files(only)
    if not names or size not in ("small", "full"):
        print(f"ONLY: one of {', '.join(files())}; SIZE: small or full", file=sys.stderr)
        return 2
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    kept = True
    for name in names:
        facts = describe_machine()
        rows = [as_row(timing) for timing in hold_all(contests_of(name, size))]
        for row in rows:
            print(f"{row['task']}, against {row['plain_way']}: {sentence(row)}", flush=True)
        kept &= all(row["kept"] for row in rows)
        results[name + os.environ.get("BENCH_AS", "")] = {"rows": rows, "machine": facts}
        if size == "full":
            RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            PAGE.write_text(describe(results), encoding="utf-8")
    return 0 if kept else 1


def sentence(row: dict) -> str:
    """One contest in words."""
    wanted = "" if row["wanted"] is None else f", wanted {row['wanted']:g}"
    differs = f"; {row['differs']}" if row["differs"] else ""
    told = f"; {row['told']}" if row.get("told") else ""
    return (
        f"{row['ours']:.2f} s against {row['plain']:.2f} s, {_ratio(row['ratio'])} times faster{wanted}{differs}{told}"
    )


def _ratio(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio >= 1 else f"{ratio:.2f}"


def describe(results: dict) -> str:
    """The page in Markdown."""
    lines = [
        HEAD,
        "| task | plain way | ours | plain | times faster | promised |",
        "| --- | --- | ---: | ---: | ---: | --- |",
    ]
    for one in results.values():
        lines += [_line(row) for row in one["rows"]]
    lines += [
        "",
        "For the record: R's `bootFlexclust` took 9.7 s for 20 pairs of each of k = 2 … 8 on 1,000 × 20 answers, "
        "where the plain scikit-learn loop took 2.8 s.",
        "",
        "Machines:",
        "",
    ]
    lines += [f"- {name.removeprefix('bench_')}: {_facts(one['machine'])}" for name, one in results.items()]
    return "\n".join(lines) + "\n"


def _line(row: dict) -> str:
    promised = "for the record"
    if row["wanted"] is not None:
        promised = f"{row['wanted']:g}, {'kept' if row['kept'] else '**not kept**'}"
    if row["differs"]:
        promised += f"; {row['differs']}"
    cells = [
        row["task"] + (f"; {row['told']}" if row.get("told") else ""),
        row["plain_way"],
        f"{row['ours']:.2f} s",
        f"{row['plain']:.2f} s",
        _ratio(row["ratio"]),
        promised,
    ]
    return "| " + " | ".join(cells) + " |"


def _facts(machine: dict) -> str:
    return ", ".join(f"{name} {value}" for name, value in machine.items())


if __name__ == "__main__":
    sys.exit(main())
