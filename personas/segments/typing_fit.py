"""Chooses the questions of the typing tool and judges them on customers who had no part in the choice.

Numbers become up to five bands with round limits, rare categories are gathered. Forward selection adds the question
whose answers explain most of what is still unexplained (score test, per answer); how many questions are asked is
settled by an inner cross-validation. All of that is repeated without each fifth of the customers, and only those left
out count for the accuracy (nested cross-validation [Varma & Simon 2006]).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from personas.customers.models import Feature
from personas.estimates import Estimate, mean_estimate, share_estimate
from personas.numerals import percent, rounded
from personas.segments.space import forming, levels_of
from personas.segments.typing_tool import Answer, PersonaName, Question, TypingTool, say_accuracy

if TYPE_CHECKING:
    from personas.customers import Customers
    from personas.segments.comparison import Segmentation

MOST_QUESTIONS = 8
BANDS = 5
MOST_ANSWERS = 8
FOLDS = 5
INNER_FOLDS = 3
LEAST_GAIN = 0.05  # lower bound of the gain over the largest persona from which the questions are worth asking
WORTH_ASKING = 0.10  # accuracy given up at most for a questionnaire that needs no records
SAMPLE = 4_000  # customers the questions are chosen and judged on at most


@dataclass(frozen=True)
class Option:
    """A possible question with the answer of each customer: position in `answers`, −1 where not known."""

    feature: Feature
    answers: tuple[Answer, ...]
    given: np.ndarray

    @property
    def asked(self) -> bool:
        """Customers know what the customers table says of them; the rest is worked out from records."""
        return all(column.startswith("customers.") for column in self.feature.columns)

    def columns(self) -> np.ndarray:
        """An indicator column an answer, (n, answers)."""
        return (self.given[:, None] == np.arange(len(self.answers))).astype(float)


def fit_typing_tool(
    customers: Customers,
    segmentation: Segmentation,
    personas: Sequence = (),
    min_group: int = 10,
    seed: int = 7,
) -> TypingTool:
    """Choose at most eight questions that tell the segments apart, with their accuracy in nested cross-validation.

    personas : objects with `number`, `id` and `name`; default: segments by number
    min_group : no answer is offered that fewer customers gave
    Features that form the segments are asked, those of the customers table first: behaviour is added only where it
    places at least 10 points more customers right. Where the gain over always naming the largest segment is not
    surely above 5 points the tool is not offered and says why.
    """
    count = len(segmentation)
    names = tuple(PersonaName(id=p.id, name=p.name) for p in sorted(personas, key=lambda p: p.number)) or tuple(
        PersonaName(id=f"P{i}", name=f"Segment {i}") for i in range(1, count + 1)
    )
    if count == 1:
        return TypingTool(offered=False, why="There is one persona, so nobody has to be placed.", personas=names)
    rng = np.random.default_rng([seed, 8])
    rows = np.sort(rng.permutation(len(customers))[:SAMPLE])
    frame = customers.frame.iloc[rows].reset_index(drop=True)
    labels = segmentation.members["segment"].to_numpy()[rows] - 1
    if min(np.bincount(labels, minlength=count)) < max(2 * FOLDS, min_group):
        why = f"A persona has fewer than {max(2 * FOLDS, min_group)} customers: too few to learn questions from."
        return TypingTool(offered=False, why=why, personas=names)
    options = [o for f in forming(customers.features) if (o := option_of(f, frame[f.name], min_group)) is not None]
    asked = [option for option in options if option.asked]
    pools = [pool for pool in (asked, options) if pool]
    if not pools:
        return TypingTool(offered=False, why="No feature has answers that enough customers give.", personas=names)
    guesses = [_nested(pool, labels, count, seed) for pool in pools]
    best = 0 if (guesses[0] == labels).mean() >= (guesses[-1] == labels).mean() - WORTH_ASKING else -1
    if not _gain(guesses[best], labels).low >= LEAST_GAIN:
        best = -1
    return _tool(pools[best], guesses[best], labels, names, seed)


def _gain(guess: np.ndarray, labels: np.ndarray) -> Estimate:
    """Share placed right less the share in the largest segment, on the same customers."""
    largest = labels == np.bincount(labels).argmax()
    return mean_estimate((guess == labels).astype(float) - largest, "ratio")


def _tool(pool, guess, labels, names, seed) -> TypingTool:
    chosen = _choose(pool, labels, len(names), np.random.default_rng([seed, 9]))
    model = _logit(chosen, labels)
    intercepts, weights = _weights(model, len(names))
    questions, start = [], 0
    for option in chosen:
        answers = tuple(
            answer.model_copy(update={"weights": tuple(weights[:, start + i].tolist())})
            for i, answer in enumerate(option.answers)
        )
        start += len(answers)
        feature = option.feature
        kind = "category" if answers[0].values else "number"
        questions.append(
            Question(
                feature=feature.name, label=feature.label, meaning=feature.definition, kind=kind,
                asked=option.asked, answers=answers,
            )
        )  # fmt: skip
    accuracy, gain = share_estimate(guess == labels), _gain(guess, labels)
    baseline = float(np.bincount(labels).max() / len(labels))
    offered = bool(gain.low >= LEAST_GAIN)
    return TypingTool(
        offered=offered,
        why=say_accuracy(accuracy, baseline, len(questions), offered),
        personas=names,
        intercepts=tuple(intercepts.tolist()) if offered else (),
        questions=tuple(questions) if offered else (),
        accuracy=accuracy,
        baseline=baseline,
        gain=gain,
        found=tuple(share_estimate(guess[labels == i] == i) for i in range(len(names))),
        customers=len(labels),
        folds=FOLDS,
        seed=seed,
    )


def _nested(pool: list[Option], labels: np.ndarray, count: int, seed: int) -> np.ndarray:
    """The segment guessed for each customer by questions chosen and weighed without their fold, (n,) int."""
    from sklearn.model_selection import StratifiedKFold

    guess = np.zeros(len(labels), int)
    for i, (train, test) in enumerate(StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(labels, labels)):
        part = [Option(o.feature, o.answers, o.given[train]) for o in pool]
        chosen = _choose(part, labels[train], count, np.random.default_rng([seed, 10, i]))
        features = [option.feature.name for option in chosen]
        held = {o.feature.name: Option(o.feature, o.answers, o.given[test]) for o in pool}
        guess[test] = _logit(chosen, labels[train]).predict(_matrix([held[name] for name in features]))
    return guess


def _choose(pool: list[Option], labels: np.ndarray, count: int, rng: np.random.Generator) -> list[Option]:
    """The questions in the order of their choice, as many as the inner cross-validation holds up.

    The fewest whose loss is within one standard error of the least are taken [Breiman et al. 1984].
    """
    from sklearn.model_selection import StratifiedKFold

    folds = StratifiedKFold(INNER_FOLDS, shuffle=True, random_state=int(rng.integers(2**31)))
    losses = []
    for train, test in folds.split(labels, labels):
        inner = [Option(o.feature, o.answers, o.given[train]) for o in pool]
        order = _forward(inner, labels[train], count)
        held = [Option(pool[i].feature, pool[i].answers, pool[i].given[test]) for i in order]
        seen = [inner[i] for i in order]
        losses.append([_loss(seen[:m], labels[train], held[:m], labels[test]) for m in range(1, len(order) + 1)])
    steps = min(map(len, losses))
    mean = np.mean([row[:steps] for row in losses], axis=0)
    spread = np.std([row[:steps] for row in losses], axis=0, ddof=1) / np.sqrt(INNER_FOLDS)
    least = int(mean.argmin())
    enough = int(np.flatnonzero(mean <= mean[least] + spread[least])[0]) + 1
    return [pool[i] for i in _forward(pool, labels, count, enough)]


def _forward(pool: list[Option], labels: np.ndarray, count: int, most: int = MOST_QUESTIONS) -> list[int]:
    """Positions of the questions in the order in which each explains most of what is still unexplained."""
    truth = (labels[:, None] == np.arange(count)).astype(float)
    expected = np.tile(truth.mean(axis=0), (len(labels), 1))
    chosen: list[int] = []
    while len(chosen) < min(most, len(pool)):
        left = truth - expected
        scores = [-1.0 if i in chosen else _score(option, left, expected) for i, option in enumerate(pool)]
        chosen.append(int(np.round(scores, 9).argmax()))
        if len(chosen) < min(most, len(pool)):
            used = [pool[i] for i in chosen]
            expected = _logit(used, labels).predict_proba(_matrix(used))
    return chosen


def _score(option: Option, left: np.ndarray, expected: np.ndarray) -> float:
    """How much of the residual the answers explain: score statistic, less its expectation under no association."""
    marks = option.columns()
    pull = marks.T @ left
    spread = marks.T @ (expected * (1 - expected))
    terms = np.divide(pull**2, spread, out=np.zeros_like(pull), where=spread > 0)
    return float((terms - (spread > 0)).sum())


def _matrix(options: list[Option]) -> np.ndarray:
    return np.hstack([option.columns() for option in options])


def _logit(options: list[Option], labels: np.ndarray):
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=1.0, max_iter=300, tol=1e-5).fit(_matrix(options), labels)


def _loss(seen: list[Option], labels: np.ndarray, held: list[Option], truth: np.ndarray) -> float:
    """Mean log loss on customers who were held out."""
    probabilities = _logit(seen, labels).predict_proba(_matrix(held))
    return float(-np.log(np.maximum(probabilities[np.arange(len(truth)), truth], 1e-12)).mean())


def _weights(model, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Intercepts (count,) and weights (count, columns), two segments written like any other number of them."""
    intercepts, weights = model.intercept_, model.coef_
    if count == 2 and len(weights) == 1:
        intercepts, weights = np.array([0.0, intercepts[0]]), np.vstack([np.zeros_like(weights[0]), weights[0]])
    return np.round(intercepts, 4) + 0.0, np.round(weights, 4) + 0.0


def option_of(feature: Feature, column: pd.Series, min_group: int) -> Option | None:
    """A feature as a question; None where fewer than two answers have `min_group` customers."""
    if feature.kind in ("category", "ordered"):
        answers, given = _words(feature, column, min_group)
    elif feature.kind == "binary":
        answers, given = _yes_or_no(column, min_group)
    else:
        answers, given = _bands(feature, column, min_group)
    return Option(feature, answers, given) if len(answers) >= 2 else None


def _words(feature: Feature, column: pd.Series, min_group: int):
    """Answers of a category, the leading ones where there are many; the others count as not known."""
    words = column.astype("string")
    counts = words.value_counts()
    levels = [level for level in levels_of(feature, column) if counts.get(level, 0) >= min_group]
    if len(levels) > MOST_ANSWERS and feature.kind == "category":
        leading = set(sorted(levels, key=lambda level: (-counts[level], level))[:MOST_ANSWERS])
        levels = [level for level in levels if level in leading]
    groups = [(level,) for level in levels]
    while len(groups) > MOST_ANSWERS:  # neighbours on an ordered scale are told together, the smallest pair first
        sizes = [sum(counts[w] for w in (*a, *b)) for a, b in pairwise(groups)]
        i = int(np.argmin(sizes))
        groups[i : i + 2] = [groups[i] + groups[i + 1]]
    labels = [group[0] if len(group) == 1 else f"{group[0]} to {group[-1]}" for group in groups]
    answers = tuple(Answer(label=n, values=g, weights=()) for n, g in zip(labels, groups, strict=True))
    where = {word: i for i, group in enumerate(groups) for word in group}
    return answers, words.map(where).astype("Int64").fillna(-1).to_numpy(int)


def _yes_or_no(column: pd.Series, min_group: int):
    values = pd.to_numeric(column, errors="coerce").to_numpy(float)
    if min((values == 0).sum(), (values == 1).sum()) < min_group:
        return (), values
    answers = (Answer(label="no", high=0.5, weights=()), Answer(label="yes", low=0.5, weights=()))
    return answers, np.where(np.isfinite(values), values >= 0.5, -1).astype(int)


def _bands(feature: Feature, column: pd.Series, min_group: int):
    """Up to five bands of a number with about as many customers each, between round limits."""
    values = pd.to_numeric(column, errors="coerce").to_numpy(float)
    known = values[np.isfinite(values)]
    if len(known) < 2 * min_group:
        return (), values
    cuts = {round_limit(cut, feature) for cut in np.quantile(known, np.arange(1, BANDS) / BANDS)}
    limits: list[float] = []
    for cut in sorted(cuts):
        below = (known >= (limits[-1] if limits else -np.inf)) & (known < cut)
        if below.sum() >= min_group and (known >= cut).sum() >= min_group:
            limits.append(cut)
    edges = [None, *limits, None]
    answers = tuple(
        Answer(label=band_words(low, high, feature), low=low, high=high, weights=()) for low, high in pairwise(edges)
    )
    return answers, np.where(np.isfinite(values), np.searchsorted(limits, values, side="right"), -1).astype(int)


def round_limit(cut: float, feature: Feature) -> float:
    """A limit that can be said aloud: two significant digits, whole for counts, whole per cent for shares."""
    if cut == 0 or not np.isfinite(cut):
        return 0.0
    if feature.kind == "count":
        return float(max(1, round(cut))) if cut < 100 else float(f"{cut:.2g}")
    return round(cut, 2) if feature.unit == "share" and cut >= 0.01 else float(f"{cut:.2g}")


def band_words(low: float | None, high: float | None, feature: Feature) -> str:
    """A band in words: under 20, 20 to under 50, 50 or more.

    >>> band_words(0.2, 0.5, Feature(name="s", label="s", kind="share", block="b", forms=True, unit="share"))
    '20\\xa0% to under 50\\xa0%'
    """

    def say(value: float) -> str:
        if feature.unit == "share":
            return percent(value)
        return rounded(value, 0 if float(value).is_integer() else 2 if abs(value) < 10 else 1)

    if low is None:
        return f"under {say(high)}"
    return f"{say(low)} or more" if high is None else f"{say(low)} to under {say(high)}"
