"""The action register as it stands: what was done about which pain point, for whom, by whom, and at what cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from personas.dataset import Dataset
from personas.errors import did_you_mean
from personas.experience.models import PainPoint
from personas.profiles.models import Persona, PersonaSet


@dataclass(frozen=True)
class Entry:
    """One action as the register has it; arms : customer_id → treated, of those it names; costs of its rows add up."""

    id: str
    title: str
    pain_point: str
    owner: str
    segment: str
    day: datetime
    check: datetime | None
    decision: str
    cost: float | None
    arms: pd.Series
    torn: int


def read_register(dataset: Dataset) -> tuple[Entry, ...]:
    """Read the actions of a dataset, the latest first; () without any. Planned ones are among them.

    In B2B the arms are of accounts; one with people in both groups is in neither, and counted.
    """
    if "actions" not in dataset.tables:
        return ()
    frame = dataset.between(None, None)["actions"].to_pandas()
    for name in ("action_id", "title", "owner", "segment", "decision", "group", "customer_id"):
        frame[name] = frame[name].astype(object).where(frame[name].notna(), None) if name in frame else None
    frame["cost"] = frame["cost"].astype(float) if "cost" in frame else np.nan
    frame["check"] = pd.to_datetime(frame["check"]) if "check" in frame else pd.NaT
    if frame["action_id"].isna().all():
        known = [name for name in ("time", "pain_point", "title") if name in frame]
        frame["action_id"] = frame[known].astype(str).agg(" · ".join, axis=1)
    entries = [_entry(str(name), rows) for name, rows in frame.groupby("action_id", sort=True)]
    return tuple(sorted(entries, key=lambda entry: (-entry.day.timestamp(), entry.id)))


def _entry(name: str, rows: pd.DataFrame) -> Entry:
    named = rows[rows["customer_id"].notna()]
    arms = named.assign(treated=named["group"].fillna("treated") == "treated")
    arms = arms.groupby("customer_id", sort=True)["treated"].agg(["min", "max"])
    torn = arms["min"] != arms["max"]

    def first(column: str) -> str:
        values = rows[column].dropna()
        return "" if values.empty else str(values.iloc[0]).strip()

    check = rows["check"].dropna()
    return Entry(
        id=name,
        title=first("title") or first("pain_point"),
        pain_point=first("pain_point"),
        owner=first("owner"),
        segment=first("segment"),
        day=rows["time"].min().to_pydatetime(),
        check=check.min().to_pydatetime() if len(check) else None,
        decision=first("decision"),
        cost=float(rows["cost"].sum()) if rows["cost"].notna().any() else None,
        arms=arms.loc[~torn, "max"],
        torn=int(torn.sum()),
    )


def find_pain(name: str, pains: Sequence[PainPoint]) -> tuple[PainPoint | None, list[str]]:
    """Find the pain point that an action names, by key, code, id or title, and what is doubtful about it."""
    known: dict[str, PainPoint] = {}
    for pain in pains:
        for alias in (pain.key, pain.key.removeprefix("problem_"), pain.id, pain.title):
            known.setdefault(alias.casefold(), pain)
    if pain := known.get(name.strip().casefold()):
        return pain, []
    keys = list(dict.fromkeys(pain.key.removeprefix("problem_") for pain in pains))
    hint = did_you_mean(name, keys) if keys else ""
    words = f'"{name}" is no pain point of this run' + (f": {hint}" if hint.startswith("did") else "")
    return None, [words + ", or it no longer hurts enough to be listed"]


def groups_of(
    entry: Entry, personas: PersonaSet, membership: pd.DataFrame | None, doubts: list[str]
) -> tuple[pd.Series, pd.Series, bool]:
    """Ids of the treated and of those held out, and whether the register names them (or a persona).

    doubts : what a reader must know of them is added to it
    """
    if entry.torn:
        least, many = personas.min_group, f"{entry.torn:,}"
        count = many if entry.torn >= least else f"fewer than {least}"
        doubts.append(f"{count} {personas.dataset.units} with people in both groups are left out")
    if len(entry.arms):
        ids = entry.arms.index.to_series().reset_index(drop=True)
        return ids[entry.arms.to_numpy(bool)], ids[~entry.arms.to_numpy(bool)], True
    nobody = pd.Series([], dtype=object)
    if membership is None:
        return nobody, nobody, True
    persona = _persona(entry.segment, personas.personas)
    if entry.segment and persona is None:
        hint = did_you_mean(entry.segment, [name for p in personas.personas for name in (p.id, p.name)])
        doubts.append(f'"{entry.segment}" is no persona of this run: {hint}; told of everybody instead')
    chosen = membership if persona is None else membership[membership["segment"] == persona.number]
    return chosen["customer_id"].reset_index(drop=True), nobody, persona is not None


def _persona(name: str, personas: Sequence[Persona]) -> Persona | None:
    return next((p for p in personas if name and name.casefold() in (p.id.casefold(), p.name.casefold())), None)
