"""The forming columns as plain numbers, for models that are not ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from personas.customers.table import Customers


def forming_table(customers: Customers) -> pd.DataFrame:
    """Lay out what may form groups as numbers: a row a customer, indexed by customer id.

    Ordered categories become their place in the order, from 0; of other categories each becomes a column of 1 and 0,
    called "feature: level". What is unknown is NaN. Nothing is scaled.
    """
    import pandas as pd

    columns: dict[str, np.ndarray] = {}
    for feature in customers.features:
        if not feature.forms:
            continue
        values = customers.frame[feature.name]
        if feature.kind not in ("category", "ordered"):
            columns[feature.name] = values.to_numpy(float, na_value=np.nan)
            continue
        levels = feature.levels or tuple(sorted(values.dropna().astype(str).unique()))
        places = values.map({level: float(place) for place, level in enumerate(levels)}).to_numpy(float)
        if feature.kind == "ordered":
            columns[feature.name] = places
            continue
        for place, level in enumerate(levels):
            columns[f"{feature.name}: {level}"] = np.where(np.isnan(places), np.nan, places == place)
    return pd.DataFrame(columns, index=pd.Index(customers.frame["customer_id"], name="customer_id"))
