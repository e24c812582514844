"""A map of the customers, for looking only: distances between groups and sizes of blobs mean little."""

from __future__ import annotations

import warnings

import numpy as np

from personas.customers import Customers
from personas.segments.models import MapPoint
from personas.segments.segmentation import Segmentation

FEWEST = 5


def draw_map(
    customers: Customers,
    segmentation: Segmentation,
    seed: int = 7,
    most: int = 2000,
    n_neighbors: int = 30,
    min_dist: float = 0.3,
) -> tuple[MapPoint, ...]:
    """Lay customers out in the plane by UMAP [McInnes et al. 2018].

    At most `most` customers are drawn, at random and without their ids; unknown values stand at the centre.
    Returns points with x and y in 0 to 1, ordered by segment and place, so that their order tells nothing.
    """
    from sklearn.neighbors import NearestNeighbors
    from umap import UMAP

    rng = np.random.default_rng([seed, 9])
    rows = np.sort(rng.permutation(len(customers))[:most])
    if len(rows) < FEWEST:
        return ()
    space = np.nan_to_num(segmentation.space.transform(customers.frame.iloc[rows]))
    near = min(n_neighbors, len(rows) - 1)
    # Exact, as UMAP's own search is for so few; but that has to be compiled, which takes as long as all the rest.
    distances, neighbours = NearestNeighbors(n_neighbors=near, algorithm="brute").fit(space).kneighbors(space)
    umap = UMAP(
        n_neighbors=near,
        min_dist=min_dist,
        random_state=seed,
        n_jobs=1,
        init="pca",
        precomputed_knn=(neighbours, distances.astype(np.float32)),
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="precomputed_knn")  # that no other customer can be laid out
        layout = umap.fit_transform(space)
    layout = (layout - layout.min(0)) / np.maximum(np.ptp(layout, axis=0), 1e-9)
    found = segmentation.members["segment"].to_numpy()[rows]
    points = [
        MapPoint(x=round(float(x), 3), y=round(float(y), 3), segment=int(number))
        for (x, y), number in zip(layout, found, strict=True)
    ]
    return tuple(sorted(points, key=lambda point: (point.segment, point.x, point.y)))
