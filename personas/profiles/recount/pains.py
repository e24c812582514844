"""Counting again whom a pain point or delight reaches, by the condition in its claim's filter."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from personas.profiles.models import Claim
from personas.profiles.recount.answers import answers_of, mean_scores
from personas.profiles.recount.records import mean_before_after
from personas.profiles.recount.rows import AMONG, CONDITION, Counted, Rows, meeting

OUTCOMES = {
    "failed": {"failed", "failure", "error", "timeout", "declined", "refused", "rejected"},
    "abandoned": {"abandoned", "given up", "aborted", "dropped", "hung up"},
    "missed": {"missed", "no show", "no-show", "cancelled", "canceled"},
}
RATING = re.compile(r"^mean rating of (.*) (≤|≥) ([\d.]+) on ")
UNDER = re.compile(r"^mean rating of (.*) under ([\d.]+)$")
CODED = re.compile(r"^coded (complaint|praise) about (.*)$")
DAY = 86_400.0


def count_reach(claim: Claim, rows: Rows) -> Counted | None:
    """The share affected, of those who could be; None for what a text model found."""
    found = rows.once(f"{claim.columns}: {claim.filter}", lambda: whom(claim.filter, claim.columns, rows))
    if found is None:
        return None
    affected, could_be = found
    return rows.share(affected, could_be, claim.persona_id)


def count_behaviour_impact(claim: Claim, rows: Rows) -> Counted | None:
    """Later over earlier sales of those affected before the later period, over the same of the others, less 1."""
    rehearsal = rows.customers.rehearsal
    if rehearsal is None or "later over earlier sales" not in claim.estimate.method:
        return None
    try:
        could, hurt = meeting(claim.filter, rehearsal.frame)
    except (KeyError, ValueError):
        return None
    if claim.persona_id is not None and not claim.estimate.method.startswith("among all"):
        ids = rows.frame.loc[rows.member(claim.persona_id), "customer_id"]
        could &= rehearsal.frame["customer_id"].isin(ids).to_numpy()
    after, before = (f["sales"].to_numpy(float)[could] for f in (rehearsal.outcomes, rehearsal.frame))
    at = pd.Index(rows.frame["customer_id"]).get_indexer(rehearsal.frame["customer_id"])
    weights = np.where(at >= 0, rows.weights[at], 1.0)[could]
    return Counted(mean_before_after(after, before, hurt[could], weights), None, int(hurt[could].sum()))


def count_alone(claim: Claim, rows: Rows) -> Counted | None:
    """The outcome of those affected less that of the others who could be, where one pain point stands by itself."""
    found = whom(claim.filter, claim.columns, rows)
    if found is None or not claim.estimate.method.startswith("difference in the vote"):
        return None
    votes = votes_of(rows)
    hurt, could = found
    inside = rows.member(claim.persona_id) & could & np.isfinite(votes)
    sides = [inside & hurt, inside & ~hurt]
    mean = [float(votes[s] @ rows.weights[s] / rows.weights[s].sum()) for s in sides]
    return Counted(mean[0] - mean[1], None, int(sides[0].sum()))


def votes_of(rows: Rows) -> np.ndarray:
    """(n,) each customer's mean vote: 100 a promoter, −100 a detractor; NaN where they gave none."""
    answers = answers_of(rows)
    asked = answers[(answers["metric"] == "nps") & (answers["scale_low"] == 0) & (answers["scale_high"] == 10)]
    vote = np.select([asked["good"] > 0.85, asked["good"] < 0.65], [100.0, -100.0], 0.0)
    with np.errstate(invalid="ignore"):
        return rows.sums(asked, vote) / rows.sums(asked, np.ones(len(asked)))


def whom(words: str, columns: tuple[str, ...], rows: Rows) -> tuple[np.ndarray, np.ndarray] | None:
    """(who is affected, who could be) by the words of a filter; None where words alone do not decide it."""
    everybody = np.ones(len(rows.frame), bool)
    if words.startswith("comments of the theme"):
        return None
    if words.startswith("problem "):
        return _ticked(words.removeprefix("problem "), rows)
    if rated := RATING.match(words):
        return _rated(rated[1], rated[2], float(rated[3]), " or " in words[rated.end() :], rows)
    if under := UNDER.match(words):
        scores = mean_scores(rows, under[1])
        with np.errstate(invalid="ignore"):
            return scores < float(under[2]), np.isfinite(scores)
    if coded := CODED.match(words):
        said = _coded(rows)
        own = said[said["polarity"] == coded[1]]
        about = (own["touchpoint"] == coded[2]) | (own["label"] == coded[2])
        return rows.seen(own[about & (own["metric"] == "comment")]), _spoke(rows)
    place, _, condition = words.partition(": ")
    names = {name for name, _sign, _bound in CONDITION.findall(words)}
    if not AMONG.match(words) and "interactions.touchpoint" in columns:
        return meeting(condition, rows.once(f"contacts at {place}", lambda: _contacts_at(place, rows)))[1], everybody
    if names <= {"cases", "case_days"} and condition:
        cases = rows.table("tickets")
        cases = cases[(cases["category"] == place) & (_days_open(cases, rows) >= 0)]
        frame = pd.DataFrame({"cases": rows.sums(cases, np.ones(len(cases)))})
        with np.errstate(invalid="ignore"):
            frame["case_days"] = rows.sums(cases, _days_open(cases, rows)) / frame["cases"]
        return meeting(condition, frame)[1], everybody
    if any(column.startswith(("subscriptions.", "tickets.")) for column in columns):
        return meeting(words, _contracts(rows) if "contracts" in names else _cases(rows))[1], everybody
    frame = rows.frame
    if "contact_change" in names:
        frame = frame.assign(contact_change=rows.once("contact change", lambda: _contact_change(rows)))
    could, hurt = meeting(words, frame)
    return hurt, could


def _coded(rows: Rows) -> pd.DataFrame:
    """Problems and comments that carry a code, about the own brand."""
    return rows.once("coded", lambda: _of_codes(rows.table("feedback")))


def _of_codes(said: pd.DataFrame) -> pd.DataFrame:
    ours = said["brand"].fillna("own").str.lower() == "own" if "brand" in said else pd.Series(True, index=said.index)
    chosen = said[ours & said["metric"].isin(["problem", "comment"]) & said["code"].notna()].copy()
    for name in ("label", "touchpoint"):
        chosen[name] = chosen[name].fillna("") if name in chosen else ""
    return chosen


def _spoke(rows: Rows) -> np.ndarray:
    """Who gave any feedback: a score, a complaint, or an answer on problems."""
    return rows.once("spoke", lambda: _spoken(rows))


def _spoken(rows: Rows) -> np.ndarray:
    spoke = rows.seen(answers_of(rows))
    if rows.has("feedback", "code", "polarity", "metric"):
        said = _coded(rows)
        spoke |= rows.seen(said[(said["polarity"] == "complaint").fillna(False) | (said["metric"] == "problem")])
    return spoke


def _ticked(code: str, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    said = _coded(rows)
    problems = said[said["metric"] == "problem"]
    told = problems["polarity"].isin(["complaint", "praise"])
    return rows.seen(problems[(problems["code"] == code) & told]), rows.seen(problems)


def _rated(place: str, sign: str, bound: float, written: bool, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    scores = mean_scores(rows, place)
    with np.errstate(invalid="ignore"):
        found = scores <= bound + 1e-9 if sign == "≤" else scores >= bound - 1e-9
    if written:
        said = _coded(rows)
        polarity = "complaint" if sign == "≤" else "praise"
        found = found | rows.seen(said[(said["touchpoint"] == place) & (said["polarity"] == polarity)])
    return found, _spoke(rows)


def _contacts_at(place: str, rows: Rows) -> pd.DataFrame:
    """A row a customer: what happened at a touchpoint; all nought for those who were not there."""
    touched = rows.table("interactions")
    there = touched[touched["touchpoint"] == place]
    counts = {"contacts": np.ones(len(there))}
    if "outcome" in there:
        outcome = there["outcome"].str.lower()
        counts |= {name: outcome.isin(words).to_numpy(float) for name, words in OUTCOMES.items()}
        counts["outcomes"] = outcome.notna().to_numpy(float)
    if "wait" in there:
        wait = there["wait"].to_numpy(float)
        counts |= {"waits": np.isfinite(wait), "long_waits": wait > 3 * _usual_wait(place, rows)}
    if "page_time" in there:
        page = there["page_time"].to_numpy(float)
        counts |= {"pages": np.isfinite(page), "slow_pages": page > 4.0}
    frame = pd.DataFrame({name: rows.sums(there, values) for name, values in counts.items()})
    whole = {"failed": "outcomes", "abandoned": "outcomes", "missed": "outcomes"}
    for many, base, share in (
        *((name, base, f"{name}_share") for name, base in whole.items()),
        ("long_waits", "waits", "long_wait_share"), ("slow_pages", "pages", "slow_page_share"),
    ):  # fmt: skip
        if many in frame:
            frame[share] = frame[many] / frame[base].replace(0, np.nan)
    return frame


def _usual_wait(place: str, rows: Rows) -> float:
    """The median wait at the touchpoint, of known and unknown customers alike."""
    table = rows.source.tables["interactions"]
    return float(
        rows.source.connection.to_pandas(table.filter(table.touchpoint == place).wait.median().as_table()).iloc[0, 0]
    )


def _days_open(cases: pd.DataFrame, rows: Rows) -> pd.Series:
    end = pd.Timestamp(rows.source.observation_end)
    closed = cases["resolved"].fillna(end) if "resolved" in cases else pd.Series(end, index=cases.index)
    return (closed - cases["opened"]).dt.total_seconds() / DAY


def _cases(rows: Rows) -> pd.DataFrame:
    cases, end = rows.table("tickets"), pd.Timestamp(rows.source.observation_end)
    flag = {n: cases[n].astype("boolean").fillna(False) for n in ("reopened", "escalated") if n in cases}
    no = pd.Series(False, index=cases.index)
    found = {"cases": ~no, "returning_cases": flag.get("reopened", no) | flag.get("escalated", no)}
    if {"due", "resolved"} <= set(cases):
        found["overdue_cases"] = (cases["due"] < end) & ~(cases["resolved"] <= cases["due"])
    if "resolved" in cases:
        found["quick_cases"] = cases["resolved"].notna() & _days_open(cases, rows).between(0, 1)
    return pd.DataFrame({name: rows.sums(cases, values.astype(float)) for name, values in found.items()})


def _contracts(rows: Rows) -> pd.DataFrame:
    contracts = rows.table("subscriptions").sort_values(["place", "start"], kind="stable")
    before = contracts.groupby("place")
    price = contracts["price"].astype(float) if "price" in contracts else pd.Series(np.nan, index=contracts.index)
    last = price.groupby(contracts["place"]).shift()
    found = {"contracts": np.ones(len(contracts)), "plan_downgrades": price < last}
    if "plan" in contracts:
        found["price_rises"] = (price > last) & (contracts["plan"] == before["plan"].shift())
    if "end" in contracts:
        # Calendar days, as the engine counts them: midnights between the two.
        stayed = (contracts["end"].dt.normalize() - contracts["start"].dt.normalize()).dt.days
        found["early_endings"] = stayed.between(0, 182)
    return pd.DataFrame({name: rows.sums(contracts, values) for name, values in found.items()})


def _contact_change(rows: Rows) -> np.ndarray:
    touched = rows.table("interactions")
    survey = touched["touchpoint"].str.lower().str.contains("survey").fillna(False).astype(bool)
    touched = touched[touched["touchpoint"].notna() & ~survey]
    start, end = (pd.Timestamp(t) for t in (rows.source.observation_start, rows.source.observation_end))
    later = touched["time"] >= start + (end - start) / 2
    late, all_ = rows.sums(touched, later), rows.sums(touched, np.ones(len(touched)))
    early = all_ - late
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((early > 0) & (all_ >= 6), late / early - 1, np.nan)
