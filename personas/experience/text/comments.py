"""The comments themselves, read from the feedback or the employees table, cleaned, one row a comment."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd
from ibis import _

from personas.customers.feedback import about_us
from personas.dataset import Dataset
from personas.experience.text.cleaning import LONGEST, clean_text
from personas.experience.text.languages import tell_languages

KINDS = ("complaint", "suggestion", "praise")
HAPPY, UNHAPPY = 0.8, 0.6  # of the scale: 9 or 10 and 0 to 6 of ten; 5 and 1 to 3 of five
_TEXTS = ("customer_id", "time", "text", "polarity", "touchpoint", "stage", "source", "language", "team")


@dataclass(frozen=True)
class Comments:
    """Comments in an order that does not depend on the engine.

    rows : `text` cleaned and never empty, `place` (row of the customer table, −1 unknown), `author` (number: comments
        of one customer share it; an unknown one is an author by what was written), `time`, `kind` ("" = not declared),
        `touchpoint`, `stage`, `source`, `team`, `language`, `declared` (the language was), `good` (the score given with
        it as a share of its scale, NaN without)
    read : comments that were read; empty : of these, nothing was left after cleaning; cut : were longer than is read
    """

    rows: pd.DataFrame
    read: int = 0
    empty: int = 0
    cut: int = 0

    @property
    def authors(self) -> int:
        return int(self.rows["author"].nunique())


def gather_comments(dataset: Dataset, ids: pd.Series, role: str = "feedback") -> Comments:
    """Gather what was written about the own brand; no rows where nothing was.

    ids : the customer table's ids, in its order; role : "feedback" or "employees"
    """
    table = dataset.tables.get(role)
    if table is None or "text" not in table.columns:
        return arrange_comments(pd.DataFrame(columns=[*_TEXTS, "good"]), ids)
    table = about_us(table).filter(_.text.notnull())
    has = set(table.columns)
    made = {name: table[name] if name in has else ibis.null("string") for name in _TEXTS}
    # The engine cuts, so that a field of a megabyte never arrives; one sign more says that it was longer.
    made["text"] = table.text.substr(0, LONGEST + 1)
    made["good"] = _goodness(table, has)
    frame = table.select(**made).order_by(*_TEXTS, "good").to_pandas()
    return arrange_comments(frame, ids, each_is_somebody=role == "employees")


def arrange_comments(frame: pd.DataFrame, ids: pd.Series, each_is_somebody: bool = False) -> Comments:
    """Clean comments that were read already; `frame` has the columns that :func:`gather_comments` reads.

    each_is_somebody : every row is by another author, as answers of staff are
    """
    raw = frame["text"].astype(object).to_numpy()
    texts = np.array([clean_text(text) for text in raw], dtype=object)
    kept = np.array([bool(text) for text in texts], dtype=bool)
    rows = frame.loc[kept].reset_index(drop=True)
    texts = texts[kept]
    declared = rows["language"] if rows["language"].notna().any() else None
    codes, given = tell_languages(list(texts), declared)
    known = pd.Index(ids).get_indexer(rows["customer_id"]) if len(rows) else np.zeros(0, int)
    stranger = "text " + pd.Series(texts, dtype=object)
    if each_is_somebody:
        stranger = "row " + pd.Series(np.arange(len(rows)).astype(str), dtype=object)
    whose = rows["customer_id"].astype(object).where(rows["customer_id"].notna(), stranger)
    polarity = rows["polarity"].astype(object).where(rows["polarity"].notna(), "")
    made = pd.DataFrame(
        {
            "text": texts,
            "place": known,
            "author": pd.factorize(whose)[0],
            "time": pd.to_datetime(rows["time"]),
            "kind": polarity.str.strip().str.lower(),
            "language": codes,
            "declared": given,
            "good": rows["good"].astype(float),
            **{
                name: rows[name].astype(object).where(rows[name].notna(), "")
                for name in ("touchpoint", "stage", "source", "team")
            },
        }
    )
    made.loc[~made["kind"].isin(KINDS), "kind"] = ""
    cut = int(sum(len(text) > LONGEST for text in raw))
    return Comments(made, read=len(raw), empty=int((~kept).sum()), cut=cut)


def by_language(rows: pd.DataFrame) -> list[tuple[str, np.ndarray]]:
    """Languages with the positions of their rows, most written first."""
    codes = rows["language"].to_numpy(object)
    groups = [(code, np.flatnonzero(codes == code)) for code in sorted(set(codes))]
    return sorted(groups, key=lambda group: (-len(group[1]), group[0]))


def segment_of(rows: pd.DataFrame, segments: np.ndarray) -> np.ndarray:
    place = rows["place"].to_numpy(int)
    return np.where(place >= 0, segments[place], 0) if len(segments) else np.zeros(len(rows), int)


def _goodness(table: ibis.Table, has: set[str]) -> ibis.Value:
    """The score given with a comment as a share of its scale, 0 (worst) to 1 (best)."""
    if not {"score", "scale_low", "scale_high"} <= has:
        return ibis.null("float64")
    on_scale = (table.score >= table.scale_low) & (table.score <= table.scale_high)
    share = (table.score - table.scale_low) / (table.scale_high - table.scale_low)
    if "higher_is_better" in has:
        share = table.higher_is_better.fill_null(True).ifelse(share, 1 - share)
    return on_scale.ifelse(share.round(9), ibis.null("float64"))
