"""Stage 03: customers and segments in; KPIs, pain points and journey out, for the base and for each segment.

Every figure is an estimate with its interval. What the data cannot answer is listed with what would answer it.
"""

from personas.experience.measures import measure_experience
from personas.experience.models import Experience, GroupExperience, JourneyCell, Kpi, NotMeasured, PainPoint
from personas.experience.playbook import Signal, read_playbook
from personas.experience.tables import plot_kpis, tabulate_kpis, tabulate_not_measured, tabulate_pain_points

__all__ = [
    "Experience",
    "GroupExperience",
    "JourneyCell",
    "Kpi",
    "NotMeasured",
    "PainPoint",
    "Signal",
    "measure_experience",
    "plot_kpis",
    "read_playbook",
    "tabulate_kpis",
    "tabulate_not_measured",
    "tabulate_pain_points",
]
