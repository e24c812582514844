"""The feedback tables of one block: what those who answered said, a file a kind of question.

Every wave asks for the recommendation with a comment, for the problems met, for each touchpoint's rating, for
the ease of some, for what was expected of some, and of some people how it felt.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from personas.simulation.answers import Answers
from personas.simulation.calendar import at
from personas.simulation.comments import write_comments
from personas.simulation.people import People, Units
from personas.simulation.plans import DAYS, Plan

NAMED = 0.95
COMMENTED = 0.45
UNKNOWN_CODE, UNKNOWN_TYPED = 99, 0.004
EXPECTED = 4.3
MOMENTS = {"before": 0.25, "during": 0.0, "after": -0.05}
POLLED = 0.30
RIVAL_ASKED, RIVAL_RATING = 0.15, 3.6
SOURCES = {"survey": 0.86, "review": 0.09, "social": 0.03, "interview": 0.02}
NO_PROBLEM = "none"


def survey_tables(
    plan: Plan, rng: np.random.Generator, answers: Answers, units: Units, people: People
) -> tuple[dict[str, pd.DataFrame], dict[str, int]]:
    """Tables of answers by name, and how many rows were mistyped, or hold contact data, on purpose.

    invitations : one row a survey sent, answered or not
    recommendations : one row an answer to "would you recommend us", 0 to 10 (99 = unknown), and its comment
    problems : one row a problem ticked, or "none" ticked
    ratings : one row a touchpoint rated 1 to 5, ours or the competitor's, with what was expected
    ease : one row a touchpoint, 1 (hard) to 7 (easy)
    feelings : one row a feeling before, during or after a touchpoint, −2 to 2
    """
    rows = np.flatnonzero(answers.given)
    recommendations, noise = _recommendations(plan, rng, answers, units, people, rows)
    tables = {
        "invitations": _invitations(answers, people),
        "recommendations": recommendations,
        "problems": _problems(plan, rng, answers, units, people, rows),
        "ratings": _ratings(plan, rng, answers, people, rows),
        "ease": _ease(plan, rng, answers, people, rows),
        "feelings": _feelings(plan, rng, answers, people, rows),
    }
    return tables, noise


def _invitations(answers: Answers, people: People) -> pd.DataFrame:
    asked = np.flatnonzero(answers.invited)
    return pd.DataFrame({**_base(answers, people, asked), "answered": answers.given[asked]})


def _base(answers: Answers, people: People, rows: np.ndarray) -> dict[str, np.ndarray]:
    day = np.minimum(answers.day[rows], DAYS - 1e-4)
    return {"customer_id": people.ids[answers.person[rows]], "time": at(day)}


def _places(plan: Plan, t: np.ndarray) -> dict[str, np.ndarray]:
    names = np.array([touchpoint.name for touchpoint in plan.touchpoints], dtype=object)
    stages = np.array([touchpoint.stage for touchpoint in plan.touchpoints], dtype=object)
    return {"touchpoint": names[t], "stage": stages[t]}


def _service_channel(plan: Plan, people: People, answers: Answers, rows: np.ndarray, t: np.ndarray):
    """The channel is known where there are several to ask for help by."""
    several = np.array([touchpoint.name == plan.odd[0] for touchpoint in plan.touchpoints])[t]
    used = np.array(plan.services, dtype=object)[people.service[answers.person[rows]]]
    return pd.array(np.where(several, used, None), dtype="str")


def _recommendations(plan, rng, answers, units, people, rows) -> tuple[pd.DataFrame, dict[str, int]]:
    person, score = answers.person[rows], answers.score[rows].astype(np.int16)
    hurt, segment = units.hurt[people.unit[person]], units.segment[people.unit[person]]
    written = rng.random(len(rows)) < COMMENTED
    heavy = hurt * -plan.effects()[segment]
    texts, kinds, personal = write_comments(plan, rng, people.language[person], score, heavy, segment, written)
    unknown = rng.random(len(rows)) < UNKNOWN_TYPED
    frame = pd.DataFrame(
        {
            **_base(answers, people, rows),
            "source": rng.choice(np.array(list(SOURCES), dtype=object), len(rows), p=list(SOURCES.values())),
            "score": np.where(unknown, UNKNOWN_CODE, score).astype(np.int16),
            "language": people.language[person],
            "comment": pd.array(texts, dtype="str"),
            "comment_kind": pd.array(kinds, dtype="str"),
        }
    )
    return frame, {"scores_99_for_unknown": int(unknown.sum()), "comments_with_contact_data": personal}


def _problems(plan, rng, answers, units, people, rows) -> pd.DataFrame:
    hurt = units.hurt[people.unit[answers.person[rows]]]
    ticked = hurt & (rng.random(hurt.shape) < NAMED)
    listed = np.column_stack([ticked, ~ticked.any(axis=1)])
    which, code = np.nonzero(listed)
    keys = np.array([pain.key for pain in plan.pains] + [NO_PROBLEM], dtype=object)
    return pd.DataFrame({**_base(answers, people, rows[which]), "problem": keys[code]})


def _ratings(plan, rng, answers, people, rows) -> pd.DataFrame:
    which, t = np.nonzero(answers.rated[rows])
    own = rows[which]
    asked = np.array([touchpoint.expected for touchpoint in plan.touchpoints])[t]
    hoped = np.clip(np.rint(EXPECTED + 0.6 * rng.standard_normal(len(own))), 1, 5)
    ours = pd.DataFrame(
        {
            **_base(answers, people, own),
            "brand": plan.brand,
            **_places(plan, t),
            "channel": _service_channel(plan, people, answers, own, t),
            "rating": answers.ratings[own, t],
            "expected": pd.array(np.where(asked, hoped, np.nan)).astype("Int8"),
        }
    )
    some = rows[rng.random(len(rows)) < RIVAL_ASKED]
    at_rival = rng.integers(0, 4, len(some))
    theirs = np.clip(np.rint(RIVAL_RATING + 0.8 * rng.standard_normal(len(some))), 1, 5).astype(np.int8)
    rival = pd.DataFrame(
        {
            **_base(answers, people, some),
            "brand": plan.competitor,
            **_places(plan, at_rival),
            "channel": pd.array(np.full(len(some), None), dtype="str"),
            "rating": theirs,
            "expected": pd.array(np.full(len(some), np.nan)).astype("Int8"),
        }
    )
    return pd.concat([ours, rival], ignore_index=True)


def _ease(plan, rng, answers, people, rows) -> pd.DataFrame:
    """Ease of the touchpoints that have expectations, and of asking for help; it follows the rating."""
    eased = [touchpoint.expected or touchpoint.name == plan.odd[0] for touchpoint in plan.touchpoints]
    which, t = np.nonzero(answers.rated[rows] & np.array(eased))
    own = rows[which]
    ease = 1.3 * answers.ratings[own, t] + 0.3 + 0.8 * rng.standard_normal(len(own))
    return pd.DataFrame(
        {
            **_base(answers, people, own),
            **_places(plan, t),
            "channel": _service_channel(plan, people, answers, own, t),
            "ease": np.clip(np.rint(ease), 1, 7).astype(np.int8),
        }
    )


def _feelings(plan, rng, answers, people, rows) -> pd.DataFrame:
    """A short poll on one touchpoint: before it people mostly hope, afterwards they feel what they rated."""
    polled = rows[rng.random(len(rows)) < POLLED]
    t = rng.integers(0, len(plan.touchpoints), len(polled))
    rating = answers.ratings[polled, t].astype(float)
    frames = []
    for moment, shift in MOMENTS.items():
        weight = 0.25 if moment == "before" else 0.8
        feeling = weight * (rating - 3) + 0.3 + shift + 0.6 * rng.standard_normal(len(polled))
        score = np.clip(np.rint(feeling), -2, 2).astype(np.int8)
        frames.append(
            pd.DataFrame({**_base(answers, people, polled), **_places(plan, t), "moment": moment, "feeling": score})
        )
    return pd.concat(frames, ignore_index=True)
