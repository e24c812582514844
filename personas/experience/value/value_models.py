"""What stage 03 says of money: what satisfied and dissatisfied customers are worth apart; who buys in an account."""

from __future__ import annotations

from personas.estimates import Estimate, Frozen


class WorthClass(Frozen):
    """Customers of one attitude. share : of those whose attitude is known

    spend : mean later spend; stay : share who still bought (or kept a contract) later; cost : later cases a customer
    """

    key: str
    label: str
    customers: int
    share: Estimate
    spend: Estimate
    stay: Estimate
    cost: Estimate


class Apart(Frozen):
    """How far the best class is from the worst in one measure: better less worse, associated and not caused."""

    key: str
    label: str
    difference: Estimate


class BusinessCase(Frozen):
    """What an attitude goes with.

    basis : what divides the customers, in words; later : in which period, in words
    out_of_time : the attitude was known before that period began
    classes : best first; apart : the first less the last; at_stake : customers × share of the last × difference in
        spend, what goes with the group's dissatisfaction in that period
    """

    basis: str
    later: str
    out_of_time: bool
    classes: tuple[WorthClass, ...]
    apart: tuple[Apart, ...]
    at_stake: Estimate
    at_stake_words: str


class Role(Frozen):
    """Contacts of one role in the buying centre: accounts : share of accounts with such a contact; nps : of these"""

    role: str
    contacts: int
    accounts: Estimate
    nps: Estimate | None = None


class BuyingCentre(Frozen):
    """Who decides in an account.

    each : contacts an account; decider : accounts of which a decider is known; cycle : days from the first contact to
    the first order, among accounts that came new; healthy : accounts that no rule finds at risk
    """

    accounts: int
    each: Estimate
    decider: Estimate
    roles: tuple[Role, ...]
    cycle: Estimate
    healthy: Estimate
