"""The dataset contract: ``dataset.yml`` in, typed and checked tables out.

A dataset says once what its tables are and what their columns mean. From here on every stage sees the same roles
under the same column names, lazily, whatever the files were called and wherever they are kept.
"""

from personas.dataset.checks import check_dataset
from personas.dataset.holding import hold_tables
from personas.dataset.models import Attribute, Card, CheckResult, Dataset, SetAsideRows
from personas.dataset.reader import read_dataset

__all__ = [
    "Attribute",
    "Card",
    "CheckResult",
    "Dataset",
    "SetAsideRows",
    "check_dataset",
    "hold_tables",
    "read_dataset",
]
