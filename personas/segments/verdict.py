"""Puts the judgement into plain sentences: what the verdict is, what it means, and why."""

from __future__ import annotations

from personas.numerals import percent
from personas.segments.judgement import Judgement
from personas.segments.models import Verdict
from personas.segments.null_test import NullTest
from personas.segments.usefulness import Usefulness

MEANINGS = {
    "natural": "The segments are groups that exist in the data: customers within one are alike, and others like "
    "them would fall into the same groups.",
    "reproducible": "The segments would be found again, but they are cuts through a continuum: customers near a "
    "border differ little from those beyond it.",
    "constructive": "A useful division, not a natural one: customers form one continuum, and the segments are cuts "
    "through it that help to foresee what customers do or say. Other cuts are possible.",
    "none": "The data gives no reason to divide these customers: read them as one group.",
}


def write_verdict_sentences(
    judgement: Judgement, k: int, asked: int | None, useful: Usefulness | None, units: str
) -> Verdict:
    """The verdict on `k` segments of `units` (customers, households …) in plain sentences."""
    word = judgement.words[k]
    segments = f"{k} segment{'s' if k != 1 else ''}"
    meaning = MEANINGS[word]
    if k == 1 and judgement.chosen > 1:
        sentence = f"The {units} as one group, as asked for."
        meaning = f"The evidence would divide these {units} into {judgement.chosen} segments."
    elif k == 1:
        sentence = f"The {units} are best read as one group."
    else:
        sentence = {
            "natural": f"{segments} that exist in the data.",
            "reproducible": f"{segments} that would be found again.",
            "constructive": f"{segments} that are of use.",
            "none": f"{segments}, as asked for; the data gives no reason to divide the {units}.",
        }[word]
    reasons = [
        _test_reason(test, what)
        for test, what in ((judgement.separation, "set apart"), (judgement.stability, "repeatable"))
        if test is not None
    ]
    if useful is not None and k > 1:
        reasons.append(_use_reason(useful))
        single = [label for label, (own, rule) in useful.by_outcome.items() if rule > own]
        if single:
            reasons.append(
                f"Taken one by one, some outcomes are foreseen better by {useful.rule_feature.lower()} alone: "
                f"{' and '.join(label.lower() for label in single[:2])}."
            )
    if judgement.borderline[k]:
        reasons.append(_borderline_reason(judgement, k))
    return Verdict(
        word=word,
        borderline=judgement.borderline[k],
        k=k,
        asked=asked,
        sentence=sentence,
        meaning=meaning,
        reasons=tuple(reasons),
    )


def _test_reason(test: NullTest, what: str) -> str:
    few = {0: "None"}.get(test.exceeded, f"{'Only ' if test.significant else ''}{test.exceeded}")
    verb = "looks" if test.exceeded in (0, 1) else "look"
    return f"{few} of {test.draws} tables without segments {verb} as {what} as this one (p = {test.p:.2g})."


def _use_reason(useful: Usefulness) -> str:
    by_chance = "nothing" if useful.random < 0.001 else percent(useful.random)
    return (
        f"The segments foresee {percent(useful.explained.value)} of the differences in {useful.of}; "
        f"the best single rule ({useful.rule_feature.lower()}) {percent(useful.rule)}, chance {by_chance}."
    )


def _borderline_reason(judgement: Judgement, k: int) -> str:
    said = "Borderline: chance in the resampling alone could change this verdict"
    others = [f"{other} segments ({word})" if other > 1 else "one group" for other, word in judgement.rivals.items()]
    if k != judgement.chosen or not others:
        return f"{said}."
    names = list(dict.fromkeys(figure.name.removesuffix(" (p)") for figure in judgement.moving))
    return f"{said} to {' or '.join(others)}; what could move: {', '.join(names)}."
