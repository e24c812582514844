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
    LifetimeModel,
    NotMeasured,
    PainPoint,
    RetentionPoint,
    Rival,
    StaffView,
    TrainingNeed,
    Trend,
    TrendPoint,
)
from personas.experience.playbook import Signal, read_playbook
from personas.experience.plots import plot_drivers
from personas.experience.scores import expectation_gap, mean_score, net_promoter_score, top_two_share
from personas.experience.side_by_side import (
    plot_contrasts,
    tabulate_contrasts,
    tabulate_lifetime,
    tabulate_rivals,
    tabulate_staff,
    tabulate_training,
)
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
from personas.experience.timelines import plot_retention, plot_trends, tabulate_trends

__all__ = [
    "Consistency",
    "Driver",
    "Drivers",
    "Experience",
    "GroupExperience",
    "JourneyCell",
    "Kpi",
    "LifetimeModel",
    "NotMeasured",
    "PainPoint",
    "RetentionPoint",
    "Rival",
    "Signal",
    "StaffView",
    "TrainingNeed",
    "Trend",
    "TrendPoint",
    "expectation_gap",
    "mean_score",
    "measure_experience",
    "net_promoter_score",
    "plot_contrasts",
    "plot_drivers",
    "plot_kpis",
    "plot_retention",
    "plot_trends",
    "read_playbook",
    "tabulate_consistency",
    "tabulate_contrasts",
    "tabulate_drivers",
    "tabulate_journey",
    "tabulate_kpis",
    "tabulate_lifetime",
    "tabulate_not_measured",
    "tabulate_pain_points",
    "tabulate_ratings",
    "tabulate_rivals",
    "tabulate_staff",
    "tabulate_training",
    "tabulate_trends",
    "top_two_share",
    "what_if",
]
