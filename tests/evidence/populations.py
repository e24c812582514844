"""The tables that the cases are made of, from a few plain words that fit into a line of JSON."""

from __future__ import annotations

import numpy as np
import pandas as pd

from personas.customers import Customers
from personas.customers.models import Quality
from personas.segments.space import forming, levels_of, numbers_of
from personas.simulation import features_of, planted, planted_shoppers, structureless

FAMILIES = ("gaussian", "skewed", "correlated", "mixed", "heavy_tails", "shoppers", "unknown_demographics")
NOTHING_NOTED = Quality(tables=(), set_aside=(), columns=(), notes=())
RFM = ("behaviour_recency", "behaviour_orders", "behaviour_spend")


def draw(table: dict) -> tuple[pd.DataFrame, np.ndarray]:
    """Draw the table that `table` describes; (frame indexed by customer_id, planted labels, all 0 without segments)."""
    words = dict(table)
    kind = words.pop("kind")
    if kind == "planted":
        return planted(**words)
    if kind == "shoppers":
        return planted_shoppers(**words)
    frame = structureless(words["family"], words["n"], words["p"], words["seed"])
    return frame, np.zeros(len(frame), int)


def customers_of(frame: pd.DataFrame) -> Customers:
    """The frame as stage 01 would hand it over."""
    return Customers(frame.reset_index(), features_of(frame), NOTHING_NOTED)


def plain_matrix(frame: pd.DataFrame) -> np.ndarray:
    """The same table as people feed it to a clustering: (n, columns) standardised, nothing missing.

    Skewed amounts as logarithms, ordered answers as scores, categories as indicators, blanks as the median: the best
    of what is common, so that no peer loses for want of preparation.
    """
    columns = []
    for feature in forming(features_of(frame)):
        levels = levels_of(feature, frame[feature.name])
        values = numbers_of(frame[feature.name], levels)
        if feature.kind == "category":
            columns += [np.where(np.isnan(values), 0.0, values == code) for code in range(len(levels))]
            continue
        if feature.transform == "log":
            values = np.log1p(values)
        columns.append(np.where(np.isnan(values), np.nanmedian(values), values))
    matrix = np.column_stack(columns).astype(float)
    spread = matrix.std(axis=0)
    return (matrix - matrix.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
