"""Is the division of any use? Judged on what customers did later, which the segments have not seen.

The segments of the months before the holdout explain a share of the variance of each outcome in it; the mean
over the outcomes is compared with a random partition of the same sizes, with quantiles of the single best
variable (a rule of thumb that anybody could use instead) and with a decision tree that was grown on the outcomes
themselves and has as many leaves (what could be reached at most).

One outcome alone would always be explained better by the variable that foretells it; a segmentation is made to
serve many purposes at once, so it is judged on all outcomes together, and the outcomes are shown one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from personas.customers.models import Feature
from personas.estimates import Estimate
from personas.segments.layout import lay_out
from personas.segments.space import forming, levels_of, numbers_of

RESAMPLES = 200
QUICK_RESAMPLES = 50  # where the mean over many outcomes is taken anyway
MIN_LEAF = 20
STARTS = 5
MOST_LEFT_OUT = 24
SHUFFLES = 10
SMALLEST_USE = 0.02  # a small effect, Cohen (1988): less of the variance is of no use to anybody


@dataclass(frozen=True)
class Usefulness:
    """What one number of segments explains, as mean R² over the outcomes.

    explained : of the segments; random, rule, tree : of the alternatives; rule_feature : the single best variable
    over_random, over_rule : differences, bootstrap intervals
    chance_edge, rule_edge : 95 % Monte-Carlo intervals of the ends that decide, `over_random.low` and `over_rule.high`
    by_outcome : outcome label → (segments, the rule); of : what the outcomes are, in words
    """

    explained: Estimate
    random: float
    rule: float
    rule_feature: str
    tree: float | None
    over_random: Estimate
    over_rule: Estimate
    by_outcome: dict[str, tuple[float, float]]
    of: str = "what customers did later"
    chance_edge: tuple[float, float] = (0.0, 0.0)
    rule_edge: tuple[float, float] = (0.0, 0.0)

    @property
    def useful(self) -> bool:
        """Beyond chance, not too little to matter, and not worse than the single best variable."""
        return not self.lacking

    @property
    def lacking(self) -> str:
        """What is missing for it to be of use, "" where nothing is."""
        if self.over_random.low <= 0:
            return "explains no more than chance"
        if self.explained.value < SMALLEST_USE:
            return "explains too little to matter"
        return "" if self.over_rule.high >= 0 else f"no more use than cutting by {self.rule_feature.lower()}"


def outcome_matrix(outcomes: pd.DataFrame, features: tuple[Feature, ...]) -> np.ndarray:
    """Outcomes as columns, skewed ones on a log scale, (n, m), NaN where there is none."""
    columns = []
    for feature in features:
        values = outcomes[feature.name].to_numpy(float)
        skewed = feature.transform == "log" or feature.unit == "money"
        columns.append(np.sign(values) * np.log1p(np.abs(values)) if skewed else values)
    return np.column_stack(columns)


def quantile_edge(resamples: np.ndarray, share: float) -> tuple[float, float]:
    """Distribution-free 95 % interval of a quantile, from order statistics."""
    from scipy.stats import binom

    ordered, n = np.sort(resamples), len(resamples)
    first, last = (int(binom.ppf(edge, n, share)) for edge in (0.025, 0.975))
    return float(ordered[max(first - 1, 0)]), float(ordered[min(last, n - 1)])


def explained_share(outcomes: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Share of each outcome's variance between groups, adjusted for their number: (resamples, outcomes).

    outcomes : (n, m); labels : (n,) int; weights : (resamples, n) multiplicities
    """
    groups = labels.max() + 1
    member = np.zeros((len(labels), groups))
    member[np.arange(len(labels)), labels] = 1.0
    shares = []
    for y in outcomes.T:
        known = np.isfinite(y)
        centred = np.where(known, y - y[known].mean(), 0.0)
        w = weights * known
        n, total, squares = w.sum(1), w @ centred, w @ centred**2
        mass, pull = w @ member, w @ (member * centred[:, None])
        mean_square = np.divide(total**2, n, out=np.zeros_like(total), where=n > 0)
        spread = squares - mean_square
        between = np.divide(pull**2, mass, out=np.zeros_like(pull), where=mass > 0).sum(1) - mean_square
        raw = np.divide(between, spread, out=np.zeros_like(spread), where=spread > 0)
        # A resample in which everybody is alike, or nobody is known, leaves nothing to explain.
        shares.append(np.where(spread > 0, 1 - (1 - raw) * (n - 1) / np.maximum(n - groups, 1), 0.0))
    return np.array(shares).T


def judge_usefulness(
    frame: pd.DataFrame,
    features: tuple[Feature, ...],
    outcomes: pd.DataFrame,
    outcome_features: tuple[Feature, ...],
    ks: tuple[int, ...],
    seed: int,
    block_weights: dict[str, float] | None = None,
    of: str = "what customers did later",
    weights: np.ndarray | None = None,
    algorithm: str = "k-means",
) -> dict[int, Usefulness]:
    """Judge each k in `ks` on `outcomes` (rows as in `frame`, which is as of before them).

    weights : (n,) survey weights
    A k is left out where there are not twice as many customers: then nothing can be explained.
    """
    data = lay_out(algorithm, frame, features, block_weights, weights)[2]
    ks = tuple(k for k in ks if 2 * k <= len(frame))
    y = outcome_matrix(outcomes, outcome_features)
    used = tuple(f for f in forming(features) if frame[f.name].notna().any())
    raw = _raw(frame, used)
    ranks = _ranks(raw)
    found = {k: _judge(data, raw, ranks, used, y, outcome_features, k, seed, weights) for k in ks}
    return {k: replace(one, of=of) for k, one in found.items()}


def judge_by_leaving_out(
    frame: pd.DataFrame,
    features: tuple[Feature, ...],
    ks: tuple[int, ...],
    seed: int,
    block_weights: dict[str, float] | None = None,
    weights: np.ndarray | None = None,
    algorithm: str = "k-means",
) -> dict[int, Usefulness]:
    """Without a later outcome, each forming feature serves as one for segments that were made without it."""
    used = tuple(f for f in forming(features) if frame[f.name].nunique() > 1)
    if len(used) < 2:
        return {}
    raw = _raw(frame, used)
    ranks = _ranks(raw)
    parts: dict[int, list[Usefulness]] = {k: [] for k in ks}
    # With very many features, some of them stand for all.
    for j in np.unique(np.linspace(0, len(used) - 1, min(len(used), MOST_LEFT_OUT)).astype(int)):
        left_out = used[j]
        others = tuple(f for f in used if f.name != left_out.name)
        data = lay_out(algorithm, frame, others, block_weights, weights)[2]
        without = np.delete(raw, j, axis=1)
        for k in ks:
            y = raw[:, [j]]
            one = _judge(
                data,
                without,
                np.delete(ranks, j, axis=1),
                others,
                y,
                (left_out,),
                k,
                seed,
                weights,
                QUICK_RESAMPLES,
                tree=False,
            )
            parts[k].append(one)
    return {k: _mean_of(found) for k, found in parts.items() if found}


def _raw(frame, features) -> np.ndarray:
    """Forming features as numbers, (n, p), NaN where unknown."""
    return np.column_stack([numbers_of(frame[f.name], levels_of(f, frame[f.name])) for f in features])


def _ranks(raw: np.ndarray) -> np.ndarray:
    """Mean rank of each value in its column over the number known, 0 to 1."""
    return pd.DataFrame(raw).rank(method="average", pct=True).to_numpy()


def _judge(
    data, raw, ranks, features, y, outcome_features, k, seed, survey=None, resamples=RESAMPLES, tree=True
) -> Usefulness:
    labels = data.fit(k, np.random.default_rng([seed, 8, k]), STARTS).labels
    rng = np.random.default_rng([seed, 7, k])
    once = np.ones((1, len(y))) if survey is None else survey[None, :]
    weights = once * rng.multinomial(len(y), np.full(len(y), 1 / len(y)), size=resamples)
    rule_feature, rule_labels = _best_rule(ranks, features, y, k, once)
    shuffles = [rng.permutation(labels) for _ in range(SHUFFLES)]
    explained, rule, chance = (
        explained_share(y, found, weights).mean(1) for found in (labels, rule_labels, shuffles[0])
    )
    single, rule_single = (explained_share(y, found, once)[0] for found in (labels, rule_labels))
    by_chance = [explained_share(y, found, once)[0].mean() for found in shuffles]
    # One shuffle is luck; its resamples are moved to where shuffles lie on the whole.
    over_chance = explained - (chance - by_chance[0] + np.mean(by_chance))
    return Usefulness(
        explained=_estimate(single.mean(), explained, len(y)),
        random=float(np.mean(by_chance)),
        rule=float(rule_single.mean()),
        rule_feature=rule_feature,
        tree=_tree(raw, y, k, seed) if tree else None,
        over_random=_estimate(single.mean() - np.mean(by_chance), over_chance, len(y)),
        over_rule=_estimate((single - rule_single).mean(), explained - rule, len(y)),
        by_outcome={
            feature.label: (float(a), float(b))
            for feature, a, b in zip(outcome_features, single, rule_single, strict=True)
        },
        chance_edge=quantile_edge(over_chance, 0.025),
        rule_edge=quantile_edge(explained - rule, 0.975),
    )


def _mean_of(parts: list[Usefulness]) -> Usefulness:
    def mean(pick):
        return float(np.mean([pick(part) for part in parts]))

    def edge(name, end):
        middle = getattr(estimate(name), end)
        pairs = [getattr(part, {"over_random": "chance_edge", "over_rule": "rule_edge"}[name]) for part in parts]
        half = float(np.sqrt(np.sum([(high - low) ** 2 / 4 for low, high in pairs])) / len(parts))
        return middle - half, middle + half

    def estimate(name):
        ends = {end: mean(lambda part, end=end: getattr(getattr(part, name), end)) for end in ("value", "low", "high")}
        return Estimate(**ends, n=parts[0].explained.n, unit="share", method="mean over features left out in turn")

    return Usefulness(
        explained=estimate("explained"),
        random=mean(lambda part: part.random),
        rule=mean(lambda part: part.rule),
        rule_feature="the best feature for each",
        tree=None,
        over_random=estimate("over_random"),
        over_rule=estimate("over_rule"),
        by_outcome={label: pair for part in parts for label, pair in part.by_outcome.items()},
        of="features that were left out in turn",
        chance_edge=edge("over_random", "low"),
        rule_edge=edge("over_rule", "high"),
    )


def _estimate(value: float, resamples: np.ndarray, n: int) -> Estimate:
    low, high = np.quantile(resamples, [0.025, 0.975])
    return Estimate(
        value=float(value), low=float(low), high=float(high), n=n, unit="share",
        method=f"percentile bootstrap over customers, {len(resamples)} resamples",
    )  # fmt: skip


def _best_rule(ranks, features, y, k, once):
    """The one forming feature whose k quantile groups explain the outcomes best: (label, group of each customer)."""
    best = (-np.inf, "", np.zeros(len(y), int))
    for feature, position in zip(features, ranks.T, strict=True):
        groups = np.where(np.isnan(position), 0, np.clip(np.ceil(position * k), 1, k)).astype(int)
        seen = np.bincount(groups, minlength=k + 1) > 0
        groups = (np.cumsum(seen) - 1)[groups]
        explained = explained_share(y, groups, once).mean()
        if explained > best[0]:
            best = (explained, feature.label, groups)
    return best[1], best[2]


def _tree(raw, y, leaves, seed) -> float:
    """Cross-validated mean R² of one decision tree with `leaves` leaves, grown on the outcomes themselves."""
    from sklearn.model_selection import KFold, cross_val_predict
    from sklearn.tree import DecisionTreeRegressor

    if len(y) < 2 * MIN_LEAF:
        return 0.0
    known = np.isfinite(y)
    spread = np.nanstd(y, axis=0)
    scaled = (y - np.nanmean(y, axis=0)) / np.where(spread > 0, spread, 1.0)
    folds = KFold(5, shuffle=True, random_state=seed)
    tree = DecisionTreeRegressor(max_leaf_nodes=max(leaves, 2), random_state=seed, min_samples_leaf=MIN_LEAF)
    guess = cross_val_predict(tree, raw, np.nan_to_num(scaled), cv=folds).reshape(scaled.shape)
    error = np.where(known, (scaled - guess) ** 2, 0.0).sum(0) / known.sum(0)
    return float(np.mean(1 - error))
