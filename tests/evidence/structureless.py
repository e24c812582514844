"""Tables of one population: how often are segments said to exist where there are none?"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from personas.segments import Comparison, Effort, compare_candidates
from personas.segments.candidates import fit_candidates
from personas.segments.judgement import separation_test
from personas.segments.null_test import LEVEL
from tests.evidence.populations import FAMILIES, customers_of, draw

NAME = "structureless"
TITLE = "One population, called one population"
CODE = (
    "personas.segments.candidates",
    "personas.segments.judgement",
    "personas.segments.comparison:_resample_more",
    "personas.simulation.tables",
)
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
    """Whether segments are said to exist, at the effort that users get; the rest of the evidence is left out
    where the first null tables have settled already that they do not."""
    customers = customers_of(draw(params)[0])
    if not may_be_set_apart(customers, params["seed"]):
        return {"structure": False, "word": "", "k": 1, "borderline": False}
    judgement = in_full(customers, params["seed"]).judgement
    k = judgement.chosen
    return {
        "structure": judgement.words[k] in ("natural", "reproducible"),
        "word": judgement.words[k],
        "k": k,
        "borderline": judgement.borderline[k],
    }


def in_full(customers, seed: int) -> Comparison:
    """The comparison that users get."""
    return compare_candidates(customers, max_segments=MAX_SEGMENTS, seed=seed, workers=1)


def may_be_set_apart(customers, seed: int) -> bool:
    """Whether separation still may be beyond chance for some k after the first null tables.

    These are the tables that the comparison begins with, from the same seeds. Where even the lower end of every
    p-value lies above the level it draws no more for this test, and without it there is no structure.
    """
    effort = replace(Effort(), pairs=2, stability_nulls=0)
    ks = tuple(range(1, MAX_SEGMENTS + 1))
    candidates = fit_candidates(customers.frame, customers.features, ks, seed, effort, workers=1)
    test = separation_test(candidates.resampled)
    return any(test.interval_of(k)[0] < LEVEL for k in test.excess)


def summarise(found: list[tuple[dict, dict]]) -> dict:
    """A row a family; what was settled by separation alone is none or constructive."""
    rows, limits = [], []
    for family in FAMILIES:
        own = [one for case, one in found if case["family"] == family]
        if not own:
            continue
        words = Counter(one["word"] for one in own)
        wrong = sum(one["structure"] for one in own)
        rows.append(
            {
                "family": family.replace("_", " "),
                "tables": len(own),
                "natural": words["natural"],
                "reproducible": words["reproducible"],
                "of these borderline": sum(one["borderline"] and one["structure"] for one in own),
                "settled by separation alone": words[""],
            }
        )
        most = max(int(MOST * len(own) + 1e-9), 1)
        limits.append(
            {
                "what": f"{family.replace('_', ' ')}: called natural or reproducible, of {len(own)}",
                "value": wrong,
                "limit": f"at most {most}",
                "kept": wrong <= most,
            }
        )
    return {"rows": rows, "limits": limits}
