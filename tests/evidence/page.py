"""Writes the summary for the tests (results.json) and for readers (docs/evidence.md)."""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).parent / "results.json"
PAGE = ROOT / "docs" / "evidence.md"

HEAD = """# What the methods promise, counted

<!-- Made by `make evidence`. Do not edit. -->

Every figure in a report rests on a method, and every method can be tried out on tables of which the truth is known.
This page says what came of it. `make evidence` runs the cases again that the code has changed for (an hour or more the
first time; it may be stopped and taken up again), `make test` repeats a sample and holds this page to its limits.
"""
TEXTS = {
    "structureless": (
        "One population, called one population",
        "Tables of one population, in seven families, each with many draws of 300 to 450 customers and 6 to 10 "
        "columns. There is nothing to find; *none* and *constructive* (a useful division, not a natural one) are right "
        "answers, *natural* and *reproducible* are wrong ones. At the 5 % level 16 of 200 allow for chance. A table is "
        "*settled by separation alone* when the first tables to compare with leave no doubt; the rest of the evidence "
        "is then not gathered.",
    ),
    "recovery": (
        "Planted segments, recovered",
        "500 customers of four segments, one thing made harder at a time. *Separation* is the distance between "
        "neighbouring centres in standard deviations. Recovery is the adjusted Rand index with the planted labels "
        "(1 = all found, 0 = chance), at the number of segments that was chosen and at the true one; the ceiling is "
        "what a linear discriminant reaches that was told the labels. *Structure*: called natural or reproducible. Up "
        "to six segments were allowed. *Clearly planted* are tables of separation 5 and more of which nothing else was "
        "made harder. Where one segment is small (28 customers at sizes 6 : 1), half of the columns are noise or cells "
        "are empty, the word *borderline* comes often: halves of a small segment predict each other unevenly, and "
        "the interval of prediction strength spans its threshold.",
    ),
    "peers": (
        "What one would otherwise do",
        "The same tables, prepared for the others as well as is common (logarithms of skewed amounts, scores for "
        "ordered answers, indicators, blanks as the median, everything standardised), two to six segments. "
        "*Recovery* is the median adjusted Rand index with the planted labels, on clearly planted tables "
        "(separation 5 and 7, made harder in five ways), on overlapping ones (separation 3) and on shoppers with "
        "recency, frequency and value. *Segments in noise*: tables of one population in which a way says that "
        "there are segments. *Repeats*: agreement of pairs of bootstrap samples on clearly planted tables. "
        "*Seconds* a table, one thread; ours include all tables without segments that it compares with.",
    ),
    "false_alarms": (
        "Two runs, one after the other",
        "1,000 customers described twice, in four segments unless the number is what was planted. Between some pairs "
        "nothing happened: the second lot of customers is drawn from the same population, or they are the same "
        "customers a period later. A *false alarm* is anything told as changed beyond chance: a persona, a KPI, a "
        "pain point, a statement, an input. At the 5 % level 16 of 200 allow for chance. Between others one thing was "
        "planted, and *found* counts the pairs in which it is told as what it is. A segment *too unstable to follow* "
        "is told as such and is no alarm.",
    ),
    "seeds": (
        "The same customers, other seeds",
        "The verdict on real customers under twenty seeds of every resample. An answer that chance could move should "
        "say so (*borderline*); another answer that does not is the failure that is counted.",
    ),
    "statements": (
        "Statements about personas, true of the population",
        "500 customers, divided in four and described; the truth is what the same division finds in 20,000 others of "
        "the same population. A statement is *false* where the population's difference is none (below 0.05 in Cohen's "
        "d or h) or the other way; the share is a mean over data sets, nothing told counting as nothing false. Twenty "
        "features that formed no segment come with each table, ten of them planted. *Planted* is whatever sets a "
        "recovered segment apart by 0.5 or more in the population; *found* is the share of it that is told.",
    ),
    "coverage": (
        "Intervals that hold the truth",
        "Share of 4,000 samples a cell whose 95 % interval holds the population's value; cells differ in the "
        "population and in the number of customers, from 30 to 1,000: five mixes of promoters, shares of 5 to 90 %, "
        "ratings, normal and exponential values, spend (gamma, skewness 2.2), times with up to 40 % censored. Samples "
        "in which the figure is reported as not measured do not count. Beyond this grid Student's interval of a mean "
        "falls short: for log-normal spend with a log standard deviation of 1 it holds the truth in 89 % of samples "
        "of 30 and 91 % of 100, with 1.3 in 83 % and 87 %, so that means of very skewed money from few customers are "
        "to be read with care.",
    ),
}
SHARES = {"mean", "least", "most"}


def read_results() -> dict:
    return json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}


def write_results(results: dict) -> None:
    text = json.dumps(results, indent=1, ensure_ascii=False)
    RESULTS.write_text(text + "\n", encoding="utf-8")


def write_page(results: dict) -> None:
    PAGE.write_text(describe(results), encoding="utf-8")


def describe(results: dict) -> str:
    """The page in Markdown."""
    parts = [HEAD]
    for name, (title, text) in TEXTS.items():
        if name not in results:
            continue
        one = results[name]
        parts += [f"## {title}\n", f"{text}\n", table_of(one["rows"])]
        parts += [f"- {said}\n" for said in one.get("said", ())]
        parts += [""] * bool(one.get("said"))
        if one["limits"]:
            parts.append(table_of([_limit(limit) for limit in one["limits"]]))
        whole = "" if one["cases"] == one["of"] else f" of {one['of']:,}: the others have not been run"
        parts.append(f"{one['cases']:,} cases{whole}. Code `{one['code']}`.\n")
    return "\n".join(parts).rstrip() + "\n"


def _limit(limit: dict) -> dict:
    return {
        "promised": limit["what"],
        "found": limit["value"],
        "limit": limit["limit"],
        "kept": "yes" if limit["kept"] else "**no**",
    }


def table_of(rows: list[dict]) -> str:
    names = list(rows[0])
    lines = ["| " + " | ".join(name.replace("_", " ") for name in names) + " |"]
    right = ["---:" if isinstance(rows[0][name], int | float) else "---" for name in names]
    lines.append("| " + " | ".join(right) + " |")
    lines += ["| " + " | ".join(_cell(name, row[name]) for name in names) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(name: str, value) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{100 * value:.1f} %" if name in SHARES else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
