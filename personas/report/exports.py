"""Files for other systems: who is in which persona, the assignment as SQL, the questions, a card a persona."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from personas.numerals import day
from personas.profiles.models import PersonaSet
from personas.report.card import render_card
from personas.segments.scoring_sql import Dialect, assignment_sql
from personas.segments.typing_tool import TypingTool

if TYPE_CHECKING:
    from personas.segments import Segmentation

# A spreadsheet runs a cell that begins so; the wide forms are those of Chinese and Japanese keyboards.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SQL_FILES: dict[Dialect, str] = {"duckdb": "assign.sql", "spark": "assign.spark.sql"}
FLAGS = ("loyalist", "at_risk")


def inert(text: str) -> str:
    """Make a cell harmless in a spreadsheet, which would run text that looks like a formula.

    >>> inert("=1+1"), inert("Ann")
    ("'=1+1", 'Ann')
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def members(membership: pd.DataFrame, persona_set: PersonaSet, flags: pd.DataFrame | None = None) -> pd.DataFrame:
    """Name each customer's persona. One row a customer, ordered by id as text.

    membership : columns customer_id, segment (from 1), confidence (0 to 1), in_between, typical
    flags : customer_id, loyalist, at_risk; a column is taken over where a rule could decide it of anybody
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
    if flags is not None:
        flagged = flags.assign(customer_id=flags["customer_id"].astype("string")).set_index("customer_id")
        for name in FLAGS:
            if name in flagged and flagged[name].notna().any():
                frame[name] = flagged[name].reindex(frame["customer_id"]).astype("boolean").array
    return frame.sort_values("customer_id", kind="stable").reset_index(drop=True)


def write_exports(
    folder: Path | str,
    membership: pd.DataFrame,
    persona_set: PersonaSet,
    segmentation: Segmentation | None = None,
    tool: TypingTool | None = None,
    flags: pd.DataFrame | None = None,
) -> tuple[Path, ...]:
    """Write ``exports/`` under `folder`, readable by its owner only; return the paths, ``members.csv`` first.

    segmentation : also write the assignment as SQL (``assign.sql``, ``assign.spark.sql``), unless its groups
        were made elsewhere
    tool : also write ``typing_tool.json``; flags : also tell loyalists and customers at risk
    In the CSV, text cells that a spreadsheet would run as a formula get a leading apostrophe; Parquet keeps them.
    Files of an earlier run that this one does not write are removed.

    >>> paths = write_exports(root / "out", segmentation.members, persona_set)
    >>> [path.name for path in paths]
    ['members.csv', 'members.parquet', 'P1.md', 'P2.md']
    """
    exports = Path(folder) / "exports"
    exports.mkdir(mode=0o700, parents=True, exist_ok=True)
    frame = members(membership, persona_set, flags)
    safe = frame.copy()
    for column in ("customer_id", "persona_id", "persona"):
        safe[column] = safe[column].map(inert, na_action="ignore")
    csv, parquet = private(exports / "members.csv"), private(exports / "members.parquet")
    safe.to_csv(csv, index=False, lineterminator="\n")
    frame.to_parquet(parquet, index=False)
    texts = card_files(persona_set)
    if segmentation is not None and not segmentation.given:
        texts |= sql_files(segmentation, persona_set)
    if tool is not None:
        texts["typing_tool.json"] = tool.model_dump_json(indent=1) + "\n"
    for left in (*exports.glob("personas/*.md"), *exports.glob("assign*.sql"), exports / "typing_tool.json"):
        left.unlink(missing_ok=True)
    for name, text in texts.items():
        private(exports / name).write_text(text, encoding="utf-8", newline="\n")
    return (csv, parquet, *(exports / name for name in texts))


def private(path: Path) -> Path:
    """Make an empty file that only its owner may read, in the place of what was there."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600))
    return path


def card_files(persona_set: PersonaSet) -> dict[str, str]:
    """A Markdown card a persona, by its file name under ``exports/``."""
    return {
        f"personas/{re.sub(r'[^A-Za-z0-9_-]', '_', persona.id)}.md": render_card(persona, persona_set)
        for persona in persona_set.personas
    }


def sql_files(segmentation: Segmentation, persona_set: PersonaSet) -> dict[str, str]:
    """The assignment as SQL by file name, with the title and the date of the data at its head."""
    card = persona_set.dataset
    about = [card.title, f"Data to {day(card.observation_end)}." if card.observation_end else "", card.notice]
    return {
        name: assignment_sql(segmentation, persona_set.personas, dialect, about=[line for line in about if line])
        for dialect, name in SQL_FILES.items()
    }
