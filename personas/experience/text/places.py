"""What a theme is about: the touchpoint of its rows, or the problem that its authors ticked.

Comments on "would you recommend us" name no touchpoint. But who complains of late drivers also ticked "deliveries come
late" when asked for problems, and other authors did not: that tells the touchpoint, whatever the language, and that
two themes are about one thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd
from ibis import _

from personas.customers.feedback import about_us
from personas.dataset import Dataset

MOSTLY, HALF = 2 / 3, 0.5
CLEAR = 3.0  # standard errors by which authors must tick it more often than others


@dataclass(frozen=True)
class Place:
    """Where a theme belongs; `by` says how it is known."""

    touchpoint: str = ""
    stage: str = ""
    code: str = ""
    about: str = ""
    by: str = ""


@dataclass(frozen=True)
class Problems:
    """Problems ticked when asked, aligned with the customer table.

    places : code → its words, touchpoint and stage; ticked : code → (n,) bool; asked : (n,) bool
    """

    places: dict[str, Place]
    ticked: dict[str, np.ndarray]
    asked: np.ndarray


def gather_problems(dataset: Dataset, ids: pd.Series) -> Problems:
    """Gather who ticked which problem, aligned with the customer table."""
    feedback = dataset.tables.get("feedback")
    asked = np.zeros(len(ids), bool)
    if feedback is None or not {"customer_id", "metric", "code", "polarity"} <= set(feedback.columns):
        return Problems({}, {}, asked)
    rows = about_us(feedback).filter(_.metric == "problem", _.code.notnull(), _.customer_id.notnull())
    names = ("label", "touchpoint", "stage")
    texts = {n: rows[n].fill_null("") if n in rows.columns else ibis.literal("") for n in names}
    frame = rows.select("customer_id", "code", "polarity", **texts).distinct().to_pandas()
    frame["place"] = pd.Index(ids).get_indexer(frame["customer_id"])
    frame = frame[frame["place"] >= 0].sort_values(["code", *names, "place"])
    asked[frame["place"].to_numpy(int)] = True
    places, ticked = {}, {}
    for code, found in frame[frame["polarity"] == "complaint"].groupby("code", sort=True):
        first = found.iloc[0]
        places[code] = Place(first["touchpoint"], first["stage"], code, first["label"] or code, "problems")
        ticked[code] = np.zeros(len(ids), bool)
        ticked[code][found["place"].to_numpy(int)] = True
    return Problems(places, ticked, asked)


def place_by_rows(rows: pd.DataFrame) -> Place:
    """The touchpoint that at least half of a theme's comments are filed under, with its commonest stage."""
    named = rows.loc[rows["touchpoint"] != "", "touchpoint"]
    if len(named) == 0 or len(named) < HALF * len(rows):
        return Place()
    counts = named.value_counts()
    best = min(counts.index[counts == counts.max()])
    if counts.max() < HALF * len(rows):
        return Place()
    stages = rows.loc[(rows["touchpoint"] == best) & (rows["stage"] != ""), "stage"].value_counts()
    stage = min(stages.index[stages == stages.max()]) if len(stages) else ""
    return Place(best, stage, by="rows")


def place_by_problems(inside: Sequence[int], others: Sequence[int], problems: Problems, min_group: int) -> Place:
    """The problem that two thirds of a theme's authors ticked, and clearly more of them than of other authors.

    inside, others : rows of the customer table, of the theme's authors and of all other authors
    """
    mine, rest = (np.asarray(rows, int) for rows in (inside, others))
    mine, rest = mine[problems.asked[mine]], rest[problems.asked[rest]]
    if len(mine) < min_group or len(rest) < min_group:
        return Place()
    found = []
    for code, ticked in problems.ticked.items():
        a, b = ticked[mine].mean(), ticked[rest].mean()
        pooled = ticked[np.concatenate([mine, rest])].mean()
        error = np.sqrt(pooled * (1 - pooled) * (1 / len(mine) + 1 / len(rest)))
        if a >= MOSTLY and error > 0 and (a - b) / error >= CLEAR:
            found.append((round(float(b - a), 9), code))
    return problems.places[min(found)[1]] if found else Place()
