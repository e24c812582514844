"""Doing again what was fitted or placed: the joint regression behind a loss, the two-question rule, distances."""

from __future__ import annotations

import numpy as np

from personas.experience.models import Condition
from personas.profiles.models import Claim, PersonaSet
from personas.profiles.recount.pains import votes_of, whom
from personas.profiles.recount.rows import Counted, Rows
from personas.profiles.recount.traits import codes_of
from personas.profiles.sources import columns_behind

NEAR = 0.9  # the own centre is hardly nearer than the other
BORROWED = "among all customers, too few here; "
FOLDS, QUESTIONS, FEWEST = 5, 2, 10


def count_joint_impact(claim: Claim, rows: Rows, persona_set: PersonaSet) -> Counted | None:
    """What goes with a pain point, the others of its group and kind held equal: least squares by NumPy.

    None where one of those others is a theme, whose comments only the text model knows.
    """
    method = claim.estimate.method
    if not method.removeprefix(BORROWED).startswith("joint regression of the vote") or persona_set.experience is None:
        return None
    owner = None if method.startswith(BORROWED) else claim.persona_id
    group = persona_set.experience.of(0 if owner is None else rows.numbers[owner])
    equal = next((many for many in group.held_equal.values() if claim.feature in {one.key for one in many}), ())
    found = [_whom(one, rows) for one in equal]
    if not found or any(pair is None for pair in found):
        return None
    votes = votes_of(rows)
    here = rows.member(owner) & np.isfinite(votes)
    hurt = np.column_stack([hurt & could for hurt, could in found])[here]
    root = np.sqrt(rows.weights[here])
    design = np.column_stack([np.ones(len(hurt)), hurt]) * root[:, None]
    slopes = np.linalg.lstsq(design, votes[here] * root, rcond=None)[0][1:]
    place = [one.key for one in equal].index(claim.feature)
    return Counted(float(slopes[place]), None, int(hurt[:, place].sum()))


def _whom(one: Condition, rows: Rows) -> tuple[np.ndarray, np.ndarray] | None:
    columns = columns_behind(one.columns, one.filter, rows.features)
    return rows.once(f"{columns}: {one.filter}", lambda: whom(one.filter, columns, rows))


def count_rule(claim: Claim, rows: Rows) -> Counted | None:
    """The share of a persona that a tree of two questions finds, each fifth judged by a tree from the other four."""
    from sklearn.model_selection import StratifiedKFold
    from sklearn.tree import DecisionTreeClassifier

    inside = rows.member(claim.persona_id)
    asked = [
        f for f in rows.customers.features if f.forms and f.kind != "category" and rows.frame[f.name].notna().any()
    ]
    x = np.column_stack([codes_of(rows.frame[f.name], f) for f in asked])
    found = 0
    for known, judged in StratifiedKFold(FOLDS, shuffle=True, random_state=rows.seed).split(x, inside):
        tree = DecisionTreeClassifier(
            max_depth=QUESTIONS, min_samples_leaf=FEWEST, class_weight="balanced", random_state=rows.seed
        ).fit(x[known], inside[known])
        leaves, own = tree.apply(x[known]), inside[known]
        at, counts = np.unique(leaves, return_counts=True)
        mine = np.array([own[leaves == leaf].sum() for leaf in at])
        # Balanced: persona and others weigh the same in all.
        prevails = mine / own.sum() > (counts - mine) / (~own).sum()
        best = at[np.lexsort((-at, mine, prevails))[-1]]
        found += int((inside[judged] & (tree.apply(x[judged]) == best)).sum())
    return Counted(found / inside.sum(), None, int(inside.sum()))


def count_distances(claim: Claim, rows: Rows, key: str) -> Counted | None:
    """Members hardly nearer to their own centre than to one other, or prospects nearest to it."""
    division = rows.segmentation
    if division.classes is not None or division.space is None:
        return None
    own = rows.numbers[claim.persona_id] - 1
    if key == "neighbour":
        apart = _distances(division, rows.frame)[rows.member(claim.persona_id)]
        near = (apart[:, [own]] >= NEAR * apart).sum(axis=0)
        return Counted(float(np.delete(near, own).max() / len(apart)), None, len(apart))
    never = rows.frame[~(rows.frame["frequency"] > 0)].copy()
    bought = [f.name for f in rows.customers.features if f.forms and any("transactions." in c for c in f.columns)]
    never[[name for name in bought if name in never]] = np.nan
    return Counted(float((_distances(division, never).argmin(axis=1) == own).mean()), None, len(never))


def _distances(division, frame) -> np.ndarray:
    """(n, k) distances to the centres over what is known of each, as if the rest were as far."""
    points = division.space.transform(frame)
    worth = np.array([axis.weight**2 for axis in division.space.axes])
    squares = np.stack([np.nansum((points - centre) ** 2, axis=1) for centre in division.centres], axis=1)
    known = np.isfinite(points) @ worth
    return np.sqrt(
        np.round(squares * np.divide(worth.sum(), known, out=np.zeros(len(known)), where=known > 0)[:, None], 9)
    )
