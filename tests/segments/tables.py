"""Small tables of customers for the segment stage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from personas.customers import Customers, Feature
from personas.customers.models import Quality
from personas.segments import Effort
from personas.simulation import features_of

VACMOT = Path(__file__).parents[3] / "shared" / "data" / "oracles" / "vacmot.csv"
SMALL = Effort(pairs=6, pairs_published=18, pairs_shown=12, null_pairs=2, most_nulls=99)
NOTHING_NOTED = Quality(tables=(), set_aside=(), columns=(), notes=())


def customers_of(frame: pd.DataFrame, features: tuple[Feature, ...] | None = None) -> Customers:
    """Customers from a frame indexed by customer_id."""
    features = features_of(frame) if features is None else features
    return Customers(frame.rename_axis("customer_id").reset_index(), features, NOTHING_NOTED)


def numbers(values: np.ndarray) -> Customers:
    """Customers described by plain numbers of one block, a column each."""
    frame = pd.DataFrame(values, columns=[f"x{j}" for j in range(values.shape[1])])
    frame.index = pd.Index([f"c{i:04d}" for i in range(len(frame))], name="customer_id")
    features = tuple(Feature(name=name, label=name, kind="number", block="b", forms=True) for name in frame)
    return customers_of(frame, features)


def blobs(centres, each: int, spread: float = 1.0, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Round clouds, `each` points around every centre, and who belongs where."""
    rng = np.random.default_rng(seed)
    centres = np.asarray(centres, float)
    labels = np.repeat(np.arange(len(centres)), each)
    return centres[labels] + spread * rng.standard_normal((len(labels), centres.shape[1])), labels
