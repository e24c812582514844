"""What the report says of actions that were tried, of targets and of alerts."""

from __future__ import annotations

from dataclasses import dataclass

from personas.changes.action_words import as_points, headline
from personas.changes.loop_models import Aim, Alert, Effect, Reply, TriedAction
from personas.changes.models import Changes
from personas.numerals import Numerals, in_words, p_words

MOST = 5  # actions told at once; the others are in the table


@dataclass(frozen=True)
class Row:
    """One outcome of one action, for the table of all of them."""

    name: str
    treated: str
    compared: str
    difference: str


@dataclass(frozen=True)
class Followed:
    """Sections after "what to do first"; empty where dataset.yml has no actions, targets or alerts.

    effects_title, aims_title : what came out, in ten words or fewer
    alerts : None without rules; unjudged : why some rules could not be judged
    """

    actions: tuple[TriedAction, ...] = ()
    effects_title: str = ""
    rows: tuple[Row, ...] = ()
    replies: tuple[Reply, ...] = ()
    aims: tuple[Aim, ...] = ()
    aims_title: str = ""
    alerts: tuple[Alert, ...] | None = None
    unjudged: tuple[str, ...] = ()


def follow(changes: Changes | None, numbers: Numerals) -> Followed:
    """Put what stage 05 found about actions, targets and alerts into the words of the page."""
    if not isinstance(changes, Changes):
        return Followed()
    report = changes.alerts if changes.alerts is not None and changes.alerts.rules else None
    return Followed(
        actions=changes.actions[:MOST],
        effects_title=headline(changes.actions),
        rows=tuple(_row(action, effect, numbers) for action in changes.actions for effect in action.effects),
        replies=changes.replies,
        aims=changes.aims,
        aims_title=aims_title(changes.aims),
        alerts=report.alerts if report else None,
        unjudged=report.silent if report else (),
    )


def aims_title(aims: tuple[Aim, ...]) -> str:
    """How many targets are reached; without targets, how many benchmarks are beaten.

    >>> aims_title(())
    ''
    """
    if not aims:
        return ""
    targets = [aim for aim in aims if aim.target is not None]
    word, of = ("reached", "targets") if targets else ("beaten", "benchmarks")
    done = sum(a.standing == "reached" for a in targets) if targets else sum(a.beside == "better" for a in aims)
    count = len(targets) or len(aims)
    if count == 1:
        return f"The {of[:-1]} is {'' if done else 'not '}{word}"
    return f"{in_words(done).capitalize() if done else 'None'} of {in_words(count)} {of} {word}"


def _row(action: TriedAction, effect: Effect, numbers: Numerals) -> Row:
    test = p_words(effect.p_adjusted)
    difference = numbers.say(as_points(effect.difference))
    return Row(
        name=f"{action.title}: {effect.label.rstrip(',')}",
        treated=numbers.value(effect.treated, [effect.compared]),
        compared=f"{numbers.value(effect.compared, [effect.treated])} {'held out' if effect.holdout else 'before'}",
        difference=f"{difference}, {test}" if test and effect.difference.measured else difference,
    )
