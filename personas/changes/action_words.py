"""What came of an action, in words that say no more than its evidence: an effect only where customers were held out."""

from __future__ import annotations

from collections.abc import Sequence

from personas.changes.loop_models import Effect, TriedAction
from personas.estimates import Estimate
from personas.numerals import Numerals, in_words, rounded, shared_decimals

BEFORE_AND_AFTER = "what would have happened without it cannot be told, since nobody was held out"


def upright(estimate: Estimate) -> Estimate:
    """A difference as a size: its sign taken away, shares as points.

    >>> upright(Estimate(value=-0.04, low=-0.06, high=-0.02, unit="share")).low
    2.0
    """
    scale, unit = (100.0, "points") if estimate.unit == "share" else (1.0, estimate.unit)
    low, high = estimate.low * scale, estimate.high * scale
    if estimate.value < 0:
        low, high = -high, -low
    return estimate.model_copy(update={"value": abs(estimate.value) * scale, "low": low, "high": high, "unit": unit})


def as_points(estimate: Estimate) -> Estimate:
    """A difference of shares in points, its sign kept; other differences as they are.

    >>> as_points(Estimate(value=-0.04, unit="share")).value
    -4.0
    """
    if estimate.unit != "share" or not estimate.measured:
        return estimate
    moved = {key: getattr(estimate, key) for key in ("value", "low", "high")}
    return estimate.model_copy(
        update={key: None if v is None else v * 100 for key, v in moved.items()} | {"unit": "points"}
    )


def span(difference: Estimate, numbers: Numerals, words: tuple[str, str]) -> str:
    """An interval around no difference in words: "between 0.2 lower and 0.3 higher".

    words : for below and above zero
    """
    scale, unit = (100.0, "points") if difference.unit == "share" else (1.0, difference.unit)
    shown = difference.model_copy(
        update={"unit": unit, "value": difference.high * scale, "low": difference.low * scale, "high": None}
    )
    decimals = shared_decimals(shown, [])
    ends = [rounded(abs(bound) * scale, decimals) for bound in (difference.low, difference.high)]
    money = numbers.symbol if difference.unit == "money" else ""
    points = " points" if unit == "points" else ""
    sides = [words[bound > 0] for bound in (difference.low, difference.high)]
    return f"between {money}{ends[0]}{points} {sides[0]} and {money}{ends[1]}{points} {sides[1]}"


def say_effect(effect: Effect, numbers: Numerals) -> str:
    """One outcome in a sentence; an interval that chance explains is told as one."""
    if not effect.difference.measured:
        return ""
    up = effect.difference.value > 0
    if effect.holdout:
        if not effect.sure:
            bounds = span(effect.difference, numbers, ("lower", "higher"))
            return f"{effect.label} did not differ by more than chance: {bounds} among those treated."
        size = numbers.say(upright(effect.difference))
        return f"{effect.label} was {size} {'higher' if up else 'lower'} among those treated than among those held out."
    told = f"{effect.label} {'rose' if up else 'fell'} by {numbers.say(upright(effect.difference))}"
    if effect.elsewhere is None:
        if effect.sure:
            return f"{told} after it."
        bounds = span(effect.difference, numbers, ("down", "up"))
        return f"{effect.label} did not change after it by more than chance: {bounds}."
    others = effect.elsewhere
    beside = f"among all others it {'rose' if others.value > 0 else 'fell'} by {numbers.say(upright(others))}"
    return f"{told} after it; {beside}{'' if effect.sure else ', which chance may explain'}."


def headline(actions: Sequence[TriedAction]) -> str:
    """How many of the actions that were tried worked, in ten words or fewer.

    >>> headline(())
    'No action has been recorded'
    """
    tried = [action for action in actions if action.outcome not in ("planned", "too early")]
    held = [action for action in tried if action.held_out is not None]
    if not tried:
        return "The actions are too new to tell" if actions else "No action has been recorded"
    if not held:
        return "No customers were held out: no effect can be shown"
    worked = sum(action.outcome == "worked" for action in held)
    test = "actions with a holdout" if len(held) != 1 else "action with a holdout"
    return f"{in_words(worked).capitalize()} of {in_words(len(held))} {test} worked".replace("No of", "None of")


def judge(action: TriedAction, units: str) -> TriedAction:
    """Say in a word and a sentence what came of an action."""
    measured = [effect for effect in action.effects if effect.difference.measured]
    if action.outcome == "planned":
        return _told(action, "planned", "Planned: it begins after the data ends.")
    if action.outcome == "too early":
        return _told(action, "too early", f"Too early to tell: it began {action.days} days before the data ends.")
    if not measured:
        return _told(action, "not measured", f"Not measured: too few {units} answered or bought before and after it.")
    best = min((e for e in measured if e.sure), key=lambda e: e.p_adjusted, default=None)
    ways = {effect.good for effect in measured if effect.sure}
    holdout = measured[0].holdout
    if action.alike is False:
        words = "Cannot be told: the groups differed already before it, so what came after may not be its doing."
        return _told(action, "cannot tell", words)
    if best is None:
        words = "No effect was found. " if holdout else "Nothing changed after it beyond chance. "
        return _told(action, "no effect found" if holdout else "no change followed", words + measured[0].sentence)
    if not holdout:
        followed = "better" if ways == {True} else "worse" if ways == {False} else ""
        if not followed:
            words = f"Some figures rose and others fell after it, and {BEFORE_AND_AFTER}. {best.sentence}"
            return _told(action, "mixed", words)
        words = f"It was followed by {followed} figures, but {BEFORE_AND_AFTER}. {best.sentence}"
        return _told(action, f"was followed by {followed}", words)
    word = "worked" if ways == {True} else "made it worse" if ways == {False} else "mixed"
    first = {"worked": "It worked", "made it worse": "It made things worse", "mixed": "It helped in part"}[word]
    return _told(action, word, f"{first}. {best.sentence}")


def _told(action: TriedAction, outcome: str, reading: str) -> TriedAction:
    return action.model_copy(update={"outcome": outcome, "reading": reading})


def with_money(action: TriedAction, margin: float, numbers: Numerals) -> TriedAction:
    """Add what the action brought and what came back on its cost, by the customers that were held out.

    margin : share of sales that is earned; 1 means that sales are told and no profit
    """
    cost = action.cost
    spend = next((e for e in action.effects if e.key == "spend" and e.holdout and e.difference.measured), None)
    spent = f"It cost {numbers.value(cost)}" if cost.measured else ""
    if spend is None or action.treated is None or action.alike is False:
        why = "" if not spent else f"{spent}; what came back is not measured."
        return action.model_copy(update={"money": why})
    gain = _times(spend.difference, action.treated * margin, "money", f"difference × {action.treated:,} treated")
    earned = "sales" if margin == 1 else f"margin ({rounded(margin * 100, 0)} % of sales)"
    update: dict[str, Estimate | str] = {"gain": gain}
    if cost.measured and cost.value > 0:
        share = _times(gain, 1 / cost.value, "ratio", "gain less cost, over cost")
        update["return_on_cost"] = share.model_copy(
            update={key: getattr(share, key) - 1 for key in ("value", "low", "high")}
        )
    brought = f"brought {numbers.say(gain)} of {earned} beyond what those held out suggest"
    if not spend.sure:
        brought = f"that it changed {earned} cannot be told from chance"
        spent = f"{spent}, and " if spent else ""
        update["money"] = f"{spent}{brought}." if spent else f"{brought[0].upper()}{brought[1:]}."
        return action.model_copy(update=update)
    update["money"] = f"{spent} and {brought}." if spent else f"It {brought}."
    return action.model_copy(update=update)


def _times(estimate: Estimate, factor: float, unit: str, method: str) -> Estimate:
    scaled = {key: getattr(estimate, key) * factor for key in ("value", "low", "high")}
    return estimate.model_copy(update=scaled | {"unit": unit, "method": method})
