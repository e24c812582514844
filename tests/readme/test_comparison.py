"""What the README says of others is what `make evidence` and `make bench` counted."""

import json
import re

from tests.benchmarks.__main__ import RESULTS as TIMED
from tests.benchmarks.bench_report import WAIT
from tests.copies import ROOT
from tests.evidence.page import read_results

README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("## Beside what people use today")[2]
SECTION = SECTION.partition("\n## ")[0]
WAYS = {
    "this project": "this project",
    "k-means, best silhouette": "k-means by silhouette",
    "k-means, elbow": "elbow of k-means (kneed)",
    "Gaussian mixture, least BIC": "Gaussian mixture by BIC",
    "HDBSCAN alone": "HDBSCAN",
    "fifths of recency, frequency and value": "RFM quintiles",
    "phenocluster 0": "phenocluster",
}


WAITED = {str(WAIT)}


def rows(start):
    """The cells of the lines of a table that begins with the words, head left out."""
    table = SECTION.partition(f"| {start}")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in table.splitlines()[2:]]


def shown(number, digits=2):
    return "–" if number is None else f"{number:.{digits}f}"


def test_segments_of_others_are_those_that_were_counted():
    counted = {row["way"]: row for row in read_results()["peers"]["rows"]}
    told = rows("choosing segments by")
    assert len(told) == len(WAYS) == len(counted)
    for name, noise, recovered, seconds in told:
        (way,) = [way for words, way in WAYS.items() if name.startswith(words)]
        row = counted[way]
        assert noise == row["segments in noise"]
        kinds = ("recovery", "recovery, overlapping", "recovery, shoppers")
        assert recovered == ", ".join(shown(row[kind]) for kind in kinds)
        assert abs(float(seconds) - row["seconds"]) <= (0.051 if row["seconds"] > 10 else 0.0051)


def test_refusals_are_those_that_were_counted():
    families = read_results()["structureless"]["rows"]
    wrong = sum(row["natural"] + row["reproducible"] for row in families)
    assert f"{wrong} of {sum(row['tables'] for row in families):,} was said to have" in SECTION.replace("\n", " ")


def test_every_figure_on_reports_was_measured():
    rows_of = json.loads(TIMED.read_text(encoding="utf-8"))["bench_report"]["rows"]
    told = " ".join(f"{row['told']} {row['ours']:.2f} {row['plain']:.2f}" for row in rows_of)
    measured = set(re.findall(r"[\d.,]*\d", told))
    for _what, *cells in rows("one report of"):
        for cell in cells:
            assert set(re.findall(r"[\d.,]*\d", cell)) <= measured | WAITED, cell


def test_what_is_said_of_millions_was_measured():
    timed = json.loads(TIMED.read_text(encoding="utf-8"))
    part = README.partition("## When you outgrow one machine")[2].partition("PySpark is an extra")[0]
    for name in ("bench_customers_50m", "bench_assignment"):
        for row in timed[name]["rows"]:
            share = row["ours"] / row["plain"]
            assert f"{share:.2f} of" in part or f"{share:.1f} times the time" in part, row["plain_way"]
    whole = next(row for row in timed["bench_endtoend"]["rows"] if "1,000,000 customers" in row["task"])
    assert f"{whole['ours'] / whole['plain']:.1f} times\nas long as a hundred thousand, within 4 GB" in part
    assert whole["kept"] and not whole["differs"], "more memory than 4 GB is a difference"
