"""What happens to customers in the course of time: the journey's figures, movement, paths, recovery, value, standing.

At most `MOST_FOLLOWED` customers are followed contact by contact, drawn by the seed; their contacts are put together
once. Everything that has no data is said, with what would measure it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import ibis
import numpy as np
from ibis import _

from personas.customers import Customers
from personas.dataset import Dataset
from personas.experience.comparison import Group
from personas.experience.journey.cells import complete_cells, measure_success
from personas.experience.journey.dropoff import PURCHASE, measure_dropoff, measure_motives, measure_reasons
from personas.experience.journey.observed import STAGES
from personas.experience.journey.path import measure_path, undated_path
from personas.experience.journey.stages import tells_of_stages
from personas.experience.journey.transitions import measure_movement
from personas.experience.kpis.outcomes import members_table, survey_weights
from personas.experience.models import GroupExperience, JourneyCell, NotMeasured, PainPoint
from personas.experience.pains.playbook import Playbook
from personas.experience.value.business_case import measure_business_case
from personas.experience.value.buying_centre import measure_buying_centre, role_column
from personas.experience.value.recovery import measure_recovery
from personas.experience.value.standing import flags, measure_standing
from personas.segments import Segmentation

MOST_FOLLOWED = 100_000
CARRIED = ("channel", "outcome", "duration", "referral", "campaign")


@dataclass(frozen=True)
class Course:
    """Each maps a segment (0 the base) to its part of :class:`GroupExperience`; what is not there was not measured."""

    cells: Mapping[int, tuple[JourneyCell, ...]] = field(default_factory=dict)
    parts: Mapping[str, Mapping[int, object]] = field(default_factory=dict)
    missing: tuple[NotMeasured, ...] = ()

    def complete(self, group: GroupExperience) -> GroupExperience:
        """The experience of a group with all that its course tells."""
        found = {name: by[group.segment] for name, by in self.parts.items() if group.segment in by}
        if group.segment in self.cells:
            found["journey"] = self.cells[group.segment]
        return group.model_copy(update=found)


def measure_course(
    customers: Customers, segmentation: Segmentation, source: Dataset | None, groups: tuple[GroupExperience, ...],
    playbook: Playbook, min_group: int, seed: int,
) -> Course:  # fmt: skip
    """Measure what the course of time tells of each of `groups`, whose KPIs, ratings, journey and pains are known.

    source : the dataset; None where only the customer table is at hand, which leaves standing and the business case
    """
    segments = segmentation.members["segment"].to_numpy(int)
    numbers = tuple(group.segment for group in groups if group.segment)
    among = Group(numbers, customers.features, min_group)
    weights = survey_weights(source, customers.frame) if source is not None else None
    parts: dict[str, Mapping] = {
        "standing": measure_standing(customers, segmentation, source, min_group, weights),
        "business_case": measure_business_case(
            customers, segments, source, among, leading_friction(groups[0].pain_points, playbook), weights
        ),
    }
    journey = {group.segment: group.journey for group in groups}
    if source is None:
        return Course({number: complete_cells(groups_of(groups, number)) for number in journey}, parts)
    tables, start, end = source.tables, source.observation_start, source.observation_end
    members = members_table(source, customers.frame, segments)
    followed = members_table(source, *_followed(customers, segments, seed))
    success, dropoff, motives = {}, {}, {}
    if "interactions" in tables and end is not None:
        contacts = _contacts(tables["interactions"], followed)
        parts["movement"] = measure_movement(contacts, followed, among, end)
        if "stage" in contacts.columns:
            stages = source.contract.stages or STAGES
            events = _with_purchases(contacts, tables.get("transactions"), followed, stages)
            linked = not tells_of_stages(tables)
            dropoff = measure_dropoff(events, stages, followed, among, end, linked)
            if linked:  # the journey of campaigns has its own stages: sent, then used
                dropoff = dict(zip(STAGES, dropoff.values(), strict=False))
            motives = measure_motives(contacts, followed, among)
            success = measure_success(contacts, followed, among)
            parts["path"] = measure_path(events, followed, among, start, end, journey, stages, linked)
    if "path" not in parts:
        found = {number: undated_path(cells, min_group) for number, cells in journey.items()}
        parts["path"] = {number: path for number, path in found.items() if path is not None}
    if start is not None:
        parts["recovery"] = measure_recovery(tables, customers.frame, segments, members, among, start, end, seed)
    if "subscriptions" in tables:
        parts["reasons"] = measure_reasons(tables["subscriptions"], members, among)
    if role_column(source) is not None:
        risk = flags(customers, source)["at_risk"]
        at_risk = None if risk.isna().all() else risk.fillna(False).to_numpy(bool)
        parts["buying_centre"] = measure_buying_centre(source, members, segments, at_risk, among)
    cells = {number: complete_cells(groups_of(groups, number), success, dropoff, motives) for number in journey}
    return Course(cells, parts, _missing(source, parts, groups))


def groups_of(groups: tuple[GroupExperience, ...], number: int) -> GroupExperience:
    return next(group for group in groups if group.segment == number)


def leading_friction(pains: tuple[PainPoint, ...], playbook: Playbook):
    """(title, rule) of the first pain point that behaviour gives away; None where no rule finds one."""
    for pain in pains:
        if pain.kind == "inferred" and pain.key in playbook.signals:
            return pain.title, playbook.signals[pain.key]
    return None


def _followed(customers: Customers, segments: np.ndarray, seed: int):
    """The customers who are followed and their segments: all, or as many as are drawn."""
    n = len(customers.frame)
    if n <= MOST_FOLLOWED:
        return customers.frame, segments
    rows = np.sort(np.random.default_rng([seed, 60]).choice(n, MOST_FOLLOWED, replace=False))
    return customers.frame.iloc[rows].reset_index(drop=True), segments[rows]


def _contacts(interactions, followed):
    """The contacts of those who are followed, put together once; survey invitations are none."""
    has = [name for name in ("customer_id", "time", "touchpoint", "stage", *CARRIED) if name in interactions.columns]
    rows = interactions.filter(_.time.notnull(), _.touchpoint.notnull(), ~_.touchpoint.lower().contains("survey"))
    return rows.select(*has).semi_join(followed, "customer_id").cache()


def _with_purchases(contacts, transactions, followed, stages: tuple[str, ...]):
    """Contacts and purchases as events: customer_id, time, stage, touchpoint, channel, bought."""
    channel = contacts.channel if "channel" in contacts.columns else ibis.null("string")
    seen = contacts.filter(_.stage.notnull()).select(
        "customer_id", "time", "stage", "touchpoint", channel=channel, bought=ibis.literal(False)
    )
    if transactions is None or PURCHASE not in stages:
        return seen.cache()
    where = transactions.channel if "channel" in transactions.columns else ibis.null("string")
    bought = transactions.filter(_.time.notnull()).select(
        "customer_id", "time", stage=ibis.literal(PURCHASE), touchpoint=ibis.literal("Order"), channel=where,
        bought=ibis.literal(True),
    ).semi_join(followed, "customer_id").distinct()  # fmt: skip
    return ibis.union(seen, bought).cache()


def _missing(source: Dataset, parts: Mapping[str, Mapping], groups) -> tuple[NotMeasured, ...]:
    """What the course of time could not tell here, and what would."""
    found = []
    if not parts.get("movement"):
        found.append(
            NotMeasured(
                what="Drop-off, transitions and switches of channel", why="contacts are not recorded one by one",
                would_need="an interactions table with the time, touchpoint, stage and channel of each contact",
            )
        )  # fmt: skip
    recovery = parts.get("recovery") or {}
    if not recovery or not any(found_.outcomes for found_ in recovery.values()):
        dated = {"tickets", "feedback"} & set(source.tables)
        why = "no complaints are recorded"
        if dated:
            why = "nothing is dated" if source.observation_end is None else "no level is known from before a complaint"
        found.append(
            NotMeasured(
                what="Recovery after complaints", why=why,
                would_need="a tickets table with opened and resolved times, and purchases or scores from before",
            )
        )  # fmt: skip
    if not parts.get("business_case"):
        why = "nothing is sold in this data" if "transactions" not in source.tables else "too few of each attitude"
        found.append(
            NotMeasured(
                what="What satisfied customers are worth", why=why,
                would_need="purchases, and feedback that names the customer",
            )
        )  # fmt: skip
    return tuple(found)
