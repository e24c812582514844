"""Themes of many comments, against the few lines one would otherwise write: TF-IDF and NMF on all of them.

Ours does more in its time: it cleans, tells languages apart, learns the mood, chooses the number of themes, tests
whether they are found again, words and places them, and redacts quotes. It fits on a sample and gives every comment to
a theme afterwards; the plain way fits on everything.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from personas.experience.text.comments import arrange_comments
from personas.experience.text.gathering import arrange_themes
from personas.experience.text.places import Problems
from personas.simulation.comments import phrases

COMMENTS = {"small": 4_000, "full": 1_000_000}
KINDS = ("complaint", "suggestion", "praise")
LANGUAGES, SHARES = ("en", "de", "pt"), (0.6, 0.3, 0.1)
EACH = 4  # comments of an author
COVERED = 0.5


@cache
def comments(n: int) -> tuple[pd.DataFrame, pd.Series]:
    """n simulated comments in three languages as the feedback table gives them, and the ids of their authors."""
    rng = np.random.default_rng(7)
    language, kind = rng.choice(LANGUAGES, n, p=SHARES), rng.choice(KINDS, n)
    grammar, draws = phrases(), rng.random((n, 4))
    texts = [_sentence(grammar[lang], tone, draw) for lang, tone, draw in zip(language, kind, draws, strict=True)]
    who = np.array([f"C{i:07d}" for i in rng.integers(0, max(1, n // EACH), n)], dtype=object)
    frame = pd.DataFrame({"customer_id": who, "text": texts, "polarity": kind, "language": None})
    frame["good"] = np.where(kind == "praise", 1.0, np.where(kind == "complaint", 0.3, 0.7))
    frame["time"] = pd.Timestamp("2025-01-01")
    for name in ("touchpoint", "stage", "source", "team"):
        frame[name] = None
    return frame, pd.Series(sorted(set(who)), dtype=object)


def _sentence(words: dict, tone: str, draw: np.ndarray) -> str:
    matters = [text for texts in words[tone].values() for text in texts]
    text = matters[int(draw[0] * len(matters))].format(
        often=words["often"][int(draw[1] * len(words["often"]))], day=words["days"][int(draw[2] * 6)],
        number=2 + int(draw[3] * 7), minutes=5 + int(draw[3] * 60),
    )  # fmt: skip
    closers = words["closers"][tone]
    return f"{text} {closers[int(draw[3] * len(closers))]}"


def ours(n: int) -> float:
    """The share of the comments that have a theme."""
    frame, ids = comments(n)
    nobody = Problems({}, {}, np.zeros(len(ids), bool))
    staff = arrange_comments(frame.iloc[:0], ids)
    texts = arrange_themes(arrange_comments(frame, ids), staff, 1 + np.arange(len(ids)) % 5, nobody)
    return 1 - texts.found.unplaced / texts.found.comments


def plain(n: int) -> float:
    """The share of the comments with a weight in any of twelve factors, for each kind."""
    from sklearn.decomposition import NMF
    from sklearn.feature_extraction.text import TfidfVectorizer

    frame, _ = comments(n)
    placed = 0
    for kind in KINDS:
        texts = frame.loc[frame["polarity"] == kind, "text"]
        matrix = TfidfVectorizer(ngram_range=(1, 2), min_df=5, max_df=0.6).fit_transform(texts)
        weights = NMF(12, init="nndsvda", max_iter=200).fit_transform(matrix)
        placed += int((weights.max(axis=1) > 0).sum())
    return placed / len(frame)


def few_placed(own: float, other: float) -> str:
    """Ours must find a theme for most comments that have a matter; the plain way gives one to every comment."""
    return "" if own >= COVERED else f"only {own:.0%} of the comments have a theme"


def contests(size):
    from tests.benchmarks.contest import Contest

    n = COMMENTS[size]
    comments(n)
    return (
        Contest(
            task=f"themes, mood, words and quotes of {n:,} comments in three languages",
            plain_way="TF-IDF and NMF with twelve factors a kind", ours=lambda: ours(n), plain=lambda: plain(n),
            rounds=1, differs=few_placed,
        ),
    )  # fmt: skip
