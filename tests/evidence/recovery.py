"""Planted segments: are they found, how many, and said to exist without hesitation?

`ceiling` is how well a linear discriminant that was told the true labels puts new customers back: overlapping
segments cannot be recovered better than about that.
"""

from __future__ import annotations

import numpy as np

from tests.evidence import structureless
from tests.evidence.populations import customers_of, draw, plain_matrix

NAME = "recovery"
TITLE = "Planted segments, recovered"
CODE = structureless.CODE
EACH = 5
SEPARATIONS = (3.0, 5.0, 7.0)
CLEAR = 5.0  # from here on segments lie apart
CLEARLY = ("plain", "20 columns", "5 columns")  # nothing but their distance is made harder: planted clearly
MOST_BORDERLINE = 0.05
LEAST_RECOVERED = 0.9  # share of the ceiling, median over clearly planted tables
MAX_SEGMENTS = 6
PLAIN = {"n": 500, "p": 10, "k": 4}
GRID = {
    "plain": {},
    "sizes 6 : 1": {"imbalance": 6.0},
    "half of the columns noise": {"noise_share": 0.5},
    "30 % of the cells empty": {"missing": 0.3},
    "20 columns": {"p": 20},
    "5 columns": {"p": 5},
    "10 % strays": {"strays": 0.1},
}


def cases() -> list[dict]:
    return [
        {"kind": "planted", **PLAIN, **change, "separation": separation, "seed": 100 + draw}
        for draw in range(EACH)
        for separation in SEPARATIONS
        for change in GRID.values()
    ]


def cell_of(case: dict) -> tuple[float, str]:
    change = {name: value for name, value in case.items() if name in {key for cell in GRID.values() for key in cell}}
    change = {name: value for name, value in change.items() if PLAIN.get(name) != value}
    return case["separation"], next(name for name, cell in GRID.items() if cell == change)


def run(params: dict) -> dict:
    from sklearn.metrics import adjusted_rand_score

    from personas.segments import compare_candidates, segment

    frame, labels = draw(params)
    customers = customers_of(frame)
    comparison = compare_candidates(customers, max_segments=MAX_SEGMENTS, seed=params["seed"], workers=1)
    known = labels >= 0

    def recovered(k):
        found = segment(customers, comparison, k).members["segment"].to_numpy()
        return round(float(adjusted_rand_score(labels[known], found[known])), 4)

    chosen = comparison.judgement.chosen
    return {
        "word": comparison.judgement.words[chosen],
        "k": chosen,
        "borderline": comparison.judgement.borderline[chosen],
        "ari": recovered(chosen),
        "ari_true_k": recovered(params["k"]),
        "stability": round(float(np.median(comparison.candidates.resampled.agreement.get(chosen, [1.0]))), 4),
        "ceiling": ceiling(frame, labels),
    }


def ceiling(frame, labels) -> float:
    """Adjusted Rand index of cross-validated discriminant labels with the planted ones."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.metrics import adjusted_rand_score
    from sklearn.model_selection import cross_val_predict

    known = labels >= 0
    guess = cross_val_predict(LinearDiscriminantAnalysis(), plain_matrix(frame)[known], labels[known], cv=10)
    return round(float(adjusted_rand_score(labels[known], guess)), 4)


def summarise(found: list[tuple[dict, dict]]) -> dict:
    rows = []
    for separation in SEPARATIONS:
        for name in GRID:
            own = [one for case, one in found if cell_of(case) == (separation, name)]
            if not own:
                continue
            rows.append(
                {
                    "separation": separation,
                    "tables": name,
                    "drawn": len(own),
                    "structure": sum(one["word"] in ("natural", "reproducible") for one in own),
                    "borderline": sum(one["borderline"] for one in own),
                    "k": " ".join(str(one["k"]) for one in own),
                    "ari": float(np.median([one["ari"] for one in own])),
                    "ari_true_k": float(np.median([one["ari_true_k"] for one in own])),
                    "ceiling": float(np.median([one["ceiling"] for one in own])),
                }
            )
    clear = [one for case, one in found if case["separation"] >= CLEAR and not case.get("strays")]
    if not clear:
        return {"rows": rows, "limits": []}
    plain = [one for case, one in found if case["separation"] >= CLEAR and cell_of(case)[1] in CLEARLY]
    hesitant = sum(one["borderline"] for one in plain)
    share = float(np.median([one["ari"] / one["ceiling"] for one in clear]))
    return {
        "rows": rows,
        "limits": [
            {"what": f"clearly planted tables called borderline, of {len(plain)}", "value": hesitant,
             "limit": f"at most {int(MOST_BORDERLINE * len(plain))}",
             "kept": hesitant <= MOST_BORDERLINE * len(plain)},
            {"what": "recovery over what known labels allow, median at separation 5 and more, without strays",
             "value": share, "limit": f"at least {LEAST_RECOVERED}", "kept": share >= LEAST_RECOVERED},
        ],
    }  # fmt: skip
