"""Any sentence put to the test: its number counted again from the tables, by code that measured none of them.

In come personas, customers, segmentation and the dataset; out goes what was told beside what was counted. The columns
and the filter of a claim are all that the counting goes by, so a claim that does not say where it comes from fails.
"""

from personas.profiles.recount.checks import Recount, check_claim, check_claims, tabulate_checks

__all__ = ["Recount", "check_claim", "check_claims", "tabulate_checks"]
