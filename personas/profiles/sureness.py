"""How sure we are of a persona, as claims: does it come back, who is in between, whom no sentence fits, the rule."""

from __future__ import annotations

from collections.abc import Sequence

from personas.estimates import Estimate
from personas.experience.disclosure import is_few
from personas.numerals import Numerals, percent
from personas.profiles.claims import Ledger
from personas.profiles.models import Claim
from personas.profiles.rules import Rule
from personas.profiles.trait_claims import lower_first
from personas.profiles.traits import Standing
from personas.segments.models import SegmentSize

UNTESTED = "not tested: says how sure the description is"


def enter_sureness(
    ledger: Ledger,
    persona_id: str,
    size: SegmentSize,
    in_between: Estimate,
    told: Sequence[Standing],
    rule: Rule | None,
    numbers: Numerals,
    alone: bool = False,
    min_group: int = 10,
) -> tuple[str, ...]:
    """Enter what a reader needs to doubt a persona; returns the claims' ids in the order in which they are read.

    told : the standings that the persona's page tells, strongest first; alone : there is no other persona
    """
    found: list[tuple[str, str, Estimate, tuple[str, ...], str]] = []
    if size.stability is not None:
        sentence = (
            f"{size.word.capitalize()}: in repeats of the analysis its members overlap by "
            f"{percent(size.stability)} on average."
        )
        method = "mean best Jaccard over bootstrap samples (Hennig 2007)"
        found.append(("stability", sentence, _share(size.stability, size.n, method), ("membership",), ""))
    if in_between.measured and not alone:
        sentence = f"{numbers.value(in_between)} of its members lie close to another persona."
        found.append(("in-between", sentence, in_between, ("membership",), ""))
    fitting = [s for s in told if s.feature.forms and not s.level]
    if fitting:
        best, least = max(fitting, key=lambda s: s.fits), min(fitting, key=lambda s: s.fits)
        sentence = (
            f"No sentence fits everybody: {percent(best.fits)} are on their side of the middle in "
            f"{lower_first(best.feature.label)}, {percent(least.fits)} in {lower_first(least.feature.label)}."
        )
        columns = tuple(dict.fromkeys((*best.feature.columns, *least.feature.columns)))
        share = _share(least.fits, least.own.n, "share beyond the base's median")
        side = "above" if least.effect > 0 else "below"
        found.append(("variety", sentence, share, columns, f"{least.feature.name} {side}"))
    if rule is not None:
        found.append(("rule", rule.text, rule.found, rule.columns, ""))
    return tuple(
        ledger.enter(
            Claim(
                id=f"{persona_id}-sure-{key}", persona_id=persona_id, sentence=sentence, kind="describes",
                feature="segment", estimate=estimate, test=UNTESTED, columns=columns, filter=condition,
            )
        )
        for key, sentence, estimate, columns, condition in found
        if key == "stability" or not _tells_of_few(estimate, min_group)
    )  # fmt: skip


def _tells_of_few(share: Estimate, min_group: int) -> bool:
    yes = (share.value or 0.0) * share.n
    return is_few(yes, min_group) or is_few(share.n - yes, min_group)


def _share(value: float, n: int, method: str) -> Estimate:
    return Estimate(value=value, n=n, unit="share", method=method)
