"""Tables for reading: what a notebook shows where a frame would cut off its words.

JupyterLab strips style sheets from notebooks that it does not trust, so alignment is written on each cell. Whatever
comes from data is escaped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

NUMBER = re.compile(r"[-−+±]?[^\w\s]?[\d,.]+([ \u00a0]?%)?")
LONG, OPEN = 20, 12  # rows of a long table, and how many of them stand open
CELL = "padding:.25em .8em .25em 0;vertical-align:top;text-align:"


@dataclass(frozen=True)
class Listing:
    """A table with words to the left and numbers to the right; `frame` holds it for further work.

    caption : a sentence above the table
    shown : how many rows stand open, the others in a fold below; None: the first of a long table, all of a short one
    """

    frame: pd.DataFrame
    caption: str = ""
    shown: int | None = None

    def __len__(self) -> int:
        return len(self.frame)

    def _repr_html_(self) -> str:
        if self.frame.empty:
            return f"<p>{escape(repr(self))}</p>"
        above = f"<p>{escape(self.caption)}</p>" if self.caption else ""
        open_rows = self.shown or (OPEN if len(self.frame) > LONG else LONG)
        folded = len(self.frame) - open_rows
        if folded <= 0:
            return above + self._table(self.frame)
        rest = f"<summary>{folded} more</summary>{self._table(self.frame.iloc[open_rows:])}"
        return f"{above}{self._table(self.frame.iloc[:open_rows])}<details>{rest}</details>"

    def _table(self, rows: pd.DataFrame) -> str:
        sides = ["right" if _numeric(self.frame[name]) else "left" for name in self.frame]
        head = _row(self.frame.columns, sides, "th")
        body = "".join(_row(row, sides, "td") for row in rows.itertuples(index=False))
        return f'<table style="border-collapse:collapse"><thead>{head}</thead><tbody>{body}</tbody></table>'

    def __repr__(self) -> str:
        if self.frame.empty:
            return self.caption or "Not measured: the data says nothing of this."
        return self.frame.to_string(index=False, na_rep="", float_format=lambda x: f"{x:.2f}")


def _numeric(column: pd.Series) -> bool:
    """Numbers, or numbers written as text, some of which may be missing."""
    if column.dtype.kind in "if":
        return True
    written = [_text(value) for value in column]
    return any(written) and all(NUMBER.fullmatch(text) for text in written if text)


def _row(values, sides, tag: str) -> str:
    cells = zip(values, sides, strict=True)
    return "<tr>" + "".join(f'<{tag} style="{CELL}{side}">{escape(_text(v))}</{tag}>' for v, side in cells) + "</tr>"


def _text(value) -> str:
    """Missing as nothing, other fractions to two decimals."""
    if value is None or value != value:
        return ""
    return f"{value:.2f}" if isinstance(value, float) else str(value)
