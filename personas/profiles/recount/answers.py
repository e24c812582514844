"""Counting again what customers answered: recommendation, satisfaction, ease, ratings, gaps, feelings."""

from __future__ import annotations

import numpy as np
import pandas as pd

from personas.profiles.models import Claim
from personas.profiles.recount.rows import Counted, Rows

RATED = ("csat", "rating")
ALMOST = 1e-9


def answers_of(rows: Rows) -> pd.DataFrame:
    """Scores of the own brand that lie on their scale; `good` from 0 (worst) to 1 (best)."""
    return rows.once("answers", lambda: _answers(rows.table("feedback").copy()))


def _answers(said: pd.DataFrame) -> pd.DataFrame:
    ours = pd.Series(True, index=said.index)
    if "brand" in said:
        ours = said["brand"].fillna("own").str.lower() == "own"
    low, high, score = (said[name].astype(float) for name in ("scale_low", "scale_high", "score"))
    share = (score - low) / (high - low)
    turned = said["higher_is_better"].astype("boolean").fillna(True).astype(bool)
    said["good"] = share.where(turned, 1 - share).where(ours & (score >= low) & (score <= high))
    for name in ("metric", "touchpoint", "stage", "moment"):
        said[name] = said[name].fillna("") if name in said else ""
    return said[said["good"].notna()]


def scale_of(asked: pd.DataFrame, *by: str) -> tuple[float, float]:
    """The scale on which the most answered question was asked most."""
    first = asked.groupby(list(by), sort=True).size().idxmax()
    chosen = asked[
        (asked[list(by)] == pd.Series(first if isinstance(first, tuple) else (first,), list(by))).all(axis=1)
    ]
    return chosen.groupby(["scale_low", "scale_high"], sort=True).size().idxmax()


def count_answers(claim: Claim, rows: Rows, key: str) -> Counted | None:
    """A KPI from answers, by its key; the touchpoint comes from the claim's filter."""
    answers = answers_of(rows)
    place = claim.filter.partition("touchpoint ")[2]
    if key == "nps":
        votes = answers[(answers["metric"] == "nps") & (answers["scale_low"] == 0) & (answers["scale_high"] == 10)]
        score = 10 * votes["good"].to_numpy(float)
        vote = (score >= 9 - 1e-6).astype(float) - (score <= 6 + 1e-6)
        return rows.of_rows(votes, 100 * vote, claim.persona_id)
    if key == "csat":
        asked = answers[answers["metric"] == "csat"]
        width = (asked["scale_high"] - asked["scale_low"]).to_numpy(float)
        return rows.of_rows(asked, asked["good"].to_numpy(float) >= 1 - 1 / width - ALMOST, claim.persona_id)
    if key == "ces_easy":
        asked = answers[answers["metric"] == "ces"]
        return rows.of_rows(asked, asked["good"].to_numpy(float) > 0.5 + ALMOST, claim.persona_id)
    if key in ("csat_mean", "ces"):
        return _on_scale(answers[answers["metric"] == key.removesuffix("_mean")], claim, rows)
    if key.startswith("ease_"):
        return _on_scale(answers[(answers["metric"] == "ces") & (answers["touchpoint"] == place)], claim, rows)
    asked = answers[answers["metric"].isin(RATED) & (answers["touchpoint"] == place)]
    if key.startswith("rating_"):
        return _on_scale(asked, claim, rows)
    if key.startswith("gap_"):
        return _gap(asked, claim, rows)
    return None


def _on_scale(asked: pd.DataFrame, claim: Claim, rows: Rows) -> Counted:
    low, high = scale_of(asked, "metric", "touchpoint")
    return rows.of_rows(asked, low + asked["good"].to_numpy(float) * (high - low), claim.persona_id)


def _gap(asked: pd.DataFrame, claim: Claim, rows: Rows) -> Counted:
    low, high = scale_of(asked, "metric", "touchpoint")
    hoped = (asked["expectation"] - asked["scale_low"]) / (asked["scale_high"] - asked["scale_low"])
    hoped = hoped.where((hoped >= 0) & (hoped <= 1))
    turned = asked["higher_is_better"].astype("boolean").fillna(True).astype(bool)
    gap = asked["good"] - hoped.where(turned, 1 - hoped)
    return rows.of_rows(asked, gap.to_numpy(float) * (high - low), claim.persona_id)


def count_feeling(claim: Claim, rows: Rows, stage: str, touchpoint: str) -> Counted:
    """How it felt there afterwards, from −2 to +2: the feelings asked for as such, else the ratings."""
    answers = answers_of(rows)
    there = answers[(answers["stage"] == stage) & (answers["touchpoint"] == touchpoint)]
    felt = there[(there["metric"] == "emotion") & (there["moment"] == "after")]
    if felt.empty:
        felt = there[there["metric"].isin(RATED)]
    return rows.of_rows(felt, 4 * felt["good"].to_numpy(float) - 2, claim.persona_id)


def count_scored(claim: Claim, rows: Rows, stage: str, touchpoint: str) -> Counted:
    """Of those who scored anything on the journey, who scored this place."""
    answers = answers_of(rows)
    scored = answers[answers["metric"].isin((*RATED, "ces")) & (answers["stage"] != "") & (answers["touchpoint"] != "")]
    there = scored[(scored["stage"] == stage) & (scored["touchpoint"] == touchpoint)]
    return rows.share(rows.seen(there), rows.seen(scored), claim.persona_id)


def mean_scores(rows: Rows, touchpoint: str) -> np.ndarray:
    """(n,) each customer's mean rating of a touchpoint on the scale most used for it, NaN where they gave none."""
    return rows.once(f"scores at {touchpoint}", lambda: _mean_scores(rows, touchpoint))


def _mean_scores(rows: Rows, touchpoint: str) -> np.ndarray:
    answers = answers_of(rows)
    asked = answers[answers["metric"].isin(RATED) & (answers["touchpoint"] == touchpoint)]
    low, high = scale_of(asked, "metric", "touchpoint")
    counts = rows.sums(asked, np.ones(len(asked)))
    with np.errstate(invalid="ignore"):
        return low + rows.sums(asked, asked["good"]) / counts * (high - low)
