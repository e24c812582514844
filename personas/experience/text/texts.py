"""Who wrote what, aligned with the customer table: what stage 03 builds pain points from, never written to a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from personas.experience.text.models import Themes


@dataclass(frozen=True)
class Texts:
    """What was written, by customer.

    found : what may be shown
    said : key of a theme → (n,) bool, who raised it, in the order of the customer table
    depth : key of a theme → (n,) how bad it was for each, 0 (middle of the scale or better) to 1; NaN = no score
    wrote : (n,) who wrote anything
    rows : a row a comment that has a theme: `place` (row of the customer table), `time`, `theme` (key), `good`
    """

    found: Themes
    said: Mapping[str, np.ndarray]
    depth: Mapping[str, np.ndarray]
    wrote: np.ndarray
    rows: pd.DataFrame = field(repr=False)
