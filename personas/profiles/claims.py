"""The ledger of claims: every sentence about a persona is entered here with its evidence before it may be shown."""

from __future__ import annotations

from dataclasses import dataclass, field

from personas.errors import InputError, Problem
from personas.profiles.models import Claim


@dataclass
class Ledger:
    """Claims by id, in the order of their entry, with the p-values that are still to be adjusted."""

    claims: dict[str, Claim] = field(default_factory=dict)
    raw_p: dict[str, float] = field(default_factory=dict)

    def enter(self, claim: Claim, p: float | None = None) -> str:
        """Enter a claim and return its id; `p` is its raw p-value where it was tested.

        Raises InputError when another sentence already has the id.
        """
        known = self.claims.get(claim.id)
        if known is not None and known.sentence != claim.sentence:
            raise InputError([Problem(f"claim {claim.id}", "two sentences under one id", "one sentence")])
        self.claims[claim.id] = claim
        if p is not None:
            self.raw_p[claim.id] = p
        return claim.id

    def weigh(self, test_id: str, p: float | None) -> None:
        """Count a test that was made but is not told, so that the adjustment knows how often chance had a go."""
        if p is not None:
            self.raw_p[test_id] = p

    def closed(self) -> tuple[Claim, ...]:
        """All claims, p-values adjusted over every test made, told or not [Benjamini & Hochberg 1995]."""
        if not self.raw_p:
            return tuple(self.claims.values())
        from scipy.stats import false_discovery_control

        ids = list(self.raw_p)
        adjusted = dict(zip(ids, false_discovery_control([self.raw_p[i] for i in ids]), strict=True))
        return tuple(
            claim.model_copy(update={"p_adjusted": float(adjusted[claim.id])}) if claim.id in adjusted else claim
            for claim in self.claims.values()
        )
