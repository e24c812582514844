"""Is a touchpoint the same in every channel? The spread of its ratings between channels, against what chance gives."""

from __future__ import annotations

import numpy as np
from ibis import _

from personas.customers.feedback import RATED, Question, exact_sum, own_answers, rated_touchpoints
from personas.experience.comparison import Group
from personas.experience.kpis.answers import on_scale_of
from personas.experience.models import ChannelRating, Consistency
from personas.experience.moments import Moments, gather_moments, total_of

FEWEST = 30
DRAWS = 4_000


def measure_consistency(
    feedback, questions: tuple[Question, ...], members, groups: Group, seed: int
) -> tuple[Consistency, ...]:
    """One entry a touchpoint that is rated in two channels at least, widest beyond chance first.

    A channel counts with 30 ratings by `min_group` customers or more.
    """
    rows = own_answers(feedback)
    if rows is None or "channel" not in feedback.columns:
        return ()
    rated = rows.filter(_.metric.isin(RATED), _.touchpoint != "", _.channel.notnull())
    sums = rated.group_by("customer_id", "touchpoint", "channel").agg(
        n=_.count(), good=exact_sum(_.good), good2=exact_sum(_.good * _.good)
    )
    found: dict[str, dict[str, Moments]] = {}
    parts = {"good": ("n", "good", "good2")}
    for (touchpoint, channel, _part), by in gather_moments(sums, members, ("touchpoint", "channel"), parts).items():
        total = total_of(by)
        if total.answers >= FEWEST and total.customers >= max(groups.min_group, 2):
            found.setdefault(touchpoint, {})[channel] = total
    asked = {question.touchpoint: question for question in rated_touchpoints(questions)}
    entries = [
        judge_channels(asked[name], channels, np.random.default_rng([seed, 40, number]))
        for number, (name, channels) in enumerate(sorted(found.items()))
        if name in asked and len(channels) > 1
    ]
    return tuple(sorted(entries, key=lambda entry: (entry.chance - entry.spread, entry.touchpoint)))


def judge_channels(question: Question, channels: dict[str, Moments], rng: np.random.Generator) -> Consistency:
    names = sorted(channels, key=lambda name: (-channels[name].answers, name))
    width = question.high - question.low
    means = width * np.array([channels[name].mean for name in names])
    errors = width * np.array([channels[name].error for name in names])
    weights = np.array([channels[name].count for name in names])
    # If all channels were equal, their means would differ only by their standard errors.
    chance = float(np.quantile(spread_of(errors * rng.standard_normal((DRAWS, len(names))), weights), 0.95))
    spread = float(spread_of(means[None, :], weights)[0])
    apart = [abs(means[i] - np.average(np.delete(means, i), weights=np.delete(weights, i))) for i in range(len(names))]
    return Consistency(
        touchpoint=question.touchpoint, stage=question.stage, scale=question.scale,
        channels=tuple(ChannelRating(channel=n, rating=on_scale_of(question)(channels[n])) for n in names),
        spread=spread, chance=chance, beyond_chance=spread > chance,
        odd=names[int(np.argmax(apart))] if spread > chance else "",
    )  # fmt: skip


def spread_of(means: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted standard deviation between channels, (draws,), of means (draws, channels)."""
    share = weights / weights.sum()
    centre = means @ share
    return np.sqrt(((means - centre[:, None]) ** 2) @ share)
