"""Rules as values: a bound on a feature, how bad it is, the remedy, and the sign of friction made of these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field

from personas.estimates import Frozen

PLACES = ("{touchpoint}", "{category}")


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
    """What helps; the fields are explained at the head of ``playbooks/remedies.yml``."""

    title: str
    owner: Literal["service", "marketing", "product", "sales", "operations"]
    effort: Literal["low", "medium", "high"]
    measure: str
    kpi: str
    check_after_weeks: int = Field(gt=0)
    assumed_effect: float = Field(gt=0, le=1)
    gap: str = ""
    words: tuple[str, ...] = ()


class Signal(Frozen):
    """One sign of friction, or of delight; the fields are explained at the head of ``playbooks/general.yml``."""

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
    each: Literal["customer", "touchpoint", "category"] = "customer"
    kind: Literal["observed", "inferred"] = "inferred"
    polarity: Literal["pain", "delight"] = "pain"

    @property
    def features(self) -> set[str]:
        """Every feature that the rule looks at."""
        return {*self.needs, *self.among, *self.when, self.depth.feature}

    def applies(self, frame: pd.DataFrame) -> bool:
        return all(name in frame.columns for name in self.features) and all(
            frame[name].notna().any() for name in self.needs
        )

    def exposed(self, frame: pd.DataFrame) -> np.ndarray:
        """Who could be affected, (n,) bool."""
        return _all_hold(self.among, frame)

    def affected(self, frame: pd.DataFrame) -> np.ndarray:
        """Who is affected, (n,) bool."""
        return self.exposed(frame) & _all_hold(self.when, frame)

    def at(self, place: str) -> Signal:
        """The rule for one touchpoint or category: its name in the words."""
        texts = ("title", "touchpoint", "finding", "struggle")
        return self.model_copy(update={name: _named(getattr(self, name), place) for name in texts})

    @property
    def filter(self) -> str:
        """The condition in words, for the evidence."""
        return "; ".join(f"{name} {bound}" for part in (self.among, self.when) for name, bound in part.items())

    @property
    def condition(self) -> str:
        """The same, but saying who could be affected, so that a share can be counted again from it."""
        among, when = (in_conditions(part) for part in (self.among, self.when))
        return f"of those with {among}: {when}" if among else when


def in_conditions(bounds: Mapping[str, Bound]) -> str:
    """Bounds as conditions, each with the name of its feature.

    >>> in_conditions({"recency": Bound(above=56, at_most=182)})
    'recency ≤ 182; recency > 56'
    """
    return "; ".join(f"{name} {limit}" for name, bound in bounds.items() for limit in str(bound).split(" and "))


def _named(text: str, place: str) -> str:
    for slot in PLACES:
        text = text.replace(slot, place)
    return text


def _all_hold(bounds: dict[str, Bound], frame: pd.DataFrame) -> np.ndarray:
    kept = np.ones(len(frame), bool)
    for name, bound in bounds.items():
        kept &= bound.holds(frame[name]).to_numpy()
    return kept
