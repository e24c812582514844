"""Chooses the questions of the typing tool and judges them on customers who had no part in the choice.

Numbers become up to five bands with round limits, rare categories are gathered. Forward selection adds the question
whose answers explain most of what is still unexplained (score test, per answer); how many questions are asked is
settled by an inner cross-validation. All of that is repeated without each fifth of the customers, and only those left
out count for the accuracy (nested cross-validation [Varma & Simon 2006]). The limits of the bands alone come from all
customers; they are quantiles, which know nothing of the segments.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from personas.estimates import Estimate, mean_estimate, share_estimate
from personas.segments.space import forming
from personas.segments.typing_options import Option, option_of
from personas.segments.typing_tool import PersonaName, Question, TypingTool, say_accuracy

if TYPE_CHECKING:
    from personas.customers import Customers
    from personas.segments.segmentation import Segmentation

MOST_QUESTIONS = 8
FOLDS = 5
INNER_FOLDS = 3
LEAST_GAIN = 0.05  # lower bound of the gain over the largest persona from which the questions are worth asking
WORTH_ASKING = 0.10  # accuracy given up at most for a questionnaire that needs no records
SAMPLE = 2_500  # customers the questions are chosen and judged on at most


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
    Returns the questions with their answers' weights, and how many customers they place right.

    >>> tool = fit_typing_tool(customers, segmentation, persona_set.personas)
    >>> [question.label for question in tool.questions], tool.accuracy.value
    (['Town', 'Age'], 1.0)
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
    pools = [asked, options] if 0 < len(asked) < len(options) else [options]
    if not options:
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
    chosen, model = _choose(pool, labels, len(names), np.random.default_rng([seed, 9]))
    accuracy, gain = share_estimate(guess == labels), _gain(guess, labels)
    baseline = float(np.bincount(labels).max() / len(labels))
    offered = bool(gain.low >= LEAST_GAIN)
    intercepts, weights = _weights(model, len(names))
    return TypingTool(
        offered=offered,
        why=say_accuracy(accuracy, baseline, len(chosen), offered),
        personas=names,
        intercepts=tuple(intercepts.tolist()) if offered else (),
        questions=_questions(chosen, weights) if offered else (),
        accuracy=accuracy,
        baseline=baseline,
        gain=gain,
        found=tuple(share_estimate(guess[labels == i] == i) for i in range(len(names))),
        customers=len(labels),
        folds=FOLDS,
        seed=seed,
    )


def _questions(chosen: list[Option], weights: np.ndarray) -> tuple[Question, ...]:
    """The chosen options as questions, each answer with its weights (personas,)."""
    columns = iter(weights.T.tolist())
    return tuple(
        Question(
            feature=option.feature.name,
            label=option.feature.label,
            meaning="" if option.asked else option.feature.definition,
            kind="category" if option.answers[0].values else "number",
            unit=option.feature.unit,
            asked=option.asked,
            answers=tuple(a.model_copy(update={"weights": tuple(next(columns))}) for a in option.answers),
        )
        for option in chosen
    )


def _nested(pool: list[Option], labels: np.ndarray, count: int, seed: int) -> np.ndarray:
    """The segment guessed for each customer by questions chosen and weighed without their fold, (n,) int."""
    from sklearn.model_selection import StratifiedKFold

    guess = np.zeros(len(labels), int)
    for i, (train, test) in enumerate(StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(labels, labels)):
        part = [option.take(train) for option in pool]
        chosen, model = _choose(part, labels[train], count, np.random.default_rng([seed, 10, i]))
        held = {option.feature.name: option.take(test) for option in pool}
        guess[test] = model.predict(_matrix([held[option.feature.name] for option in chosen]))
    return guess


def _choose(pool: list[Option], labels: np.ndarray, count: int, rng: np.random.Generator):
    """The questions in the order of their choice, as many as the inner cross-validation holds up, and their model.

    The fewest whose loss is within one standard error of the least are taken [Breiman et al. 1984].
    """
    from sklearn.model_selection import StratifiedKFold

    folds = StratifiedKFold(INNER_FOLDS, shuffle=True, random_state=int(rng.integers(2**31)))
    losses = []
    for train, test in folds.split(labels, labels):
        steps = _forward([option.take(train) for option in pool], labels[train], count)
        held = [pool[position].take(test) for position, _model in steps]
        losses.append([_loss(model, held[: i + 1], labels[test]) for i, (_position, model) in enumerate(steps)])
    mean, spread = np.mean(losses, axis=0), np.std(losses, axis=0, ddof=1) / np.sqrt(INNER_FOLDS)
    least = int(mean.argmin())
    enough = int(np.flatnonzero(mean <= mean[least] + spread[least])[0]) + 1
    steps = _forward(pool, labels, count, enough)
    return [pool[position] for position, _model in steps], steps[-1][1]


def _forward(pool: list[Option], labels: np.ndarray, count: int, most: int = MOST_QUESTIONS) -> list[tuple]:
    """(position in the pool, model with it and those before), each explaining most of what is still unexplained."""
    truth = (labels[:, None] == np.arange(count)).astype(float)
    expected = np.tile(truth.mean(axis=0), (len(labels), 1))
    steps: list[tuple] = []
    for _step in range(min(most, len(pool))):
        taken = [position for position, _model in steps]
        scores = [-np.inf if i in taken else _score(o, truth - expected, expected) for i, o in enumerate(pool)]
        taken.append(int(np.round(scores, 9).argmax()))
        columns = _matrix([pool[i] for i in taken])
        model = _logit(columns, labels)
        expected = model.predict_proba(columns)
        steps.append((taken[-1], model))
    return steps


def _score(option: Option, left: np.ndarray, expected: np.ndarray) -> float:
    """How much of the residual the answers explain: score statistic, less its expectation under no association."""
    marks = option.columns()
    pull = marks.T @ left
    spread = marks.T @ (expected * (1 - expected))
    terms = np.divide(pull**2, spread, out=np.zeros_like(pull), where=spread > 0)
    return float((terms - (spread > 0)).sum())


def _matrix(options: list[Option]) -> np.ndarray:
    return np.hstack([option.columns() for option in options])


def _logit(columns: np.ndarray, labels: np.ndarray):
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=1.0, max_iter=300, tol=1e-4).fit(columns, labels)


def _loss(model, held: list[Option], truth: np.ndarray) -> float:
    """Mean log loss on customers who were held out."""
    probabilities = model.predict_proba(_matrix(held))
    return float(-np.log(np.maximum(probabilities[np.arange(len(truth)), truth], 1e-12)).mean())


def _weights(model, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Intercepts (count,) and weights (count, columns), two segments written like any other number of them."""
    intercepts, weights = model.intercept_, model.coef_
    if count == 2 and len(weights) == 1:
        intercepts, weights = np.array([0.0, intercepts[0]]), np.vstack([np.zeros_like(weights[0]), weights[0]])
    return np.round(intercepts, 4) + 0.0, np.round(weights, 4) + 0.0
