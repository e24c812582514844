"""Counting again what the customer table says of a persona: traits, goals, sizes, sales, who is represented."""

from __future__ import annotations

import numpy as np
import pandas as pd

from personas.customers.models import Feature
from personas.profiles.models import Claim, PersonaSet
from personas.profiles.recount.rows import Counted, Rows, mean


def count_trait(claim: Claim, rows: Rows) -> Counted:
    """A feature of the customer table, at the level that the claim's filter names."""
    feature = rows.features[claim.feature]
    values = values_of(rows.frame[feature.name], feature)
    if claim.filter:
        level = claim.filter.removeprefix(f"{feature.label} ")
        flags = _says(rows.frame[feature.name], feature, level)
        values = np.where(rows.frame[feature.name].notna(), flags, np.nan)
    return rows.of_customers(values, claim.persona_id)


def values_of(column: pd.Series, feature: Feature) -> np.ndarray:
    if feature.kind in ("category", "ordered"):
        return np.full(len(column), np.nan)
    return column.astype("Float64" if column.dtype == "boolean" else float).to_numpy(float, na_value=np.nan)


def codes_of(column: pd.Series, feature: Feature) -> np.ndarray:
    """(n,) numbers as they are, ordered answers as 0, 1, 2 …; NaN where unknown."""
    if feature.kind != "ordered":
        return values_of(column, feature)
    levels = list(feature.levels) or sorted(set(column.astype("string").dropna()))
    return column.astype("string").map({level: i for i, level in enumerate(levels)}).to_numpy(float, na_value=np.nan)


def _says(column: pd.Series, feature: Feature, level: str) -> np.ndarray:
    """Who says what "25K or more" means."""
    words = column.astype("string")
    if level in set(words.dropna()) or level in feature.levels:
        return (words == level).fillna(False).to_numpy(float)
    name, _, way = level.rpartition(" or ")
    levels = list(feature.levels)
    wanted = levels[levels.index(name) :] if way == "more" else levels[: levels.index(name) + 1]
    return words.isin(wanted).fillna(False).to_numpy(float)


def sales_share(rows: Rows, persona_id: str | None) -> Counted:
    """Share of all sales, from the purchases where they are at hand."""
    sales = rows.once("sales", lambda: _sales(rows))
    sales = sales * rows.weights
    return Counted(float(sales[rows.member(persona_id)].sum() / sales.sum()), None, len(rows.frame))


def _sales(rows: Rows) -> np.ndarray:
    if not rows.has("transactions", "amount"):
        return rows.frame["sales"].fillna(0.0).to_numpy(float)
    lines = rows.table("transactions")
    return rows.sums(lines, lines["amount"].astype(float))


def count_finding(claim: Claim, rows: Rows) -> Counted:
    if claim.feature in rows.features:
        return count_trait(claim, rows)
    return Counted(rows.part(claim.persona_id), None, len(rows.frame))


def count_sureness(claim: Claim, rows: Rows, key: str) -> Counted | None:
    """In-between customers and stability; the rule is judged by cross-validation, which is no counting."""
    inside = rows.member(claim.persona_id)
    members = rows.segmentation.members
    if key == "in-between":
        return Counted(float(members["in_between"].to_numpy()[inside].mean()), None, int(inside.sum()))
    if key == "stability":
        size = rows.segmentation.sizes[rows.numbers[claim.persona_id] - 1]
        return Counted(float(size.stability), None, int(inside.sum()))
    if key == "variety":
        return _variety(claim, rows, inside)
    return None


def _variety(claim: Claim, rows: Rows, inside: np.ndarray) -> Counted:
    """The share on the named side of everybody's median, of the feature that the filter names."""
    name, _, side = claim.filter.rpartition(" ")
    values = values_of(rows.frame[name], rows.features[name])
    known = np.isfinite(values)
    median = _middle(values[known], rows.weights[known])
    own, weights = values[inside & known], rows.weights[inside & known]
    beyond = (own > median) if side == "above" else (own < median)
    return Counted(mean(beyond + (own == median) / 2, weights), None, len(own))


def _middle(values: np.ndarray, weights: np.ndarray) -> float:
    """The value at which half of the weight is reached; of two in the middle that weigh the same, their mean."""
    if (weights == weights[0]).all():
        return float(np.median(values))
    table = pd.Series(weights).groupby(values).sum().cumsum()
    return float(table.index[(table >= table.iloc[-1] / 2).argmax()])


def count_of_all(claim: Claim, rows: Rows, key: str, persona_set: PersonaSet) -> Counted | None:
    """What is said of all personas together; a principle that repeats a pain point is counted as that."""
    count = len(persona_set.personas)
    personas = [p.id for p in persona_set.personas]
    known = rows.frame[claim.feature].notna().to_numpy() if claim.feature in rows.frame else np.zeros(0, bool)
    match key:
        case "headline":
            if claim.feature == "share of sales":
                return sales_share(rows, claim.persona_id)
            return Counted(rows.part(claim.persona_id), None, len(rows.frame))
        case "principle-apart":
            values = values_of(rows.frame[claim.feature], rows.features[claim.feature])
            means = [rows.of_customers(values, p).own for p in personas]
            return Counted(max(means), min(means))
        case "principle-worth":
            worth = [(sales_share(rows, p).own, rows.part(p)) for p in personas]
            return Counted(max(worth, key=lambda pair: pair[0] / pair[1])[0])
        case "principle-borders":
            return Counted(float(rows.segmentation.members["in_between"].mean()), None, len(rows.frame))
        case "principle-work":
            firsts = [p.actions[0].title for p in persona_set.personas if p.actions]
            return Counted(float(max(firsts.count(title) for title in firsts)), None, count)
        case "represented-known":
            return Counted(float(known.mean()), None, len(known))
        case "represented-sales":
            sales = rows.frame["sales"]
            return Counted(float(sales[known].mean()), float(sales[~known].mean()), int(sales[known].notna().sum()))
        case "represented-spread":
            shares = [float(known[rows.member(p)].mean()) for p in personas]
            return Counted(max(shares), min(shares))
    return None


def count_lift(claim: Claim, rows: Rows) -> Counted | None:
    """The share of spending that a persona gives to something, over the share that the others give."""
    inside = rows.member(claim.persona_id)
    if claim.feature in rows.features:
        shares = rows.of_customers(rows.frame[claim.feature].to_numpy(float), claim.persona_id)
        return Counted(shares.own / shares.rest) if shares.rest else None
    if not rows.has("transactions", "amount"):
        return None
    kind = claim.columns[0].removeprefix("transactions.")
    lines = rows.table("transactions")
    amount = rows.once("amounts", lambda: lines["amount"].astype(float) * lines["weight"])
    mine = inside[lines["place"].to_numpy(int)]
    wanted = (lines[kind].astype("string") == claim.filter).fillna(False).to_numpy()
    own, rest = (amount[side & wanted].sum() / amount[side].sum() for side in (mine, ~mine))
    return Counted(float(own / rest))
