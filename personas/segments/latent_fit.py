"""Fits latent classes by expectation–maximisation with `stepmix`.

stepmix runs the algorithm; the measurement model is written here, since its own lets the variance of a class go to
zero where many customers share one value (no fuel bought), and takes a hundred times as long: all log-likelihoods
are one matrix product of the customers' sufficient statistics with the classes' parameters.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from personas.customers.models import Feature
from personas.segments.kmeans import Points, fit_kmeans
from personas.segments.latent_classes import LOG_2_PI, CategoryInClasses, LatentClasses, NumberInClasses, positions_of
from personas.segments.space import FeatureSpace, forming, levels_of

VARIANCE_FLOOR = 0.05  # of the whole base's variance: a class is never a single value
PRIOR = 1.0  # customers' worth of the whole base that every class is told beforehand, so that no level is impossible
STEPS, TOLERANCE = 150, 1e-5


@dataclass(frozen=True)
class Answers:
    """Customers as sufficient statistics: known?, value and square of each number, then an indicator for each level.

    design : (n, 3 numbers + levels); counts : numbers; levels : of each category; names of the columns
    whole : (2 numbers + levels,) mean and variance of each number and share of each level in the whole base
    points : the same customers in the balanced space, where classes start from
    """

    design: np.ndarray
    numbers: tuple[NumberInClasses, ...]
    categories: tuple[CategoryInClasses, ...]
    whole: np.ndarray
    points: Points

    def __len__(self) -> int:
        return len(self.design)

    def take(self, rows: np.ndarray, multiplicity: np.ndarray | None = None) -> Answers:
        """The rows named, each weighing `multiplicity` times as much."""
        points = self.points.take(rows, multiplicity)
        return Answers(self.design[rows], self.numbers, self.categories, self.whole, points)

    def fit(self, k: int, rng: np.random.Generator, n_init: int) -> ClassSolution:
        """The best of `n_init` starts; raises ValueError when there are fewer customers than classes."""
        best = None
        for _ in range(1 if k == 1 else n_init):
            found = _maximise(self, k, fit_kmeans(self.points, k, rng, 1).labels)
            if best is None or found.within < best.within:
                best = found
        return best

    def assign(self, solution: ClassSolution) -> np.ndarray:
        """The most probable class of everybody, (n,) int."""
        return np.round(self.design @ solution.parameters + np.log(solution.weights), 9).argmax(axis=1)

    def share_left(self, solution: ClassSolution, whole: ClassSolution) -> float:
        """What the classes leave unexplained, 0 to 1: one less the R² of Cox & Snell (1989), by log-likelihood."""
        return float(np.exp(np.clip(2 * (solution.within - whole.within), -700, 0)))


@dataclass(frozen=True)
class ClassSolution:
    """Fitted classes.

    parameters : (columns of the design, k), what each statistic adds to a log score; weights : (k,) class shares
    labels : (n,) most probable class; within : negative mean log-likelihood a customer; figures : as `whole`, a class
    """

    parameters: np.ndarray
    weights: np.ndarray
    labels: np.ndarray
    within: float
    figures: np.ndarray


def answers_of(frame: pd.DataFrame, features: tuple[Feature, ...], space: FeatureSpace, points: Points) -> Answers:
    """Lay customers out for latent classes; features that the space dropped for saying nothing are left out."""
    numbers, categories = [], []
    axes = {axis.feature: axis for axis in space.axes}
    for feature in forming(features):
        axis = axes.get(feature.name)
        if axis is None:
            continue
        column = frame[feature.name]
        if feature.kind in ("category", "ordered"):
            seen = set(column.dropna().astype(str))
            levels = tuple(level for level in levels_of(feature, column) if level in seen)
            categories.append((feature.name, levels, ()))
        elif feature.kind == "binary":
            values = tuple(sorted(float(v) for v in pd.to_numeric(column, errors="coerce").dropna().unique()))
            categories.append((feature.name, tuple(f"{v:g}" for v in values), values))  # type: ignore[arg-type]
        else:
            plain = {name: getattr(axis, name) for name in ("transform", "low", "high", "centre", "spread")}
            numbers.append(NumberInClasses(feature=feature.name, **plain, means=(), variances=()))
    weights = points.weights
    values = np.column_stack(  # type: ignore[assignment]  # an array from here on
        [number.standardise(frame[number.feature]) for number in numbers] or [np.empty((len(frame), 0))]
    )
    known = np.isfinite(values).astype(float)
    values = np.nan_to_num(values)  # type: ignore[assignment]
    indicators = [
        (positions_of(frame[name], levels, numbers_)[:, None] == np.arange(len(levels))).astype(float)
        for name, levels, numbers_ in categories
    ]
    design = np.hstack([known, values, values**2, *indicators])  # type: ignore[list-item, operator]
    told = tuple(CategoryInClasses(feature=n, levels=ls, values=v, probabilities=()) for n, ls, v in categories)
    answers = Answers(design, tuple(numbers), told, np.empty(0), points)
    whole = _figures(answers, weights[:, None] @ np.ones((1, 1)), prior=0.0)[:, 0]
    return Answers(design, tuple(numbers), told, whole, points)


def classes_of(answers: Answers, solution: ClassSolution) -> LatentClasses:
    """The solution as a model that can be stored and applied to a customer table."""
    count = len(answers.numbers)
    means, variances, shares = np.split(solution.figures, [count, 2 * count])
    numbers = tuple(
        number.model_copy(update={"means": _floats(means[j]), "variances": _floats(variances[j])})
        for j, number in enumerate(answers.numbers)
    )
    categories, first = [], 0
    for category in answers.categories:
        part = shares[first : first + len(category.levels)].T
        categories.append(category.model_copy(update={"probabilities": tuple(_floats(row) for row in part)}))
        first += len(category.levels)
    return LatentClasses(weights=_floats(solution.weights), numbers=numbers, categories=tuple(categories))


def _floats(values) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _figures(answers: Answers, memberships: np.ndarray, prior: float = PRIOR) -> np.ndarray:
    """Means, variances and shares of levels by class, (2 numbers + levels, k), from (n, k) memberships."""
    count = len(answers.numbers)
    sums = answers.design.T @ memberships
    mass, total, square, levels = np.split(sums, [count, 2 * count, 3 * count])
    if prior:
        mean, variance, shares = np.split(answers.whole[:, None], [count, 2 * count])
        mass, total = mass + prior, total + prior * mean
        square, levels = square + prior * (variance + mean**2), levels + prior * shares
    means = np.divide(total, mass, out=np.zeros_like(total), where=mass > 0)
    variances = np.divide(square, mass, out=np.ones_like(square), where=mass > 0) - means**2
    floor = VARIANCE_FLOOR * (answers.whole[count : 2 * count, None] if prior else 1.0)
    parts, first = [means, np.maximum(variances, floor)], 0
    for category in answers.categories:
        part = levels[first : first + len(category.levels)]
        parts.append(part / np.maximum(part.sum(axis=0), 1e-300))
        first += len(category.levels)
    return np.vstack(parts)


def _parameters(answers: Answers, figures: np.ndarray) -> np.ndarray:
    """What each statistic of a customer adds to the log score of each class."""
    count = len(answers.numbers)
    means, variances, shares = np.split(figures, [count, 2 * count])
    constant = -0.5 * (LOG_2_PI + np.log(variances) + means**2 / variances)
    return np.vstack([constant, means / variances, -0.5 / variances, np.log(shares)])


def _maximise(answers: Answers, k: int, start: np.ndarray) -> ClassSolution:
    from stepmix.emission.emission import Emission
    from stepmix.stepmix import StepMix

    class Mixed(Emission):
        def m_step(self, X, resp):
            self.parameters["figures"] = _figures(answers, resp).T

        def log_likelihood(self, X):
            return X @ _parameters(answers, self.parameters["figures"].T)

        def sample(self, class_no, n_samples):
            raise NotImplementedError("tables without segments are drawn by personas.segments.null")

        @property
        def n_parameters(self):
            return (len(answers.whole) - len(answers.categories)) * k

    class Classes(StepMix):
        def _initialize_parameters(self, X, random_state):
            resp = np.full((len(X), k), 0.1 / k)
            resp[np.arange(len(X)), start] += 0.9
            self.log_resp_ = np.log(resp)
            self._mm = Mixed(n_components=k, random_state=random_state)
            self._m_step(X, resp, sample_weight=answers.points.weights)

    model = Classes(k, measurement="gaussian_unit", abs_tol=TOLERANCE, max_iter=STEPS, progress_bar=0, random_state=0)
    with warnings.catch_warnings():
        # Classes that still move a little after so many steps are good enough to be compared.
        warnings.filterwarnings("ignore", message="Initializations did not converge")
        model.fit(answers.design, sample_weight=answers.points.weights)
    figures = model._mm.parameters["figures"].T
    parameters, weights = _parameters(answers, figures), np.asarray(model.weights_)
    scores = answers.design @ parameters + np.log(weights)
    largest = scores.max(axis=1)
    likelihood = largest + np.log(np.exp(scores - largest[:, None]).sum(axis=1))
    within = -float(np.average(likelihood, weights=answers.points.weights))
    return ClassSolution(parameters, weights, np.round(scores, 9).argmax(axis=1), within, figures)
