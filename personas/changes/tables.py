"""What changed, as tables to read in the notebook."""

from __future__ import annotations

import pandas as pd

from personas.changes.account import say_change
from personas.changes.models import Changes
from personas.listing import Listing
from personas.numerals import Numerals, p_words, percent


def tabulate_figures(changes: Changes, currency: str = "", most: int = 40) -> Listing:
    """A row a KPI and group, surest change first."""
    numbers = Numerals(currency)
    names = {persona.persona_id: persona.name for persona in changes.personas}
    told = [figure for figure in changes.figures if figure.p_adjusted is not None]
    told.sort(key=lambda figure: (figure.p_adjusted, figure.persona_id or "", figure.key))
    rows = [
        {
            "who": names.get(figure.persona_id, "all"), "figure": figure.label, "reading": figure.reading,
            "changed": say_change(figure, numbers), "sure": p_words(figure.p_adjusted),
        }
        for figure in told[:most]
    ]  # fmt: skip
    return Listing(pd.DataFrame(rows, columns=["who", "figure", "reading", "changed", "sure"]))


def tabulate_moves(changes: Changes) -> Listing:
    """A row for each pair of personas between which customers moved; small groups are hidden."""
    names = {persona.persona_id: persona.name for persona in changes.personas}
    rows = [
        {
            "from": names.get(flow.source, flow.source), "to": names.get(flow.target, flow.target),
            "customers": "hidden: too few" if flow.customers is None else f"{flow.customers:,}",
            "share": "" if flow.share is None else percent(flow.share),
            "by chance, up to": "" if flow.noise is None else percent(flow.noise),
            "beyond chance": "yes" if flow.beyond_noise else "",
        }
        for flow in changes.flows
        if flow.source != flow.target
    ]  # fmt: skip
    columns = ["from", "to", "customers", "share", "by chance, up to", "beyond chance"]
    return Listing(pd.DataFrame(rows, columns=columns))


def tabulate_passports(changes: Changes) -> Listing:
    """A row for each event of each persona, retired ones last."""
    rows = [
        {"id": passport.id, "persona": passport.name, "at the run of": event.when, "event": event.words}
        for passport in changes.passports
        for event in passport.events
    ]
    return Listing(pd.DataFrame(rows, columns=["id", "persona", "at the run of", "event"]))
