"""Run the long checks and write what they found: `make evidence`, or `make evidence ONLY="coverage recovery"`.

A run may be stopped at any time: cases that are done are kept, and the summary of those is written by `WRITE=only`.
"""

from __future__ import annotations

import os
import sys

from tests.evidence.page import read_results, write_page, write_results
from tests.evidence.results import kept_cases, run_cases
from tests.evidence.sections import SECTIONS
from tests.evidence.sources import hash_code


def main() -> int:
    only = os.environ.get("ONLY", "").split()
    unknown = set(only) - {section.NAME for section in SECTIONS}
    if unknown:
        known = ", ".join(section.NAME for section in SECTIONS)
        print(f"ONLY: no section is called {', '.join(sorted(unknown))}; there are {known}", file=sys.stderr)
        return 2
    processes = int(os.environ.get("PROCESSES") or os.cpu_count() or 1)
    results = read_results()
    for section in SECTIONS:
        if only and section.NAME not in only:
            continue
        cases = section.cases()
        if os.environ.get("WRITE") != "only":
            run_cases(section, cases, processes)
        pairs = kept_cases(section, cases)
        if pairs:
            code = hash_code(*section.CODE)
            results = read_results()  # another run may have written its sections meanwhile
            results[section.NAME] = {"code": code, "cases": len(pairs), "of": len(cases), **section.summarise(pairs)}
            write_results(results)
            write_page(results)
    broken = [limit for one in results.values() for limit in one["limits"] if not limit["kept"]]
    for limit in broken:
        print(f"not kept: {limit['what']}: {limit['value']} ({limit['limit']})", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
