"""Mood learned from the customers' own scores: what people write who are happy, and who are not.

No list of nice and nasty words is needed, so it works in any language that is written with spaces, and each business's
own words count. How well it does is measured on comments of people it has not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from personas.estimates import not_measured, share_estimate
from personas.experience.text.comments import HAPPY, UNHAPPY
from personas.experience.text.models import Sentiment

FEWEST, FEWEST_EACH = 100, 20
FOLDS = 5
FIT_SAMPLE = 20_000
BETTER = 0.6  # of happy and of unhappy comments alike, on average: what makes it worth using
WORDS, BITS = (1, 2), (3, 5)
FEATURES = 2**14


@dataclass(frozen=True)
class Mood:
    """What is known of the mood of one language's comments.

    told : how well; happy : (n,) chance that a comment is a happy one, NaN where it cannot be told
    """

    told: Sentiment
    happy: np.ndarray


def learn_mood(
    texts: Sequence[str],
    good: np.ndarray,
    authors: np.ndarray,
    language: str,
    seed: int = 7,
    wanted: np.ndarray | None = None,
) -> Mood:
    """Learn to tell happy comments from unhappy ones, and read the mood of every comment, or of the `wanted` ones.

    good : (n,) score given with the comment as a share of its scale, NaN without; over 0.8 is happy, up to 0.6 unhappy,
    and what is between teaches nothing. Logistic regression on TF-IDF of words and of bits of words; all comments of
    an author are in the same fold. Not used below 100 comments, 20 of each mood, or unless its mean accuracy on happy
    and on unhappy ones is at least 0.6 and clear of one half.
    """
    unread = np.full(len(texts), np.nan)
    taught = np.flatnonzero((good > HAPPY) | (good <= UNHAPPY))
    happy = good[taught] > HAPPY
    few = min(int(happy.sum()), int((~happy).sum()))
    if len(taught) < FEWEST or few < FEWEST_EACH:
        why = (
            f"{len(taught):,} comments with a clear score, {few:,} of the rarer mood; {FEWEST} and {FEWEST_EACH} needed"
        )
        return Mood(_untold(language, why, len(taught)), unread)
    rng = np.random.default_rng([seed, 64])
    if len(taught) > FIT_SAMPLE:
        keep = np.sort(rng.choice(len(taught), FIT_SAMPLE, replace=False))
        taught, happy = taught[keep], happy[keep]
    matrix = _features([texts[i] for i in taught.tolist()])
    guess = _held_out(matrix, happy, authors[taught], seed)
    right = (guess > 0.5) == happy
    balanced = float((right[happy].mean() + right[~happy].mean()) / 2)
    # Its own standard error: half the root of the two binomial variances.
    error = 0.5 * np.sqrt(sum(part.mean() * (1 - part.mean()) / len(part) for part in (right[happy], right[~happy])))
    used = balanced >= BETTER and balanced - 1.96 * error > 0.5
    told = Sentiment(
        language=language, accuracy=share_estimate(right, "held-out comments of other authors, five folds, Wilson"),
        baseline=float(max(happy.mean(), 1 - happy.mean())), balanced=balanced, used=used,
        note="" if used else "no better than chance: mood is not read from the words",
    )  # fmt: skip
    rows = np.arange(len(texts)) if wanted is None else np.flatnonzero(wanted)
    if used and len(rows):
        unread[rows] = _read(matrix, happy, [texts[i] for i in rows.tolist()])
    return Mood(told, unread)


def _untold(language: str, why: str, n: int) -> Sentiment:
    return Sentiment(
        language=language, accuracy=not_measured(why, "share", n), baseline=None, balanced=None, used=False, note=why
    )  # fmt: skip


def _features(texts: Sequence[str]):
    """Words and bits of words, hashed: no vocabulary to hold, and the same for a comment wherever it stands."""
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import HashingVectorizer

    words = HashingVectorizer(
        n_features=FEATURES, ngram_range=WORDS, token_pattern=r"(?u)[^\W\d_]+", alternate_sign=False
    )
    bits = HashingVectorizer(n_features=FEATURES, ngram_range=BITS, analyzer="char_wb", alternate_sign=False)
    return hstack([words.transform(texts), bits.transform(texts)], format="csr")


def _model():
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    return make_pipeline(TfidfTransformer(sublinear_tf=True), LogisticRegression(C=3.0, class_weight="balanced"))


def _held_out(matrix, happy: np.ndarray, authors: np.ndarray, seed: int) -> np.ndarray:
    """(n,) chance of being happy, each told by a model that saw nothing of the author."""
    people, whose = np.unique(authors, return_inverse=True)
    fold = np.random.default_rng([seed, 65]).permutation(len(people))[whose] % FOLDS
    chance = np.full(len(happy), 0.5)
    for number in range(FOLDS):
        held = fold == number
        if held.any() and 0 < happy[~held].sum() < (~held).sum():
            chance[held] = _model().fit(matrix[~held], happy[~held]).predict_proba(matrix[held])[:, 1]
    return chance


def _read(matrix, happy: np.ndarray, texts: Sequence[str], block: int = 50_000) -> np.ndarray:
    model = _model().fit(matrix, happy)
    parts = [
        model.predict_proba(_features(texts[start : start + block]))[:, 1] for start in range(0, len(texts), block)
    ]
    return np.concatenate(parts).round(6)
