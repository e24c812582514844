"""You said, we did: what to tell customers and staff of the actions that answer what they brought up."""

from __future__ import annotations

from collections.abc import Sequence

from personas.changes.entries import find_pain
from personas.changes.loop_models import Reply, TriedAction
from personas.dataset import Dataset
from personas.numerals import day, percent
from personas.profiles.models import PersonaSet

BETTER = {
    "worked": "Those it was done for are now more content than those who still wait for it.",
    "was followed by better": "Figures have been better since, though something else may be why.",
}


def draft_replies(dataset: Dataset, personas: PersonaSet, actions: Sequence[TriedAction]) -> tuple[Reply, ...]:
    """Draft what to tell customers, then staff; only of actions that have begun and of what was really said.

    A sentence on what came of it is there only where it is good and was found; the rest is for the report.
    """
    begun = [action for action in actions if action.outcome != "planned"]
    ideas = _ideas(dataset, personas.min_group)
    customers, staff = [], []
    for action in begun:
        pain, _ = find_pain(action.pain_point, personas.pain_points)
        if pain is None:
            continue
        so_far = BETTER.get(action.outcome, "")
        told = {"did": action.title, "since": day(action.date), "so_far": so_far, "action_id": action.id}
        if pain.kind == "stated" and pain.reach.measured:
            said = f"{pain.title} ({percent(pain.reach.value)} of those who were asked said so)"
            customers.append(Reply(audience="customers", said=said, **told))
        if count := ideas.get(pain.touchpoint):
            said = f"{count:,} ideas about {pain.touchpoint}"
            staff.append(Reply(audience="staff", said=said, **told))
    return (*customers, *staff)


def _ideas(dataset: Dataset, least: int) -> dict[str, int]:
    """Ideas of staff by touchpoint, where enough of them gave one."""
    table = dataset.tables.get("employees")
    if table is None or not {"text", "touchpoint"} <= set(table.columns):
        return {}
    rows = table.filter(table.text.notnull(), table.touchpoint.notnull())
    counted = rows.group_by("touchpoint").aggregate(n=rows.count()).order_by("touchpoint").to_pandas()
    return {row.touchpoint: int(row.n) for row in counted.itertuples() if row.n >= least}
