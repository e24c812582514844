"""Stage 05: this run beside the one before: who the personas are now, who moved, what changed, did the actions work.

In come this run's personas and the last run of the dataset that was accepted (:mod:`personas.history`); out come what
changed beyond chance, in figures and in words, and a passport a persona. A run is added to the history when it is
published, never by a notebook run by hand.
"""

from personas.changes.comparison import Earlier, compare_runs, read_earlier
from personas.changes.loop import close_loop
from personas.changes.loop_tables import (
    tabulate_aims,
    tabulate_alerts,
    tabulate_effects,
    tabulate_register,
    tabulate_replies,
)
from personas.changes.models import Changes
from personas.changes.record import write_run
from personas.changes.tables import tabulate_figures, tabulate_moves, tabulate_passports
from personas.changes.targets import find_aim_problems

__all__ = [
    "Changes",
    "Earlier",
    "close_loop",
    "compare_runs",
    "find_aim_problems",
    "read_earlier",
    "tabulate_aims",
    "tabulate_alerts",
    "tabulate_effects",
    "tabulate_figures",
    "tabulate_moves",
    "tabulate_passports",
    "tabulate_register",
    "tabulate_replies",
    "write_run",
]
