"""Stage 05: this run beside the one before: who moved, what changed, did the actions work.

So far it knows first runs only.
"""

from personas.changes.comparison import compare_runs
from personas.changes.models import Changes

__all__ = ["Changes", "compare_runs"]
