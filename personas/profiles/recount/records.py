"""Counting again what was recorded: purchases, campaigns, contacts, service cases, contracts."""

from __future__ import annotations

from typing import cast

import numpy as np
import pandas as pd

from personas.profiles.models import Claim
from personas.profiles.recount.rows import Counted, Rows, mean

Watched = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
DAY, MONTH = 86_400.0, 30.4375
MOBILE = {"phone", "mobile", "mobile phone", "smartphone", "tablet", "app"}
SPOKEN = {"friend", "friends", "family", "colleague", "word of mouth", "recommendation", "referral", "customer"}
FAILED = {"failed", "failure", "abandoned", "error", "cancelled", "timeout"}
SILENT = {"no answer", "not answered", "unanswered", "ignored", "failed", "abandoned"}


def count_customers_kpi(claim: Claim, rows: Rows, key: str) -> Counted | None:
    """A KPI that purchases, campaigns and referrals give, from their tables."""
    n, who = len(rows.frame), claim.persona_id
    if key == "spend" and rows.has("transactions", "amount"):
        lines = rows.table("transactions")
        return rows.of_customers(
            np.where(rows.frame["sales"].notna(), rows.sums(lines, lines["amount"].astype(float)), np.nan), who
        )
    if key in ("repeat_rate", "active_share"):
        column = rows.frame["frequency" if key == "repeat_rate" else "recency"].to_numpy(float)
        yes = column >= 2 if key == "repeat_rate" else column <= 56
        bought = column >= 1 if key == "repeat_rate" else np.isfinite(column)
        return rows.share(yes, bought, who)
    if key == "campaign_response":
        sent, used = (rows.frame[f"campaigns_{name}"].to_numpy(float) for name in ("received", "answered"))
        sent, used, inside = sent * rows.weights, used * rows.weights, rows.member(who)
        own, rest = (float(np.nansum(used[s] * (sent[s] > 0)) / np.nansum(sent[s])) for s in (inside, ~inside))
        return Counted(own, rest)
    if key == "feedback_share":
        return rows.of_customers(rows.frame["feedback_given"].astype(float).to_numpy(), who)
    if key == "referred_share":
        return rows.share(rows.frame["referred_by"].notna().to_numpy(), np.ones(n, bool), who)
    if key == "referrers":
        brought = rows.frame["customer_id"].isin(set(rows.frame["referred_by"].dropna())).to_numpy()
        return rows.share(brought, np.ones(n, bool), who)
    if key == "coupon_users":
        share = rows.frame["coupon_share"].to_numpy(float)
        return rows.share(share > 0, np.isfinite(share), who)
    if key == "return_share":
        return rows.of_customers(rows.frame["return_share"].to_numpy(float), who)
    return None


def count_contacts(claim: Claim, rows: Rows, key: str) -> Counted | None:
    """Shares of contacts, survey invitations apart."""
    touched = rows.table("interactions")
    survey = touched["touchpoint"].str.lower().str.contains("survey").fillna(False).astype(bool)
    if key in ("response_rate", "never_answered"):
        asked = touched[survey & touched["outcome"].notna()]
        replied = ~asked["outcome"].str.lower().isin(SILENT)
        if key == "response_rate":
            return rows.of_rows(asked, replied, claim.persona_id)
        return rows.share(rows.sums(asked, replied) == 0, rows.seen(asked), claim.persona_id)
    real = touched[~survey & touched["touchpoint"].notna()]
    column, yes = {
        "self_service": ("self_service", lambda c: c.astype(float)),
        "mobile_share": ("device", lambda c: c.str.lower().isin(MOBILE)),
        "failed_contacts": ("outcome", lambda c: c.str.lower().isin(FAILED)),
        "slow_pages": ("page_time", lambda c: c.astype(float) > 3.0),
        "word_of_mouth": ("referral", lambda c: c.str.lower().isin(SPOKEN)),
    }[key]
    known = real[real[column].notna()]
    return rows.of_rows(known, yes(known[column]), claim.persona_id)


def count_cases(claim: Claim, rows: Rows, key: str) -> Counted | None:
    """Service cases: shares, satisfaction, and the days until half or nine in ten were over."""
    cases, end = rows.table("tickets"), pd.Timestamp(rows.source.observation_end)
    flag = {n: cases[n].astype("boolean").fillna(False).astype(bool) for n in ("escalated", "reopened") if n in cases}
    if key == "first_contact":
        done = cases["resolved"].notna()
        trouble = np.any([flag[name] for name in flag], axis=0)
        return rows.of_rows(cases[done], ~trouble[done.to_numpy()], claim.persona_id)
    if key == "escalated":
        known = cases["escalated"].notna()
        return rows.of_rows(cases[known], flag["escalated"][known], claim.persona_id)
    if key == "reopened":
        known = cases["reopened"].notna() & cases["resolved"].notna()
        return rows.of_rows(cases[known], flag["reopened"][known], claim.persona_id)
    if key == "in_time":
        due = cases[cases["due"] < end]
        return rows.of_rows(due, due["resolved"] <= due["due"], claim.persona_id)
    if key in ("case_satisfaction", "case_score"):
        scales = {(part.scale.low, part.scale.high) for part in rows.source.contract.tickets if part.scale is not None}
        low, high = scales.pop()
        scored = cases[cases["satisfaction"].between(low, high)]
        score = scored["satisfaction"].to_numpy(float)
        return rows.of_rows(scored, score >= high - 1 if key == "case_satisfaction" else score, claim.persona_id)
    name, _, part = key.rpartition("_")
    days = (cases[name].fillna(end) - cases["opened"]).dt.total_seconds().to_numpy() / DAY
    share = {"median": 0.5, "p90": 0.9}[part]
    sides = _sides(rows, cases, days, cases[name].notna().to_numpy(), claim.persona_id)
    own, rest = (time_until(*side, share) if len(side[0]) else None for side in sides)
    return Counted(own, rest, len(sides[0][0]))


def count_contracts(claim: Claim, rows: Rows, key: str) -> Counted:
    """Contracts kept after some months (Kaplan and Meier, late entries counted from when they are seen), and churn."""
    contracts = rows.table("subscriptions")
    start, end = (pd.Timestamp(t) for t in (rows.source.observation_start, rows.source.observation_end))
    over = contracts["end"] if "end" in contracts else pd.Series(pd.NaT, index=contracts.index)
    if key == "churn_a_month":
        begun = contracts["start"].clip(lower=start)
        months = (over.fillna(end) - begun).dt.total_seconds().to_numpy() / DAY / MONTH
        ended = over.notna().to_numpy(float)
        inside, weights = rows.member(claim.persona_id)[contracts["place"]], contracts["weight"].to_numpy(float)
        sides = [s for s in (inside, ~inside) if s.any()]
        found = [float((weights[s] @ ended[s]) / (weights[s] @ months[s])) for s in sides]
        return Counted(found[0], found[1] if len(found) > 1 else None)
    days = (over.fillna(end) - contracts["start"]).dt.total_seconds().to_numpy() / DAY
    entry = np.maximum((start - contracts["start"]).dt.total_seconds().to_numpy() / DAY, 0.0)
    watched = int(key.split("_")[1]) * MONTH
    sides = _sides(rows, contracts, days, over.notna().to_numpy(), claim.persona_id, entry)
    own, rest = (_left_after(*side, watched) if len(side[0]) else None for side in sides)
    return Counted(own, rest, len(sides[0][0]))


def _sides(rows, table, days, ended, persona_id, entry=None) -> list[Watched]:
    """(days, ended, entry, weights) of the persona's spans and of the others'."""
    entry = np.zeros(len(days)) if entry is None else entry
    inside = rows.member(persona_id)[table["place"].to_numpy(int)]
    known = np.isfinite(days) & (days >= 0)
    parts = (days, ended, entry, table["weight"].to_numpy(float))
    return [cast(Watched, tuple(part[known & side] for part in parts)) for side in (inside, ~inside)]


def _curve(days, ended, entry, weights):
    """(time, share left) at every end, one after the other [Kaplan & Meier 1958]."""
    days = np.maximum(days, 1 / DAY)
    kept = days > entry
    days, ended, entry, weights = days[kept], ended[kept], entry[kept], weights[kept]
    left, steps = 1.0, []
    for time in np.unique(days[ended]):
        risk = weights[(days >= time) & (entry < time)].sum()
        left *= max(1 - weights[ended & (days == time)].sum() / risk, 0.0)
        steps.append((float(time), left))
    return steps


def time_until(days, ended, entry, weights, share: float) -> float | None:
    return next((t for t, left in _curve(days, ended, entry, weights) if left <= 1 - share + 1e-12), None)


def _left_after(days, ended, entry, weights, watched: float) -> float | None:
    return next((left for t, left in reversed(_curve(days, ended, entry, weights)) if t <= watched), None)


def mean_before_after(after: np.ndarray, before: np.ndarray, hurt: np.ndarray, weights: np.ndarray) -> float:
    """Later over earlier sums of those affected, over the same of the others, less 1."""
    kept, other = (mean(after[s], weights[s]) / mean(before[s], weights[s]) for s in (hurt, ~hurt))
    return kept / other - 1
