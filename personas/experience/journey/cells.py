"""The journey's cells made complete: how it goes there, who is lost, who answers, why they came, what pleases."""

from __future__ import annotations

from collections.abc import Mapping

from ibis import _

from personas.customers.feedback import exact_sum
from personas.estimates import Estimate
from personas.experience.comparison import Group
from personas.experience.disclosure import shown_segments
from personas.experience.journey.ownership import owner_of, read_journey_settings
from personas.experience.kpis.contacts import FAILED
from personas.experience.models import Delight, GroupExperience, JourneyCell
from personas.experience.moments import Moments, gather_moments, share_of, total_of

SUCCESS = "contacts that went well"
MOST_DELIGHTS = 2


def measure_success(contacts, members, groups: Group) -> dict[tuple[str, str], dict[int, Estimate]]:
    """Share of contacts that neither failed nor were given up: (stage, touchpoint) → group → estimate."""
    if not {"outcome", "stage"} <= set(contacts.columns):
        return {}
    known = contacts.filter(_.outcome.notnull(), _.stage.notnull())
    rows = known.mutate(ok=(~_.outcome.lower().isin(FAILED)).cast("int64"))
    rows = rows.group_by("customer_id", "stage", "touchpoint").agg(n=_.count(), ok=exact_sum(_.ok))
    sums = gather_moments(rows, members, ("stage", "touchpoint"), {"ok": ("n", "ok", "ok")})
    found = {}
    for (stage, touchpoint, _part), by in sums.items():
        counts = {s: by.get(s, Moments()).customers for s in groups.segments}
        if total_of(by).customers < groups.min_group:
            continue
        found[stage, touchpoint] = {0: share_of(total_of(by))} | {
            s: share_of(by[s]) for s in shown_segments(counts, groups.min_group) if counts[s]
        }
    return found


def complete_cells(
    group: GroupExperience, success: Mapping | None = None, dropoff: Mapping | None = None,
    motives: Mapping | None = None,
) -> tuple[JourneyCell, ...]:  # fmt: skip
    """The journey of a group with its figures; what is not known of a cell stays empty."""
    kpis = {kpi.key: kpi for kpi in group.kpis if kpi.estimate.measured}
    ratings = {kpi.label: kpi.estimate for kpi in reversed(group.ratings) if kpi.estimate.measured}
    led_by = read_journey_settings().kpis
    cells = []
    for cell in group.journey:
        place = cell.stage, cell.touchpoint
        if cell.touchpoint in ratings:
            label, estimate = "rating", ratings[cell.touchpoint]
        elif (success or {}).get(place, {}).get(group.segment) is not None:
            label, estimate = SUCCESS, success[place][group.segment]
        else:
            key = next((key for key in led_by.get(cell.stage, ()) if key in kpis), None)
            label, estimate = (kpis[key].label, kpis[key].estimate) if key else ("", None)
        cells.append(
            cell.model_copy(
                update={
                    "kpi": estimate, "kpi_label": label,
                    "dropoff": (dropoff or {}).get(cell.stage, {}).get(group.segment),
                    "owner": owner_of(cell.stage, cell.touchpoint) if cell.touchpoint else "",
                    "motives": (motives or {}).get(place, {}).get(group.segment, ()),
                    "delights": _delights(group.delights, cell),
                }
            )
        )  # fmt: skip
    return tuple(cells)


def _delights(delights: tuple[Delight, ...], cell: JourneyCell) -> tuple[str, ...]:
    return tuple(delight.title for delight in delights if delight.touchpoint == cell.touchpoint)[:MOST_DELIGHTS]
