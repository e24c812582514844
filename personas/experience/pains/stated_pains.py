"""Pain points that customers name themselves, or that were recorded, and delights: reach, severity, impact, ranks.

Reach is the share of all who could say so (recorded ones: of all customers); severity how far below the middle of the
scale the touchpoint is rated by those affected, or as the playbook says; impact what goes with it in the outcome, all
pain points of the group taken together, so that one does not carry another's loss. All three are drawn again from the
same bootstrap samples of customers, and so are ranks.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from personas.estimates import Estimate, not_measured
from personas.experience.models import Condition, Delight, Evidence, PainPoint, Said
from personas.experience.moments import mean_of, moments_of, net_promoters_of, share_of
from personas.experience.pains.halves import measure_trend
from personas.experience.pains.impact_words import gain_words, loss_words
from personas.experience.pains.pain_points import SMALLEST_LOSS, rank_pain_points, severity_words
from personas.experience.pains.playbook import Playbook, read_playbook
from personas.experience.pains.troubles import Trouble
from personas.experience.resampling import block_sums, draw_sums, percentiles
from personas.experience.voices import Voices

RESAMPLES = 400
FEWEST_FOR_IMPACT = 30
UNRATED_SEVERITY = 0.5
MOST = {"stated": 8, "observed": 5}
JOINT = "joint regression of {outcome} on all {what} of the group, percentile bootstrap over customers"
ALONE = "difference in {outcome} between those affected and the others, percentile bootstrap over customers"


@dataclass(frozen=True)
class Impacts:
    """What goes with each pain point among all customers, for groups in which too few are affected.

    held_equal : the pain points that one regression holds equal
    """

    estimates: dict[str, Estimate]
    draws: dict[str, np.ndarray]
    held_equal: list[Condition] = field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    """What a pain point costs. each : (n,) points of a customer, NaN where not asked; votes : it is a net score"""

    each: np.ndarray
    words: str
    noun: str
    votes: bool = True


@dataclass(frozen=True)
class Asked:
    """Whom a list of troubles is about, and how it is told.

    base : (n,) who could say so; tellable : key → groups in which it may be told, None: all that are large enough
    """

    kind: Literal["stated", "observed"]
    base: np.ndarray
    polarity: Literal["pain", "delight"] = "pain"
    tellable: Mapping[str, Collection[int]] | None = None
    playbook: Playbook = field(default_factory=read_playbook)


def outcome_of(voices: Voices) -> Outcome | None:
    """Recommendation where it was asked, else satisfaction; None where neither was."""
    if voices.net is not None:
        return Outcome(voices.net, "the vote (100, 0, −100)", "recommendation (NPS)")
    if voices.satisfied is not None:
        return Outcome(voices.satisfied, "satisfaction (0 to 100)", "satisfaction, on a scale of 0 to 100", votes=False)
    return None


def find_stated_pains(
    voices: Voices, inside: np.ndarray | None, segment: int, min_group: int, seed: int, among_all: Impacts | None = None
) -> tuple[tuple[PainPoint, ...], Impacts]:
    """Rank what one group names as painful, the eight worst, worst first, and say what goes with it among all.

    inside : (n,) bool, None for everybody; segment : its number, for ids and the seed (0 = base)
    among_all : the impacts of the base; groups of affected under `min_group` are left out
    """
    asked = Asked("stated", voices.spoke)
    return find_named(voices.troubles, voices, asked, inside, segment, min_group, seed, among_all)


def find_named(
    troubles: Sequence[Trouble],
    voices: Voices,
    asked: Asked,
    inside: np.ndarray | None,
    segment: int,
    min_group: int,
    seed: int,
    among_all: Impacts | None = None,
) -> tuple[tuple[Any, ...], Impacts]:
    """Rank the troubles (or delights) of one group; all of one list are of one kind, on one scale.

    What is about everything at once is weighed by itself and told behind its parts.
    """
    parts, found, own = [t for t in troubles if not t.whole], [], Impacts({}, {})
    for group in (parts, *([t] for t in troubles if t.whole)):
        told, impacts = _find(group, voices, asked, inside, segment, min_group, seed, among_all)
        own.estimates.update(impacts.estimates)
        own.draws.update(impacts.draws)
        own.held_equal.extend(impacts.held_equal)
        found.append(told)
    return in_order(found), own


def in_order(parts: Sequence[Sequence]) -> tuple:
    """Lists one behind the other, each with ranks behind those before: their scores are on different scales."""
    told: list = []
    for part in parts:
        places = len(told)
        for entry in part:
            ranks = {name: getattr(entry, name) + places for name in ("rank", "rank_low", "rank_high")}
            told.append(entry.model_copy(update=ranks) if places else entry)
    return tuple(told)


def _find(troubles, voices, asked, inside, segment, min_group, seed, among_all):
    member = np.ones(len(voices.weights), bool) if inside is None else inside
    whole_alone = bool(troubles) and troubles[0].whole
    here = asked.base & member if not whole_alone else _could(troubles[0], asked.base & member)
    chosen = [t for t in troubles if _tellable(t, here, segment, min_group, asked)]
    if not chosen:
        return (), Impacts({}, {})
    outcome = outcome_of(voices)
    flags = np.column_stack([t.affected[here] for t in chosen])
    could = np.column_stack([_could(t, here)[here] for t in chosen])
    depth = np.column_stack([_depth(t, voices)[here] for t in chosen])
    votes = np.full(len(flags), np.nan) if outcome is None else outcome.each[here]
    weights = voices.weights[here]
    method = (ALONE if whole_alone else JOINT).format(
        outcome=outcome.words if outcome else "", what="delights" if _glad(asked) else "pain points"
    )
    rng = np.random.default_rng([seed, {"stated": 50, "observed": 51}[asked.kind] + 10 * _glad(asked), segment])
    whole, drawn = _resampled(flags & could, could, depth, votes, weights, rng)
    enough = (flags[np.isfinite(votes)].sum(axis=0) >= FEWEST_FOR_IMPACT) & np.isfinite(whole.impact)
    low, high = percentiles(drawn.impact)
    equal = [] if whole_alone else [Condition(key=t.key, columns=t.columns, filter=t.filter) for t in chosen]
    found, scores, own = [], [], Impacts({}, {}, equal)
    for j, trouble in enumerate(chosen):
        impact, lost = _unknown(outcome, int(flags[:, j].sum())), None
        if enough[j] and outcome is not None:
            impact = Estimate(
                value=float(whole.impact[j]), low=float(low[j]), high=float(high[j]), unit="points",
                method=method,
                n=int(flags[np.isfinite(votes), j].sum()),
            )  # fmt: skip
            lost = drawn.impact[:, j]
            own.estimates[trouble.key], own.draws[trouble.key] = impact, lost
        elif among_all is not None and trouble.key in among_all.estimates:
            base = among_all.estimates[trouble.key]
            impact = base.model_copy(update={"method": f"among all customers, too few here; {base.method}"})
            lost = among_all.draws[trouble.key]
        severity = 1.0 if _glad(asked) else float(whole.severity[j])
        found.append(_told(trouble, voices, asked, outcome, member, segment, severity, impact, min_group))
        drawn_severity = 1.0 if _glad(asked) else drawn.severity[:, j]
        scores.append(drawn.reach[:, j] * drawn_severity * _loss(lost, asked))
    worst = sorted(range(len(found)), key=lambda i: (-found[i].score, found[i].key))[: MOST[asked.kind]]
    return rank_pain_points([found[i] for i in worst], [scores[i] for i in worst]), own


def _glad(asked: Asked) -> bool:
    return asked.polarity == "delight"


def _could(trouble: Trouble, here: np.ndarray) -> np.ndarray:
    return here if trouble.asked is None else here & (trouble.asked | trouble.affected)


def _tellable(trouble: Trouble, here: np.ndarray, segment: int, min_group: int, asked: Asked) -> bool:
    could = _could(trouble, here)
    hurt, spared = (trouble.affected & could).sum(), (~trouble.affected & could).sum()
    allowed = asked.tellable is None or segment in asked.tellable.get(trouble.key, ())
    return bool(allowed and hurt >= min_group and not 0 < spared < min_group)


def _depth(trouble: Trouble, voices: Voices) -> np.ndarray:
    """How bad it is for each customer, 0 (the middle of the scale, or better) to 1 (its end); NaN where not known."""
    if trouble.depth is not None:
        return trouble.depth
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


def _resampled(flags, could, depth, votes, weights, rng) -> tuple[Figures, Figures]:
    """The figures in the sample, and in every bootstrap sample of customers; flags, could : (n, p) bool."""
    p = flags.shape[1]
    asked, vote = np.isfinite(votes), np.nan_to_num(votes)

    def sums(rows):
        # Made block by block: as floats of everybody these tables would take gigabytes of a million customers.
        w, hurt, how_bad = weights[rows], flags[rows].astype(float), depth[rows]
        known = hurt * np.isfinite(how_bad)
        x = np.column_stack([np.ones(len(rows)), hurt]) * asked[rows, None]
        cross = x.T @ (w[:, None] * x)
        pulled = x.T @ (w * vote[rows])
        counts = [w @ could[rows].astype(float), w @ hurt, w @ known, w @ (known * np.nan_to_num(how_bad))]
        return np.concatenate([*counts, pulled, cross.ravel()])

    parts = block_sums(len(flags), sums, rng)
    drawn = draw_sums(parts, RESAMPLES, rng)
    return _figures(parts.sum(axis=0, keepdims=True), p, squeeze=True), _figures(drawn, p)


def _figures(sums: np.ndarray, p: int, squeeze: bool = False) -> Figures:
    could, hurt, known, deep = (sums[:, part * p : (part + 1) * p] for part in range(4))
    pulled = sums[:, 4 * p : 5 * p + 1]
    cross = sums[:, 5 * p + 1 :].reshape(-1, p + 1, p + 1)
    severity = np.divide(deep, known, out=np.full(deep.shape, UNRATED_SEVERITY), where=known > 0)
    reach = np.divide(hurt, could, out=np.zeros(hurt.shape), where=could > 0)
    # Flags of which a resample knows nothing, or that always come together, share what they carry.
    impact = (np.linalg.pinv(cross, hermitian=True) @ pulled[..., None])[..., 1:, 0]
    figures = (reach, severity, impact)
    return Figures(*(values[0] for values in figures)) if squeeze else Figures(*figures)


def _loss(impact, asked: Asked):
    """The loss of a hundred points of the outcome, or more, as 1; at least a little, so that reach still orders.

    None, not measured, counts as the least: what is not known must not rank before what is. Of a delight, the gain.
    """
    sign = 1 if _glad(asked) else -1
    return np.clip(sign * np.asarray(0.0 if impact is None else impact) / 100, SMALLEST_LOSS, 1.0)


def _unknown(outcome: Outcome | None, n: int) -> Estimate:
    if outcome is None:
        return not_measured("nobody was asked whether they recommend us or are satisfied", "points", n)
    return not_measured(f"too few of them were asked for {outcome.noun}", "points", n)


def _rest(trouble: Trouble, voices: Voices, elsewhere: np.ndarray, min_group: int) -> Estimate | None:
    could = _could(trouble, elsewhere)
    yes, no = int((trouble.affected & could).sum()), int((~trouble.affected & could).sum())
    if yes + no < min_group or 0 < yes < min_group or 0 < no < min_group:
        return None
    return share_of(moments_of(trouble.affected[could].astype(float), voices.weights[could]))


def _told(trouble, voices, asked, outcome, member, segment, severity, impact, min_group) -> PainPoint | Delight:
    here, elsewhere = asked.base & member, asked.base & ~member
    could = _could(trouble, here)
    hurt, spared = could & trouble.affected, could & ~trouble.affected
    reach = share_of(moments_of(trouble.affected[could].astype(float), voices.weights[could]))
    noun = outcome.noun if outcome else ""
    common = {
        "id": f"{asked.kind}-{segment}-{trouble.key}", "key": trouble.key, "title": trouble.title, "kind": asked.kind,
        "stage": trouble.stage, "touchpoint": trouble.touchpoint, "reach": reach,
        "rest": _rest(trouble, voices, elsewhere, min_group), "impact": impact, "rank": 0, "rank_low": 0,
        "rank_high": 0, "score": reach.value * severity * float(_loss(impact.value, asked)),
        "finding": trouble.finding, "columns": trouble.columns, "filter": trouble.filter, "source": trouble.source,
        "among": _level(outcome, hurt, voices.weights, min_group),
        "others": _level(outcome, spared, voices.weights, min_group), "quotes": _quotes(trouble, member, min_group),
        "evidence": _evidence(trouble, segment, member, min_group),
    }  # fmt: skip
    if _glad(asked):
        return Delight(**common, impact_words=gain_words(impact, noun, not trouble.whole), customers=int(hurt.sum()))
    trend, trend_words = measure_trend(trouble.halves, member, voices.weights, min_group)
    if asked.kind == "stated" and voices.spoke_by_half is None:
        trend_words = "trend not measured: answers carry no date"
    remedy = trouble.remedy or asked.playbook.remedy_for(trouble.touchpoint, trouble.title)
    return PainPoint(
        **common, severity=severity, severity_words=severity_words(severity), affected=int(hurt.sum()),
        impact_words=loss_words(impact, noun, not trouble.whole), remedy=remedy.title, trend=trend,
        trend_words=trend_words,
    )  # fmt: skip


def _level(outcome: Outcome | None, who: np.ndarray, weights: np.ndarray, min_group: int) -> Estimate | None:
    """The outcome of some customers, with nothing held equal."""
    if outcome is None:
        return None
    asked = who & np.isfinite(outcome.each)
    if asked.sum() < min_group:
        return None
    if outcome.votes:
        return net_promoters_of(moments_of(outcome.each[asked] / 100, weights[asked]), min_group)
    return mean_of(moments_of(outcome.each[asked], weights[asked]), "points")


def _supported(trouble: Trouble, member: np.ndarray, min_group: int):
    """What else points to it, where enough here say so, and enough elsewhere that these cannot be worked out."""
    for support in trouble.support:
        here, elsewhere = int((support.who & member).sum()), int((support.who & ~member).sum())
        if here >= min_group and not 0 < elsewhere < min_group:
            yield support, here


def _quotes(trouble: Trouble, member: np.ndarray, min_group: int) -> tuple[Said, ...]:
    said = [quote for support, _ in _supported(trouble, member, min_group) for quote in support.quotes]
    return tuple(dict.fromkeys(said))[:3]


def _evidence(trouble: Trouble, segment: int, member: np.ndarray, min_group: int) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(source=support.source, words=support.words.replace("{count}", f"{here:,}"), customers=here)
        for support, here in _supported(trouble, member, min_group)
    )
