"""Results of cases, kept a line a case until the code changes, so that a long run can be stopped and taken up again."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from pathlib import Path
from typing import Any

from tests.evidence.sources import hash_code

KEPT = Path(__file__).parent / ".cache"
Params = dict[str, Any]


def key_of(params: Params) -> str:
    return json.dumps(params, sort_keys=True)


def read_kept(section: str) -> dict[tuple[str, str], dict]:
    """(code, case) → what was found; a last line that was cut off by a stop is left out."""
    path = KEPT / f"{section}.jsonl"
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue
        found[row["code"], key_of(row["case"])] = row["found"]
    return found


def write_kept(section: str, code: str, params: Params, found: dict) -> None:
    KEPT.mkdir(exist_ok=True)
    with (KEPT / f"{section}.jsonl").open("a", encoding="utf-8") as lines:
        lines.write(json.dumps({"code": code, "case": params, "found": found}) + "\n")


def _one_thread() -> None:
    from threadpoolctl import threadpool_limits

    os.environ["OMP_NUM_THREADS"] = "1"  # for what is loaded later
    threadpool_limits(1)  # for what is loaded already


def kept_cases(section, cases: Sequence[Params]) -> list[tuple[Params, dict]]:
    """The cases whose results are there for the code as it is now, with these."""
    kept = read_kept(section.NAME)
    pairs = [(case, kept.get((code_of(section, case), key_of(case)))) for case in cases]
    return [(case, found) for case, found in pairs if found is not None]


@cache
def _hashed(entries: tuple[str, ...]) -> str:
    return hash_code(*entries)


def code_of(section, case: Params) -> str:
    """Hash of the code that a case of this section depends on."""
    return _hashed(section.code_of(case) if hasattr(section, "code_of") else section.CODE)


def run_cases(section, cases: Sequence[Params], processes: int) -> None:
    """Run the cases that are not kept yet, each in a process of one thread, and keep what they find."""
    kept = {key_of(case) for case, _found in kept_cases(section, cases)}
    todo = [case for case in cases if key_of(case) not in kept]
    code = {key_of(case): code_of(section, case) for case in todo}
    start = shown = time.monotonic()
    with ProcessPoolExecutor(processes, initializer=_one_thread) as pool:
        running = {pool.submit(section.run, case): case for case in todo}
        for done, future in enumerate(as_completed(running), 1):
            case = running[future]
            write_kept(section.NAME, code[key_of(case)], case, future.result())
            now = time.monotonic()
            if now - shown > 20 or done == len(todo):
                left = (now - start) / done * (len(todo) - done)
                print(f"{section.NAME}: {done} of {len(todo)}, {left / 60:.0f} min left", file=sys.stderr, flush=True)
                shown = now
