"""How customers stand: loyalists, those at risk, the segment next to theirs, and prospects who resemble it.

Loyalty and risk are rules over the customer table, kept as data in ``standing.yml``. A rule says whom it finds, of how
many it could be decided, and, where there is a holdout, how many of those it would have found before it stopped buying
in it, beside those it would not have found.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import yaml
from ibis import _
from pydantic import Field

from personas.customers import Customers
from personas.dataset import Dataset
from personas.estimates import Estimate, Frozen, not_measured
from personas.experience.disclosure import may_be_shown, shown_parts
from personas.experience.moments import moments_of, share_of
from personas.experience.pains.signals import Bound
from personas.experience.value.prospects import count_prospects, resemble
from personas.experience.value.standing_models import Neighbour, RuleCount, Standing
from personas.segments import Segmentation
from personas.segments.kmeans import squared_distances
from personas.segments.membership import IN_BETWEEN

GONE_DAYS = 182
RULES = Path(__file__).parent / "standing.yml"


class Rule(Frozen):
    """One rule; the fields are explained at the head of ``standing.yml``."""

    label: str
    needs: tuple[str, ...]
    words: str
    when: dict[str, Bound] = Field(default_factory=dict)
    top: dict[str, float] = Field(default_factory=dict)

    def applies(self, frame: pd.DataFrame) -> bool:
        return all(name in frame.columns and frame[name].notna().any() for name in self.needs)

    def decided(self, frame: pd.DataFrame) -> np.ndarray:
        """(n,) of whom everything is known that the rule asks for."""
        return frame[list(self.needs)].notna().all(axis=1).to_numpy()

    def finds(self, frame: pd.DataFrame) -> np.ndarray:
        """(n,) whom the rule finds; unknown values never satisfy it."""
        found = self.decided(frame).copy()
        for name, bound in self.when.items():
            found &= bound.holds(frame[name]).to_numpy()
        for name, share in self.top.items():
            values = frame[name]
            least = values[values > 0].quantile(1 - share)
            found &= (values >= least).to_numpy()
        return found


class StandingRules(Frozen):
    loyalists: dict[str, Rule]
    at_risk: dict[str, Rule]


@cache
def read_standing_rules(path: Path = RULES) -> StandingRules:
    """Read the rules. Raises pydantic.ValidationError naming the field that is wrong."""
    return StandingRules.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def flags(customers: Customers, source: Dataset | None = None, rules: StandingRules | None = None) -> pd.DataFrame:
    """Flag who is loyal and who is at risk: customer_id, loyalist, at_risk, in the order of the customer table.

    source : the dataset, whose cases and contracts then count too
    The flags are nullable booleans, missing where no rule could be decided of anybody.
    """
    rules = rules or read_standing_rules()
    frame = with_cases_and_contracts(customers.frame, source.tables, source.observation_end) if source else (
        customers.frame
    )  # fmt: skip
    loyal, risks = _applying(rules, frame)
    flagged = pd.DataFrame({"customer_id": customers.frame["customer_id"].to_numpy()})
    nobody = pd.array([pd.NA] * len(frame), dtype="boolean")
    flagged["loyalist"] = pd.array(loyal[1].finds(frame), dtype="boolean") if loyal else nobody
    any_risk = np.any([rule.finds(frame) for rule in risks.values()], axis=0) if risks else None
    flagged["at_risk"] = pd.array(any_risk, dtype="boolean") if risks else nobody
    return flagged


def with_cases_and_contracts(frame: pd.DataFrame, tables, end) -> pd.DataFrame:
    """Add open_cases and days_since_contract_end (infinite while one runs) to the customer table.

    end : "today"; a column of that name in the customer table is kept
    """
    added = {}
    tickets = tables.get("tickets")
    if tickets is not None and "resolved" in tickets.columns:
        counted = tickets.group_by("customer_id").agg(n=_.resolved.isnull().cast("int64").sum()).to_pandas()
        added["open_cases"] = _placed(counted, frame).fillna(0.0)
    contracts = tables.get("subscriptions")
    if contracts is not None and "end" in contracts.columns and end is not None:
        rows = contracts.group_by("customer_id").agg(running=_.end.isnull().any(), last=_.end.max())
        days = ibis.literal(end).delta(rows.last, unit="day").cast("float64")
        rows = rows.select("customer_id", n=rows.running.ifelse(float("inf"), days))
        added["days_since_contract_end"] = _placed(rows.to_pandas(), frame)
    free = {name: values for name, values in added.items() if name not in frame}
    return frame.assign(**free) if free else frame


def _placed(counted: pd.DataFrame, frame: pd.DataFrame) -> pd.Series:
    return counted.set_index("customer_id")["n"].reindex(frame["customer_id"]).astype(float).reset_index(drop=True)


def _applying(rules: StandingRules, frame: pd.DataFrame):
    """The first (key, rule) for loyalists that can be decided, or None, and every risk that can."""
    loyal = next(((key, rule) for key, rule in rules.loyalists.items() if rule.applies(frame)), None)
    return loyal, {key: rule for key, rule in rules.at_risk.items() if rule.applies(frame)}


def measure_standing(
    customers: Customers,
    segmentation: Segmentation,
    source: Dataset | None,
    min_group: int,
    weights: np.ndarray | None = None,
) -> dict[int, Standing]:
    """How the customers of the base (0) and of each segment stand.

    weights : (n,) survey weights or None; groups under `min_group` are neither shown nor left to be worked out
    """
    rules = read_standing_rules()
    frame, later = customers.frame, None
    rehearsal = customers.rehearsal
    if rehearsal is not None and rehearsal.split is not None and "frequency" in rehearsal.outcomes:
        later = rehearsal.frame
    if source is not None:
        frame = with_cases_and_contracts(frame, source.tables, source.observation_end)
        if later is not None:
            before = source.between(source.observation_start, rehearsal.split)
            later = with_cases_and_contracts(later, before, rehearsal.split)
    segments = segmentation.members["segment"].to_numpy(int)
    counts = _Counts(segments, weights, min_group)
    loyal, risks = _applying(rules, frame)
    if later is not None:
        stopped = rehearsal.outcomes["frequency"].fillna(0).to_numpy() == 0
        placed = pd.Series(segments, index=customers.frame["customer_id"]).reindex(later["customer_id"])
        there = (later["recency"] <= GONE_DAYS).to_numpy()  # who had gone long before cannot stop
        tried = _Counts(placed.fillna(-1).to_numpy(int), None, min_group)

    def count(key: str, label: str, words: str, chosen: list[Rule], segment: int) -> RuleCount:
        decided, found = _any(chosen, frame)
        confirmed = otherwise = None
        if later is not None and all(rule.applies(later) for rule in chosen):
            could, was = _any(chosen, later)
            confirmed, _n = tried.share(stopped, was & there, segment)
            otherwise, _n = tried.share(stopped, could & ~was & there, segment)
        share, n = counts.share(found, decided, segment)
        inside = segments == segment if segment else np.ones(len(frame), bool)
        return RuleCount(
            key=key, label=label, rule=words, customers=n, found=share, known=float(decided[inside].mean()),
            confirmed=confirmed, otherwise=otherwise,
        )  # fmt: skip

    result = {}
    resembled = resemble(customers, segmentation)
    for number in (0, *range(1, len(segmentation) + 1)):
        every = list(risks.values())
        result[number] = Standing(
            loyalists=count(loyal[0], loyal[1].label, loyal[1].words, [loyal[1]], number) if loyal else None,
            at_risk=count("at_risk", "At risk", "any of these", every, number) if every else None,
            risks=tuple(count(key, rule.label, rule.words, [rule], number) for key, rule in risks.items()),
            neighbour=_neighbour(customers, segmentation, segments, number, min_group) if number else None,
            prospects=count_prospects(resembled, segments, number, min_group),
        )
    return result


def _any(rules: list[Rule], frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """(of whom any of the rules can be decided, whom any of them finds), each (n,) bool."""
    decided = np.any([rule.decided(frame) for rule in rules], axis=0)
    return decided, np.any([rule.finds(frame) for rule in rules], axis=0)


class _Counts:
    """Shares of groups that may be shown together."""

    def __init__(self, segments: np.ndarray, weights, min_group: int):
        self.segments, self.weights, self.min_group = segments, weights, min_group
        self.numbers = [int(s) for s in np.unique(segments)]

    def share(self, found: np.ndarray, among: np.ndarray, segment: int) -> tuple[Estimate, int | None]:
        """(share of those `among` who are found, how many); hidden where either part is a small group."""
        yes = {s: int((found & among & (self.segments == s)).sum()) for s in self.numbers}
        no = {s: int((~found & among & (self.segments == s)).sum()) for s in self.numbers}
        if segment not in shown_parts(yes, no, self.min_group):
            return not_measured(f"fewer than {self.min_group} customers", "share"), None
        own = among & (self.segments == segment) if segment else among
        weights = None if self.weights is None else self.weights[own]
        if not own.any():
            return not_measured("nobody to look at", "share"), 0
        n = int(found[own].sum())
        return share_of(moments_of(found[own].astype(float), weights)), n


def _neighbour(
    customers: Customers, segmentation: Segmentation, segments: np.ndarray, number: int, min_group: int
) -> Neighbour | None:
    """The segment that most of the in-between customers lean to, else the one with the nearest centre."""
    centres = segmentation.centres
    if centres is None or len(centres) < 2:
        return None
    points = segmentation.space.points(customers.frame)
    distances = np.sqrt(np.round(squared_distances(points, centres), 9))
    own = distances[:, number - 1]
    inside = segments == number
    apart = np.sqrt(((centres - centres[number - 1]) ** 2).sum(axis=1))
    others = [s for s in range(1, len(centres) + 1) if s != number]
    near = {s: inside & (own >= IN_BETWEEN * distances[:, s - 1]) for s in others}
    nearest = max(others, key=lambda s: (int(near[s].sum()), -round(float(apart[s - 1]), 9), -s))
    usual = float(np.median(own[inside])) if inside.any() else 0.0
    counts = {s: int(flagged.sum()) for s, flagged in near.items()}
    few = not_measured(f"fewer than {min_group} customers", "share")
    shown = may_be_shown(counts[nearest], min_group) and may_be_shown(int(inside.sum()) - counts[nearest], min_group)
    return Neighbour(
        segment=nearest, distance=round(float(apart[nearest - 1]) / usual, 6) if usual else 0.0,
        in_between=share_of(moments_of(near[nearest][inside].astype(float))) if shown and inside.any() else few,
    )  # fmt: skip
