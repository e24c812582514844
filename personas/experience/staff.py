"""What staff say: whether they would recommend the business as a place to work. Never a team, never a quote."""

from __future__ import annotations

from ibis import _

from personas.estimates import not_measured
from personas.experience.models import Kpi
from personas.experience.moments import moments_of, net_promoters_of
from personas.experience.scores import DETRACTOR, PROMOTER


def measure_staff(employees, min_group: int) -> Kpi | None:
    """eNPS of all staff who answered from 0 to 10; None where nobody was asked."""
    if not {"metric", "score"} <= set(employees.columns):
        return None
    asked = employees.filter(_.metric == "enps", _.score.between(0, 10))
    votes = asked.select(vote=(_.score >= PROMOTER).cast("int8") - (_.score <= DETRACTOR).cast("int8"))
    values = votes.to_pandas()["vote"].to_numpy(float)
    if not len(values):
        return None
    few = not_measured(f"fewer than {min_group} staff answered", "points")
    return Kpi(
        key="enps", label="Staff recommendation (eNPS)", definition="Share of staff who answer 9 or 10 less share of "
        "0 to 6, asked whether they would recommend working here", better="higher",
        estimate=net_promoters_of(moments_of(values)) if len(values) >= min_group else few,
    )  # fmt: skip
