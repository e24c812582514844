"""The figures of docs/safety.md: each count with the command that makes it again."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "safety.md"
RESULTS = Path(__file__).parent / "results.json"
PLACE = re.compile(r"(?s)(<!-- figures -->\n).*(<!-- end of figures -->)")


@dataclass(frozen=True)
class Figure:
    """What was tried how often, and how often it went wrong in the way that `wrong_means` names."""

    what: str
    tried: int
    wrong: int
    wrong_means: str
    command: str


def write_figure(part: str, figure: Figure) -> None:
    """Keep a figure as soon as it is counted, in the place of the one before, and bring the page's table up to date."""
    results = read_results()
    rows = results.setdefault(part, [])
    places = [place for place, row in enumerate(rows) if row["what"] == figure.what] or [len(rows)]
    rows[places[0] : places[0] + 1] = [asdict(figure)]
    RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(PLACE.sub(lambda found: found.group(1) + table(results) + found.group(2), page), encoding="utf-8")


def read_results() -> dict[str, list[dict]]:
    return json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}


def table(results: dict[str, list[dict]]) -> str:
    lines = ["| what | tried | wrong | wrong means | again |", "| --- | ---: | ---: | --- | --- |"]
    for part in sorted(results):
        for row in results[part]:
            lines.append(
                f"| {row['what']} | {row['tried']:,} | {row['wrong']:,} | {row['wrong_means']} | `{row['command']}` |"
            )
    return "\n".join(lines) + "\n"
