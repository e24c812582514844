"""Do these segments exist, and may one act on them? One word, the reasons, and what follows.

natural       structure, every segment holds, and one half of the customers predicts the other
reproducible  structure and every segment holds: stable cuts through a continuum
constructive  no structure, but useful beyond chance and not worse than the best single variable
none          neither: one persona, the whole base

Structure means that tables without segments, drawn and treated alike, rarely look as separated *and* rarely
repeat as well, at their largest excess over all numbers of segments. Each alone misleads.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

from personas.numerals import percent
from personas.segments.candidates import Resampled
from personas.segments.models import Verdict
from personas.segments.usefulness import Usefulness

LEVEL = 0.05
HOLDS = 0.6  # Hennig (2007): below, a segment is not to be trusted
STRONG = 0.8  # Tibshirani & Walther (2005)
LEVELLED_OFF = 0.9  # share of the most that any admissible k explains, from which on more segments add little


@dataclass(frozen=True)
class NullTest:
    """A figure over all k against its own distribution in tables without segments.

    excess : k → standard deviations beyond the null, positive = more structure
    cut : the 95th percentile of the largest excess over k in the null
    exceeded, draws : null tables whose largest excess was at least the data's, of all
    """

    excess: dict[int, float]
    cut: float
    exceeded: int
    draws: int

    @property
    def p(self) -> float:
        return (1 + self.exceeded) / (1 + self.draws)

    @property
    def significant(self) -> bool:
        return self.p <= LEVEL

    @property
    def undecided(self) -> bool:
        """Whether more null tables could change the answer: the interval of p spans the level."""
        low = beta.ppf(0.025, self.exceeded, self.draws - self.exceeded + 1) if self.exceeded else 0.0
        high = beta.ppf(0.975, self.exceeded + 1, self.draws - self.exceeded)
        return bool(low < LEVEL < high)


def compare_with_null(values: dict[int, float], null: dict[int, np.ndarray], sign: int) -> NullTest:
    """Compare figures, one for each k, with those of null tables.

    values : k → figure; null : k → (draws,) the same in each null table; sign : +1 if large means structure
    """
    ks = list(values)
    centre = {k: null[k].mean() for k in ks}
    spread = {k: max(float(null[k].std(ddof=1)), 1e-9) for k in ks}
    excess = {k: float(sign * (values[k] - centre[k]) / spread[k]) for k in ks}
    largest = np.max([sign * (null[k] - centre[k]) / spread[k] for k in ks], axis=0)
    exceeded = int((largest >= max(excess.values())).sum())
    return NullTest(excess, float(np.quantile(largest, 1 - LEVEL)), exceeded, len(largest))


def separation_test(resampled: Resampled) -> NullTest:
    """Is less left within segments than in tables without segments?"""
    return compare_with_null(resampled.within, resampled.null_within, -1)


def stability_test(resampled: Resampled) -> NullTest:
    """Do solutions repeat better than in tables without segments?"""
    medians = {k: float(np.median(found)) for k, found in resampled.agreement.items()}
    return compare_with_null(medians, resampled.null_agreement, +1)


@dataclass(frozen=True)
class Judgement:
    """The verdict's word for each k, and the figures that decided.

    words : k → word, k = 1 is "none"; why : k → reason in words, borderline : k → decided by chance alone?
    """

    separation: NullTest | None
    stability: NullTest | None
    words: dict[int, str]
    why: dict[int, str]
    borderline: dict[int, bool]
    chosen: int

    @property
    def undecided(self) -> bool:
        """Whether more null tables could turn "no structure" into structure or back."""
        tests = (self.separation, self.stability)
        if None in tests:
            return False
        open_ = [test.undecided for test in tests]
        passed = [test.significant for test in tests]
        return all(o or p for o, p in zip(open_, passed, strict=True)) and any(open_)


def judge(
    resampled: Resampled,
    useful: dict[int, Usefulness],
    sizes: dict[int, np.ndarray],
    min_segment_share: float,
    min_group: int,
) -> Judgement:
    """Give each number of segments its word, and choose one.

    sizes : k → customers a segment, largest first
    With structure the largest k whose segments all hold is chosen, since a reader can merge but not split.
    Without, the smallest k from which on more segments add little use, those preferred whose segments hold.
    """
    if not resampled.agreement:
        return Judgement(None, None, {1: "none"}, {1: "customers do not differ enough to divide"}, {1: False}, 1)
    separation, stability = separation_test(resampled), stability_test(resampled)
    words, why, borderline = {1: "none"}, {1: "everybody in one segment"}, {1: False}
    holds = {}
    for k in sorted(resampled.agreement):
        jaccard = resampled.jaccard[k].mean(axis=0)
        weakest = int(jaccard.argmin())
        error = 1.96 * resampled.jaccard[k][:, weakest].std(ddof=1) / np.sqrt(len(resampled.jaccard[k]))
        holds[k] = bool(jaccard.min() >= HOLDS)
        big = sizes[k].min() >= max(min_group, min_segment_share * sizes[k].sum())
        structured = (
            separation.significant
            and stability.significant
            and separation.excess[k] >= separation.cut
            and stability.excess[k] >= stability.cut
        )
        use = useful.get(k)
        if structured and holds[k] and big:
            strong = resampled.prediction_strength[k] >= STRONG
            words[k] = "natural" if strong else "reproducible"
        elif use is not None and use.useful and big:
            words[k] = "constructive"
        else:
            words[k] = "none"
        why[k] = _why(structured, separation, stability, k, holds[k], weakest, jaccard, big, sizes[k], use)
        borderline[k] = bool(structured and abs(jaccard.min() - HOLDS) < error)
    judgement = Judgement(separation, stability, words, why, borderline, _choose(words, holds, useful))
    if judgement.undecided:
        borderline.update({k: True for k in borderline if k > 1})
    return judgement


def _why(structured, separation, stability, k, holds, weakest, jaccard, big, sizes, use):
    parts = []
    if structured:
        parts.append("structure beyond tables without segments")
    else:
        lacking = [
            name
            for name, test in (("separation", separation), ("stability", stability))
            if not test.significant or test.excess[k] < test.cut
        ]
        parts.append(f"{' and '.join(lacking)} as in tables without segments")
    if holds:
        parts.append("every segment holds")
    else:
        parts.append(f"segment {weakest + 1} does not hold ({jaccard.min():.2f})")
    if not big:
        parts.append(f"smallest segment too small ({sizes.min():,})")
    if use is not None:
        parts.append(use.lacking or "useful")
    return "; ".join(parts)


def _choose(words, holds, useful) -> int:
    found = [k for k, word in words.items() if word in ("natural", "reproducible")]
    if found:
        return max(found)
    found = [k for k, word in words.items() if word == "constructive"]
    found = [k for k in found if holds[k]] or found
    if not found:
        return 1
    most = max(useful[k].explained.value for k in found)
    return min(k for k in found if useful[k].explained.value >= LEVELLED_OFF * most)


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
            "constructive": f"{segments}: a useful division, not a natural one.",
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
        reasons.append("Borderline: chance in the resampling alone could change this verdict.")
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
