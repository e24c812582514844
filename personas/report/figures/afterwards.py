"""What comes of it: the path that customers share, how they come back after a complaint, what attitudes go with."""

from __future__ import annotations

from personas.estimates import Estimate
from personas.experience.journey.journey_models import Path
from personas.experience.value.recovery_models import Recovery, RecoveryArm, RecoveryOutcome
from personas.experience.value.value_models import BusinessCase
from personas.numerals import Numerals, whole
from personas.report.figure import Figure, lower_first
from personas.report.figures.ranges import Range, range_rows


def path_ranges(path: Path, number: int = 0) -> Figure:
    """Lay out the composite path: each step at the median day since the first contact, with who shares it.

    Where nothing is dated, the steps stand in the order of the stages and are drawn by their share.
    """
    numbers = Numerals()
    dated = path.horizon is not None
    rows = []
    for step in path.steps:
        place = step.touchpoint or step.stage
        label = ", ".join(part for part in (place, step.channel if step.channel != lower_first(place) else "") if part)
        felt = f"feels {numbers.value(step.feeling)}" if step.feeling.measured else ""
        if dated:
            rows.append(Range(label, step.days, note=", ".join(filter(None, [numbers.say(step.share), felt]))))
        else:
            rows.append(Range(label, step.share, note=felt))
    last = path.steps[-1]
    title = f"From {lower_first(path.steps[0].touchpoint)} to {lower_first(last.touchpoint)}"
    if dated and last.days.measured:
        title += f" in {numbers.value(last.days)}"
    how = f"Median days since the first contact; share of {whole(path.customers)} customers who take the step"
    return range_rows(
        rows, title, (how if dated else f"Share of {whole(path.customers)} customers") + f"; {path.basis}",
        number=number, from_zero=True, name="path",
        head=("Step", "Day" if dated else "Share", "Rest", "n", "Shared by"),
    )  # fmt: skip


def recovery_ranges(recovery: Recovery, currency: str = "USD", number: int = 0) -> Figure | None:
    """Draw what is kept after a complaint, settled fast, slowly or not, against like customers without one.

    The first outcome that is measured is drawn; None where none is.
    """
    outcome = next((o for o in recovery.outcomes if any(a.effect.measured for a in o.arms)), None)
    if outcome is None:
        return None
    ratio = outcome.gap.unit == "ratio" or any(a.effect.unit == "ratio" for a in outcome.arms)
    arms = [arm for arm in outcome.arms if arm.effect.measured]
    return range_rows(
        [Range(arm.label.capitalize(), arm.effect, note=_back(arm)) for arm in arms],
        recovery_title(outcome, arms, ratio),
        f"{outcome.label}, against customers without a complaint matched on {outcome.matched_on}; "
        f"{'1: as without a case' if ratio else '0: as without a case'}; fast: {recovery.fast}",
        currency, number, reference=1.0 if ratio else 0.0,
        head=("Cases", "Kept" if ratio else "Difference", "Rest", "n", "Back after"), name="recovery",
    )  # fmt: skip


def _back(arm: RecoveryArm) -> str:
    return f"back after {arm.back_after} days" if arm.back_after else ""


def recovery_title(outcome: RecoveryOutcome, arms: list[RecoveryArm], ratio: bool) -> str:
    """Whether speed matters, as far as chance allows to say."""
    gap, none = outcome.gap, 1.0 if ratio else 0.0
    if gap.measured and gap.high is not None and gap.high < none:
        return "Customers whose case is settled fast come back, the others less"
    whole_arm = next((a for a in arms if a.key == "all"), arms[0])
    low, high = whole_arm.effect.low, whole_arm.effect.high
    if high is not None and high < none:
        return "A complaint goes with less afterwards"
    if low is not None and low > none:
        return "Customers come back stronger after a complaint"
    return "After a complaint customers are back where others are"


def _hundred(cost: Estimate) -> str:
    return f"{100 * cost.value:.2g} cases for a hundred" if cost.measured else "cases not measured"


def case_words(case: BusinessCase, numbers: Numerals) -> str:
    """The differences between the best and the worst attitude in words."""
    told = [f"{a.label} {numbers.say(a.difference)}" for a in case.apart if a.difference.measured]
    if not told:
        return ""
    first, last = (c.label.split(" (")[0] for c in (case.classes[0], case.classes[-1]))
    within = "within personas, " if "within segments" in case.apart[0].difference.method else ""
    return f"{within}{first} less {last}: {'; '.join(told)}.".capitalize()


def case_ranges(case: BusinessCase, currency: str = "USD", number: int = 0) -> Figure:
    """Draw what customers of each attitude spend later, with who stays and what they cost beside it."""
    numbers = Numerals(currency)
    spend = next((a.difference for a in case.apart if a.key == "spend"), None)
    first, last = (c.label.split(" (")[0] for c in (case.classes[0], case.classes[-1]))
    title, gap = "What they spend later is not measured", ""
    if spend is not None and spend.measured:
        size = numbers.value(spend.model_copy(update={"value": abs(spend.value)}))
        more = "more" if spend.value > 0 else "less"
        certain = spend.low is not None and not spend.low <= 0 <= spend.high
        who = first if first.endswith("s") else f"those {first}"
        title = f"{who.capitalize()} later spend {size} {more}" + (
            f" than {last}" if certain else ", perhaps by chance"
        )
        where = " within a persona" if "within segments" in spend.method else ""
        gap = f"; {first} less {last}{where} {numbers.say(spend)}"
    return range_rows(
        [
            Range(
                c.label.capitalize(), c.spend,
                note=f"{numbers.value(c.share)} of them; {numbers.value(c.stay)} stay; "
                f"{_hundred(c.cost)}",
            )
            for c in case.classes
        ],
        title,
        f"Mean spend a customer, {case.later}, by {case.basis}"
        + (", known before" if case.out_of_time else "") + gap + "; associated, not proved to cause",
        currency, number, head=("Attitude", "Later spend", "Rest", "n", "Share, stay, cost"), name="case",
    )  # fmt: skip
