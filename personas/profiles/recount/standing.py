"""Counting again who is loyal, at risk and next, who decides in an account, and what attitudes are worth apart."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from personas.experience.value.standing import read_standing_rules
from personas.profiles.models import Claim
from personas.profiles.recount.answers import answers_of
from personas.profiles.recount.records import time_until
from personas.profiles.recount.rows import CONDITION, Counted, Rows
from personas.profiles.standing import rule_condition

RULE = re.compile(r"^of those with known ([\w, ]+): (.*)$")
TOP = re.compile(r"(\w+) in the top ([\d.]+) of those with any")
DAY = 86_400.0


def count_standing(claim: Claim, rows: Rows, key: str) -> Counted | None:
    """Loyal or at risk by the rules in the filter; what rests on distances is not counted."""
    if key not in ("loyal", "risk"):
        return None
    frame = _with_cases_and_contracts(rows)
    parts = [RULE.match(part) for part in claim.filter.split(" | ")]
    known = np.any([frame[part[1].split(", ")].notna().all(axis=1) for part in parts], axis=0)
    found = np.any([_found(part, frame) for part in parts], axis=0)
    return rows.share(found, known, claim.persona_id)


def _found(rule: re.Match, frame: pd.DataFrame) -> np.ndarray:
    kept = frame[rule[1].split(", ")].notna().all(axis=1).to_numpy().copy()
    for name, sign, bound in CONDITION.findall(rule[2]):
        values, limit = frame[name].to_numpy(float), float(bound)
        with np.errstate(invalid="ignore"):
            kept &= {"≥": values >= limit, "≤": values <= limit, ">": values > limit, "<": values < limit}[sign]
    for name, share in TOP.findall(rule[2]):
        values = frame[name].to_numpy(float)
        kept &= values >= np.quantile(values[values > 0], 1 - float(share))
    return kept


def _with_cases_and_contracts(rows: Rows) -> pd.DataFrame:
    frame = rows.frame
    if rows.has("tickets", "resolved"):
        cases = rows.table("tickets")
        frame = frame.assign(open_cases=rows.sums(cases, cases["resolved"].isna()))
    if rows.has("subscriptions", "end"):
        contracts = rows.table("subscriptions")
        running = rows.sums(contracts, contracts["end"].isna()) > 0
        last = contracts.groupby("place")["end"].max().reindex(range(len(frame)))
        today = pd.Timestamp(rows.source.observation_end).normalize()
        days = (today - last.dt.normalize()).dt.days.to_numpy(float)
        frame = frame.assign(days_since_contract_end=np.where(running, np.inf, days))
    return frame


def count_buying_centre(claim: Claim, rows: Rows, key: str) -> Counted | None:
    """Contacts an account, accounts with somebody of a role, their votes, days to the first order, health."""
    contacts = rows.source.connection.to_pandas(rows.source.tables["contacts"]) if rows.source is not None else None
    if contacts is None:
        return None
    accounts = pd.Index(rows.frame["customer_id"]).get_indexer(contacts["account_id"])
    contacts = contacts[accounts >= 0].assign(place=accounts[accounts >= 0])
    inside = rows.member(claim.persona_id)
    if key == "each":
        each = contacts.groupby("place")["customer_id"].nunique().reindex(np.flatnonzero(inside)).dropna()
        return Counted(float(each.mean()), None, len(each))
    if key == "healthy":
        return _healthy(claim, rows)
    if key == "cycle":
        return _cycle(rows, inside)
    if key.startswith("nps_"):
        return _role_votes(claim, rows, contacts, inside)
    name = claim.filter.partition(" ")[0]
    wanted = claim.filter.partition(" among ")[2].split(", ")
    there = contacts[contacts[name].isin(wanted)]["place"].unique()
    share = float(np.isin(np.flatnonzero(inside), there).mean())
    return Counted(share, None, int(inside.sum()))


def _healthy(claim: Claim, rows: Rows) -> Counted:
    """Accounts that none of the rules on risk finds."""
    frame = _with_cases_and_contracts(rows)
    rules = [RULE.match(rule_condition(rule)) for rule in read_standing_rules().at_risk.values()]
    asked = [rule for rule in rules if all(n in frame and frame[n].notna().any() for n in rule[1].split(", "))]
    risk = np.any([_found(rule, frame) for rule in asked], axis=0)
    inside = rows.member(claim.persona_id)
    return Counted(float((~risk)[inside].mean()), None, int(inside.sum()))


def _cycle(rows: Rows, inside: np.ndarray) -> Counted | None:
    """Half of those first in contact a month or more into the period: days to the first order, waiting ones kept in."""
    touched, orders = rows.table("interactions"), rows.table("transactions")
    first = touched.groupby("place")["time"].min().reindex(range(len(rows.frame)))
    order = orders.groupby("place")["time"].min().reindex(range(len(rows.frame)))
    start, end = (pd.Timestamp(t) for t in (rows.source.observation_start, rows.source.observation_end))
    fresh = inside & (first >= start + pd.Timedelta(days=31)).to_numpy() & (order.isna() | (order >= first)).to_numpy()
    days = ((order.fillna(end) - first).dt.total_seconds() / DAY).to_numpy()[fresh]
    ones = np.ones(len(days))
    value = time_until(days, order.notna().to_numpy()[fresh], np.zeros(len(days)), ones, 0.5)
    return None if value is None else Counted(value, None, len(days))


def _role_votes(claim: Claim, rows: Rows, contacts: pd.DataFrame, inside: np.ndarray) -> Counted:
    """Promoters less detractors among the contacts of a role."""
    name, _, role = claim.filter.partition(", ")[2].partition(" among ")
    said = answers_of(rows)
    said = said[(said["metric"] == "nps") & (said["scale_low"] == 0) & (said["scale_high"] == 10)]
    who = set(contacts.loc[contacts[name] == role, "customer_id"])
    votes = said[said["contact_id"].isin(who) & inside[said["place"].to_numpy(int)]]
    score = 10 * votes["good"].to_numpy(float)
    vote = (score >= 9 - 1e-6).astype(float) - (score <= 6 + 1e-6)
    weight = votes["weight"].to_numpy(float)
    return Counted(float(100 * vote @ weight / weight.sum()), None, len(votes))


def count_case(claim: Claim, rows: Rows) -> Counted | None:
    """Later spend of promoters less that of detractors, within segments, weighted as detractors are spread."""
    rehearsal = rows.customers.rehearsal
    if rehearsal is None or rehearsal.split is None or not claim.filter.startswith("recommendation"):
        return None
    frame = rehearsal.frame
    score, later = frame["nps"].to_numpy(float), rehearsal.outcomes["sales"].fillna(0.0).to_numpy(float)
    at = pd.Index(rows.frame["customer_id"]).get_indexer(frame["customer_id"])
    of, weight = rows.segments[at], rows.weights[at]
    parts = []
    for segment in np.unique(of):
        best, worst = ((of == segment) & side for side in (score >= 9, score <= 6))
        if min(best.sum(), worst.sum()) >= 2:
            gap = np.average(later[best], weights=weight[best]) - np.average(later[worst], weights=weight[worst])
            parts.append((weight[worst].sum(), gap))
    shares, gaps = np.array(parts).T
    return Counted(float(shares @ gaps / shares.sum()))
