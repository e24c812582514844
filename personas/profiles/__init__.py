"""Stage 04: segments and experience in, personas out: claims with evidence, pain points, first actions, advice.

A sentence about a persona exists only as a claim in the ledger. What formed the segments is described and never
tested; what did not may be tested, and all p-values of a run are adjusted together.
"""

from personas.profiles.card import describe_dataset
from personas.profiles.derivation import derive_personas
from personas.profiles.identities import Identities
from personas.profiles.models import Claim, DatasetCard, Persona, PersonaSet
from personas.profiles.overrides import Overrides, apply_overrides, read_overrides
from personas.profiles.recognition import identify_personas
from personas.profiles.recount import Recount, check_claim, check_claims, tabulate_checks
from personas.profiles.supplements import Supplements, read_supplements
from personas.profiles.tables import (
    tabulate_actions,
    tabulate_claims,
    tabulate_overrides,
    tabulate_personas,
    tabulate_principles,
)

__all__ = [
    "Claim",
    "DatasetCard",
    "Identities",
    "Overrides",
    "Persona",
    "PersonaSet",
    "Recount",
    "Supplements",
    "apply_overrides",
    "check_claim",
    "check_claims",
    "derive_personas",
    "describe_dataset",
    "identify_personas",
    "read_overrides",
    "read_supplements",
    "tabulate_actions",
    "tabulate_checks",
    "tabulate_claims",
    "tabulate_overrides",
    "tabulate_personas",
    "tabulate_principles",
]
