"""Putting sentences to the test: every claim counted again from the tables, beside what it says."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import pandas as pd

from personas.customers import Customers
from personas.dataset import Dataset
from personas.errors import InputError, Problem, did_you_mean
from personas.estimates import Estimate
from personas.listing import Listing
from personas.profiles.models import Claim, PersonaSet
from personas.profiles.recount import answers, course, pains, records, traits
from personas.profiles.recount.fits import count_distances, count_joint_impact, count_rule
from personas.profiles.recount.lifetimes import FITTED, count_lifetime
from personas.profiles.recount.rows import Counted, Rows
from personas.profiles.recount.standing import count_buying_centre, count_case, count_standing
from personas.segments import Segmentation

OWNER = re.compile(r"^(P\d+|all|set)-(.*)$")
COARSE = 10  # customers by which a rounded count may be off
TOLERANCE = 1e-6  # of the value; what was added up in another order differs by less
NOT_COUNTED = {
    "impact": "a regression in which a theme takes part, found by a text model",
    "kpi": "a model fitted on a sample of the customers",
    "pain": "a theme, found by a text model",
    "delight": "a theme, found by a text model",
    "suggests": "a theme, found by a text model",
    "standing": "probabilities of a latent class model, not distances",
    "set": "a theme, found by a text model",
    "business": "later purchases against what each spent before, within segments",
}


@dataclass(frozen=True)
class Recount:
    """A claim beside what counting again gives; `agrees` is None where it cannot be counted, and `why` says so.

    told, told_rest : the claim's own figures; own, rest, n : counted again
    """

    claim: Claim
    own: float | None = None
    rest: float | None = None
    n: int | None = None
    agrees: bool | None = None
    why: str = ""

    @property
    def told(self) -> float | None:
        return self.claim.estimate.value

    @property
    def told_rest(self) -> float | None:
        return self.claim.rest.value if self.claim.rest is not None else None

    def __str__(self) -> str:
        source = f"from {', '.join(self.claim.columns)}" + (f" where {self.claim.filter}" * bool(self.claim.filter))
        lines = [self.claim.sentence, f"  {source}"]
        if self.agrees is None:
            return "\n".join([*lines, f"  not counted again: {self.why}"])
        for who, told, counted in (("persona", self.told, self.own), ("others", self.told_rest, self.rest)):
            if told is not None:
                lines.append(f"  {who}: told {told:.6g}, counted again {math.nan if counted is None else counted:.6g}")
        return "\n".join([*lines, "  agrees" if self.agrees else "  DOES NOT AGREE"])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


def check_claim(
    persona_set: PersonaSet,
    claim_id: str,
    customers: Customers,
    segmentation: Segmentation,
    source: Dataset | None = None,
) -> Recount:
    """Count the number behind a sentence again, from the columns and the filter that its claim names.

    The counting shares no code with the measuring: frames in memory, one plain pass. So it is for looking at a claim,
    not for tens of millions of rows. What was fitted is fitted again (regressions, rules, lifetime value) and may then
    differ by half a per cent; what a text model found is not counted. A weighted claim is counted with the survey
    weights, any other without. source : the dataset, needed for what is not in the customer table
    Raises InputError for an id that no claim has.

    >>> check_claim(persona_set, "P1-orders", customers, segmentation, dataset)
    13.1 orders against the others' 4.0: they place more orders.
      from transactions.order
      persona: told 13.0833, counted again 13.0833
      others: told 3.98333, counted again 3.98333
      agrees
    """
    claims = {claim.id: claim for claim in persona_set.claims}
    if claim_id not in claims:
        found = f"no claim {claim_id}"
        raise InputError([Problem("check_claim", found, "the id of a claim", did_you_mean(claim_id, list(claims)))])
    rows = _rows(persona_set, customers, segmentation, source)
    return _recount(claims[claim_id], persona_set, rows[claims[claim_id].weighted])


def check_claims(
    persona_set: PersonaSet, customers: Customers, segmentation: Segmentation, source: Dataset | None = None
) -> tuple[Recount, ...]:
    """Count every claim again, in the order of the ledger."""
    rows = _rows(persona_set, customers, segmentation, source)
    return tuple(_recount(claim, persona_set, rows[claim.weighted]) for claim in persona_set.claims)


def tabulate_checks(checks: tuple[Recount, ...]) -> Listing:
    """A row a kind of claim: how many agree, how many do not, how many cannot be counted and why."""
    rows: dict[str, dict] = {}
    for check in checks:
        kind = _kind(check.claim)
        row = rows.setdefault(kind, {"kind": kind, "agree": 0, "do not": 0, "not counted": 0, "why": ""})
        row[{True: "agree", False: "do not", None: "not counted"}[check.agrees]] += 1
        row["why"] = row["why"] or check.why
    return Listing(pd.DataFrame(list(rows.values())))


def _rows(
    persona_set: PersonaSet, customers: Customers, segmentation: Segmentation, source: Dataset | None
) -> dict[bool, Rows]:
    """The rows that claims are counted from, with survey weights and without."""
    numbers = {p.id: p.number for p in persona_set.personas}
    return {
        weighted: Rows(customers, segmentation, source, numbers, weighted, persona_set.seed)
        for weighted in (True, False)
    }


def _kind(claim: Claim) -> str:
    owner, rest = OWNER.match(claim.id).groups()
    first = rest.split("-")[0]
    return "set" if owner == "set" and first != "business" else first if first in COUNTING else "trait"


def _recount(claim: Claim, persona_set: PersonaSet, rows: Rows) -> Recount:
    kind = _kind(claim)
    if not claim.estimate.measured:
        return Recount(claim, why=claim.estimate.method)
    try:
        counted = COUNTING[kind](claim, rows, claim.id.split("-", 2)[-1], persona_set)
    except KeyError as missing:
        return Recount(claim, why=f"needs {missing}, which is not at hand")
    if counted is None:
        return Recount(claim, why=NOT_COUNTED.get(kind, "not counted"))
    rest = counted.rest if claim.rest is not None and claim.rest.measured else None
    told_rest = claim.rest.value if claim.rest is not None and claim.rest.measured else None
    same = _alike(claim.estimate, counted.own) and _alike(claim.rest if told_rest is not None else None, rest)
    same &= counted.n is None or counted.n == claim.estimate.n
    return Recount(claim, counted.own, rest, counted.n, same)


def _alike(told: Estimate | None, counted: float | None) -> bool:
    if told is None or counted is None:
        return told is counted
    if "rounded count" in told.method:  # told coarsely, so that nobody can be singled out
        return abs(told.value - counted) * told.n <= COARSE
    near = FITTED if "Gamma-Gamma" in told.method else TOLERANCE
    return math.isclose(told.value, counted, rel_tol=near, abs_tol=1e-8)


def _kpi(claim: Claim, rows: Rows, key: str, _set: PersonaSet) -> Counted | None:
    key = claim.feature
    if key in ("lifetime_value", "still_customer"):
        return count_lifetime(claim, rows)
    if claim.columns[0].startswith("feedback.") and key != "feedback_share":
        return answers.count_answers(claim, rows, key)
    if claim.columns[0].startswith("interactions.") and key != "campaign_response":
        return records.count_contacts(claim, rows, key)
    if claim.columns[0].startswith("tickets."):
        return records.count_cases(claim, rows, key)
    if claim.columns[0].startswith("subscriptions."):
        return records.count_contracts(claim, rows, key)
    return records.count_customers_kpi(claim, rows, key)


def _impact(claim: Claim, rows: Rows, _key: str, persona_set: PersonaSet) -> Counted | None:
    if "joint regression" in claim.estimate.method:
        return count_joint_impact(claim, rows, persona_set)
    return pains.count_behaviour_impact(claim, rows) or pains.count_alone(claim, rows)


def _sure(claim: Claim, rows: Rows, key: str, _set: PersonaSet) -> Counted | None:
    return count_rule(claim, rows) if key == "rule" else traits.count_sureness(claim, rows, key)


def _standing(claim: Claim, rows: Rows, key: str, _set: PersonaSet) -> Counted | None:
    return count_distances(claim, rows, key) if key in ("neighbour", "prospects") else count_standing(claim, rows, key)


def _set(claim: Claim, rows: Rows, _key: str, persona_set: PersonaSet) -> Counted | None:
    key = claim.id.removeprefix("set-")
    if key == "pain":
        return pains.count_reach(claim, rows)
    if key == "principle-shared":
        backing = next(c for c in persona_set.claims if c.id == f"all-pain-{claim.feature}")
        return pains.count_reach(backing, rows)
    return traits.count_of_all(claim, rows, key, persona_set)


COUNTING: dict[str, Callable[[Claim, Rows, str, PersonaSet], Counted | None]] = {
    "trait": lambda claim, rows, _key, _set: traits.count_trait(claim, rows),
    "goal": lambda claim, rows, _key, _set: traits.count_trait(claim, rows),
    "need": lambda claim, rows, _key, _set: traits.count_trait(claim, rows),
    "expect": lambda claim, rows, _key, _set: traits.count_trait(claim, rows),
    "profile": lambda claim, rows, _key, _set: traits.count_trait(claim, rows),
    "finding": lambda claim, rows, _key, _set: traits.count_finding(claim, rows),
    "buys": lambda claim, rows, _key, _set: traits.count_lift(claim, rows),
    "sure": _sure,
    "kpi": _kpi,
    "rated": _kpi,
    "pain": lambda claim, rows, _key, _set: pains.count_reach(claim, rows),
    "delight": lambda claim, rows, _key, _set: pains.count_reach(claim, rows),
    "suggests": lambda _claim, _rows, _key, _set: None,
    "impact": _impact,
    "journey": lambda claim, rows, _key, _set: course.count_journey(claim, rows),
    "path": lambda claim, rows, _key, _set: course.count_path(claim, rows),
    "standing": _standing,
    "centre": lambda claim, rows, key, _set: count_buying_centre(claim, rows, key),
    "business": lambda claim, rows, _key, _set: count_case(claim, rows),
    "set": _set,
}
