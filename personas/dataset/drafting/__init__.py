"""A first ``dataset.yml`` from the files themselves, for the analyst to correct.

Files come in; a contract goes out in which every guess carries a comment: how sure it is, and why. What the files do
not tell is left as ``# TODO``. Only the first rows are looked at, so that a draft takes seconds whatever the size.
"""

from personas.dataset.drafting.draft import Draft, draft_dataset, write_draft

__all__ = ["Draft", "draft_dataset", "write_draft"]
