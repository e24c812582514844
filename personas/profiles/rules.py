"""The short rule that tells a persona from the others, with its honest accuracy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from personas.customers.models import Feature
from personas.estimates import Estimate, share_estimate
from personas.numerals import percent
from personas.profiles.trait_claims import lower_first
from personas.segments.space import forming, levels_of, numbers_of

DEPTH = 2
MOST_FITTED = 50_000  # customers, drawn by the seed; two questions do not get better by more


@dataclass(frozen=True)
class Rule:
    """A rule in words; found : share of the segment that it points to; columns : what it asks about."""

    text: str
    found: Estimate
    columns: tuple[str, ...]


def short_rule(frame: pd.DataFrame, features: tuple[Feature, ...], inside: np.ndarray, seed: int) -> Rule | None:
    """Describe the segment by at most two questions, found by a small tree and judged by cross-validation.

    frame : (n, …) the customer table; inside : (n,) bool, the segment's; of more than 50,000 as many are drawn
    None where there is nobody else, too few to judge it by, or no feature with an order.
    """
    from sklearn.model_selection import StratifiedKFold
    from sklearn.tree import DecisionTreeClassifier

    method = "Wilson, 5-fold cross-validated"
    if len(frame) > MOST_FITTED:
        drawn = np.sort(np.random.default_rng([seed, 60]).choice(len(frame), MOST_FITTED, replace=False))
        frame, inside = frame.iloc[drawn], inside[drawn]
        method += f", of {MOST_FITTED:,} customers drawn by the seed"
    # Categories without an order have no "at most".
    used = [f for f in forming(features) if f.kind != "category" and frame[f.name].notna().any()]
    if inside.all() or min(inside.sum(), (~inside).sum()) < 10 or not used:
        return None
    x = np.column_stack([numbers_of(frame[f.name], levels_of(f, frame[f.name])) for f in used])
    tree = DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=10, class_weight="balanced", random_state=seed)
    guess = np.zeros(len(x), bool)
    for train, test in StratifiedKFold(5, shuffle=True, random_state=seed).split(x, inside):
        tree.fit(x[train], inside[train])
        guess[test] = tree.apply(x[test]) == _best_leaf(tree.tree_)
    found = share_estimate(guess[inside].astype(float)).model_copy(update={"method": method})
    right = float(inside[guess].mean()) if guess.any() else 0.0
    tree.fit(x, inside)
    conditions = _path(tree.tree_, used, frame)
    text = (
        f"{' and '.join(conditions)}: this rule alone finds {percent(found.value)} of them, and {percent(right)} of "
        "those it points to belong here."
    )
    asked = [used[j] for j in sorted({int(j) for j in tree.tree_.feature if j >= 0})]
    return Rule(text, found, tuple(dict.fromkeys(column for feature in asked for column in feature.columns)))


def _best_leaf(tree) -> int:
    """The leaf that holds most of the segment, one in which it prevails if there is any."""
    leaves = [node for node in range(tree.node_count) if tree.children_left[node] == -1]
    return max(leaves, key=lambda leaf: (tree.value[leaf][0][-1] > tree.value[leaf][0][0], _inside(tree, leaf)))


def _path(tree, used, frame) -> list[str]:
    """Conditions on the way to the best leaf, which is all that the rule's accuracy is judged on."""
    best = _best_leaf(tree)
    parents = {}
    for node in range(tree.node_count):
        for side, child in (("at most", tree.children_left[node]), ("above", tree.children_right[node])):
            if child != -1:
                parents[child] = (node, side)
    cuts: dict[tuple[int, str], float] = {}
    while best in parents:
        best, side = parents[best]
        # From the leaf upwards: the first cut of a feature on a side is the tighter one and says all.
        cuts.setdefault((int(tree.feature[best]), side), float(tree.threshold[best]))
    conditions = []
    for place, ((j, side), cut) in enumerate(reversed(cuts.items())):
        label = used[j].label if place == 0 else lower_first(used[j].label)
        if used[j].kind == "binary":
            negation = ("not " if place else "Not ") if side == "at most" else ""
            conditions.append(f"{negation}“{used[j].label}”")
        else:
            conditions.append(f"{label} {side} {_threshold(used[j], cut, frame)}")
    return conditions


def _inside(tree, leaf) -> float:
    """Weighted customers of the segment in a leaf, whatever scikit-learn stores there (counts or shares)."""
    value = tree.value[leaf][0]
    return float(value[1] / value.sum() * tree.weighted_n_node_samples[leaf])


def _threshold(feature: Feature, cut: float, frame: pd.DataFrame) -> str:
    levels = levels_of(feature, frame[feature.name])
    if levels:
        return f"“{levels[int(np.clip(np.floor(cut), 0, len(levels) - 1))]}”"
    if feature.unit == "share":
        return f"{cut:.1%}".replace("%", "\u00a0%")
    return f"{cut:,.0f}" if abs(cut) >= 10 else f"{cut:.2g}"
