"""An impact on the outcome in words: association, never cause, and what could not be told apart from nothing."""

from __future__ import annotations

from personas.estimates import Estimate


def loss_words(impact: Estimate, noun: str, joint: bool = True) -> str:
    """The loss that goes with a pain point; noun : the outcome, as in "recommendation (NPS)"."""
    if not impact.measured:
        return f"effect not measured: {impact.method}"
    plain = noun.split(" (")[0].split(",")[0]
    if impact.low <= 0 <= impact.high:
        return f"no measurable difference in {plain}"
    whose = " among all customers" if impact.method.startswith("among all") else ""
    held = ", other pain points held equal" if joint else ""
    if impact.value > 0:
        return f"no sign of a loss: {plain} is higher among the affected{whose}"
    return f"associated with {-impact.value:.0f} points less {noun}{whose}{held}"


def gain_words(impact: Estimate, noun: str, joint: bool = True) -> str:
    """The gain that goes with a delight."""
    if not impact.measured:
        return f"effect not measured: {impact.method}"
    plain = noun.split(" (")[0].split(",")[0]
    if impact.low <= 0 <= impact.high:
        return f"no measurable difference in {plain}"
    whose = " among all customers" if impact.method.startswith("among all") else ""
    held = ", other delights held equal" if joint else ""
    if impact.value < 0:
        return f"no sign of a gain: {plain} is lower among them{whose}"
    return f"associated with {impact.value:.0f} points more {noun}{whose}{held}"
