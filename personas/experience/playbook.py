"""The playbook: signs of friction in behaviour and what helps, as data that an analyst may edit."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import yaml
from pydantic import Field

from personas.estimates import Frozen

PLAYBOOK = Path(__file__).parent / "playbook.yml"


class Bound(Frozen):
    """A bound on one feature; exactly those that are given must hold. Unknown values never satisfy one."""

    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    below: float | None = None

    def holds(self, values: pd.Series) -> pd.Series:
        kept = values.notna()
        for limit, compare in (
            (self.at_least, values.ge), (self.at_most, values.le), (self.above, values.gt), (self.below, values.lt),
        ):  # fmt: skip
            if limit is not None:
                kept &= compare(limit)
        return kept

    def __str__(self) -> str:
        words = (("≥", self.at_least), ("≤", self.at_most), (">", self.above), ("<", self.below))
        return " and ".join(f"{sign} {limit:g}" for sign, limit in words if limit is not None)


class Depth(Frozen):
    """How bad it is where it happens: 0 where the feature is at `start`, 1 at `to` and beyond."""

    feature: str
    start: float = Field(alias="from")
    to: float

    def of(self, frame: pd.DataFrame) -> np.ndarray:
        values = (frame[self.feature].to_numpy(float) - self.start) / (self.to - self.start)
        return np.clip(values, 0.0, 1.0)


class Remedy(Frozen):
    title: str
    owner: Literal["service", "marketing", "product", "sales", "operations"]
    effort: Literal["low", "medium", "high"]
    measure: str
    kpi: str
    check_after_weeks: int
    assumed_effect: float = Field(gt=0, le=1)


class Signal(Frozen):
    """One sign of friction; the fields are explained at the head of ``playbook.yml``."""

    title: str
    needs: tuple[str, ...]
    among: dict[str, Bound]
    when: dict[str, Bound]
    depth: Depth
    stage: str
    touchpoint: str
    finding: str
    struggle: str
    who: str
    remedy: Remedy

    def applies(self, frame: pd.DataFrame) -> bool:
        return all(name in frame.columns and frame[name].notna().any() for name in self.needs)

    def exposed(self, frame: pd.DataFrame) -> np.ndarray:
        """Who could be affected, (n,) bool."""
        return _all_hold(self.among, frame)

    def affected(self, frame: pd.DataFrame) -> np.ndarray:
        """Who is affected, (n,) bool."""
        return self.exposed(frame) & _all_hold(self.when, frame)

    @property
    def filter(self) -> str:
        """The condition in words, for the evidence."""
        return "; ".join(f"{name} {bound}" for part in (self.among, self.when) for name, bound in part.items())


class StatedRemedy(Frozen):
    """What helps where customers say that it hurts; `words` are looked for in the touchpoint's and the pain's name."""

    words: tuple[str, ...]
    remedy: Remedy


def _all_hold(bounds: dict[str, Bound], frame: pd.DataFrame) -> np.ndarray:
    kept = np.ones(len(frame), bool)
    for name, bound in bounds.items():
        kept &= bound.holds(frame[name]).to_numpy()
    return kept


@cache
def read_playbook(path: Path = PLAYBOOK) -> dict[str, Signal]:
    """Read the signals by key. Raises pydantic.ValidationError naming the field that is wrong."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {key: Signal.model_validate(entry) for key, entry in content["signals"].items()}


@cache
def read_stated_remedies(path: Path = PLAYBOOK) -> tuple[StatedRemedy, ...]:
    """Read what helps against stated pain points, most specific first; the last fits everything."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tuple(StatedRemedy.model_validate(entry) for entry in content["stated"])


def remedy_for(touchpoint: str, title: str) -> Remedy:
    """The remedy for a stated pain point, by the words of its touchpoint, else of its title."""
    remedies = read_stated_remedies()
    for text in (touchpoint.lower(), title.lower()):
        for entry in remedies:
            if any(word in text for word in entry.words):
                return entry.remedy
    return remedies[-1].remedy
