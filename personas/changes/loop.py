"""Closes the loop: did the actions work, are the targets in reach, who must be told what."""

from __future__ import annotations

import pandas as pd

from personas.changes.alerts import raise_alerts
from personas.changes.models import Changes
from personas.changes.register import follow_actions
from personas.changes.replies import draft_replies
from personas.changes.targets import find_aim_problems, measure_aims
from personas.dataset import Dataset
from personas.errors import InputError
from personas.profiles.models import PersonaSet


def close_loop(
    changes: Changes, dataset: Dataset, personas: PersonaSet, membership: pd.DataFrame | None = None
) -> Changes:
    """Add to what changed: the actions and what came of them, targets and benchmarks, alerts, replies.

    membership : customer_id and segment, by which an action for one persona finds its customers
    Raises InputError for a target, benchmark or alert of a KPI that there is not.
    """
    if problems := find_aim_problems(dataset):
        raise InputError(problems)
    actions = follow_actions(dataset, personas, membership)
    aims = measure_aims(dataset, personas, changes)
    alerts = raise_alerts(dataset.contract.alerts, personas, changes, actions, aims)
    replies = draft_replies(dataset, personas, actions)
    return changes.model_copy(update={"actions": actions, "aims": aims, "alerts": alerts, "replies": replies})
