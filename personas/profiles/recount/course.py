"""Counting again who was where on the journey, and on which day of it."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from personas.profiles.models import Claim
from personas.profiles.recount.answers import count_feeling, count_scored
from personas.profiles.recount.rows import Counted, Rows, meeting

PLACE = re.compile(r"^stage (.*?)(?:, touchpoint (.*))?$")
HORIZON, NEW_AFTER, FEWEST_NEW = 180, 31, 30


def count_journey(claim: Claim, rows: Rows) -> Counted | None:
    """Who was at a place of the journey, who scored it, or how it felt."""
    place = PLACE.match(claim.filter)
    if place is None:
        try:
            could, there = meeting(claim.filter, rows.frame)
        except (KeyError, ValueError):
            return None
        return rows.share(there, could, claim.persona_id)
    stage, touchpoint = place[1], place[2] or ""
    if claim.id.endswith("-feeling"):
        return count_feeling(claim, rows, stage, touchpoint)
    if claim.columns[0].startswith("feedback"):
        return count_scored(claim, rows, stage, touchpoint)
    touched = _contacts(rows)
    there = touched[(touched["stage"] == stage) & (touched["touchpoint"] == touchpoint)]
    return rows.share(rows.seen(there), np.ones(len(rows.frame), bool), claim.persona_id)


def count_path(claim: Claim, rows: Rows) -> Counted | None:
    """Of those who are followed, who took a step within half a year, and on which day half of them had."""
    place = PLACE.match(claim.filter)
    if place is None:
        return None
    if not rows.has("interactions", "time", "stage"):
        return count_journey(claim, rows)
    steps, followed = rows.once("steps", lambda: _steps(rows))
    inside = rows.member(claim.persona_id)
    followed = followed[inside[followed]]
    taken = steps[(steps["stage"] == place[1]) & (steps["touchpoint"] == (place[2] or ""))]
    taken = taken[taken["place"].isin(followed)]
    if claim.id.endswith("-days"):
        return Counted(float(np.median(taken["day"])), None, len(taken))
    return Counted(len(taken) / len(followed), None, len(followed))


def _contacts(rows: Rows) -> pd.DataFrame:
    return rows.once("staged contacts", lambda: _staged(rows))


def _staged(rows: Rows) -> pd.DataFrame:
    touched = rows.table("interactions")
    survey = touched["touchpoint"].str.lower().str.contains("survey").fillna(False).astype(bool)
    return touched[touched["stage"].notna() & touched["touchpoint"].notna() & ~survey]


def _steps(rows: Rows) -> tuple[pd.DataFrame, np.ndarray]:
    """(place, stage, touchpoint, day of the first time there), and the customers who are followed."""
    start, end = (pd.Timestamp(t) for t in (rows.source.observation_start, rows.source.observation_end))
    events = _contacts(rows)[["place", "time", "stage", "touchpoint"]].dropna(subset=["time"]).assign(bought=False)
    campaigns = _only_campaigns(rows)
    if rows.has("transactions", "time") and "purchase" in (rows.source.contract.stages or ("purchase",)):
        orders = rows.table("transactions")[["place", "time"]].dropna()
        events = pd.concat([events, orders.assign(stage="purchase", touchpoint="Order", bought=True)])
    if campaigns:
        sent = events[~events["bought"]].groupby("place")["time"].min()
        events = events[events["time"] >= events["place"].map(sent)]
    began = events.groupby("place")["time"].min()
    watched = began[began <= end - pd.Timedelta(days=HORIZON)]
    fresh = watched[watched >= start + pd.Timedelta(days=NEW_AFTER)]
    if len(fresh) < FEWEST_NEW:
        fresh = watched
    first = events.groupby(["place", "stage", "touchpoint"])["time"].min().reset_index()
    first = first[first["place"].isin(fresh.index)]
    first["day"] = np.floor((first["time"] - first["place"].map(fresh)).dt.total_seconds() / 86_400)
    return first[first["day"] <= HORIZON], fresh.index.to_numpy()


def _only_campaigns(rows: Rows) -> bool:
    """Whether nothing but campaigns is known of contacts, so that paths begin with the first of them."""
    from personas.experience.journey.stages import tells_of_stages

    return not tells_of_stages(rows.source.tables)
