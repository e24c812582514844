"""Pain points that behaviour gives away: reach × severity × impact, ranked with the ties that chance leaves.

Everything here is inferred: nobody said that it hurts. Reach is the share affected among those who could be;
severity how bad it is where it happens (0 to 1, by the playbook); impact what the affected spent less than the
others in the months *after*, compared with what each group spent before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from personas.customers.table import Rehearsal
from personas.estimates import Estimate, not_measured, ratio_estimate, share_estimate
from personas.experience.models import Delight, PainPoint
from personas.experience.moments import moments_of, share_of
from personas.experience.pains.signals import Signal
from personas.experience.resampling import block_sums, draw_sums
from personas.numerals import percent

RESAMPLES = 400
MOST_DRAWN = 20_000  # customers that are drawn one by one; the draws of more would take gigabytes
Ranked = TypeVar("Ranked", bound=PainPoint | Delight)
SMALLEST_LOSS = 0.05  # an impact that cannot be told from none still counts a little, so that reach orders the list


def find_pain_points(
    frame: pd.DataFrame,
    playbook: dict[str, Signal],
    rehearsal: Rehearsal | None,
    inside: np.ndarray | None,
    segment: int,
    min_group: int,
    seed: int,
    sign: int = -1,
    weights: np.ndarray | None = None,
) -> tuple[PainPoint, ...]:
    """Rank the pain points of one group by score, worst first.

    sign : −1 where what the affected spend less counts (pain points), 1 where what they spend more does (delights)

    frame : the customer table; inside : (n,) bool, who belongs to the group (None: everybody)
    segment : number of the group, for ids (0 = base); groups of affected under `min_group` are left out
    weights : (n,) survey weights or None
    """
    inside = np.ones(len(frame), bool) if inside is None else inside
    everybody, members = _earlier(rehearsal, frame["customer_id"], inside)
    earlier = None if rehearsal is None or weights is None else _earlier_weights(rehearsal, frame, weights)
    speaks = np.ones(len(frame)) if weights is None else weights
    found, scores = [], []
    rng = np.random.default_rng([seed, 10, segment])
    for key, signal in playbook.items():
        if not signal.applies(frame):
            continue
        exposed, affected = signal.exposed(frame), signal.affected(frame)
        here = exposed & inside
        hurt = affected & inside
        spared = here & ~hurt
        if hurt.sum() < min_group or 0 < spared.sum() < min_group:
            continue
        depth = np.where(hurt, signal.depth.of(frame), 0.0)
        severity = float(depth[hurt].mean() if weights is None else np.average(depth[hurt], weights=weights[hurt]))
        impact, before, after, was_hurt = _impact(signal, rehearsal, members, earlier)
        if not impact.measured and not inside.all():
            impact, before, after, was_hurt = _borrowed(_impact(signal, rehearsal, everybody, earlier))
        elsewhere = exposed & ~inside
        rest = _share(affected, elsewhere, weights) if _may_be_shown(affected[elsewhere], min_group) else None
        reach = _share(hurt, here, weights)
        scores.append(_score_resamples(hurt[here], depth[here], speaks[here], before, after, was_hurt, rng, sign))
        found.append(
            PainPoint(
                id=f"pain-{segment}-{key}", key=key, title=signal.title, kind="inferred", stage=signal.stage,
                touchpoint=signal.touchpoint, reach=reach, rest=rest, severity=severity,
                severity_words=severity_words(severity), impact=impact, impact_words=_impact_words(impact),
                score=reach.value * severity * _loss(impact.value, sign), rank=0, rank_low=0, rank_high=0,
                affected=int(hurt.sum()), remedy=signal.remedy.title, finding=signal.finding,
                columns=signal.needs, filter=signal.condition,
            )
        )  # fmt: skip
    return rank_pain_points(found, scores)


def _share(flags: np.ndarray, among: np.ndarray, weights: np.ndarray | None) -> Estimate:
    return share_estimate(flags[among]) if weights is None else share_of(moments_of(flags[among], weights[among]))


def _may_be_shown(flags: np.ndarray, min_group: int) -> bool:
    """Whether a share tells of no group under `min_group`: neither of those who are nor of those who are not."""
    yes, no = int(flags.sum()), int((~flags).sum())
    return yes + no >= min_group and not (0 < yes < min_group) and not (0 < no < min_group)


def _earlier(rehearsal: Rehearsal | None, ids: pd.Series, inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(m,) bool each, who of the customers before the later period is one of `ids`, and who of those `inside`."""
    if rehearsal is None:
        return np.zeros(0, bool), np.zeros(0, bool)
    # By Arrow, which compares texts where they are: pandas makes an object of each.
    who = pa.array(rehearsal.frame["customer_id"])
    at = pc.index_in(who, pa.array(ids).cast(who.type)).fill_null(-1).to_numpy()
    return at >= 0, (at >= 0) & inside[at]


def _earlier_weights(rehearsal: Rehearsal, frame: pd.DataFrame, weights: np.ndarray) -> np.ndarray:
    """(m,) the survey weights of the customers before the later period."""
    known = pd.Series(weights, index=frame["customer_id"])
    return known.reindex(rehearsal.frame["customer_id"]).fillna(1.0).to_numpy(float)


def _impact(signal: Signal, rehearsal: Rehearsal | None, member: np.ndarray, weights: np.ndarray | None = None):
    """What the affected spent later, against before, less the same of the others: (estimate, before, after, who).

    weights : (m,) of the customers before the later period; what they spent is then returned times their weight
    """
    nothing = (np.zeros(0), np.zeros(0), np.zeros(0, bool))
    if rehearsal is None or not signal.applies(rehearsal.frame) or "sales" not in rehearsal.outcomes:
        return not_measured("no later period to look at", "share"), *nothing
    exposed = signal.exposed(rehearsal.frame) & member
    before = rehearsal.frame["sales"].to_numpy(float)[exposed]
    after = rehearsal.outcomes["sales"].to_numpy(float)[exposed]
    if weights is not None:
        before, after = before * weights[exposed], after * weights[exposed]
    hurt = signal.affected(rehearsal.frame)[exposed]
    if min(hurt.sum(), (~hurt).sum()) < 30:
        return not_measured("too few customers to compare", "share", int(hurt.sum())), *nothing
    kept, kept_else = (
        ratio_estimate(after[hurt], before[hurt], "ratio"),
        ratio_estimate(after[~hurt], before[~hurt], "ratio"),
    )
    if not kept.measured or not kept_else.measured:
        return not_measured("no sales before", "share"), *nothing
    relative = kept.value / kept_else.value
    spread = relative * np.hypot(
        (kept.high - kept.value) / kept.value if kept.value else 0.0,
        (kept_else.high - kept_else.value) / kept_else.value,
    )
    estimate = Estimate(
        value=relative - 1, low=relative - 1 - spread, high=relative - 1 + spread, n=int(hurt.sum()), unit="share",
        method="later over earlier sales of the affected, against the same of the others; delta method",
    )  # fmt: skip
    return estimate, before, after, hurt


def _borrowed(found):
    """The impact among all customers, for a group in which too few are affected or spared; says so."""
    impact, *groups = found
    if not impact.measured:
        return found
    return impact.model_copy(update={"method": f"among all customers, too few here; {impact.method}"}), *groups


def _loss(impact: float | None, sign: int = -1) -> float:
    """The weight of an impact; one that was not measured must not outweigh those that were."""
    return SMALLEST_LOSS if impact is None else min(max(sign * impact, SMALLEST_LOSS), 1.0)


def _score_resamples(hurt, depth, weights, before, after, was_hurt, rng, sign: int = -1) -> np.ndarray:
    """Bootstrap the score over customers, (RESAMPLES,); as random blocks of them where they are many."""
    drawn, affected, deep = _drawn([weights, hurt * weights, depth * weights], rng)
    reach = affected / drawn
    severity = np.divide(deep, affected, out=np.zeros(RESAMPLES), where=affected > 0)
    loss = np.full(RESAMPLES, _loss(None))
    if len(before):
        spent = [after * was_hurt, before * was_hurt, after * ~was_hurt, before * ~was_hurt]
        after_hurt, before_hurt, after_spared, before_spared = _drawn(spent, rng)
        kept, other = after_hurt / np.maximum(before_hurt, 1e-9), after_spared / np.maximum(before_spared, 1e-9)
        loss = np.clip(sign * (kept / np.maximum(other, 1e-9) - 1), SMALLEST_LOSS, 1.0)
    return reach * severity * loss


def find_habits(
    frame, signals, rehearsal, inside, segment: int, min_group: int, seed: int, weights=None
) -> tuple[Delight, ...]:
    """Rank what behaviour says goes well, by rules of polarity delight; the same figures, the gain for the loss."""
    pains = find_pain_points(frame, signals, rehearsal, inside, segment, min_group, seed, sign=1, weights=weights)
    return tuple(
        Delight(
            **pain.model_dump(include=set(Delight.model_fields) & set(PainPoint.model_fields) - {"id", "impact_words"}),
            id=f"habit-{segment}-{pain.key}", impact_words=_gain_words(pain.impact), customers=pain.affected,
        )
        for pain in pains
    )  # fmt: skip


def _drawn(values: list[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    """The sum of each of some (n,) values in every bootstrap sample, (RESAMPLES,)."""
    n = len(values[0])
    if n > MOST_DRAWN:
        table = np.column_stack(values)
        return list(draw_sums(block_sums(n, lambda rows: table[rows].sum(axis=0), rng), RESAMPLES, rng).T)
    times = rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
    return [times @ column for column in values]


def rank_pain_points(found: Sequence[Ranked], scores: Sequence[np.ndarray]) -> tuple[Ranked, ...]:
    """Order by score; two are tied when the interval of their difference spans zero."""
    if not found:
        return ()
    order = sorted(range(len(found)), key=lambda i: (-found[i].score, found[i].key))
    ranked = []
    for position, i in enumerate(order, start=1):
        better = worse = 0
        for j in order:
            if j == i:
                continue
            low, high = np.quantile(scores[j] - scores[i], [0.025, 0.975])
            better += bool(low > 0)
            worse += bool(high < 0)
        ranked.append(
            found[i].model_copy(update={"rank": position, "rank_low": 1 + better, "rank_high": len(order) - worse})
        )
    return cast(tuple[Ranked, ...], tuple(ranked))  # the plugin knows a copy by the bound alone


def severity_words(severity: float) -> str:
    """How bad it is, in a word; severity : 0 to 1."""
    return "mild" if severity < 0.35 else "marked" if severity < 0.65 else "severe"


def _gain_words(impact: Estimate) -> str:
    if impact.measured and impact.low > 0:
        whose = " among all customers" if impact.method.startswith("among all") else ""
        return f"associated with {percent(impact.value)} more later sales than the others{whose}, against before"
    if impact.measured and impact.high < 0:
        return "they spent less later, not more: no sign that it pays"
    return _impact_words(impact)


def _impact_words(impact: Estimate) -> str:
    """The impact as association; nothing here shows a cause."""
    if not impact.measured:
        return f"effect on later sales not measured: {impact.method}"
    if impact.low <= 0 <= impact.high:
        return "no measurable difference in later sales"
    whose = " among all customers" if impact.method.startswith("among all") else ""
    if impact.value > 0:
        return f"the affected spent more later, not less{whose}: no sign that it costs sales"
    return f"associated with {percent(-impact.value)} less later sales than the others{whose}, against before"
