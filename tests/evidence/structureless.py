"""Tables of one population: how often are segments said to exist where there are none?"""

from __future__ import annotations

from collections import Counter

from tests.evidence.populations import FAMILIES, customers_of, draw

NAME = "structureless"
TITLE = "One population, called one population"
CODE = ("personas.segments.comparison", "personas.simulation.tables")
EACH = 200
MOST = 16 / 200  # the 5 % level, allowing for chance in 200
MAX_SEGMENTS = 6
SHAPES = ((300, 6), (300, 8), (450, 8), (300, 10))


def cases() -> list[dict]:
    """`EACH` tables a family, families in turn, so that a run that was stopped has seen all of them."""
    return [table(family, draw) for draw in range(EACH) for family in FAMILIES]


def table(family: str, draw: int) -> dict:
    n, p = SHAPES[draw % len(SHAPES)]
    return {"kind": "structureless", "family": family, "n": n, "p": p, "seed": 1_000 + draw}


def run(params: dict) -> dict:
    """The verdict at the effort that users get."""
    from personas.segments import compare_candidates

    customers = customers_of(draw(params)[0])
    comparison = compare_candidates(customers, max_segments=MAX_SEGMENTS, seed=params["seed"], workers=1)
    judgement = comparison.judgement
    k = judgement.chosen
    return {
        "word": judgement.words[k],
        "k": k,
        "borderline": judgement.borderline[k],
        "p": [round(comparison.evidence.separation_p, 4), round(comparison.evidence.stability_p, 4)],
    }


def summarise(found: list[tuple[dict, dict]]) -> dict:
    rows, limits = [], []
    for family in FAMILIES:
        own = [one for case, one in found if case["family"] == family]
        words = Counter(one["word"] for one in own)
        wrong = words["natural"] + words["reproducible"]
        rows.append(
            {"family": family, "tables": len(own)}
            | {word: words[word] for word in ("none", "constructive", "reproducible", "natural")}
            | {"borderline": sum(one["borderline"] for one in own)}
        )
        most = int(MOST * len(own) + 1e-9)
        limits.append(
            {"what": f"{family}: called natural or reproducible, of {len(own)}", "value": wrong,
             "limit": f"at most {most}", "kept": wrong <= most}
        )  # fmt: skip
    return {"rows": rows, "limits": limits}
