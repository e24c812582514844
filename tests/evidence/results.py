"""Results of cases, kept a line a case until the code changes, so that a long run can be stopped and taken up again."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

KEPT = Path(__file__).parent / ".cache"
Params = dict[str, Any]


def key_of(params: Params) -> str:
    return json.dumps(params, sort_keys=True)


def read_kept(section: str, code: str) -> dict[str, dict]:
    """Case → what was found with this code; a last line that was cut off by a stop is left out."""
    path = KEPT / f"{section}.jsonl"
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue
        if row["code"] == code:
            found[key_of(row["case"])] = row["found"]
    return found


def write_kept(section: str, code: str, params: Params, found: dict) -> None:
    KEPT.mkdir(exist_ok=True)
    with (KEPT / f"{section}.jsonl").open("a", encoding="utf-8") as lines:
        lines.write(json.dumps({"code": code, "case": params, "found": found}) + "\n")


def run_cases(
    section: str, code: str, cases: Sequence[Params], run: Callable[[Params], dict], processes: int
) -> dict[str, dict]:
    """Run the cases that are not kept yet, each in a process of one thread; {case: what was found}."""
    found = read_kept(section, code)
    todo = [params for params in cases if key_of(params) not in found]
    start = shown = time.monotonic()
    with ProcessPoolExecutor(processes) as pool:
        running = {pool.submit(run, params): params for params in todo}
        for done, future in enumerate(as_completed(running), 1):
            params = running[future]
            found[key_of(params)] = future.result()
            write_kept(section, code, params, found[key_of(params)])
            now = time.monotonic()
            if now - shown > 20 or done == len(todo):
                left = (now - start) / done * (len(todo) - done)
                print(f"{section}: {done} of {len(todo)}, {left / 60:.0f} min left", file=sys.stderr, flush=True)
                shown = now
    wanted = {key_of(params) for params in cases}
    return {key: found[key] for key in sorted(wanted & found.keys())}
