"""Who is in which persona, as files for a CRM: CSV and Parquet, readable by their owner only."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from personas.profiles.models import PersonaSet

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = ("customer_id", "persona_id", "persona", "confidence", "in_between", "typical")


def inert(text: str) -> str:
    """Make a cell harmless in a spreadsheet, which would run text that looks like a formula.

    >>> inert("=1+1"), inert("Ann")
    ("'=1+1", 'Ann')
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def members(membership: pd.DataFrame, persona_set: PersonaSet) -> pd.DataFrame:
    """Name each customer's persona. One row a customer, ordered by id as text.

    membership : columns customer_id, segment (from 1), confidence (0 to 1), in_between, typical
    Raises ValueError if a segment has no persona.
    """
    by_number = {p.number: p for p in persona_set.personas}
    unknown = sorted(set(membership["segment"]) - set(by_number))
    if unknown:
        raise ValueError(f"segments without a persona: {unknown}")
    frame = pd.DataFrame(
        {
            "customer_id": membership["customer_id"].astype("string"),
            "persona_id": membership["segment"].map(lambda s: by_number[s].id).astype("string"),
            "persona": membership["segment"].map(lambda s: by_number[s].name).astype("string"),
            "confidence": membership["confidence"].astype(float).round(4),
            "in_between": membership["in_between"].astype(bool),
            "typical": membership["typical"].astype(bool),
        }
    )
    return frame.sort_values("customer_id", kind="stable").reset_index(drop=True)


def write_exports(folder: Path | str, membership: pd.DataFrame, persona_set: PersonaSet) -> tuple[Path, Path]:
    """Write ``exports/members.csv`` and ``exports/members.parquet`` under `folder` with mode 0600; return their paths.

    In the CSV, text cells that a spreadsheet would run as a formula get a leading apostrophe; Parquet keeps them.
    """
    exports = Path(folder) / "exports"
    exports.mkdir(parents=True, exist_ok=True)
    frame = members(membership, persona_set)
    csv, parquet = exports / "members.csv", exports / "members.parquet"
    for path in (csv, parquet):
        path.unlink(missing_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600))
    safe = frame.copy()
    for column in ("customer_id", "persona_id", "persona"):
        safe[column] = safe[column].map(inert, na_action="ignore")
    safe.to_csv(csv, index=False, lineterminator="\n")
    frame.to_parquet(parquet, index=False)
    return csv, parquet
