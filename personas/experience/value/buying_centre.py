"""Accounts and the people in them: roles in the buying centre, what each says, how long until the first order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import ibis
import numpy as np
from ibis import _

from personas.customers.feedback import own_answers
from personas.dataset import Dataset
from personas.estimates import Estimate, mean_estimate, not_measured
from personas.experience.comparison import Group
from personas.experience.disclosure import may_be_shown, shown_segments
from personas.experience.journey.path import NEW_AFTER
from personas.experience.kpis.survival import Spells, time_until
from personas.experience.moments import gather_moments, moments_of, net_promoters_of, share_of, total_of
from personas.experience.scores import DETRACTOR, PROMOTER
from personas.experience.value.value_models import BuyingCentre, Role

DECIDES = ("decider", "decision", "owner", "executive", "director", "ceo", "board")


def role_column(dataset: Dataset) -> str | None:
    """The attribute of contacts that says what part they have in buying; None where there is none."""
    if "contacts" not in dataset.tables:
        return None
    known = [name for name in dataset.contract.customers.attributes if name in dataset.tables["contacts"].columns]
    return next((name for name in known if "role" in name.lower()), None)


def measure_buying_centre(
    dataset: Dataset, members, segments: np.ndarray, at_risk: np.ndarray | None, groups: Group
) -> dict[int, BuyingCentre]:
    """The buying centre of the accounts of the base (0) and of each segment; {} where no contact has a role.

    members : (customer_id = account, segment, weight); segments, at_risk : (n,) aligned with the accounts
    """
    name = role_column(dataset)
    if name is None:
        return {}
    contacts = dataset.tables["contacts"].select("customer_id", "account_id", role=_[name])
    contacts = contacts.filter(_.account_id.notnull())
    accounts = contacts.join(members, contacts.account_id == members.customer_id)
    accounts = accounts.select(contact=contacts.customer_id, account="account_id", role="role", segment="segment")
    frame = accounts.order_by("account", "contact").to_pandas()
    nps = _role_nps(dataset, contacts, members)
    cycles = _cycles(dataset, members)
    counts = {s: int((segments == s).sum()) for s in groups.segments}
    visible = [0, *sorted(s for s in shown_segments(counts, groups.min_group) if counts[s])]
    found = {}
    for number in visible:
        own = frame if number == 0 else frame[frame["segment"] == number]
        size = len(segments) if number == 0 else counts[number]
        inside = np.ones(len(segments), bool) if number == 0 else segments == number
        each = own.groupby("account")["contact"].nunique().to_numpy(float)
        found[number] = BuyingCentre(
            accounts=size,
            each=mean_estimate(each, "count"),
            decider=_with_role(own, size, groups, lambda role: any(word in role.lower() for word in DECIDES)),
            roles=_roles(frame, own, number, size, nps, groups),
            cycle=_cycle(cycles, number, groups),
            healthy=not_measured("no rule could be decided", "share")
            if at_risk is None
            else _shown_share(~at_risk[inside], groups),
        )
    return found


def _with_role(own, size: int, groups: Group, wanted) -> Estimate:
    with_it = own.loc[[wanted(str(role)) for role in own["role"].fillna("")], "account"].nunique()
    return _shown_share(np.arange(size) < with_it, groups)


def _shown_share(flags: np.ndarray, groups: Group) -> Estimate:
    yes, no = int(flags.sum()), int((~flags).sum())
    if not (may_be_shown(yes, groups.min_group) and may_be_shown(no, groups.min_group)):
        return not_measured(f"fewer than {groups.min_group} accounts", "share")
    return share_of(moments_of(flags.astype(float)))


def _roles(frame, own, number: int, size: int, nps, groups: Group) -> tuple[Role, ...]:
    rows = []
    for role, part in own[own["role"].notna()].groupby("role", sort=True):
        everywhere = frame[frame["role"] == role]
        counts = {s: everywhere.loc[everywhere["segment"] == s, "account"].nunique() for s in groups.segments}
        if part["account"].nunique() < groups.min_group:
            continue
        if number and number not in shown_segments(counts, groups.min_group):
            continue
        rows.append(
            Role(
                role=str(role), contacts=int(part["contact"].nunique()), nps=_nps_of(nps, str(role), number, groups),
                accounts=_shown_share(np.arange(size) < part["account"].nunique(), groups),
            )
        )  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (-row.contacts, row.role)))


def _role_nps(dataset: Dataset, contacts, members) -> Mapping:
    """Votes by role and segment, contacts of one account taken together."""
    feedback = dataset.tables.get("feedback")
    rows = own_answers(feedback) if feedback is not None else None
    if rows is None or "contact_id" not in rows.columns:
        return {}
    asked = rows.filter(_.metric == "nps", _.contact_id.notnull(), _.scale_low == 0, _.scale_high == 10)
    score = (10 * asked.good).round(6)
    asked = asked.select(
        "customer_id", "contact_id", vote=(score >= PROMOTER).cast("int64") - (score <= DETRACTOR).cast("int64")
    )
    who = contacts.select(contact=contacts.customer_id, role="role").filter(_.role.notnull())
    both = asked.join(who, asked.contact_id == who.contact)
    sums = both.group_by("customer_id", "role").agg(n=_.count(), net=_.vote.sum(), voted=_.vote.abs().sum())
    found = gather_moments(sums, members, ("role",), {"net": ("n", "net", "voted")})
    return {role: by for (role, _part), by in found.items()}


def _nps_of(nps: Mapping, role: str, number: int, groups: Group) -> Estimate | None:
    if role not in nps:
        return None
    by = nps[role]
    own = by.get(number) if number else total_of(by)
    visible = {0, *shown_segments({s: by[s].customers if s in by else 0 for s in groups.segments}, groups.min_group)}
    if own is None or number not in visible or own.customers < groups.min_group:
        return not_measured(f"fewer than {groups.min_group} accounts", "points")
    return net_promoters_of(own, groups.min_group)


def _cycles(dataset: Dataset, members):
    """Accounts that came new: segment, days from the first contact to the first order, whether there was one."""
    tables, start, end = dataset.tables, dataset.observation_start, dataset.observation_end
    if not {"interactions", "transactions"} <= set(tables) or start is None or end is None:
        return None
    touched = tables["interactions"].filter(_.time.notnull()).group_by("customer_id").agg(first=_.time.min())
    bought = tables["transactions"].group_by("customer_id").agg(order=_.time.min())
    both = touched.left_join(bought, "customer_id").select("customer_id", "first", "order")
    new_from = ibis.literal(_later_by(start, NEW_AFTER))
    both = both.filter(_["first"] >= new_from, _.order.isnull() | (_.order >= _["first"])).join(members, "customer_id")
    days = both.order.coalesce(ibis.literal(end)).delta(both["first"], unit="second").cast("float64") / 86_400
    rows = both.select("segment", days=days, bought=both.order.notnull())
    return rows.order_by("segment", "days", "bought").to_pandas()


def _later_by(moment: datetime, days: int) -> datetime:
    return moment + timedelta(days=days)


def _cycle(cycles, number: int, groups: Group) -> Estimate:
    if cycles is None:
        return not_measured("contacts or orders are not recorded", "days")
    by = {s: int((cycles["segment"] == s).sum()) for s in groups.segments}
    own = cycles if number == 0 else cycles[cycles["segment"] == number]
    if len(own) < groups.min_group or (number and number not in shown_segments(by, groups.min_group)):
        return not_measured(f"fewer than {groups.min_group} accounts came new", "days")
    return time_until(Spells(own["days"].to_numpy(float), own["bought"].to_numpy(bool)), 0.5)
