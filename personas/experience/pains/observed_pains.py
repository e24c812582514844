"""Pain points that were recorded: a rule of the playbook at every touchpoint of the contacts and category of the cases.

Observed, not stated: the contact failed, the case was late. Whether it hurt is what the outcome of those affected says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from personas.experience.pains.friction import Friction
from personas.experience.pains.halves import Halves
from personas.experience.pains.playbook import Playbook
from personas.experience.pains.signals import Signal
from personas.experience.pains.troubles import Trouble, lower_first

UNSPOKEN = {"", "other", "others", "misc", "miscellaneous", "unknown", "none", "general", "n/a"}
CONTRACTS = {"contracts", "plan_downgrades", "price_rises", "early_endings"}


def list_observed(
    friction: Friction, playbook: Playbook, stated: Iterable[Trouble] = (), polarity: str = "pain"
) -> tuple[Trouble, ...]:
    """Every rule of kind observed that applies, at every place that it applies to.

    stated : problems asked by name; a category of cases that has the code of one takes its words
    """
    codes = {t.key.removeprefix("problem_"): (t.title, t.touchpoint, t.stage) for t in stated if t.source == "problems"}
    rules = {k: s for k, s in playbook.signals.items() if s.kind == "observed" and s.polarity == polarity}
    found: dict[str, list[Trouble]] = {key: [] for key in rules}
    for key, signal in rules.items():
        if signal.each == "customer" and signal.applies(friction.whole):
            found[key].append(_customer(key, signal, friction.whole))
    # All rules at a place before the next one: of many customers only one place is in memory.
    for contacts, places, by_half in (
        (True, friction.touchpoints, friction.touchpoint_halves),
        (False, friction.categories, friction.category_halves),
    ):
        here = {k: s for k, s in rules.items() if s.each != "customer" and (s.each == "touchpoint") == contacts}
        for name in places if here else ():
            if name.lower() in UNSPOKEN:
                continue
            stage, frame = places[name]
            halves = [half.get(name) for half in by_half]
            for key, signal in here.items():
                if signal.applies(frame):
                    found[key].append(
                        _at(name, stage, frame, halves, key, signal, len(friction.whole), codes, playbook)
                    )
    return tuple(trouble for key in rules for trouble in found[key] if trouble.affected.any())


def _customer(key: str, signal: Signal, whole: pd.DataFrame) -> Trouble:
    hurt = signal.affected(whole)
    table = "subscriptions" if signal.features & CONTRACTS else "tickets"
    return Trouble(
        key=key, title=signal.title, touchpoint=signal.touchpoint, stage=signal.stage, affected=hurt, rating="",
        finding=signal.finding, columns=(table,), filter=signal.filter,
        source="contracts" if table == "subscriptions" else "cases",
        depth=np.where(hurt, signal.depth.of(whole), np.nan), remedy=signal.remedy,
    )  # fmt: skip


def _at(
    name: str, stage: str, frame: pd.DataFrame, halves: Sequence[pd.DataFrame | None], key: str, signal: Signal,
    n: int, codes: Mapping, playbook: Playbook,
) -> Trouble:  # fmt: skip
    """What a rule finds at a touchpoint or in a category of cases, among `n` customers of whom `frame` were there."""
    contacts = signal.each == "touchpoint"
    label, touchpoint, known = codes.get(name, (name.replace("_", " "), "", ""))
    own = signal.at(name if contacts else lower_first(label))
    at = frame.index.to_numpy(int)
    hurt, depth = np.zeros(n, bool), np.full(n, np.nan)
    hurt[at] = own.affected(frame)
    depth[at] = np.where(hurt[at], own.depth.of(frame), np.nan)
    slug = "".join(c if c.isalnum() else "_" for c in name.lower())
    return Trouble(
        key=f"{key}_{slug}", title=own.title, touchpoint=touchpoint or own.touchpoint,
        stage=stage or known or own.stage, affected=hurt, rating="", finding=own.finding,
        columns=("interactions",) if contacts else ("tickets.category",), filter=f"{name}: {own.filter}",
        source="contacts" if contacts else "cases", depth=depth, halves=_halves(own, halves, contacts, n),
        # What cases are about recurs until its cause is mended, so the cause decides on the remedy.
        remedy=signal.remedy if contacts else playbook.remedy_for(touchpoint, label, signal.remedy),
    )  # fmt: skip


def _halves(signal: Signal, halves: Sequence[pd.DataFrame | None], contacts: bool, n: int) -> Halves:
    """The same rule in each half: at a touchpoint of those who were there, of cases of everybody."""
    flags = []
    for frame in halves:
        asked, hurt = np.full(n, not contacts), np.zeros(n, bool)
        if frame is not None and signal.applies(frame):
            at = frame.index.to_numpy(int)
            hurt[at] = signal.affected(frame)
            if contacts:
                asked[at] = signal.exposed(frame)
        flags += [asked, hurt]
    return Halves(*flags)
