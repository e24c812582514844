"""Pain points that customers name themselves: problems ticked, low ratings, complaints. Stated, never inferred.

Reach is the share of all who gave feedback; severity how far below the middle of the scale the touchpoint is rated by
those affected; impact what goes with it in recommendation, all pain points of the group taken together, so that one
does not carry another's loss. All three are drawn again from the same bootstrap samples of customers, and so are ranks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from personas.estimates import Estimate, not_measured
from personas.experience.models import PainPoint
from personas.experience.moments import moments_of, share_of
from personas.experience.pain_points import SMALLEST_LOSS, rank_pain_points, severity_words
from personas.experience.playbook import remedy_for
from personas.experience.resampling import block_sums, draw_sums, percentiles
from personas.experience.voices import Trouble, Voices

RESAMPLES = 400
FEWEST_FOR_IMPACT = 30
UNRATED_SEVERITY = 0.5
MOST = 8
IMPACT = "joint regression of the vote (100, 0, −100) on all pain points, percentile bootstrap over customers"


@dataclass(frozen=True)
class Impacts:
    """What goes with each pain point among all customers, for groups in which too few are affected."""

    estimates: dict[str, Estimate]
    draws: dict[str, np.ndarray]


def find_stated_pains(
    voices: Voices, inside: np.ndarray | None, segment: int, min_group: int, seed: int, among_all: Impacts | None = None
) -> tuple[tuple[PainPoint, ...], Impacts]:
    """Rank what one group names as painful, the eight worst, worst first, and say what goes with it among all.

    inside : (n,) bool, None for everybody; segment : its number, for ids and the seed (0 = base)
    among_all : the impacts of the base; groups of affected under `min_group` are left out
    """
    member = np.ones(len(voices.weights), bool) if inside is None else inside
    here = voices.spoke & member
    chosen = [t for t in voices.troubles if _tellable(t.affected, here, min_group)]
    if not chosen:
        return (), Impacts({}, {})
    flags = np.column_stack([t.affected[here] for t in chosen]).astype(float)
    depth = np.column_stack([_depth(t, voices)[here] for t in chosen])
    votes = np.full(len(flags), np.nan) if voices.net is None else voices.net[here]
    weights = voices.weights[here]
    whole, drawn = _resampled(flags, depth, votes, weights, np.random.default_rng([seed, 50, segment]))
    enough = (flags[np.isfinite(votes)].sum(axis=0) >= FEWEST_FOR_IMPACT) & np.isfinite(whole.impact)
    low, high = percentiles(drawn.impact)
    found, scores, own = [], [], Impacts({}, {})
    for j, trouble in enumerate(chosen):
        impact, lost = not_measured("too few of them were asked to recommend", "points", int(flags[:, j].sum())), None
        if enough[j]:
            impact = Estimate(
                value=float(whole.impact[j]), low=float(low[j]), high=float(high[j]), unit="points", method=IMPACT,
                n=int(flags[np.isfinite(votes), j].sum()),
            )  # fmt: skip
            lost = drawn.impact[:, j]
            own.estimates[trouble.key], own.draws[trouble.key] = impact, lost
        elif among_all is not None and trouble.key in among_all.estimates:
            base = among_all.estimates[trouble.key]
            impact = base.model_copy(update={"method": f"among all customers, too few here; {base.method}"})
            lost = among_all.draws[trouble.key]
        reach = share_of(moments_of(flags[:, j], weights))
        severity = float(whole.severity[j])
        found.append(_pain_point(trouble, segment, reach, _rest(trouble, voices, member, min_group), severity, impact))
        scores.append(drawn.reach[:, j] * drawn.severity[:, j] * _loss(lost))
    worst = sorted(range(len(found)), key=lambda i: (-found[i].score, found[i].key))[:MOST]
    return rank_pain_points([found[i] for i in worst], [scores[i] for i in worst]), own


def _tellable(affected: np.ndarray, here: np.ndarray, min_group: int) -> bool:
    hurt, spared = (affected & here).sum(), (~affected & here).sum()
    return bool(hurt >= min_group and not 0 < spared < min_group)


def _depth(trouble: Trouble, voices: Voices) -> np.ndarray:
    """How bad it is for each customer, 0 (the middle of the scale, or better) to 1 (its end); NaN where not rated."""
    question = voices.questions.get(trouble.rating)
    if question is None:
        return np.full(len(voices.weights), np.nan)
    middle = (question.low + question.high) / 2
    return np.clip((middle - voices.ratings[trouble.rating]) / (middle - question.low), 0.0, 1.0)


@dataclass(frozen=True)
class Figures:
    """Reach, severity and impact of each pain point, (…, p)."""

    reach: np.ndarray
    severity: np.ndarray
    impact: np.ndarray


def _resampled(flags, depth, votes, weights, rng) -> tuple[Figures, Figures]:
    """The figures in the sample, and in every bootstrap sample of customers."""
    p = flags.shape[1]
    asked = np.isfinite(votes)
    known = flags * np.isfinite(depth)
    deep = known * np.nan_to_num(depth)
    design = np.column_stack([np.ones(len(flags)), flags]) * asked[:, None]
    vote = np.nan_to_num(votes)

    def sums(rows):
        w = weights[rows]
        x = design[rows]
        cross = x.T @ (w[:, None] * x)
        pulled = x.T @ (w * vote[rows])
        counts = [w @ flags[rows], w @ known[rows], w @ deep[rows]]
        return np.concatenate([[w.sum()], *counts, pulled, cross.ravel()])

    parts = block_sums(len(flags), sums, rng)
    drawn = draw_sums(parts, RESAMPLES, rng)
    return _figures(parts.sum(axis=0, keepdims=True), p, squeeze=True), _figures(drawn, p)


def _figures(sums: np.ndarray, p: int, squeeze: bool = False) -> Figures:
    total, hurt, known, deep = (
        sums[:, :1],
        sums[:, 1 : p + 1],
        sums[:, p + 1 : 2 * p + 1],
        sums[:, 2 * p + 1 : 3 * p + 1],
    )
    pulled = sums[:, 3 * p + 1 : 4 * p + 2]
    cross = sums[:, 4 * p + 2 :].reshape(-1, p + 1, p + 1)
    severity = np.divide(deep, known, out=np.full(deep.shape, UNRATED_SEVERITY), where=known > 0)
    # Flags of which a resample knows nothing, or that always come together, share what they carry.
    impact = (np.linalg.pinv(cross, hermitian=True) @ pulled[..., None])[..., 1:, 0]
    figures = (hurt / total, severity, impact)
    return Figures(*(values[0] for values in figures)) if squeeze else Figures(*figures)


def _loss(impact):
    """The loss of a hundred points of recommendation, or more, as 1; at least a little, so that reach still orders.

    None, not measured, counts as the least: what is not known must not rank before what is.
    """
    return np.clip(-np.asarray(0.0 if impact is None else impact) / 100, SMALLEST_LOSS, 1.0)


def _rest(trouble: Trouble, voices: Voices, member: np.ndarray, min_group: int) -> Estimate | None:
    elsewhere = voices.spoke & ~member
    if elsewhere.sum() < min_group:
        return None
    return share_of(moments_of(trouble.affected[elsewhere].astype(float), voices.weights[elsewhere]))


def _pain_point(trouble: Trouble, segment: int, reach: Estimate, rest, severity: float, impact: Estimate) -> PainPoint:
    loss = float(_loss(impact.value))
    return PainPoint(
        id=f"stated-{segment}-{trouble.key}", key=trouble.key, title=trouble.title, kind="stated", stage=trouble.stage,
        touchpoint=trouble.touchpoint, reach=reach, rest=rest, severity=severity,
        severity_words=severity_words(severity), impact=impact, impact_words=_impact_words(impact),
        score=reach.value * severity * loss, rank=0, rank_low=0, rank_high=0, affected=round(reach.value * reach.n),
        remedy=remedy_for(trouble.touchpoint, trouble.title).title, finding=trouble.finding,
        columns=trouble.columns, filter=trouble.filter,
    )  # fmt: skip


def _impact_words(impact: Estimate) -> str:
    if not impact.measured:
        return f"effect on recommendation not measured: {impact.method}"
    if impact.low <= 0 <= impact.high:
        return "no measurable difference in recommendation"
    whose = " among all customers" if impact.method.startswith("among all") else ""
    if impact.value > 0:
        return f"the affected recommend more, not less{whose}"
    return f"associated with {-impact.value:.0f} points less recommendation (NPS){whose}, other pain points held equal"
