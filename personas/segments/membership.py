"""Who belongs where, how surely, and who is typical of no segment."""

from __future__ import annotations

import numpy as np
import pandas as pd

from personas.segments.kmeans import Points, squared_distances

IN_BETWEEN = 0.9  # the own centre is hardly nearer than the next: distances within a tenth of each other
UNTYPICAL = 3.0  # robust standard deviations beyond the usual distance to the own centre


def assign_members(ids: pd.Series, points: Points, centres: np.ndarray) -> pd.DataFrame:
    """Assign every customer to the nearest centre.

    Returns a row a customer: customer_id, segment (1 = largest), confidence (0.5 = on the border to 1 = at the
    centre; share of the distance to the next centre in the distances to both), in_between and typical (bool).
    """
    distances = np.sqrt(np.round(squared_distances(points, centres), 9))
    segment = distances.argmin(axis=1)
    own = distances[np.arange(len(distances)), segment]
    if len(centres) > 1:
        following = np.partition(distances, 1, axis=1)[:, 1]
        both = own + following
        confidence = np.divide(following, both, out=np.full(len(own), 0.5), where=both > 0)
        in_between = own >= IN_BETWEEN * following  # equal where nothing is known of a customer
    else:
        confidence, in_between = np.ones(len(own)), np.zeros(len(own), bool)
    usual = np.median(own)
    spread = 1.4826 * np.median(np.abs(own - usual))
    return pd.DataFrame(
        {
            "customer_id": ids.to_numpy(),
            "segment": segment + 1,
            "confidence": np.round(confidence, 4),
            "in_between": in_between,
            "typical": own <= usual + UNTYPICAL * spread if spread > 0 else np.ones(len(own), bool),
        }
    )
