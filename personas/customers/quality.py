"""The data-quality sheet: what was read, what was set aside and why, what is missing, what looks odd."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from personas.customers.models import ColumnQuality, Feature, Quality, ResponseRow, SetAside, TableRead
from personas.estimates import share_estimate
from personas.numerals import percent

if TYPE_CHECKING:
    import pandas as pd

    from personas.dataset import Dataset

SMALLEST = 10
COUNTED = re.compile(r"(?:fewer than )?(\d[\d,]*) of (\d[\d,]*)\b(?:([^(;,]*) \(\d+%\))?")
SAMPLE = " forming attributes: fewer than "  # the sample's size is judged here, with the features that are worked out
PER_FORMING_VARIABLE = 70  # Dolnicar, Grün & Leisch (2014): customers needed for each forming variable


def describe_quality(dataset: Dataset, frame: pd.DataFrame, features: tuple[Feature, ...]) -> Quality:
    """Describe the tables of a dataset and the customer table made from them."""
    from personas.dataset import check_dataset

    checked = check_dataset(dataset)
    aside = tuple(SetAside(table=r.table, rows=r.rows, of=r.of, reason=r.reason) for r in checked.set_aside)
    notes = [str(warning.found) + f" ({warning.place})" for warning in checked.warnings]
    notes += [note for note in checked.notes if SAMPLE not in note]
    notes = [coarsely(note) for note in notes]
    if dataset.left_out:
        many = f"{dataset.left_out:,}" if dataset.left_out >= SMALLEST else f"fewer than {SMALLEST}"
        notes.append(f"{many} customers asked to be forgotten: no row of theirs is read (make forget)")
    forming = sum(feature.forms for feature in features)
    if len(frame) < PER_FORMING_VARIABLE * forming:
        notes.append(
            f"{len(frame):,} customers for {forming} forming features: fewer than {PER_FORMING_VARIABLE} each, "
            "so segments may not repeat"
        )
    return Quality(
        tables=tuple(_table(dataset, role) for role in dataset.tables),
        set_aside=aside,
        columns=tuple(_column(frame[f.name], f) for f in features),
        notes=tuple(notes),
        response=tuple(_response(frame, features)),
    )


def coarsely(note: str, min_group: int = SMALLEST) -> str:
    """Tell counts of a few, or of all but a few, without their last digits or their percentage.

    >>> coarsely("4 of 1,417 times; rows of 1,139 of 1,142 accounts (100%)")
    'fewer than 10 of 1,417 times; rows of nearly all of 1,142 accounts'
    >>> coarsely("fewer than 10 of 1,417 times; Seniority: known for 1,128 of 1,142 accounts (99%)", 25)
    'fewer than 25 of 1,417 times; Seniority: known for nearly all of 1,142 accounts'
    """

    def say(match: re.Match) -> str:
        some, whole = (int(text.replace(",", "")) for text in match.group(1, 2))
        if whole < min_group or some > whole:
            return match[0]
        counted = f"{match[2]}{match[3] or ''}"
        if 0 < some < min_group:
            return f"fewer than {min_group} of {counted}"
        return f"nearly all of {counted}" if 0 < whole - some < min_group else match[0]

    return COUNTED.sub(say, note)


def tell_coarsely(quality: Quality, min_group: int) -> Quality:
    """The sheet as a run may tell it whose smallest group is `min_group`; that may be more than `SMALLEST`."""
    response = tuple(row for row in quality.response if not _tells_of_few(row, min_group))
    notes = tuple(coarsely(note, max(min_group, SMALLEST)) for note in quality.notes)
    return quality.model_copy(update={"notes": notes, "response": response})


def _tells_of_few(row: ResponseRow, min_group: int) -> bool:
    yes = (row.answered.value or 0.0) * row.answered.n
    return any(0.5 < count < min_group - 0.5 for count in (row.known, yes, row.answered.n - yes))


def _response(frame: pd.DataFrame, features: tuple[Feature, ...]) -> Iterator[ResponseRow]:
    """Who gives feedback, by each attribute; nothing where nobody was asked or everybody answered.

    Levels with fewer than `SMALLEST` customers, or answered by all but so few, are left out.
    """
    if "feedback_given" not in frame or frame["feedback_given"].min() == frame["feedback_given"].max():
        return
    given = frame["feedback_given"].to_numpy(float)
    for feature in features:
        if feature.kind not in ("category", "ordered", "binary") or feature.name == "feedback_given":
            continue
        column = frame[feature.name]
        for level in feature.levels or sorted(column.dropna().unique()):
            has = (column == level).to_numpy()
            yes, no = given[has].sum(), (1 - given[has]).sum()
            if (0 < yes < SMALLEST) or (0 < no < SMALLEST) or has.sum() < SMALLEST:
                continue
            words = ("yes" if level else "no") if feature.kind == "binary" else str(level)
            yield ResponseRow(
                attribute=feature.label, level=words, known=int(has.sum()), answered=share_estimate(given[has])
            )


def _table(dataset: Dataset, role: str) -> TableRead:
    table = dataset.tables[role]
    facts = {"rows": table.count()}
    if "time" in table.columns:
        facts |= {"first": table.time.min(), "last": table.time.max()}
    found = table.aggregate(**facts).to_pandas().iloc[0]
    first, last = (
        found[end].date().isoformat() if "first" in found and found[end] == found[end] else ""
        for end in ("first", "last")
    )
    rows = int(found["rows"])
    return TableRead(table=role, role=role, rows=rows, used=rows, first=first, last=last)


def _column(values: pd.Series, feature: Feature) -> ColumnQuality:
    known = values.dropna()
    share = len(known) / len(values)
    distinct = int(known.nunique())
    note = _note(share, distinct, feature)
    if feature.kind in ("category", "ordered") or known.empty:
        return ColumnQuality(
            name=feature.name, label=feature.label, known=share, low=None, median=None, high=None,
            distinct=distinct, note=note,
        )  # fmt: skip
    # The 1st and 99th percentile, or the tenth from either end: the extremes themselves may point to one customer.
    end = min(max(0.01, SMALLEST / max(len(known) - 1, 1)), 0.5)
    low, median, high = (float(q) for q in np.quantile(known, [end, 0.5, 1 - end]))
    return ColumnQuality(
        name=feature.name, label=feature.label, known=share, low=low, median=median, high=high,
        distinct=distinct, note=note,
    )  # fmt: skip


def _note(known: float, distinct: int, feature: Feature) -> str:
    if known == 0:
        return "never known"
    if distinct == 1:
        return "one value only: says nothing"
    if known < 0.5:
        return f"unknown for {percent(1 - known)}; they stay in, unknown adds nothing to a distance"
    return "" if feature.forms else "describes only"
