"""KPIs from contacts: without staff, on the move, failed, slow, by word of mouth, and survey invitations answered."""

from __future__ import annotations

from ibis import Value, _

from personas.customers.feedback import survey_invitations
from personas.experience.comparison import Group, Wording, compare_groups
from personas.experience.models import Kpi
from personas.experience.moments import gather_moments, share_of, total_of

MOBILE = ("phone", "mobile", "mobile phone", "smartphone", "tablet", "app")
SPOKEN = ("friend", "friends", "family", "colleague", "word of mouth", "recommendation", "referral", "customer")
SLOW_PAGE = 3.0  # seconds
FAILED = ("failed", "failure", "abandoned", "error", "cancelled", "timeout")

WORDINGS = {
    "alone": Wording(
        "self_service", "Self-service", "Contacts without staff, of those where it is recorded", "neither",
        ("interactions.self_service",),
    ),
    "mobile": Wording(
        "mobile_share", "By phone or tablet", "Contacts on a phone or tablet, of those with a known device", "neither",
        ("interactions.device",),
    ),
    "failed": Wording(
        "failed_contacts", "Failed or abandoned", "Contacts that failed or were given up, of those with an outcome",
        "lower", ("interactions.outcome",),
    ),
    "slow": Wording(
        "slow_pages", "Slow pages", f"Pages that took more than {SLOW_PAGE:g} seconds to load, of those timed", "lower",
        ("interactions.page_time",),
    ),
    "spoken": Wording(
        "word_of_mouth", "By word of mouth", "Contacts that somebody recommended, of those of known origin",
        "higher", ("interactions.referral",),
    ),
}  # fmt: skip
RESPONSE = Wording(
    "response_rate", "Surveys answered", "Survey invitations answered, of those sent", "neither",
    ("interactions.outcome",),
)  # fmt: skip
SILENT = Wording(
    "never_answered", "Never answered a survey", "Customers who answered no survey, of those invited to one", "neither",
    ("interactions.outcome",),
)  # fmt: skip


def measure_contacts(interactions, members, groups: Group) -> list[dict[int, Kpi]]:
    """Shares of contacts, as far as the table records them; survey invitations are no contacts but have their own."""
    has = set(interactions.columns)
    real = interactions.filter(~_.touchpoint.lower().contains("survey"))
    flags = {}
    if "self_service" in has:
        flags["alone"] = (real.self_service, real.self_service)
    if "device" in has:
        flags["mobile"] = (real.device, real.device.lower().isin(MOBILE))
    if "outcome" in has:
        flags["failed"] = (real.outcome, real.outcome.lower().isin(FAILED))
    if "page_time" in has:
        flags["slow"] = (real.page_time, real.page_time > SLOW_PAGE)
    if "referral" in has:
        flags["spoken"] = (real.referral, real.referral.lower().isin(SPOKEN))
    found = {}
    if flags:
        columns: dict[str, Value] = {}
        for name, (known, yes) in flags.items():
            columns |= {f"{name} n": known.count(), name: (yes & known.notnull()).sum().fill_null(0)}
        parts = {name: (f"{name} n", name, name) for name in flags}
        sums = gather_moments(real.group_by("customer_id").agg(**columns), members, (), parts)
        # No origin that is known for a recommendation: other words are used for it, or it is not recorded.
        found = {WORDINGS[part]: own for (part,), own in sums.items() if part != "spoken" or total_of(own).total > 0}
    asked = survey_invitations(interactions)
    if asked is not None:
        rows = asked.group_by("customer_id").agg(n=_.count(), yes=_.replied.cast("int64").sum())
        rows = rows.mutate(one=1, silent=(rows.yes == 0).cast("int64"))
        sums = gather_moments(rows, members, (), {"yes": ("n", "yes", "yes"), "silent": ("one", "silent", "silent")})
        found |= {RESPONSE: sums.get(("yes",), {}), SILENT: sums.get(("silent",), {})}
    kpis = [compare_groups(wording, segments, share_of, groups) for wording, segments in found.items()]
    return [kpi for kpi in kpis if kpi]
