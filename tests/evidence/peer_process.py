"""A peer that is no dependency here, run by its own Python: `python peer_process.py elbow|phenocluster FOLDER`.

FOLDER holds matrix.csv (standardised numbers, for the elbow) and raw.csv with kinds.json (for phenocluster); labels and
seconds are written to answer.json beside them. Needs kneed, scikit-learn and phenocluster; nothing of this project.
"""

import json
import sys
import time
from pathlib import Path


def elbow(folder: Path, most: int) -> list[int]:
    import numpy as np
    from kneed import KneeLocator
    from sklearn.cluster import KMeans

    matrix = np.loadtxt(folder / "matrix.csv", delimiter=",", ndmin=2)
    ks = range(1, most + 1)
    fits = {k: KMeans(k, n_init=10, random_state=0).fit(matrix) for k in ks}
    knee = KneeLocator(list(ks), [fits[k].inertia_ for k in ks], curve="convex", direction="decreasing").knee
    return fits[int(knee) if knee else 1].labels_.tolist()


def phenocluster(folder: Path, most: int) -> list[int]:
    import pandas as pd
    import yaml
    from phenocluster import run_pipeline
    from phenocluster.profiles import create_config_yaml

    raw = pd.read_csv(folder / "raw.csv")
    kinds = json.loads((folder / "kinds.json").read_text())
    path = folder / "peer.yml"
    create_config_yaml("descriptive", path)
    config = yaml.safe_load(path.read_text())
    config["global"] |= {"output_dir": str(folder / "out"), "random_state": 0}
    config["data"] |= {"continuous_columns": kinds["numbers"], "categorical_columns": kinds["categories"]}
    # Nobody is left out, so that its labels can be compared with everybody's.
    config["preprocessing"]["row_filter"]["enabled"] = False
    config["model"]["selection"] |= {"min_clusters": 2, "max_clusters": most, "n_jobs": 1, "n_init": [20]}
    # Small numbers without a point are read as words by YAML 1.1, and it stops.
    config["model"]["stepmix"] = {"max_iter": 1000, "abs_tol": 0.0000001, "rel_tol": 0.00001}
    for stage in ("stability", "outcome", "survival", "multistate", "external_validation", "cache", "data_quality"):
        config.setdefault(stage, {})["enabled"] = False
    path.write_text(yaml.safe_dump(config).replace("1.0e-07", "1.0e-7").replace("1.0e-05", "1.0e-5"))
    found = run_pipeline(raw, str(path))
    return found["data"].sort_index()["phenotype"].astype(int).tolist()


def main() -> None:
    peer, folder, most = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    start = time.perf_counter()
    labels = {"elbow": elbow, "phenocluster": phenocluster}[peer](folder, most)
    seconds = time.perf_counter() - start
    (folder / "answer.json").write_text(json.dumps({"labels": labels, "seconds": seconds}))


if __name__ == "__main__":
    main()
