"""Competitors beside us: how customers rate another brand at a touchpoint, and how they rate ours there."""

from __future__ import annotations

import ibis
import numpy as np
from ibis import _

from personas.customers.feedback import OWN_BRAND, RATED, Question, exact_sum, rated_touchpoints
from personas.estimates import Estimate
from personas.experience.comparison import Group
from personas.experience.models import Rival
from personas.experience.moments import Moments, clustered, difference_p, gather_moments, mean_of, total_of
from personas.experience.suppression import hidden_groups

PAIRED = "same customers, paired Student's t"
APART = "different customers, normal interval"


def measure_rivals(feedback, questions: tuple[Question, ...], members, groups: Group) -> dict[int, tuple[Rival, ...]]:
    """The own brand beside each rival at each touchpoint that both were rated at, best of ours first.

    The difference is taken within customers who rated both where there are `min_group` of them, since those who rate a
    rival are not like everybody; else between all raters of the two. Rivals rated by fewer than `min_group` are left
    out.
    """
    if not {"brand", "touchpoint", "score", "scale_low", "customer_id"} <= set(feedback.columns):
        return {}
    means = _means(feedback)
    rivals = means.filter(_.brand != OWN_BRAND)
    own = means.filter(_.brand == OWN_BRAND)
    theirs = gather_moments(_as_answers(rivals), members, ("touchpoint", "brand"), X)
    if not theirs:
        return {}
    ours = gather_moments(_as_answers(own), members, ("touchpoint",), X)
    both = rivals.join(own.select("customer_id", "touchpoint", mine="x"), ["customer_id", "touchpoint"])
    both = both.mutate(x=both.mine - both.x)
    paired = gather_moments(_as_answers(both), members, ("touchpoint", "brand"), X)
    asked = {question.touchpoint: question for question in rated_touchpoints(questions)}
    found: dict[int, list[Rival]] = {number: [] for number in (0, *groups.segments)}
    for (touchpoint, brand, part), rated in sorted(theirs.items()):
        if touchpoint not in asked or (touchpoint, part) not in ours:
            continue
        hidden = hidden_groups({s: m.customers for s, m in rated.items()}, groups.min_group)
        for number in found:
            if number in hidden:
                continue
            sums = [_of(m, number) for m in (ours[touchpoint, part], rated, paired.get((touchpoint, brand, part), {}))]
            if min(sums[0].customers, sums[1].customers) >= groups.min_group:
                found[number].append(_rival(asked[touchpoint], brand, sums, groups.min_group))
    return {number: tuple(sorted(rows, key=_order)) for number, rows in found.items()}


X = {"x": ("n", "x", "q")}


def _means(feedback):
    """A row a customer, touchpoint and brand: the mean score as a share of its scale, higher is better."""
    known = (_.score >= _.scale_low) & (_.score <= _.scale_high)
    rows = feedback.filter(_.customer_id.notnull(), _.touchpoint.notnull(), _.metric.isin(RATED), known)
    share = (rows.score - rows.scale_low) / (rows.scale_high - rows.scale_low)
    name = rows.brand.fill_null(OWN_BRAND)
    brand = (name.lower() == OWN_BRAND).ifelse(ibis.literal(OWN_BRAND), name)
    rows = rows.mutate(brand=brand, good=rows.higher_is_better.fill_null(True).ifelse(share, 1 - share))
    return rows.group_by("customer_id", "touchpoint", "brand").agg(x=exact_sum(_.good) / _.count()).cache()


def _as_answers(rows):
    return rows.select("customer_id", "touchpoint", "brand", "x").mutate(n=1, q=_.x * _.x)


def _of(found, number: int) -> Moments:
    return found.get(number, Moments()) if number else total_of(found)


def _rival(question: Question, brand: str, sums: list[Moments], min_group: int) -> Rival:
    own, other, pairs = sums
    scale = question.high - question.low
    paired = pairs.customers >= min_group
    return Rival(
        touchpoint=question.touchpoint, stage=question.stage, brand=brand, scale_low=question.low,
        scale_high=question.high, own=mean_of(own, scale=scale, shift=question.low),
        other=mean_of(other, scale=scale, shift=question.low),
        difference=_within(pairs, scale) if paired else _between(own, other, scale), paired=paired,
        p=_p_of_zero(pairs) if paired else difference_p(own, other),
    )  # fmt: skip


def _within(pairs: Moments, scale: float) -> Estimate:
    return mean_of(pairs, scale=scale).model_copy(update={"method": PAIRED + clustered(pairs)})


def _between(own: Moments, other: Moments, scale: float) -> Estimate:
    value, reach = scale * (own.mean - other.mean), 1.959964 * scale * float(np.hypot(own.error, other.error))
    n = int(min(own.answers, other.answers))
    return Estimate(value=value, low=value - reach, high=value + reach, n=n, unit="score", method=APART)


def _p_of_zero(pairs: Moments) -> float | None:
    from scipy.stats import t

    if pairs.customers < 2 or pairs.error == 0:
        return None
    return float(2 * t.sf(abs(pairs.mean) / pairs.error, pairs.customers - 1))


def _order(rival: Rival) -> tuple:
    return (-rival.difference.value, rival.touchpoint, rival.brand)
