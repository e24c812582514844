"""What one would otherwise do, on the same tables: recovery, k found, segments found in noise, stability, seconds.

The peers that are no dependency here (the elbow of kneed, phenocluster) need an environment of their own, named by
PEERS_PYTHON; without it their cases are left out.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.evidence import recovery, structureless
from tests.evidence.populations import FAMILIES, RFM, customers_of, draw, features_of, plain_matrix

NAME = "peers"
TITLE = "What one would otherwise do"
CODE = structureless.CODE
MAX_SEGMENTS = 6
PAIRS = 10
OURS = "this project"
ELSEWHERE = ("elbow of k-means (kneed)", "phenocluster")
EASED = ("plain", "sizes 6 : 1", "half of the columns noise", "30 % of the cells empty", "20 columns")


def cases() -> list[dict]:
    clear = [
        {"kind": "planted", **recovery.PLAIN, **recovery.GRID[name], "separation": separation, "seed": 100 + seed}
        for separation in (5.0, 7.0)
        for name in EASED
        for seed in range(2)
    ]
    hard = [
        {"kind": "planted", **recovery.PLAIN, **recovery.GRID[name], "separation": 3.0, "seed": 100} for name in EASED
    ]
    shoppers = [{"kind": "shoppers", "n": 500, "spread": spread, "seed": 100} for spread in (0.7, 1.0, 1.3)]
    noise = [
        {"kind": "structureless", "family": family, "n": 450, "p": 8, "seed": 5_000 + seed}
        for seed in range(2)
        for family in FAMILIES
    ]
    return [
        {"peer": peer, "table": table}
        for peer in PEERS
        for table in (*clear, *hard, *shoppers, *noise)
        if peer != "RFM quintiles" or table["kind"] == "shoppers" or table.get("family") in RFM_FAMILIES
        if peer not in ELSEWHERE or os.environ.get("PEERS_PYTHON")
    ]


RFM_FAMILIES = ("shoppers", "unknown_demographics")


def code_of(case: dict) -> tuple[str, ...]:
    """What a result depends on: peers do not change with this project's segments."""
    return CODE if case["peer"] == OURS else CODE[-1:]


def run(params: dict) -> dict:
    """One way on one table; `claims` says whether it holds that there are segments."""
    from sklearn.metrics import adjusted_rand_score

    frame, truth = draw(params["table"])
    start = time.perf_counter()
    labels, stability, *word = PEERS[params["peer"]](frame, params["table"]["seed"])
    seconds = time.perf_counter() - start
    known = truth >= 0
    k = len(set(labels.tolist()) - {-1})
    return {
        "k": k,
        "claims": word[0] in ("natural", "reproducible") if word else k > 1,
        "ari": round(float(adjusted_rand_score(truth[known], labels[known])), 4),
        "stability": None if stability is None else round(stability(), 4),
        "seconds": round(seconds, 2),
    }


def _ours(frame, seed):
    from personas.segments import compare_candidates, segment

    customers = customers_of(frame)
    comparison = compare_candidates(customers, max_segments=MAX_SEGMENTS, seed=seed, workers=1)
    labels = segment(customers, comparison).members["segment"].to_numpy()
    chosen = comparison.judgement.chosen
    agreement = comparison.candidates.resampled.agreement.get(chosen, [1.0])
    return labels, lambda: float(np.median(agreement)), comparison.judgement.words[chosen]


def _silhouette(frame, seed):
    from sklearn.metrics import silhouette_score

    matrix = plain_matrix(frame)
    fits = {k: _k_means(matrix, k, seed) for k in range(2, MAX_SEGMENTS + 1)}
    best = max(fits, key=lambda k: silhouette_score(matrix, fits[k].labels_))
    return fits[best].labels_, lambda: _agreement(matrix, lambda rows: _k_means(rows, best, seed).predict(matrix), seed)


def _k_means(matrix, k, seed):
    from sklearn.cluster import KMeans

    return KMeans(k, n_init=10, random_state=seed).fit(matrix)


def _mixture(frame, seed):
    from sklearn.mixture import GaussianMixture

    matrix = plain_matrix(frame)

    def fit(rows, k):
        return GaussianMixture(k, n_init=3, reg_covar=1e-4, random_state=seed).fit(rows)

    fits = {k: fit(matrix, k) for k in range(1, MAX_SEGMENTS + 1)}
    best = min(fits, key=lambda k: fits[k].bic(matrix))
    return fits[best].predict(matrix), lambda: _agreement(matrix, lambda rows: fit(rows, best).predict(matrix), seed)


def _dense(frame, seed):
    from sklearn.cluster import HDBSCAN

    labels = HDBSCAN(min_cluster_size=max(10, len(frame) // 20), copy=True).fit_predict(plain_matrix(frame))
    return labels, None  # it assigns nobody new


def _quintiles(frame, seed):
    """Recency, frequency and value in fifths, their scores added up and cut into five grades."""
    values = frame[list(RFM)].to_numpy(float) * np.array([-1.0, 1.0, 1.0])

    def grade(rows):
        cuts = np.quantile(rows, [0.2, 0.4, 0.6, 0.8], axis=0)
        scores = sum(np.searchsorted(cuts[:, j], values[:, j]) for j in range(3))
        return np.minimum(scores // 3, 4)

    return grade(values), lambda: _agreement(values, grade, seed)


def _elbow(frame, seed):
    matrix = plain_matrix(frame)
    labels = _elsewhere("elbow", frame, matrix)
    k = len(set(labels.tolist()))
    return labels, lambda: _agreement(matrix, lambda rows: _k_means(rows, k, seed).predict(matrix), seed)


def _phenocluster(frame, seed):
    return _elsewhere("phenocluster", frame, None), None  # its own stability stage takes an hour on such a table


def _elsewhere(peer: str, frame, matrix) -> np.ndarray:
    kinds = {"numbers": [], "categories": []}
    for feature in features_of(frame):
        kinds["categories" if feature.kind in ("category", "ordered", "binary") else "numbers"].append(feature.name)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        frame.to_csv(folder / "raw.csv", index=False)
        (folder / "kinds.json").write_text(json.dumps(kinds), encoding="utf-8")
        if matrix is not None:
            np.savetxt(folder / "matrix.csv", matrix, delimiter=",")
        script = Path(__file__).with_name("peer_process.py")
        command = [os.environ["PEERS_PYTHON"], str(script), peer, name, str(MAX_SEGMENTS)]
        subprocess.run(command, check=True, capture_output=True, cwd=folder)
        return np.array(json.loads((folder / "answer.json").read_text(encoding="utf-8"))["labels"])


def _agreement(matrix, labels_from, seed) -> float:
    """Median adjusted Rand index of pairs of bootstrap samples, everybody assigned."""
    from sklearn.metrics import adjusted_rand_score

    rng = np.random.default_rng([seed, 9])
    n = len(matrix)
    pairs = [[labels_from(matrix[rng.integers(n, size=n)]) for _ in range(2)] for _ in range(PAIRS)]
    return float(np.median([adjusted_rand_score(*pair) for pair in pairs]))


PEERS = {
    OURS: _ours,
    "k-means by silhouette": _silhouette,
    "elbow of k-means (kneed)": _elbow,
    "Gaussian mixture by BIC": _mixture,
    "HDBSCAN": _dense,
    "RFM quintiles": _quintiles,
    "phenocluster": _phenocluster,
}


def kind_of(table: dict) -> str:
    if table["kind"] == "structureless":
        return "one population"
    if table["kind"] == "shoppers":
        return "shoppers"
    return "clearly planted" if table["separation"] >= recovery.CLEAR else "overlapping"


def summarise(found: list[tuple[dict, dict]]) -> dict:
    """A row a peer; what is measured on planted tables, and how often noise is divided."""
    rows = []
    for peer in PEERS:
        own = {
            kind: [one for case, one in found if case["peer"] == peer and kind_of(case["table"]) == kind]
            for kind in ("clearly planted", "overlapping", "shoppers", "one population")
        }
        if not any(own.values()):
            continue
        stable = [one["stability"] for one in own["clearly planted"] if one["stability"] is not None]
        noise = own["one population"]
        rows.append(
            {
                "way": peer,
                "recovery": _median(one["ari"] for one in own["clearly planted"]),
                "recovery, overlapping": _median(one["ari"] for one in own["overlapping"]),
                "recovery, shoppers": _median(one["ari"] for one in own["shoppers"]),
                "true k found": _of(one["k"] == 4 for one in (*own["clearly planted"], *own["overlapping"])),
                "segments in noise": _of(one["claims"] for one in noise),
                "repeats": _median(stable),
                "seconds": _median(one["seconds"] for parts in own.values() for one in parts),
            }
        )
    return {"rows": rows, "limits": []}


def _median(values) -> float | None:
    values = list(values)
    return float(np.median(values)) if values else None


def _of(flags) -> str:
    flags = list(flags)
    return f"{sum(flags)} of {len(flags)}" if flags else ""
