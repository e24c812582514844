"""Stage 03: customers and segments in; KPIs, drivers, pain points and journey out, for the base and for each segment.

Every figure is an estimate with its interval. What the data cannot answer is listed with what would answer it.
"""

from personas.experience.drivers import what_if
from personas.experience.measures import measure_experience
from personas.experience.models import (
    Consistency,
    Driver,
    Drivers,
    Experience,
    GroupExperience,
    JourneyCell,
    Kpi,
    NotMeasured,
    PainPoint,
)
from personas.experience.playbook import Signal, read_playbook
from personas.experience.plots import plot_drivers
from personas.experience.scores import expectation_gap, mean_score, net_promoter_score, top_two_share
from personas.experience.tables import (
    plot_kpis,
    tabulate_consistency,
    tabulate_drivers,
    tabulate_journey,
    tabulate_kpis,
    tabulate_not_measured,
    tabulate_pain_points,
    tabulate_ratings,
)

__all__ = [
    "Consistency",
    "Driver",
    "Drivers",
    "Experience",
    "GroupExperience",
    "JourneyCell",
    "Kpi",
    "NotMeasured",
    "PainPoint",
    "Signal",
    "expectation_gap",
    "mean_score",
    "measure_experience",
    "net_promoter_score",
    "plot_drivers",
    "plot_kpis",
    "read_playbook",
    "tabulate_consistency",
    "tabulate_drivers",
    "tabulate_journey",
    "tabulate_kpis",
    "tabulate_not_measured",
    "tabulate_pain_points",
    "tabulate_ratings",
    "top_two_share",
    "what_if",
]
