"""What stage 03 says of how customers stand: loyal, at risk, close to another segment, not yet customers."""

from __future__ import annotations

from personas.estimates import Estimate, Frozen


class RuleCount(Frozen):
    """How many a rule finds in one group.

    rule : its words; found : share of those of whom the rule could be decided; known : share of the group that is
    customers : how many it finds; confirmed, otherwise : share of those it found at the split who stopped buying
        afterwards, and of those it did not find
    """

    key: str
    label: str
    rule: str
    customers: int | None
    found: Estimate
    known: float
    confirmed: Estimate | None = None
    otherwise: Estimate | None = None


class Neighbour(Frozen):
    """The segment next to this one: what helps here would help its nearest customers next.

    distance : between the centres, where 1 is the usual distance of a customer to the own centre
    in_between : share of this segment's customers who are about as near to that centre as to their own
    """

    segment: int
    distance: float
    in_between: Estimate


class Prospects(Frozen):
    """People without a purchase who resemble a segment by what is known of them.

    customers : how many; share : of all prospects; confidence : mean, 0.5 (a toss-up) to 1
    """

    customers: int | None
    share: Estimate
    confidence: Estimate


class Standing(Frozen):
    """Loyal and at-risk customers of a group by rules, its neighbour, and prospects like it.

    at_risk : those whom any of the `risks` finds
    """

    loyalists: RuleCount | None
    at_risk: RuleCount | None
    risks: tuple[RuleCount, ...] = ()
    neighbour: Neighbour | None = None
    prospects: Prospects | None = None
