"""Real customers: does the verdict hang on the seed of the resampling?"""

from __future__ import annotations

from collections import Counter
from functools import cache

from tests.evidence import structureless
from tests.evidence.sources import ROOT

NAME = "seeds"
TITLE = "The same customers, other seeds"
CODE = structureless.CODE[:-1]
SEEDS = range(1, 21)
LEAST = 19 / 20
SURVEYS = ROOT.parent / "shared" / "data" / "sfo"
DATASETS = {"complete_journey": None, "sfo_2017": SURVEYS, "sfo_2018": SURVEYS}


def cases() -> list[dict]:
    """Every dataset that is there under every seed; surveys that are not shipped may be missing."""
    there = [name for name, folder in DATASETS.items() if folder is None or folder.exists()]
    return [{"dataset": name, "seed": seed} for seed in SEEDS for name in there]


@cache
def customers_in(name: str):
    from personas import build_customers, read_dataset

    folder = DATASETS[name]
    return build_customers(read_dataset(name, data=str(folder) if folder else None))


def run(params: dict) -> dict:
    """The verdict under one seed, with the parameters that notebook 02 starts with."""
    from personas.segments import compare_candidates

    judgement = compare_candidates(customers_in(params["dataset"]), seed=params["seed"], workers=1).judgement
    k = judgement.chosen
    return {"word": judgement.words[k], "k": k, "borderline": judgement.borderline[k]}


def summarise(found: list[tuple[dict, dict]]) -> dict:
    """A row a dataset: the verdict most seeds give, how many give it, and how many of the others say borderline."""
    rows, limits = [], []
    for name in DATASETS:
        own = [one for case, one in found if case["dataset"] == name]
        if not own:
            continue
        (word, k), same = Counter((one["word"], one["k"]) for one in own).most_common(1)[0]
        other = [one for one in own if (one["word"], one["k"]) != (word, k)]
        told = sum(one["borderline"] for one in other)
        rows.append(
            {
                "dataset": name,
                "seeds": len(own),
                "most often": f"{word}, {k} segments" if k > 1 else "none",
                "the same": same,
                "of these borderline": sum(one["borderline"] for one in own) - told,
                "other, borderline": told,
                "other, not said": len(other) - told,
            }
        )
        limits.append(
            {
                "what": f"{name}: the same verdict, or borderline, of {len(own)}",
                "value": same + told,
                "limit": f"at least {LEAST * len(own):.3g}",
                "kept": same + told >= LEAST * len(own),
            }
        )
    return {"rows": rows, "limits": limits}
