"""KPIs, ratings, consistency and journey from contacts and answers, against hand-written SQL for the same figures.

Both give every figure for the base and four segments with what its interval needs: sums over customers as clusters.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from personas.customers.feedback import list_questions
from personas.dataset.engine import hold as held
from personas.experience.comparison import Group
from personas.experience.journey.consistency import measure_consistency
from personas.experience.journey.stages import measure_stages
from personas.experience.kpis.answers import measure_answers
from personas.experience.kpis.contacts import measure_contacts
from personas.experience.measures import with_feedback_at_hand
from tests.benchmarks.shop import open_shop, plain_engine, size_of

SEGMENTS = (1, 2, 3, 4)
NEAR = 1e-6


@cache
def shop(lines: int):
    dataset, place = open_shop(lines)
    ids = pd.read_parquet(place / "people.parquet")["customer"].sort_values(ignore_index=True)
    segment = 1 + np.arange(len(ids)) % len(SEGMENTS)
    return dataset, place, pd.DataFrame({"customer_id": ids, "segment": segment, "weight": np.ones(len(ids), "int8")})


def ours(lines: int) -> dict[tuple, tuple]:
    dataset, _, members = shop(lines)
    dataset = with_feedback_at_hand(dataset)
    members = held(dataset.connection, members)
    tables, groups = dataset.tables, Group(SEGMENTS, (), 10)
    questions = list_questions(tables["feedback"])
    kpis, ratings = measure_answers(tables["feedback"], questions, members, groups)
    kpis += measure_contacts(tables["interactions"], members, groups)
    found = {
        (kpi.label, number): told(kpi.estimate)
        for by in (*kpis, *ratings) for number, kpi in by.items() if kpi.estimate.measured
    }  # fmt: skip
    for entry in measure_consistency(tables["feedback"], questions, members, groups, 7):
        found |= {(entry.touchpoint, way.channel, 0): told(way.rating) for way in entry.channels}
    for number, cells in measure_stages(tables, dataset.contract.stages, members, groups).items():
        for cell in cells:
            place = (cell.stage, cell.touchpoint)
            found |= {
                (*place, "there", number): (cell.share.value, None),
                (*place, "each", number): (cell.contacts, None),
            }
            found |= {(*place, "felt", number): told(cell.feeling), (*place, "before", number): told(cell.before)}
            for way in (*cell.channels, *cell.environments):
                found[*place, way.name, number] = (way.share, None)
    return {key: value for key, value in found.items() if value[0] is not None}


def told(estimate) -> tuple:
    """Value, and half the interval where it is Student's."""
    if estimate is None or estimate.value is None:
        return None, None
    return estimate.value, (estimate.high - estimate.low) / 2 if "Student" in estimate.method else None


def clustered(c: str, x: str, q: str, name: str) -> str:
    """Columns with what a ratio Σx / Σc over customers and its variance need."""
    sums = {"n": c, "x": x, "q": q, "cc": f"{c} * {c}", "cx": f"{c} * {x}", "xx": f"{x} * {x}"}
    columns = [f"sum({value}) AS {name}_{part}" for part, value in sums.items()]
    return ", ".join([*columns, f"count(*) FILTER ({c} > 0) AS {name}_k"])


GOOD = "(score / 10)"
VOTE = "(CASE WHEN score >= 9 THEN 1 WHEN score <= 6 THEN -1 ELSE 0 END)"
ANSWER = f"""count(*) AS n, sum({GOOD}) AS good, sum({GOOD} * {GOOD}) AS good2, sum({VOTE}) AS net,
    sum(abs({VOTE})) AS voted, count(*) FILTER (score >= 9) AS top, count(*) FILTER (score > 5) AS easy,
    count(expectation) AS paired, coalesce(sum((score - expectation) / 10), 0) AS gap,
    coalesce(sum(((score - expectation) / 10) ** 2), 0) AS gap2"""
FIVE = ", ".join(
    clustered(*part) for part in (
        ("n", "good", "good2", "score"), ("n", "net", "voted", "net"), ("n", "top", "top", "top"),
        ("n", "easy", "easy", "easy"), ("paired", "gap", "gap2", "gap"),
    )
)  # fmt: skip
RATED = "metric IN ('csat', 'rating')"
FELT = f"count(*) AS n, sum({GOOD}) AS good, sum({GOOD} * {GOOD}) AS good2"
SAID = clustered("n", "good", "good2", "score")
SURVEY = "touchpoint ILIKE '%survey%'"


def hand_written(lines: int) -> dict[tuple, tuple]:
    """One query a question, each adding up customers first, as one writes them."""
    _, place, members = shop(lines)
    engine = plain_engine()
    engine.register("given", members)
    engine.execute("CREATE TEMP TABLE members AS SELECT customer_id AS customer, segment FROM given")
    engine.execute(f"CREATE VIEW contacts AS FROM '{place}/contacts.parquet'")
    engine.execute(f"CREATE VIEW answers AS FROM '{place}/answers.parquet'")

    def ask(inner: str, table: str, where: str, by: str, outer: str) -> pd.DataFrame:
        keys = f", {by}" if by else ""
        return engine.sql(
            f"SELECT segment{keys}, {outer} FROM (SELECT customer{keys}, {inner} FROM {table} WHERE {where} "
            f"GROUP BY customer{keys}) JOIN members USING (customer) GROUP BY segment{keys}"
        ).df()

    flags = {
        "Self-service": ("self_service", "self_service"),
        "By phone or tablet": ("device", "device IN ('phone', 'tablet')"),
        "Failed or abandoned": ("outcome", "outcome IN ('failed', 'abandoned')"),
    }
    inner = ", ".join(
        f"count({known}) AS n{i}, count(*) FILTER ({yes}) AS x{i}" for i, (known, yes) in enumerate(flags.values())
    )
    outer = ", ".join(clustered(f"n{i}", f"x{i}", f"x{i}", f"f{i}") for i in range(len(flags)))
    found: dict[tuple, tuple] = {}
    contacts = ask(inner, "contacts", f"NOT {SURVEY}", "", outer)
    for i, label in enumerate(flags):
        found |= {(label, number): value for number, value in by_segment(contacts, f"f{i}").items()}
    asked = f"{SURVEY} AND outcome IS NOT NULL"
    ask(
        "count(*) AS n, count(*) FILTER (outcome <> 'no answer') AS x",
        "contacts",
        asked,
        "",
        clustered("n", "x", "x", "s"),
    )
    metrics = ask(ANSWER, "answers", "true", "metric", FIVE)
    for metric, name, label, scale in (
        ("nps", "net", "Recommendation (NPS)", 100), ("csat", "top", "Satisfaction (CSAT)", 1),
        ("csat", "score", "Mean satisfaction", 10), ("ces", "score", "Ease (CES)", 10),
        ("ces", "easy", "Found it easy", 1),
    ):  # fmt: skip
        rows = by_segment(metrics[metrics["metric"] == metric], name, scale, student=name == "score")
        found |= {(label, number): value for number, value in rows.items()}
    eased = ask(ANSWER, "answers", "touchpoint <> '' AND metric = 'ces'", "touchpoint", FIVE)
    rated = ask(ANSWER, "answers", f"touchpoint <> '' AND {RATED}", "touchpoint", FIVE)
    for asked, name, words in (
        (rated, "score", "{}"), (rated, "gap", "{}: against expectation"), (eased, "score", "{}: ease"),
    ):  # fmt: skip
        for touchpoint, rows in asked.groupby("touchpoint"):
            values = by_segment(rows, name, 10, student=True)
            found |= {(words.format(touchpoint), number): value for number, value in values.items()}
    channels = ask(FELT, "answers", f"touchpoint <> '' AND {RATED}", "touchpoint, channel", SAID)
    for (touchpoint, channel), rows in channels.groupby(["touchpoint", "channel"]):
        found[touchpoint, channel, 0] = by_segment(rows, "score", 10, student=True)[0]
    return found | journey(engine, ask, members)


def journey(engine, ask, members: pd.DataFrame) -> dict[tuple, tuple]:
    """The hand-written figures of each place: who was there, how often, by which ways, how it felt."""
    found: dict[tuple, tuple] = {}
    everybody = members["segment"].value_counts().to_dict()
    everybody[0] = len(members)
    seen = ask("count(*) AS many", "contacts", f"stage IS NOT NULL AND NOT {SURVEY}", "stage, touchpoint",
               clustered("1", "many", "many", "c"))  # fmt: skip
    for place, rows in seen.groupby(["stage", "touchpoint"]):
        for number in (0, *SEGMENTS):
            own = rows if number == 0 else rows[rows["segment"] == number]
            found[*place, "there", number] = (own["c_n"].sum() / everybody[number], None)
            found[*place, "each", number] = (own["c_x"].sum() / own["c_n"].sum(), None)
    for way in ("channel", "environment"):
        counted = engine.sql(
            f"SELECT segment, stage, touchpoint, {way} AS way, count(*) AS n "
            "FROM contacts JOIN members USING (customer) "
            f"WHERE stage IS NOT NULL AND {way} IS NOT NULL AND NOT {SURVEY} GROUP BY ALL"
        ).df()
        counted = pd.concat([counted, counted.assign(segment=0)])
        sums = counted.groupby(["stage", "touchpoint", "segment", "way"])["n"].sum()
        shares = sums / sums.groupby(level=[0, 1, 2]).transform("sum")
        found |= {(s, t, w, g): (share, None) for (s, t, g, w), share in shares.items()}
    placed = "stage <> '' AND touchpoint <> ''"
    for word, where in (
        ("felt", RATED), ("felt", "metric = 'emotion' AND moment = 'after'"),
        ("before", "metric = 'emotion' AND moment = 'before'"),
    ):  # fmt: skip
        felt = ask(FELT, "answers", f"{placed} AND {where}", "stage, touchpoint", SAID)
        for place, rows in felt.groupby(["stage", "touchpoint"]):
            values = by_segment(rows, "score", 4, -2, student=True)
            found |= {(*place, word, number): value for number, value in values.items()}
    for by in ("stage, touchpoint", "'everywhere'"):  # who scored a place, and who scored anything
        engine.sql(
            f"SELECT segment, {by}, count(*) FROM (SELECT DISTINCT customer, stage, touchpoint FROM answers "
            f"WHERE {placed} AND metric IN ('csat', 'rating', 'ces')) JOIN members USING (customer) GROUP BY ALL"
        ).df()
    return found


def by_segment(rows: pd.DataFrame, name: str, scale: float = 1.0, shift: float = 0.0, student: bool = False) -> dict:
    """{segment: (value, half the interval or None)}, 0 all segments together."""
    from scipy.stats import t

    sums = rows.groupby("segment")[[f"{name}_{part}" for part in ("n", "x", "cc", "cx", "xx", "k")]].sum().astype(float)
    sums.loc[0] = sums.sum()
    found = {}
    for number, (n, x, cc, cx, xx, k) in zip(sums.index, sums.to_numpy(), strict=True):
        mean = x / n
        error = np.sqrt((xx - 2 * mean * cx + mean**2 * cc) * k / (k - 1)) / n if k > 1 else np.nan
        found[int(number)] = (shift + scale * mean, scale * error * t.ppf(0.975, k - 1) if student else None)
    return found


def differing(own: dict, other: dict) -> str:
    """Every figure of ours is among the hand-written ones and the same; places that the journey leaves out are not."""
    missing = [key for key in own if key not in other]
    apart = [
        key for key, (value, reach) in own.items()
        if key in other and not (near(value, other[key][0]) and near(reach, other[key][1]))
    ]  # fmt: skip
    return "; ".join(f"{word}: {keys[:3]}" for word, keys in (("not in SQL", missing), ("apart", apart)) if keys)


def near(value, other) -> bool:
    return value is None or other is None or abs(value - other) <= NEAR * max(1.0, abs(other))


def contests(size):
    from tests.benchmarks.contest import Contest

    lines = size_of(size)
    full = size == "full"
    return (
        Contest(
            task=f"KPIs and journey: {lines:,} contacts, {lines // 10:,} answers, {lines // 50:,} customers",
            plain_way="hand-written DuckDB SQL for the same figures", ours=lambda: ours(lines),
            plain=lambda: hand_written(lines), wanted=0.5 if full else None, rounds=3 if full else 1, differs=differing,
        ),
    )  # fmt: skip
